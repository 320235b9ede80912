"""One ticket's history as a keyed chain (promise 9).

Each event carries ``mac = HMAC-SHA-256(key, previous mac | metadata | digest)``, where ``digest = SHA-256(salt |
payload)``. The key lives outside the database. ``previous`` and ``digest`` are 32 octets each, so that the three parts
cannot slide into each other; the first event follows 32 zero octets. Personal data stands in the payload only: erasing
payload and salt leaves the digest, which says nothing without the salt, and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from mailgate.store.rows import to_json

START = bytes(32)
SALT_OCTETS = 16


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain stands: how many events it has, and the mac of the last."""

    events: int = 0
    head: bytes = START


def digest_of(salt: bytes, payload: str) -> bytes:
    """The commitment to a payload, 32 octets."""
    return hashlib.sha256(salt + payload.encode()).digest()


def mac_of(key: bytes, previous: bytes, metadata: bytes, digest: bytes) -> bytes:
    """The mac of one event, 32 octets."""
    return hmac.digest(key, previous + metadata + digest, "sha256")


def metadata_of(ticket_id: int, seq: int, at_ms: int, kind: str, actor: str, meta: str) -> bytes:
    """All of an event that is never erased, as the octets that the mac covers: a JSON list of the six, where ``meta``
    is a JSON text itself. Put together here, since three strings cost a fraction of a list with them."""
    return f"[{ticket_id},{seq},{at_ms},{to_json(kind)},{to_json(actor)},{to_json(meta)}]".encode()
