"""The strict reading of ``MAIL FROM:<…>`` and ``RCPT TO:<…>`` (RFC 5321 section 4.1.2, RFC 6531 section 3.3).

Nothing is mended: controls, spaces, source routes, comments and text before or behind the path are refused, for each of
them has been used to make two programs read two addresses. Two deviations from the letter, because honest mail needs
them: dots may stand anywhere in a local part (old Japanese phones), and a sender's local part may be longer than 64
octets as long as the path stays within 256 (SRS and VERP make such).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mailgate.edges.smtp_in.reply import Reply

BAD_PATH = "501 5.1.7 that is no address"
BAD_RECIPIENT = "501 5.1.3 that is no address"
NEED_UTF8 = "553 5.6.7 say SMTPUTF8 to use that address"
BAD_PARAMETER = "501 5.5.4 a parameter is malformed"
UNKNOWN_PARAMETER = "555 5.5.4 a parameter is not known here"

MAX_PATH = 256
MAX_LOCAL = 64
MAX_DOMAIN = 255
MAX_SIZE_DIGITS = 20

_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff-"
_LABEL = r"[A-Za-z0-9_\u0080-\U0010ffff](?:[A-Za-z0-9_\u0080-\U0010ffff-]*[A-Za-z0-9_\u0080-\U0010ffff])?"
_MAILBOX = re.compile(
    rf"""(?P<local> [{_ATEXT}]+ | "(?:[^"\\]|\\.)+" ) @ (?P<domain> {_LABEL}(?:\.{_LABEL})* | \[[A-Za-z0-9.:-]+\] )""",
    re.VERBOSE,
)
_PARAMETER = re.compile(r"(?P<key>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[!-<>-~]+))?")
_BODIES = ("7BIT", "8BITMIME")


@dataclass(frozen=True, slots=True)
class Path:
    """An address as it was given (empty: the null sender), and the parameters behind it by their upper-case names."""

    address: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """What the sender says the mail has in octets (RFC 1870); 0 where it says nothing."""
        return int(self.parameters.get("SIZE") or 0)


def read_sender(argument: str, *, extended: bool) -> Path:
    """The argument of MAIL; raises ``Reply``. ``extended``: the client said EHLO, so parameters may follow."""
    path = _read(argument, "FROM:", BAD_PATH, MAX_PATH)
    if path.parameters and not extended:
        raise Reply(UNKNOWN_PARAMETER)
    for key, value in path.parameters.items():
        _check_parameter(key, value)
    if not path.address.isascii() and "SMTPUTF8" not in path.parameters:
        raise Reply(NEED_UTF8)
    return path


def read_recipient(argument: str, *, utf8: bool) -> str:
    """The argument of RCPT; raises ``Reply``. ``utf8``: MAIL said SMTPUTF8. There are no parameters that we know."""
    path = _read(argument, "TO:", BAD_RECIPIENT, MAX_LOCAL)
    if not path.address:
        raise Reply(BAD_RECIPIENT)
    if path.parameters:
        raise Reply(UNKNOWN_PARAMETER)
    if not path.address.isascii() and not utf8:
        raise Reply(NEED_UTF8)
    return path.address


def can_send(address: str) -> bool:
    """Whether an envelope can name that sender; the empty string is the null sender."""
    return _taken(lambda: read_sender(f"FROM:<{address}> SMTPUTF8", extended=True))


def can_receive(address: str) -> bool:
    """Whether an envelope can name that recipient."""
    return _taken(lambda: read_recipient(f"TO:<{address}>", utf8=True))


def _taken(read: Callable[[], object]) -> bool:
    try:
        read()
    except Reply:
        return False
    return True


def _read(argument: str, keyword: str, bad: str, max_local: int) -> Path:
    """``KEYWORD:<path>`` and its parameters; one space after the colon is a common slip and harmless."""
    if argument[: len(keyword)].upper() != keyword:
        raise Reply(bad)
    rest = argument[len(keyword) :].removeprefix(" ")
    inside, closed, behind = rest[1:].partition(">")
    if not rest.startswith("<") or not closed or (behind and not behind.startswith(" ")):
        raise Reply(bad)
    if inside and not _is_mailbox(inside, max_local) and inside.lower() != "postmaster":
        raise Reply(bad)
    return Path(inside, _parameters(behind))


def _is_mailbox(text: str, max_local: int) -> bool:
    """A quoted local part with a ``>`` in it was cut short before it came here and is refused with the rest."""
    found = _MAILBOX.fullmatch(text)
    if not found or not text.isprintable() or " " in text or len(text.encode("utf-8")) > MAX_PATH - 2:
        return False
    local, domain = found["local"].encode("utf-8"), found["domain"].encode("utf-8")
    return len(local) <= max_local and len(domain) <= MAX_DOMAIN


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for word in text.split():
        found = _PARAMETER.fullmatch(word)
        if not found or found["key"].upper() in parameters:
            raise Reply(BAD_PARAMETER)
        parameters[found["key"].upper()] = found["value"] or ""
    return parameters


def _check_parameter(key: str, value: str) -> None:
    """SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531); AUTH (RFC 4954 section 5) is taken and ignored."""
    match key:
        case "SIZE":
            good = value.isascii() and value.isdigit() and len(value) <= MAX_SIZE_DIGITS
        case "BODY":
            good = value.upper() in _BODIES
        case "SMTPUTF8":
            good = not value
        case "AUTH":
            good = bool(value)
        case _:
            raise Reply(UNKNOWN_PARAMETER)
    if not good:
        raise Reply(BAD_PARAMETER)
