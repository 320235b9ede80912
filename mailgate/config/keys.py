"""The desk's secret keys: one small file that ``mailgate init`` makes, mode 0600, one key a line.

::

    audit 5f0c…                    the key of the history; it never changes
    token 9a41…                    the key that signs; the newest stands first
    token 77b2… until 2026-12-31   an older one, whose tokens are good until that day (UTC)

A key is 32 octets in hexadecimal. What signs is derived from it (HKDF, RFC 5869, with HMAC-SHA-256), apart for each
use, so that a token tells nothing about the history's key. To rotate: write a new ``token`` line above the old ones,
put an ``until`` on those, reload. A key past its day is as if it were not there.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailgate.clock import Clock
from mailgate.config.units import Wrong

_LINE = re.compile(r"(audit|token)[ \t]+([0-9a-f]{64})(?:[ \t]+until[ \t]+(\d{4}-\d{2}-\d{2}))?[ \t]*")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_FORM = 'write "token" or "audit" and 64 hexadecimal digits; `mailgate init` makes such a file'
KEY_ID_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Keys:
    """Token keys by their id, newest first, and the key of the event chains; no ``repr`` shows them."""

    tokens: tuple[tuple[str, bytes], ...] = field(repr=False)
    audit: bytes = field(repr=False)


def new_secret(clock: Clock) -> str:
    """The text of a fresh file."""
    return (
        "# mailgate's keys. Keep this file secret and in the backup: without it customers' replies lose their way.\n"
        '# To rotate, add a token line above the old one and put "until YYYY-MM-DD" behind that.\n'
        f"audit {clock.token_hex(32)}\n"
        f"token {clock.token_hex(32)}\n"
    )


def read_keys(text: str, now_ms: int) -> Keys:
    """The keys of such a file that are good now. Raises ``Wrong`` in words that never show a key."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date().isoformat()
    audit: list[bytes] = []
    tokens: list[tuple[str, bytes]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if not found:
            raise Wrong(f"line {number} of the secret file is no key", _FORM)
        sort, key, until = found[1], bytes.fromhex(found[2]), found[3]
        if sort == "audit":
            audit.append(_derive(key, "audit"))
        elif not until or today <= until:
            tokens.append((_key_id(key), _derive(key, "token")))
    _whole(audit, tokens)
    return Keys(tuple(tokens), audit[0])


def _whole(audit: list[bytes], tokens: list[tuple[str, bytes]]) -> None:
    if len(audit) != 1:
        raise Wrong(f"the secret file holds {len(audit) or 'no'} audit keys", "it needs exactly one")
    if not tokens:
        raise Wrong("the secret file holds no token key that is still good", "add one without until")
    if len({key_id for key_id, _ in tokens}) != len(tokens):
        raise Wrong("two token keys of the secret file have the same id", "replace one of them")


def _derive(key: bytes, use: str) -> bytes:
    """HKDF (RFC 5869) for one block: extract with a fixed salt, expand for the use."""
    extracted = hmac.new(b"mailgate", key, hashlib.sha256).digest()
    return hmac.new(extracted, f"{use}/1".encode() + b"\x01", hashlib.sha256).digest()


def _key_id(key: bytes) -> str:
    """Two letters of base32 that name the key and tell nothing of it."""
    digest = _derive(key, "id")
    return "".join(_ALPHABET[octet & 31] for octet in digest[:KEY_ID_LENGTH])
