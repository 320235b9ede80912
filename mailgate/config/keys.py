"""The desk's secret keys: one small file that ``mailgate init`` makes, mode 0600, one key a line.

::

    audit 5f0c…                    the key of the history; it never changes
    token 9a41…                    the key that signs; the newest stands first
    token 77b2… until 2026-12-31   an older one, whose tokens are good until that day (UTC)

``mailgate keys rotate`` puts a new ``token`` line above the old ones and gives those their ``until``; a reload makes it
count. A key past its day proves nothing any more, but stays in the file, so that an answer to an old letter is known
as one and not refused at the door.

A key is 32 octets in hexadecimal. What signs is derived from it (HKDF, RFC 5869, with HMAC-SHA-256), apart for each
use, so that a token tells nothing about the history's key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailgate.clock import Clock
from mailgate.config.units import Wrong

_LINE = re.compile(r"(audit|token)[ \t]+([0-9a-f]{64})(?:[ \t]+until[ \t]+(\d{4}-\d{2}-\d{2}))?[ \t]*")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_FORM = 'write "token" or "audit" and 64 hexadecimal digits; `mailgate init` makes such a file'
KEY_ID_LENGTH = 2
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Keys:
    """Token keys by their id, newest first, and the key of the event chains; no ``repr`` shows them. ``retired`` are
    those whose grace is over, ``ends`` says when that of a good one will be, by its id."""

    tokens: tuple[tuple[str, bytes], ...] = field(repr=False)
    audit: bytes = field(repr=False)
    retired: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    ends: Mapping[str, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One key of the file, without the key: its use (``audit`` or ``token``), its id, its last day (empty: none)."""

    use: str
    id: str
    until: str = ""


def new_secret(clock: Clock) -> str:
    """The text of a fresh file."""
    return (
        "# mailgate's keys. Keep this file secret and in the backup: without it customers' replies lose their way.\n"
        "# To rotate: mailgate keys rotate, and a reload.\n"
        f"audit {clock.token_hex(32)}\n"
        f"token {clock.token_hex(32)}\n"
    )


def read_keys(text: str, now_ms: int) -> Keys:
    """The keys of such a file that are good now. Raises ``Wrong`` in words that never show a key."""
    today = _day(now_ms)
    audit: list[bytes] = []
    good: list[tuple[str, bytes]] = []
    over: list[tuple[str, bytes]] = []
    ends: dict[str, int] = {}
    for found in filter(None, map(_read, enumerate(text.splitlines(), 1))):
        sort, key, until = found[1], bytes.fromhex(found[2]), found[3]
        if sort == "audit":
            audit.append(_derive(key, "audit"))
        else:
            kept = good if not until or today <= until else over
            kept.append((_key_id(key), _derive(key, "token")))
            if until:
                ends[_key_id(key)] = _after(until)
    _whole(audit, good, over)
    return Keys(tuple(good), audit[0], tuple(over), ends)


def lines(text: str) -> tuple[Line, ...]:
    """What is in such a file, in its order. Raises ``Wrong``."""
    found = filter(None, map(_read, enumerate(text.splitlines(), 1)))
    return tuple(Line(one[1], _key_id(bytes.fromhex(one[2])), one[3] or "") for one in found)


def rotated(text: str, clock: Clock, grace_days: int) -> str:
    """The file with a new key that signs from the next reload on; the old ones are good for ``grace_days`` more.

    A key that has a last day already keeps it. Raises ``Wrong``.
    """
    taken = {line.id for line in lines(text)}
    fresh = next(key for key in iter(lambda: clock.token_hex(32), "") if _key_id(bytes.fromhex(key)) not in taken)
    until = _day(clock.now_ms() + grace_days * DAY_MS)
    old = [_until(line, until) if _signs(line) else line for line in text.splitlines()]
    first = next((at for at, line in enumerate(old) if line.strip().startswith("token")), len(old))
    return "\n".join((*old[:first], f"token {fresh}", *old[first:])) + "\n"


def retired(text: str, key_id: str, now_ms: int) -> str:
    """The file with the key of that id past its grace, for one that leaked. Raises ``Wrong`` where there is none, or
    where it is the one that signs."""
    tokens = [line.id for line in lines(text) if line.use == "token"]
    if key_id not in tokens:
        raise Wrong(f"there is no token key {key_id}", "`mailgate keys list` shows them")
    if tokens[0] == key_id:
        raise Wrong(f"the key {key_id} is the one that signs", "`mailgate keys rotate` first")
    yesterday = _day(now_ms - DAY_MS)
    kept = (
        _until(line, yesterday) if (found := _LINE.fullmatch(line.strip())) and _named(found, key_id) else line
        for line in text.splitlines()
    )
    return "\n".join(kept) + "\n"


def _read(numbered: tuple[int, str]) -> re.Match[str] | None:
    """A line's key; None for a comment. Raises ``Wrong`` for anything else."""
    number, line = numbered
    if not line.strip() or line.lstrip().startswith("#"):
        return None
    found = _LINE.fullmatch(line.strip())
    if not found:
        raise Wrong(f"line {number} of the secret file is no key", _FORM)
    return found


def _signs(line: str) -> bool:
    found = _LINE.fullmatch(line.strip())
    return found is not None and found[1] == "token" and not found[3]


def _named(found: re.Match[str], key_id: str) -> bool:
    return found[1] == "token" and _key_id(bytes.fromhex(found[2])) == key_id


def _until(line: str, day: str) -> str:
    """A token key's line with this last day, in place of another."""
    use, key, *_ = line.split()
    return f"{use} {key} until {day}"


def _day(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms / 1000, UTC).date().isoformat()


def _after(day: str) -> int:
    """The first millisecond behind that day (UTC). Raises ``Wrong`` for a day that is in no calendar."""
    try:
        first = datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError:
        raise Wrong(f"there is no day {day}", "write it as 2026-12-31") from None
    return int(first.timestamp() * 1000) + DAY_MS


def _whole(audit: list[bytes], good: list[tuple[str, bytes]], over: list[tuple[str, bytes]]) -> None:
    if len(audit) != 1:
        raise Wrong(f"the secret file holds {len(audit) or 'no'} audit keys", "it needs exactly one")
    if not good:
        raise Wrong("the secret file holds no token key that is still good", "add one with `mailgate keys rotate`")
    if len({key_id for key_id, _ in (*good, *over)}) != len(good) + len(over):
        raise Wrong("two token keys of the secret file have the same id", "replace one of them")


def _derive(key: bytes, use: str) -> bytes:
    """HKDF (RFC 5869) for one block: extract with a fixed salt, expand for the use."""
    extracted = hmac.new(b"mailgate", key, hashlib.sha256).digest()
    return hmac.new(extracted, f"{use}/1".encode() + b"\x01", hashlib.sha256).digest()


def _key_id(key: bytes) -> str:
    """Two letters of base32 that name the key and tell nothing of it."""
    digest = _derive(key, "id")
    return "".join(_ALPHABET[octet & 31] for octet in digest[:KEY_ID_LENGTH])
