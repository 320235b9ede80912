"""A mail as its tree of parts (RFC 2046), and what one reading hands on.

The tree keeps offsets into the raw mail, not copies; a part's content is decoded when it is asked for. Where senders
err, one reading is chosen and named in ``defects``: a missing or wrong boundary is looked for in the text, two
Content-Type headers or two boundaries count by their first, a multipart in base64 is decoded before it is split, parts
that are cut off end where the mail ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mailgate.mail.head import headers
from mailgate.mail.head.headers import RawHeaders
from mailgate.mail.head.params import Parametered
from mailgate.mail.head.params import parse as parse_parametered
from mailgate.mail.limits import Limits
from mailgate.mail.model import Mail
from mailgate.mail.text import charset, encoded_word, transfer

_GUESSED_BOUNDARY = re.compile(rb"(?:^|\n)--([^\s\-][^\r\n]{0,199}?)[ \t]*\r?\n(?=[Cc]ontent-)")
_LONE_CR = re.compile(r"\r(?!\n)")
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+\-]{1,127}/[a-z0-9!#$&^_.+\-]{1,127}")


_MEANT: dict[str, str] = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}


class TooComplex(Exception):
    """A limit of depth or number was hit while the tree grew; the text names it."""


class Part:
    """One part: ``raw[start:end]`` with its headers, and its ``children`` where it holds parts.

    ``path`` counts parts from 1 as IMAP does (``2.1``; empty for a multipart at the root). ``content_type`` is lower
    case and always has a slash; ``params`` are its parameters by lower-case name, decoded.
    """

    def __init__(self, raw: bytes, block: headers.Block, end: int, path: str, default: str = "text/plain") -> None:
        """Take over the headers that were read; the body is ``raw[block.body_start:end]``."""
        self.raw = raw
        self.raw_headers: RawHeaders = block.fields
        self.body_start = min(block.body_start, end)
        self.end = end
        self.path = path
        self.inherited_charset = ""
        self.children: tuple[Part, ...] = ()
        self.defects: list[str] = list(block.defects)
        self._default = default
        self._decoded: bytes | None = None
        self._first: dict[str, bytes] = {}
        for name, value in block.fields:
            key = name.lower()
            if key not in self._first:
                self._first[key] = value
            elif key == "content-type":
                self.defects.append("two-content-types")
        read = self._read_content_type()
        self.params = read.params
        self.content_type = _media_type(read.value, default)

    def raw_header(self, name: str) -> bytes:
        """The first header of that lower-case name as it came, or nothing."""
        return self._first.get(name, b"")

    def header(self, name: str) -> str:
        """The first header of that name, decoded to one line; the case of ``name`` does not matter."""
        value = self._first.get(name.lower())
        return "" if value is None else encoded_word.decode(encoded_word.raw_text(value))

    @cached_property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All headers, decoded, top first."""
        return tuple((name, encoded_word.decode(encoded_word.raw_text(value))) for name, value in self.raw_headers)

    def _read_content_type(self) -> Parametered:
        raw = self._first.get("content-type")
        if raw is None:
            return Parametered(self._default, {})
        read = parse_parametered(encoded_word.raw_text(raw[:8192]))
        if "boundary" in read.doubled:
            self.defects.append("two-boundaries")
        return read

    @cached_property
    def _disposition(self) -> Parametered:
        return parse_parametered(encoded_word.raw_text(self._first["content-disposition"][:8192]))

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline`` or another word of RFC 2183, lower case; empty when there is no such header."""
        return self._disposition.value if "content-disposition" in self._first else ""

    @property
    def filename(self) -> str:
        """The name as the sender gives it: ``filename`` wins over ``name`` (RFC 2183 section 2.3). Not safe."""
        given = self.params
        return (
            ("content-disposition" in self._first and self._disposition.params.get("filename"))
            or given.get("name")
            or given.get("filename")
            or given.get("file", "")
        )

    @property
    def content_id(self) -> str:
        """The Content-ID without its angle brackets, or empty."""
        return self.header("content-id").strip().strip("<>").strip()

    @property
    def is_multipart(self) -> bool:
        """Whether the part only holds others."""
        return self.content_type.startswith("multipart/") and bool(self.children)

    def body(self) -> bytes:
        """The content as it travelled, still encoded."""
        return self.raw[self.body_start : self.end]

    def payload(self) -> bytes:
        """The content, its transfer encoding undone."""
        if self._decoded is None:
            self._decoded = self._content()
        return self._decoded

    def base64(self) -> transfer.Base64 | None:
        """The content as it travelled, where that is base64 just as we would write it."""
        return transfer.tidy_base64(self.raw, self.body_start, self.end) if self._encoding == "base64" else None

    @property
    def _encoding(self) -> str:
        given = self._first.get("content-transfer-encoding", b"")
        return given.partition(b";")[0].partition(b"(")[0].strip(b" \t\r\n\"'").decode("ascii", "replace").lower()

    def _content(self) -> bytes:
        encoding = self._encoding
        if self.end - self.body_start > transfer.LARGE and encoding == "base64":
            content = transfer.large_base64(self.raw, self.body_start, self.end)
            if content is not None:
                return content
        content, defect = transfer.decode(self.body(), encoding)
        if defect:
            self.defects.append(defect)
        return content

    def text(self, octets: bytes | None = None) -> str:
        """The content, or ``octets`` taken from it, as text by its charset, line ends as LF; see ``charset.decode``."""
        octets = self.payload() if octets is None else octets
        text, defect = charset.decode(octets, self.charset_of(octets))
        if defect:
            self.defects.append(defect)
        if "\r" not in text:
            return text
        return text.replace("\r\n", "\n").replace("\r", "\n") if _LONE_CR.search(text) else text.replace("\r", "")

    def charset_of(self, octets: bytes) -> str:
        """The charset label that holds here: the part's own, that of the HTML, or that of the multiparts around it."""
        own = self.params.get("charset", "")
        if own or octets.isascii():
            return own
        declared = _META_CHARSET.search(octets[:4096]) if self.content_type == "text/html" else None
        return declared.group(1).decode("ascii") if declared is not None else self.inherited_charset

    def walk(self) -> Iterator[Part]:
        """This part and all below it, those of attached messages included, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator[Part]:
        """The parts that hold content, an attached message being one of them and not what is in it."""
        if self.is_multipart:
            for child in self.children:
                yield from child.leaves()
        else:
            yield self


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a reading yields: the ``mail``, and what other readers of the same bytes need beside it.

    ``html_raw`` is the HTML as it came, for those who judge by its structure; it is never shown. ``raw_headers`` are
    the mail's own headers as (name, octets), top first.
    """

    mail: Mail
    root: Part
    html_raw: str
    raw_headers: RawHeaders


