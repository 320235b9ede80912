"""The sorts of value that the configuration knows, each with its own check and its own words when it fails.

They are ``Annotated`` types for the models of ``schema``: a plain function reads what TOML gave and returns the value
or raises ``units.Wrong``. What it returns is what the rest of mailgate uses; no second conversion follows.
"""

from __future__ import annotations

import ipaddress
import re
import string
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from mailgate.config import units
from mailgate.config.units import Duration, Wrong
from mailgate.edges.settings import Secret

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_STRETCH = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d) ?[-–] ?((?:[01]\d|2[0-3]):[0-5]\d|24:00)")
_LONGEST = 20_000
ROLES = ("requester", "assignee", "team", "supervisors")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def text(value: object) -> str:
    """One line of text without control characters."""
    if not isinstance(value, str):
        raise Wrong(f"{_kind(value)} where text belongs", "put it in quotes")
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise Wrong("it holds a control character", "write it on one line, without tabs")
    return value


def passage(value: object) -> str:
    """Text of several lines, at most 20,000 characters, without control characters but line breaks and tabs."""
    if not isinstance(value, str):
        raise Wrong(f"{_kind(value)} where text belongs", "put it in quotes")
    if len(value) > _LONGEST:
        raise Wrong(f"it is longer than {_LONGEST} characters", "nobody reads so long a reply")
    lines = value.replace("\r\n", "\n")
    if any((ord(char) < 32 and char not in "\n\t") or ord(char) == 127 for char in lines):
        raise Wrong("it holds a control character", "write plain text")
    return lines.strip()


def identifier(value: object) -> str:
    """A short name that commands and other keys use."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Wrong(f"{value!r} is no short name", "use lower-case letters, digits, and - _ . inside, at most 64")
    return value


def address(value: object) -> str:
    """A plain mail address (the addr-spec of RFC 5322 section 3.4.1, as a dot-atom), its domain in lower case."""
    local, at, domain = value.rpartition("@") if isinstance(value, str) else ("", "", "")
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local) or not _HOST.fullmatch(domain):
        raise Wrong(f"{value!r} is no mail address", 'write it bare, as in "support@example.com"')
    return f"{local}@{domain.lower()}"


def reader(value: object) -> str:
    """To whom a letter of a rule goes: a part somebody has in the ticket, or a mail address."""
    if value in ROLES:
        return str(value)
    try:
        return address(value)
    except Wrong as error:
        listed = ", ".join(f'"{role}"' for role in ROLES)
        raise Wrong(f"{value!r} is nobody", f"write {listed} or a mail address") from error


def address_or_domain(value: object) -> str:
    """A mail address, or ``@example.com`` for everybody there; lower case."""
    if isinstance(value, str) and value.startswith("@") and _HOST.fullmatch(value[1:]):
        return value.lower()
    try:
        return address(value).lower()
    except Wrong as error:
        raise Wrong(f"{value!r} is no address and no domain", 'write "anna@example.com" or "@example.com"') from error


def host(value: object) -> str:
    """A host name or an IP address, without a port."""
    if isinstance(value, str) and (_HOST.fullmatch(value) or _is_ip(value)):
        return value.lower()
    raise Wrong(f"{value!r} is no host name", 'write it without a port, as in "mail.example.com"')


def listener(value: object) -> str:
    """Where a server listens: ``host:port`` or ``unix:PATH``; empty: nowhere."""
    if value == "":
        return ""
    written = text(value)
    if written.startswith("unix:") and len(written) > 5:
        return written
    name, colon, port = written.rpartition(":")
    if colon and port.isascii() and port.isdigit() and int(port) < 65536 and (not name or _is_host(name)):
        return written
    raise Wrong(
        f"{value!r} is no place to listen at", 'write "127.0.0.1:2525", "[::1]:2525" or "unix:/run/mailgate/lmtp"'
    )


def loopback_listener(value: object) -> str:
    """Where a server listens that nobody outside of this machine may reach: ``host:port`` on loopback; or empty."""
    written = listener(value)
    name = written.rpartition(":")[0].strip("[]")
    if written and name not in ("localhost", "::1") and not name.startswith("127."):
        raise Wrong(f"{value!r} is not on loopback", 'write "127.0.0.1:9464"; let your own proxy carry it further')
    return written


def network(value: object) -> str:
    """An IP network in CIDR notation, or one IP address."""
    try:
        return str(ipaddress.ip_network(text(value)))
    except ValueError as error:
        raise Wrong(f"{value!r} is no network", 'write it as "192.0.2.0/24" or "2001:db8::/32"') from error


def language(value: object) -> str:
    """A BCP 47 language tag."""
    if isinstance(value, str) and _LANGUAGE.fullmatch(value):
        return value
    raise Wrong(f"{value!r} is no language", 'write a tag such as "en", "zh-Hans" or "pt-BR"')


def timezone(value: object) -> str:
    """The name of a time zone of the IANA database."""
    try:
        ZoneInfo(text(value))
    except (KeyError, ValueError, OSError) as error:
        raise Wrong(
            f"there is no time zone {value!r}", 'write it as "Europe/Berlin", "Asia/Shanghai" or "UTC"'
        ) from error
    return text(value)


def subject_tag(value: object) -> str:
    """The format of a subject tag: text with ``{number}`` in it once, and something on either side."""
    written = text(value)
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(written) if name is not None]
    except ValueError:
        fields = []
    if fields != ["number"] or written.startswith("{") or written.endswith("}"):
        raise Wrong(f"{value!r} is no subject tag", 'write {number} once, with something on both sides: "[#{number}]"')
    return written


def secret(value: object) -> Secret:
    """A password or key, by the place where it stands."""
    if isinstance(value, Secret):
        return value
    if isinstance(value, str) and value:
        return Secret(literal=value)
    if isinstance(value, dict) and len(value) == 1:
        place, name = next(iter(value.items()))
        if place in ("env", "file") and isinstance(name, str) and name:
            return Secret(env=name) if place == "env" else Secret(file=name)
    # What was written may be the secret itself, so it is not repeated.
    raise Wrong("this is no secret", 'write { env = "NAME" } or { file = "path" }')


def database_url(value: object) -> str | Secret:
    """The database, or the secret that names it (its password stands in the URL)."""
    if isinstance(value, dict):
        return secret(value)
    written = text(value)
    if written == "sqlite" or written.startswith(("sqlite:///", "postgresql://", "postgres://")):
        return written
    raise Wrong(
        "this is no database", 'write "sqlite", "sqlite:///PATH", "postgresql://USER@HOST/NAME" or { env = "NAME" }'
    )


def folder_name(value: object) -> str:
    """The name of an IMAP folder; control characters would reach the server as commands (imapclient sends them on)."""
    written = text(value)
    if not written:
        raise Wrong("the folder has no name", 'write it as the server shows it, such as "INBOX"')
    return written


def stretch(value: object) -> tuple[time, time]:
    """Opening hours of a day, ``09:00-17:30``; ``24:00`` is the midnight that follows, 00:00 in the value."""
    found = _STRETCH.fullmatch(value) if isinstance(value, str) else None
    if found:
        start, end = found[1], found[2]
        opened, closed = time.fromisoformat(start), time() if end == "24:00" else time.fromisoformat(end)
        if opened < closed or end == "24:00":
            return opened, closed
    raise Wrong(
        f"{value!r} are no opening hours", 'write "09:00-17:30", the start before the end, "24:00" for midnight'
    )


def time_of_day(value: object) -> time:
    """An hour of the day, ``08:30``, as text or as TOML's own time."""
    if isinstance(value, time):
        return value
    found = _HOUR.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong(f"{value!r} is no time of day", 'write it as "08:30"')
    return time.fromisoformat(found[0])


