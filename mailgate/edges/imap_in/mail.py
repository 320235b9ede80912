"""What IMAP gives, as the spool takes it: the raw mail, its envelope guessed from trace headers, its origin. Pure.

IMAP has no envelope: where a mail was delivered to stands, with luck, in a trace header that the provider wrote. The
addresses of ours found there, tokens included, are the recipients; where there is none, the mailbox itself is.

Two stubs stand for mails that cannot be fetched whole; the header on their first line tells the gateway:

``X-Mailgate-Truncated: size=N``   larger than ``max_size``: the headers only, N octets on the server
``X-Mailgate-Unfetchable: uid=N``  the server shows the mail but never gave its body: held
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailgate.edges.settings import ImapAccount
from mailgate.mail.model import Envelope

TRUNCATED = "X-Mailgate-Truncated"
UNFETCHABLE = "X-Mailgate-Unfetchable"

# Written by the MTA that delivered, in the order in which they are believed; the author's own headers come last.
_TRACE_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_ADDRESS = re.compile(r"[^\s<>,;:()\"\[\]\\@]{1,64}@[^\s<>,;:()\"\[\]\\@]{1,255}")
_HEADER = re.compile(
    rb"^(delivered-to|x-original-to|envelope-to|x-envelope-to|to|cc|return-path)[ \t]*:"
    rb"([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)",
    re.MULTILINE | re.IGNORECASE,
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_READ_AT_MOST = 262_144


def account_key(account: ImapAccount) -> str:
    """What names the account and folder in cursors and leases: ``user@host|folder``."""
    return f"{account.user}@{account.host}|{account.folder}"


def origin(account: ImapAccount, uidvalidity: int, uid: int) -> str:
    """The mail's own name, by which the spool knows it when it comes again; empty without a UIDVALIDITY."""
    return f"imap:{account_key(account)}|{uidvalidity}|{uid}" if uidvalidity else ""


def truncated(header: bytes, size: int) -> bytes:
    """The stub of a mail of ``size`` octets that was too large to fetch."""
    return f"{TRUNCATED}: size={size}\r\n".encode() + _ended(header)


def unfetchable(header: bytes, uid: int) -> bytes:
    """The stub of a mail whose body the server never gave."""
    return f"{UNFETCHABLE}: uid={uid}\r\n".encode() + _ended(header)


def _ended(header: bytes) -> bytes:
    return header.rstrip(b"\r\n") + b"\r\n\r\n" if header.strip() else b"\r\n"


def envelope(raw: bytes, mailbox: str, ours: Callable[[str], bool], now_ms: int) -> Envelope:
    """The envelope of a fetched mail: ``ours`` says of an address whether it is one of the desk's, tokens included."""
    headers = _trace(raw)
    found: dict[str, None] = {}
    for name in _TRACE_HEADERS:
        for value in headers.get(name, ()):
            found.update((address, None) for address in _addresses(value) if ours(address))
    return Envelope(
        source="imap",
        recipients=tuple(found) or (mailbox,),
        mail_from=_return_path(headers.get("return-path", [])),
        received_ms=now_ms,
    )


def _trace(raw: bytes) -> dict[str, list[str]]:
    """The values of the headers that matter here, unfolded, by lower-case name."""
    head = raw[:_READ_AT_MOST]
    end = _HEADER_END.search(head)
    found: dict[str, list[str]] = {}
    for match in _HEADER.finditer(head, 0, end.start() if end else len(head)):
        found.setdefault(match[1].decode("ascii").lower(), []).append(match[2].decode("utf-8", "replace"))
    return found


def _addresses(value: str) -> list[str]:
    return [address.rstrip(".") for address in _ADDRESS.findall(value)[:200]]


def _return_path(values: list[str]) -> str | None:
    """The sender on the envelope: empty for ``<>``, None where no Return-Path says."""
    if not values:
        return None
    found = _addresses(values[0])
    if found:
        return found[0]
    return "" if "<>" in values[0].replace(" ", "") else None
