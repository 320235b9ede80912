"""The files that a letter carries on: parts of the mail being settled, named and typed anew.

Nothing of a part's own headers is copied (a stranger wrote them). At most 20 MB go with one letter, since mailboxes
refuse more; what does not fit, or cannot be read, is listed in the letter instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailgate.desk.letter import LetterOrder
from mailgate.errors import MailgateError
from mailgate.letters.headers import clean_line
from mailgate.letters.mime import Enclosure
from mailgate.mail.model import Attachment
from mailgate.mail.text.transfer import Base64

LIMIT = 20 * 1024 * 1024

AttachmentOf = Callable[[bytes, str], bytes | Base64]
"""Gives the content of the part at a path of the raw mail (``mailgate.mail.contents.Contents.to_carry``)."""


@dataclass
class Files:
    """The parts of one raw mail, each read at most once however many letters carry it."""

    raw: bytes | None
    attachment_of: AttachmentOf
    known: Sequence[Attachment] = ()
    _read: dict[str, bytes | Base64 | None] = field(default_factory=dict)

    def enclosures(self, order: LetterOrder) -> tuple[Enclosure, ...]:
        """Those of the ordered parts that can be read and fit, in order."""
        found: list[Enclosure] = []
        room = LIMIT
        for place, path in enumerate(order.attach, start=1):
            content = self._content(path)
            if content is not None and len(content) <= room:
                room -= len(content)
                name, kind = self._name_and_type(path, place, order)
                found.append(Enclosure(name, kind, content))
        return tuple(found)

    def rows(self, order: LetterOrder, enclosed: Sequence[Enclosure]) -> tuple[Mapping[str, Any], ...]:
        """For the letter's list of files: name, size, risks, and whether this letter carries it."""
        carried = {one.name for one in enclosed}
        given: Any = order.values.get("attachments")
        if given is None:
            wanted = frozenset(order.attach)
            given = [
                {"name": one.filename, "size": one.size, "risks": one.risks} for one in self.known if one.path in wanted
            ]
        return tuple({**row, "name": clean_line(str(row["name"])), "enclosed": row["name"] in carried} for row in given)

    def _name_and_type(self, path: str, place: int, order: LetterOrder) -> tuple[str, str]:
        for one in self.known:
            if one.path == path:
                return one.filename, one.content_type
        given: Any = order.values.get("attachments") or ()
        named = given[place - 1] if len(given) == len(order.attach) else {}
        return str(named.get("name") or f"attachment-{place}"), ""

    def _content(self, path: str) -> bytes | Base64 | None:
        if path not in self._read:
            try:
                self._read[path] = self.attachment_of(self.raw, path) if self.raw is not None else None
            except (MailgateError, LookupError, ValueError, OSError):
                self._read[path] = None
        return self._read[path]