def day_name(value: object) -> date:
    """A date that stands as a key, ``"2026-12-05"``; TOML has dates as values only."""
    try:
        return date.fromisoformat(text(value))
    except ValueError as error:
        raise Wrong(f"{value!r} is no date", 'write it as "2026-12-05"') from error


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _is_host(name: str) -> bool:
    bracketed = name.startswith("[") and name.endswith("]") and _is_ip(name[1:-1])
    return bracketed or name == "*" or bool(_HOST.fullmatch(name)) or (":" not in name and _is_ip(name))


def _kind(value: object) -> str:
    words = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return words.get(type(value), "something else")


Text = Annotated[str, BeforeValidator(text)]
Passage = Annotated[str, BeforeValidator(passage)]
Id = Annotated[str, BeforeValidator(identifier)]
Reader = Annotated[str, BeforeValidator(reader)]
MailAddress = Annotated[str, BeforeValidator(address)]
AddressOrDomain = Annotated[str, BeforeValidator(address_or_domain)]
Host = Annotated[str, BeforeValidator(host)]
Listener = Annotated[str, BeforeValidator(listener)]
LoopbackListener = Annotated[str, BeforeValidator(loopback_listener)]
Network = Annotated[str, BeforeValidator(network)]
Language = Annotated[str, BeforeValidator(language)]
Timezone = Annotated[str, BeforeValidator(timezone)]
SubjectTag = Annotated[str, BeforeValidator(subject_tag)]
FolderName = Annotated[str, BeforeValidator(folder_name)]
TimeOfDay = Annotated[time, BeforeValidator(time_of_day)]
Stretch = Annotated[tuple[time, time], BeforeValidator(stretch)]
DayName = Annotated[date, BeforeValidator(day_name)]
Size = Annotated[int, BeforeValidator(units.size)]
AnyDuration = Annotated[Duration, BeforeValidator(units.duration)]
ClockDuration = Annotated[Duration, BeforeValidator(units.clock_duration)]
SecretValue = Annotated[Secret, BeforeValidator(secret)]
DatabaseUrl = Annotated[str | Secret, BeforeValidator(database_url)]
