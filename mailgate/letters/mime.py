"""The body of a letter, as MIME parts: text, HTML beside it, attachments after them (RFC 2045, 2046, 2049).

Bodies are 7-bit whatever they say, as quoted-printable or base64, so no relay has to announce anything. Lines of text
are not broken by us: the reader's window does that. A boundary contains ``=_``, which neither encoding can produce, and
the letter's own random id, which an attached mail cannot know.
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from struct import Struct

from mailgate.letters.headers import disposition
from mailgate.mail.text.transfer import Base64

_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_PLAIN = bytes([9, 10, *range(32, 127)])
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(; charset=utf-8)?")
_BASE64_LINE = 76
_BASE64_LINES = Struct(f"{_BASE64_LINE}s" * 256)
_BASE64_PIECE = 57 * 256  # octets that make as many whole lines


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to be attached; ``name`` and ``content_type`` may be as wild as a stranger can make them. A ``content``
    that is in base64 already goes as it is."""

    name: str
    content_type: str
    content: bytes | Base64


def body(text: str, html: str, enclosures: Iterable[Enclosure], unique: str, head: bytes = b"") -> bytes:
    """The Content-… headers, the blank line and the body, with CRLF line ends, each line at most 78 octets long;
    ``head`` are the headers before them, so that a letter of 25 MB need not be copied once more.

    ``html`` may be empty. ``unique`` is printable ASCII without blanks.
    """
    words = _text_part(text, "plain")
    if html:
        words = b"".join(_multipart("alternative", [[words], [_text_part(html, "html")]], unique))
    files = [_file_part(one) for one in enclosures]
    if not files:
        return head + words
    whole = BytesIO()  # it hands out what was written into it without a copy
    whole.write(head)
    whole.writelines(_multipart("mixed", [[words], *files], unique))
    return whole.getvalue()


def clean_text(text: str) -> str:
    """``text`` with LF line ends and without controls that a mail reader or terminal might obey."""
    return _cleaned(text) if _odd(text.encode("utf-8", "surrogatepass")) else text


def _odd(octets: bytes) -> bool:
    """Whether there is anything to clean; what is plain, mostly all, is put aside at a tenth of the pattern's price."""
    rest = octets.translate(None, _PLAIN)
    return bool(rest) and _ODD.search(rest.decode("utf-8", "surrogatepass")) is not None


def _cleaned(text: str) -> str:
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


def _text_part(text: str, subtype: str) -> bytes:
    octets = text.encode("utf-8", "surrogatepass")
    octets = (_cleaned(text).encode("utf-8") if _odd(octets) else octets).replace(b"\n", b"\r\n")
    if not octets.endswith(b"\r\n"):
        octets += b"\r\n"
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: ".encode("ascii")
    # Quoted-printable costs three octets for each beyond ASCII; past a sixth of them base64 is the shorter.
    if 6 * (len(octets) - len(text)) > len(octets) and not text.isascii():
        return head + b"base64\r\n\r\n" + b"".join(_base64_lines(octets))
    edge = octets.find(b"\n<body") + 1 if subtype == "html" else 0
    return head + b"quoted-printable\r\n\r\n" + _head_of_page(octets[:edge]) + b2a_qp(octets[edge:], istext=True)


@lru_cache(maxsize=32)
def _head_of_page(octets: bytes) -> bytes:
    """The lines before a page's body, quoted-printable: remembered, since all letters of a layout have the same."""
    return b2a_qp(octets, istext=True)


def _file_part(enclosure: Enclosure) -> Iterator[bytes | memoryview]:
    """The part in pieces, made as they are taken: a large one is in memory often enough."""
    kind = enclosure.content_type.lower()
    # RFC 2046 section 5.2.1: a message may not be encoded, and it may not be 7-bit; so it travels as a plain file.
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n".encode("ascii")
    yield head + disposition(enclosure.name) + b"\r\n"
    if isinstance(enclosure.content, Base64):
        yield from (enclosure.content.lines, b"\r\n")
    else:
        yield from _base64_lines(enclosure.content)


def _base64_lines(octets: bytes) -> Iterator[bytes]:
    """Lines of base64, some at a time: a list of all lines of a large file is larger than the file."""
    for first in range(0, len(octets), _BASE64_PIECE):
        piece = b2a_base64(octets[first : first + _BASE64_PIECE], newline=False)
        if len(piece) == _BASE64_LINES.size:
            lines: Sequence[bytes] = _BASE64_LINES.unpack(piece)  # a third of the time of as many slices
        else:
            lines = [piece[start : start + _BASE64_LINE] for start in range(0, len(piece), _BASE64_LINE)]
        yield b"\r\n".join([*lines, b""])


def _multipart(
    subtype: str, parts: Iterable[Iterable[bytes | memoryview]], unique: str
) -> Iterator[bytes | memoryview]:
    boundary = f"=_{subtype[:3]}_{unique}"
    mark = f"--{boundary}".encode("ascii")
    yield f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    for part in parts:
        yield mark + b"\r\n"
        yield from part
        yield b"\r\n"
    yield mark + b"--\r\n"
