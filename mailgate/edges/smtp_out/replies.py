"""What a relay's answer means for a letter, and what is kept of it."""

from __future__ import annotations

import re

from mailgate.edges.smtp_out.courier import RelayAway
from mailgate.errors import Refused, Temporary

LOCKED_OUT = range(530, 540)
_SAID_ID = re.compile(r"<([!-;=?A-~]{1,200}@[!-;=?-~]{1,200})>")
_OWN_ID = re.compile(rb"^message-id:\s*<([^>\r\n]*)>", re.IGNORECASE | re.MULTILINE)
_RENAMED = (
    # Amazon SES puts its own Message-ID in place of ours and tells the local part in its answer.
    (re.compile(r"email-smtp\.us-east-1\.amazonaws\.com"), re.compile(r"Ok ([0-9a-f-]{40,80})"), "email.amazonses.com"),
    (
        re.compile(r"email-smtp\.([a-z0-9-]+)\.amazonaws\.com"),
        re.compile(r"Ok ([0-9a-f-]{40,80})"),
        r"\1.amazonses.com",
    ),
)


def accepted(code: int, text: bytes, what: str) -> None:
    """Nothing for a 2xx; else the failure that the answer means: ``RelayAway``, ``Refused`` or ``Temporary``."""
    if 200 <= code < 300:
        return
    said = reply(code, text)
    if code in LOCKED_OUT:
        raise RelayAway(f"the relay does not let us send: {said}")
    if 500 <= code < 600:
        raise Refused(f"{what} was refused: {said}")
    raise Temporary(f"{what} was not taken now: {said}")


def given_id(said: str, host: str, data: bytes) -> str:
    """The Message-ID that the relay says it gave the letter, when that is not ours."""
    for server, answer, domain in _RENAMED:
        where = server.fullmatch(host)
        found = where and answer.search(said)
        if where and found:
            return f"{found[1]}@{where.expand(domain)}"
    named = _SAID_ID.search(said)
    own = _OWN_ID.search(data) if named else None
    if named and own and named[1] != own[1].decode("ascii", "replace"):
        return named[1]
    return ""


def reply(code: int, text: bytes) -> str:
    """An answer as one line, of at most 300 characters and nothing that a terminal would obey."""
    words = " ".join(text.decode("utf-8", "replace").split())
    if not words.isprintable():
        words = "".join(c if c.isprintable() else "?" for c in words)
    return f"{code} {words[:300]}"


def line(error: Exception) -> str:
    """What a library said, as one line of at most 300 characters."""
    return " ".join(str(error).split())[:300] or type(error).__name__
