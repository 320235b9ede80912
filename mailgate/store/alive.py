"""Which daemons are alive, where several share a database: a row of ``leases`` each, renewed every few seconds.

A daemon whose row has run out is taken for dead: the letters that it was handing over are taken over (``outbox``). One
that was only cut off from the database goes on with the ten that it has; that costs what a crash there costs.
"""

from __future__ import annotations

from mailgate.store.rows import Rows

BEAT_S = 5.0
ALIVE_MS = 15_000
"""How long a daemon counts as alive after its last beat."""

DEAD = "SELECT holder FROM leases WHERE name = 'daemon ' || holder AND expires_ms <= ?"
"""The names of those that have stopped; one that beats again is alive again."""


def beat(rows: Rows, holder: str, now_ms: int) -> None:
    """The daemon of that name is alive now."""
    rows.insert(
        "leases",
        "name, holder, expires_ms",
        [(f"daemon {holder}", holder, now_ms + ALIVE_MS)],
        "ON CONFLICT (name) DO UPDATE SET expires_ms = excluded.expires_ms",
    )
