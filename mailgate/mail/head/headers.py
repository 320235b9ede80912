"""The header block to fields, past every line that is none.

Python's reader ends the header block at the first illegal line and takes the rest for text; real mail carries such
lines in the middle of its headers. Here the block ends at the first empty line, and what stands before it is judged
line by line:

=============================================== =============================================================
line                                            reading
=============================================== =============================================================
``Name: value`` (RFC 5322 section 2.2)          a field
starts with white space                         belongs to the field before
``From name date`` or ``>From …`` on top        an mbox separator, dropped
``Name :`` (obsolete, section 4.5)              a field; for ``From`` it is remembered as a defect
``X-odd/name with !"#: value``                  a field with an odd name, and a defect
anything else, and fields follow                dropped, and a defect
anything else, and no field follows             the empty line was forgotten: the text begins here
=============================================== =============================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.mail.scan import header_end

RawHeaders = tuple[tuple[str, bytes], ...]
"""(name, value) top first; the value without its leading space, with its folds (CRLF and all) as they came."""

_FIELD = re.compile(rb"([!-9;-~]+)([ \t]*):[ \t]*")
_ODD_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9]*[-/][^\s:]*[ \t][^:\r\n]{0,200}):[ \t]*")
_MBOX_LINE = re.compile(rb">?From [^\r\n:]{1,200}(?::[^\r\n]{0,200})?\r*$")
_HAS_FIELD = re.compile(rb"^[!-9;-~]{1,80}:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A header block read: its fields, where the text after it begins, and what was wrong with it."""

    fields: RawHeaders
    body_start: int
    defects: tuple[str, ...] = ()


def read(raw: bytes, start: int = 0, end: int | None = None) -> Block:
    """The fields of the header block at ``raw[start:end]``. O(n) in the block."""
    stop = len(raw) if end is None else end
    edge = header_end(raw, start, stop)
    reader = _Reader(raw[start:edge])
    text_at = reader.run()
    if text_at is not None:
        return Block(reader.finished(), start + text_at, (*reader.defects, "no-empty-line-after-headers"))
    return Block(reader.finished(), _after_empty_line(raw, edge, start, stop), tuple(reader.defects))


def _after_empty_line(raw: bytes, edge: int, start: int, stop: int) -> int:
    """The first octet of the text: past the line end of the last header line, if any, and the empty line."""
    at = edge if edge == start else edge + 1
    line_end = raw.find(b"\n", at, stop)
    return stop if line_end < 0 else line_end + 1


class _Reader:
    """Walks the lines of one block; the lines of a field are joined at the end, so that folds cost nothing."""

    def __init__(self, block: bytes) -> None:
        self.block = block
        self.fields: list[tuple[str, list[bytes]]] = []
        self.defects: list[str] = []
        self.next_field = -1

    def run(self) -> int | None:
        """Read all lines; the offset at which text begins where the empty line was forgotten, else None."""
        at = 0
        for line in self.block.split(b"\n"):
            if line[:1] in (b" ", b"\t") and self.fields:
                self.fields[-1][1].append(line)
            elif not self._field(line) and line.strip() and not (at == 0 and _MBOX_LINE.match(line)):
                if not self._field_follows(at + len(line)):
                    return at
                self.defects.append("illegal-header-line")
            at += len(line) + 1
        return None

    def finished(self) -> RawHeaders:
        """The fields, their lines joined, without the CR of the last line."""
        return tuple((name, b"\n".join(lines).rstrip(b"\r \t")) for name, lines in self.fields)

    def _field(self, line: bytes) -> bool:
        match = _FIELD.match(line)
        if match is None:
            match = _ODD_FIELD.match(line)
            if match is None:
                return False
            self.defects.append("illegal-header-name")
        elif match.group(2):
            self.defects.append("space-before-colon:" + match.group(1).decode("ascii").lower())
        self.fields.append((match.group(1).decode("ascii", "replace"), [line[match.end() :]]))
        return True

    def _field_follows(self, at: int) -> bool:
        if self.next_field < at:
            found = _HAS_FIELD.search(self.block, at)
            self.next_field = len(self.block) + 1 if found is None else found.start()
        return self.next_field <= len(self.block)
