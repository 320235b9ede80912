"""The dedupe hash of promise 2: the same for one mail that came by two ways, different for two mails.

SHA-256 over From, To, Date, Subject and the body, so that trace headers (Received, Return-Path, X-…) do not count. What
transports change is left out of account: folding and case of blanks in headers, CRLF against LF, empty lines at the
end, and NUL (which Dovecot stores as 0x80). Where nothing is left then, one is told from another by how many NULs it
has.
"""

from __future__ import annotations

import hashlib
import re

from mailgate.mail.head.headers import RawHeaders

_HASHED = ("from", "to", "date", "subject")
_NUL = b"\0\x80"
_LONE_CR = re.compile(rb"\r(?!\n)")


def content_hash(headers: RawHeaders, raw: bytes, body_start: int) -> str:
    """SHA-256 in hex over the hashed headers, in the order of the list above, and the body ``raw[body_start:]``."""
    lines: dict[str, bytes] = dict.fromkeys(_HASHED, b"")
    for name, value in headers:
        key = name.lower()
        if key in lines:
            lines[key] += key.encode() + b":" + b" ".join(value.split()) + b"\n"
    hashed = hashlib.sha256(b"".join(lines.values()))
    body = _with_lf(raw[body_start:]).rstrip(b"\r\n \t")
    if b"\0" in body or b"\x80" in body:
        body = body.translate(None, _NUL)
    if not body and not any(lines.values()):
        body = b"%d" % (raw.count(b"\0") + raw.count(b"\x80"))
    hashed.update(b"\n" + body)
    return hashed.hexdigest()


def _with_lf(body: bytes) -> bytes:
    """Each CRLF as LF. Where no CR stands alone they are simply left out, in an eighth of the time."""
    return body.replace(b"\r\n", b"\n") if _LONE_CR.search(body) else body.replace(b"\r", b"")
