"""The mail inside an opaque S/MIME signature (RFC 8551 section 3.5.2): read, not verified.

Outlook and many companies' gateways sign so that the text is inside the CMS structure (RFC 5652) instead of beside it.
Only as much of BER is read as leads to the content: ContentInfo, SignedData, EncapsulatedContentInfo, its octets.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.mail import body
from mailgate.mail.attachments.attachment import File
from mailgate.mail.containers.unpacked import Unpacked
from mailgate.mail.head import headers
from mailgate.mail.limits import Limits
from mailgate.mail.parts import TooComplex, tree

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_OCTET_STRING, _SEQUENCE, _OID, _EXPLICIT = 0x04, 0x30, 0x06, 0xA0
_CONSTRUCTED = 0x20
_MAX_DEPTH = 12


class _Broken(Exception):
    """Not BER, or not what was looked for."""


def unpack(content: bytes, limits: Limits) -> Unpacked | None:
    """The text, the HTML and the files of the mail inside, or None where there is none to be read."""
    try:
        inner = signed_content(content)
        root = tree(inner, headers.read(inner), limits)
    except (_Broken, TooComplex):
        return None
    found = body.read(root)
    texts = [body.plain_text(piece.plain) for piece in found.pieces if piece.plain is not None]
    htmls = [piece.html.text() for piece in found.pieces if piece.html is not None]
    files = tuple(File(part.filename, part.content_type, part.payload()) for part in found.attached)
    return Unpacked(files, "\n\n".join(texts), "\n".join(htmls))


def signed_content(der: bytes) -> bytes:
    """The octets that were signed. Raises ``_Broken`` for anything but SignedData with its content inside."""
    outer = next(_elements(der, 0), (0, b""))
    oid, wrapped = _inside(outer, 2)
    if oid != (_OID, _SIGNED_DATA):
        raise _Broken("no SignedData")
    signed = _inside(_inside(wrapped, 1)[0], 3)
    encapsulated = _inside(signed[2], 2)
    return _octets(_inside(encapsulated[1], 1)[0], 0)


_Element = tuple[int, bytes]
"""Tag and content; the content of an element of indefinite length stands without its end mark."""


def _inside(element: _Element, needed: int) -> list[_Element]:
    """The first elements in a constructed one; there must be ``needed`` of them."""
    if not element[0] & _CONSTRUCTED:
        raise _Broken("not constructed")
    found: list[_Element] = []
    for one in _elements(element[1], 0):
        found.append(one)
        if len(found) == needed:
            return found
    raise _Broken("too short")


def _octets(element: _Element, depth: int) -> bytes:
    """An OCTET STRING, which may be made of smaller ones."""
    tag, content = element
    if depth > _MAX_DEPTH:
        raise _Broken("too deep")
    if not tag & _CONSTRUCTED:
        return content
    return b"".join(_octets(one, depth + 1) for one in _elements(content, 0))


def _elements(der: bytes, depth: int) -> Iterator[_Element]:
    at = 0
    while at + 2 <= len(der) and der[at : at + 2] != b"\0\0":
        start, end, after = _extent(der, at, depth)
        yield der[at], der[start:end]
        at = after


def _extent(der: bytes, at: int, depth: int) -> tuple[int, int, int]:
    """Where the content of the element at ``at`` starts and ends, and where the next one is (X.690 section 8.1.3)."""
    if depth > _MAX_DEPTH or at + 2 > len(der):
        raise _Broken("too deep or cut off")
    length = der[at + 1]
    start = at + 2
    if length == 0x80:
        end = start
        while der[end : end + 2] != b"\0\0":
            end = _extent(der, end, depth + 1)[2]
        return start, end, end + 2
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(der[at + 2 : start], "big")
    if start + length > len(der):
        raise _Broken("cut off")
    return start, start + length, start + length
