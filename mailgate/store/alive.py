"""Which daemons are alive, where several share a database: a row of ``leases`` each, renewed every few seconds.

A daemon whose row has run out is taken for dead: the letters that it was handing over are taken over (``outbox``). One
that was only cut off from the database goes on with the ten that it has; that costs what a crash there costs.

What the command line queues is told to the senders of all daemons by NOTIFY. A daemon's own processes have bells, and
what another daemon queues is found by looking every two seconds: NOTIFY locks the whole server's queue of notices at
the commit, so that a desk that says it with every batch commits one after the other.
"""

from __future__ import annotations

from mailgate.store.rows import Rows

BEAT_S = 5.0
ALIVE_MS = 15_000
"""How long a daemon counts as alive after its last beat."""

DEAD = "SELECT holder FROM leases WHERE name = 'daemon ' || holder AND expires_ms <= ?"
"""The names of those that have stopped; one that beats again is alive again."""


CHANNEL = "mailgate_letters"


def ring(rows: Rows) -> None:
    """Letters wait: tell all daemons, at the commit. SQLite has no such bell; its one daemon looks soon."""
    if rows.postgres:
        rows.run(f"NOTIFY {CHANNEL}")


def heard(rows: Rows, seconds: float) -> bool:
    """Whether somebody rang within so many seconds; what is missed between two calls costs until the next look."""
    return rows.hear(CHANNEL, seconds)


def beat(rows: Rows, holder: str, now_ms: int) -> None:
    """The daemon of that name is alive now."""
    rows.insert(
        "leases",
        "name, holder, expires_ms",
        [(f"daemon {holder}", holder, now_ms + ALIVE_MS)],
        "ON CONFLICT (name) DO UPDATE SET expires_ms = excluded.expires_ms",
    )
