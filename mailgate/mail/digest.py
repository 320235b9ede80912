"""The dedupe hash of promise 2: the same for one mail that came by two ways, different for two mails.

SHA-256 over From, To, Date, Subject and the body, so that trace headers (Received, Return-Path, X-…) do not count. What
transports change is left out of account: folding and case of blanks in headers, CRLF against LF, empty lines at the
end, and NUL (which Dovecot stores as 0x80). Where nothing is left then, one is told from another by how many NULs it
has.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from mailgate.mail.head.headers import RawHeaders

_HASHED = ("from", "to", "date", "subject")
_NUL = b"\0\x80"
PIECE = 262_144
_LONE_CR = re.compile(rb"\r(?!\n)")


def content_hash(headers: RawHeaders, raw: bytes, body_start: int) -> str:
    """SHA-256 in hex over the hashed headers, in the order of the list above, and the body ``raw[body_start:]``."""
    lines: dict[str, bytes] = dict.fromkeys(_HASHED, b"")
    for name, value in headers:
        key = name.lower()
        if key in lines:
            lines[key] += key.encode() + b":" + b" ".join(value.split()) + b"\n"
    hashed = hashlib.sha256(b"".join(lines.values()))
    hashed.update(b"\n")
    empty = True
    for piece in _body(raw, body_start):
        hashed.update(piece)
        empty = empty and not piece
    if empty and not any(lines.values()):
        hashed.update(b"%d" % (raw.count(b"\0") + raw.count(b"\x80")))
    return hashed.hexdigest()


def _body(raw: bytes, start: int) -> Iterator[bytes]:
    """What counts of the body, some whole lines at a time, since three copies of 25 MB are too many."""
    end = _end_of_text(raw, start)
    while start < end:
        stop = raw.find(b"\n", min(start + PIECE, end), end) + 1 or end
        piece = _with_lf(raw[start:stop])
        yield piece.translate(None, _NUL) if b"\0" in piece or b"\x80" in piece else piece
        start = stop


def _end_of_text(raw: bytes, start: int) -> int:
    """Where the last line ends that is not empty."""
    end = len(raw)
    while end > start:
        first = max(start, end - PIECE)
        if text := raw[first:end].rstrip(b"\r\n \t"):
            return first + len(text)
        end = first
    return start


def _with_lf(body: bytes) -> bytes:
    """Each CRLF as LF. Where no CR stands alone they are simply left out, in an eighth of the time."""
    return body.replace(b"\r\n", b"\n") if _LONE_CR.search(body) else body.replace(b"\r", b"")
