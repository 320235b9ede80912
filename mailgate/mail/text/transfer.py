"""Content-Transfer-Encoding undone (RFC 2045 section 6), however badly it was done; never raises.

Broken base64 yields every octet that can be read, padding in the middle included (programs that paste two encodings
together); text that merely claims to be base64 stays as it is. An unknown encoding leaves the octets alone.
"""

from __future__ import annotations

import binascii
import re
from io import BytesIO

_BLANKS = b"\r\n \t"
_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_FOREIGN = bytes(set(range(256)) - _ALPHABET)
_IDENTITY = frozenset({"", "7bit", "8bit", "binary", "none", "7-bit", "8-bit", "utf-8", "us-ascii"})
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{1,300}\r?\n", re.MULTILINE)

LARGE = 1_048_576
"""Octets; what is larger and in good order is better read by ``large_base64``."""

PIECE = 262_144


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