def _media_type(value: str, default: str) -> str:
    """The media type that is meant; the ``default`` where the header says none (RFC 2045 section 5.2)."""
    found = _TYPE.match(value)
    return found.group() if found is not None else _MEANT.get(value, default)


def tree(raw: bytes, block: headers.Block, limits: Limits) -> Part:
    """The tree of a mail whose header block has been read. Raises ``TooComplex`` at a limit of depth or number."""
    return _Grower(limits).message(raw, block, len(raw), "", 0)


class _Grower:
    """Counts what it grows, so that the limits hold over the whole mail."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts = 0

    def message(self, raw: bytes, block: headers.Block, end: int, path: str, depth: int) -> Part:
        """A whole message below ``path``: a multipart shares the path, a single part is its ``1`` (as in IMAP)."""
        part = Part(raw, block, end, path)
        single = f"{path}.1" if path else "1"
        if not part.content_type.startswith("multipart/"):
            part.path = single
        self.fill(part, depth)
        if not part.children:
            part.path = single
        return part

    def fill(self, part: Part, depth: int) -> None:
        """Give the part its children."""
        self.parts += 1
        if depth > self.limits.depth:
            raise TooComplex("too-deep")
        if self.parts > self.limits.parts:
            raise TooComplex("too-many-parts")
        kind = part.content_type
        if kind.startswith("multipart/"):
            self._multipart(part, depth)
        elif kind in ("message/rfc822", "message/global", "message/news"):
            self._message(part, depth)

    def _multipart(self, part: Part, depth: int) -> None:
        raw, start, end = part.raw, part.body_start, part.end
        pieces = self._pieces(part, raw, start, end)
        if not pieces and part.raw_header("content-transfer-encoding").strip().lower() in (b"base64",):
            raw = part.payload()
            pieces = self._pieces(part, raw, 0, len(raw))
            if pieces:
                part.defects.append("encoded-multipart")
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        children = []
        for number, (first, last) in enumerate(pieces, 1):
            path = f"{part.path}.{number}" if part.path else str(number)
            child = Part(raw, headers.read(raw, first, last), last, path, default)
            child.inherited_charset = part.params.get("charset", "") or part.inherited_charset
            self.fill(child, depth + 1)
            children.append(child)
        part.children = tuple(children)
        if not children:
            part.defects.append("multipart-without-parts")

    def _pieces(self, part: Part, raw: bytes, start: int, end: int) -> list[tuple[int, int]]:
        declared = part.params.get("boundary", "").rstrip()
        boundary = declared.encode("utf-8", "surrogateescape") if declared else b""
        pieces, closed = _split(raw, start, end, boundary, self.limits.parts) if boundary else ([], False)
        if not pieces:
            guessed = _GUESSED_BOUNDARY.search(raw, max(start - 1, 0), end)  # the line end above a first line
            if guessed is not None:
                part.defects.append("wrong-boundary" if boundary else "missing-boundary")
                pieces, closed = _split(raw, start, end, guessed.group(1), self.limits.parts)
        if pieces and not closed:
            part.defects.append("multipart-cut-off")
        return pieces

    def _message(self, part: Part, depth: int) -> None:
        raw, start, end = part.raw, part.body_start, part.end
        if part.raw_header("content-transfer-encoding").strip().lower() in (b"base64", b"quoted-printable"):
            raw = part.payload()
            start, end = 0, len(raw)
        block = headers.read(raw, start, end)
        if not block.fields:
            return
        part.children = (self.message(raw, block, end, part.path, depth + 1),)


def _split(raw: bytes, start: int, end: int, boundary: bytes, limit: int) -> tuple[list[tuple[int, int]], bool]:
    """The extents of the parts between lines of ``boundary``, and whether its closing line was there.

    A delimiter is a line of its own: ``--boundary``, perhaps ``--``, then nothing but blanks (RFC 2046 section 5.1.1);
    the line end before it belongs to it.
    """
    mark = b"--" + boundary
    pieces: list[tuple[int, int]] = []
    open_at = -1
    at = raw.find(mark, start, end)
    while at >= 0:
        after = at + len(mark)
        kind, line_end = _delimiter(raw, after, end)
        if kind and (at == start or raw[at - 1] == 10):
            if open_at >= 0:
                pieces.append((open_at, max(open_at, _before_line_end(raw, at, start))))
            if len(pieces) > limit:
                raise TooComplex("too-many-parts")
            if kind == "close":
                return pieces, True
            open_at = after = line_end
        at = raw.find(mark, after, end)
    if open_at >= 0 and open_at < end:
        pieces.append((open_at, end))
    return pieces, False


def _delimiter(raw: bytes, at: int, end: int) -> tuple[str, int]:
    """What follows a boundary's text: ``open`` or ``close`` with the start of the next line, or empty for neither."""
    line_end = raw.find(b"\n", at, end)
    line_end = end if line_end < 0 else line_end + 1
    rest = raw[at : min(line_end, at + 200)].strip()
    if not rest:
        return "open", line_end
    return (
        ("close", line_end) if rest == b"--" or (rest.startswith(b"--") and not rest[2:].strip(b"- \t")) else ("", at)
    )


def _before_line_end(raw: bytes, at: int, start: int) -> int:
    if at > start and raw[at - 1] == 10:
        at -= 1
        if at > start and raw[at - 1] == 13:
            at -= 1
    return at
