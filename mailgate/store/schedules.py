"""When scheduled tickets are due: one row a schedule, moved on in the transaction that opens the ticket.

However many daemons look, the row is locked by one of them. What was missed while all were down comes once, not as
often as it would have come. A schedule that is written otherwise now begins anew, and opens nothing for the past.
"""

from __future__ import annotations

import hashlib

from mailgate.desk.policy import Scheduled
from mailgate.store.rows import Rows


def is_due(rows: Rows, one: Scheduled, now_ms: int) -> bool:
    """Whether there is anything to do for the schedule; asked before a transaction is begun for it."""
    row = rows.one("SELECT next_ms, last_key FROM schedules WHERE name = ?", (one.id,))
    return row is None or row[0] <= now_ms or row[1] != key_of_schedule(one)


def take(rows: Rows, one: Scheduled, now_ms: int) -> int | None:
    """In a transaction: move the schedule on; returns the time of the occurrence to open a ticket for, or None."""
    skip = "FOR UPDATE SKIP LOCKED" if rows.postgres else ""
    following = one.every.after(now_ms, one.timezone)
    key = key_of_schedule(one)
    if following is None:
        return None
    fresh = rows.all(
        "INSERT INTO schedules (name, next_ms, last_key) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING RETURNING name",
        (one.id, following, key),
    )
    row = rows.one(f"SELECT next_ms, last_key FROM schedules WHERE name = ? {skip}", (one.id,))  # noqa: S608
    if fresh or row is None:
        return None
    due = row[1] == key and row[0] <= now_ms
    if due or row[1] != key:
        rows.run("UPDATE schedules SET next_ms = ?, last_key = ? WHERE name = ?", (following, key, one.id))
    return int(row[0]) if due else None


def key_of_schedule(one: Scheduled) -> str:
    """What changes when the schedule is written otherwise."""
    return hashlib.sha256(repr((one.every, one.timezone)).encode()).hexdigest()[:16]


def imported(rows: Rows, key: str) -> bool:
    """In a transaction: note that a row of an imported file was taken; False where it was taken before."""
    row = (f"import:{key}", 2**62, "")
    conflict = "ON CONFLICT (name) DO NOTHING"
    return bool(rows.insert_returning("schedules", "name, next_ms, last_key", [row], conflict, "name"))
