"""Content-Transfer-Encoding undone (RFC 2045 section 6), however badly it was done; never raises.

Broken base64 yields every octet that can be read, padding in the middle included (programs that paste two encodings
together); text that merely claims to be base64 stays as it is. An unknown encoding leaves the octets alone.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from io import BytesIO

_BLANKS = b"\r\n \t"
_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_FOREIGN = bytes(set(range(256)) - _ALPHABET)
_DIGITS = bytes(_ALPHABET - {ord("=")})
_LINE, _STRIDE, _LINE_OCTETS = 76, 78, 57
_IDENTITY = frozenset({"", "7bit", "8bit", "binary", "none", "7-bit", "8-bit", "utf-8", "us-ascii"})
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{1,300}\r?\n", re.MULTILINE)

LARGE = 1_048_576
"""Octets; what is larger and in good order is better read by ``large_base64``."""

PIECE = 262_144


@dataclass(frozen=True, slots=True)
class Base64:
    """A content still in base64: ``lines`` is its place in the mail, whole lines but for the last one's CRLF. Its
    length is that of the content."""

    lines: memoryview
    size: int

    def __len__(self) -> int:
        """The octets that it makes once it is decoded."""
        return self.size


def decode(octets: bytes, encoding: str) -> tuple[bytes, str]:
    """The content, and the name of what was wrong (empty when nothing was)."""
    encoding = encoding.strip().lower()
    if encoding in _IDENTITY:
        return octets, ""
    if encoding == "base64":
        return _base64(octets)
    if encoding in ("quoted-printable", "quotedprintable", "quoted_printable"):
        return binascii.a2b_qp(octets), ""
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencoded(octets)
    return octets, "unknown-transfer-encoding"


def large_base64(raw: bytes, start: int, end: int) -> bytes | None:
    """The content of ``raw[start:end]`` where it is base64 in good order, else None (``decode`` makes the best of it).

    A piece at a time: of a film of 25 MB there are no further copies, encoded or without line ends.
    """
    content, rest, padded = BytesIO(), b"", False
    for first in range(start, end, PIECE):
        dense = rest + raw[first : min(first + PIECE, end)].translate(None, _BLANKS)
        if padded and dense:
            return None
        even = len(dense) & ~3
        try:
            content.write(binascii.a2b_base64(dense[:even], strict_mode=True))
        except binascii.Error:
            return None
        padded, rest = padded or dense.endswith(b"=", 0, even), dense[even:]
    return None if rest else content.getvalue()


def tidy_base64(raw: bytes, start: int, end: int) -> Base64 | None:
    """``raw[start:end]`` where it is base64 to the letter as we would write it, else None: lines of 76 characters, the
    last one shorter, each ended by CRLF (RFC 2045 section 6.8). To look costs an eighth of undoing and redoing it."""
    edge = max(start, end - _STRIDE)
    end = edge + len(raw[edge:end].rstrip(b"\r\n"))
    lines = max(0, end - start - 1) // _STRIDE
    last = start + lines * _STRIDE
    if raw[start + _LINE : last : _STRIDE] != b"\r" * lines or raw[start + _LINE + 1 : last : _STRIDE] != b"\n" * lines:
        return None
    others = sum(len(raw[at : min(at + PIECE, last)].translate(None, _DIGITS)) for at in range(start, last, PIECE))
    rest = raw[last:end]
    try:
        content = binascii.a2b_base64(rest, strict_mode=True)
    except binascii.Error:
        return None
    if others != 2 * lines or not 0 < len(rest) <= _LINE or binascii.b2a_base64(content, newline=False) != rest:
        return None
    return Base64(memoryview(raw)[start:end], lines * _LINE_OCTETS + len(content))


def _base64(octets: bytes) -> tuple[bytes, str]:
    dense = octets.translate(None, _BLANKS)
    try:
        return binascii.a2b_base64(dense, strict_mode=True), ""
    except binascii.Error:
        pass
    clean = dense.translate(None, _FOREIGN)
    if len(dense) > 16 and len(dense) - len(clean) > len(dense) // 10:
        return octets, "not-base64"
    return b"".join(_segment(piece) for piece in re.split(b"=+", clean)), "broken-base64"


def _segment(piece: bytes) -> bytes:
    """One run of base64 without padding; a single left-over character stands for no octet."""
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)) if piece else b""


def _uuencoded(octets: bytes) -> tuple[bytes, str]:
    begin = _UU_BEGIN.search(octets)
    if begin is None:
        return octets, "not-uuencoded"
    return uu_lines(octets[begin.end() :]), ""


def uu_lines(octets: bytes) -> bytes:
    """The content of uuencoded lines up to ``end``; a line that is none ends it."""
    out = bytearray()
    for line in octets.split(b"\n"):
        line = line.rstrip(b"\r")
        if line in (b"end", b"", b"`"):
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            needed = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:needed])
            except binascii.Error:
                break
    return bytes(out)
