"""What ``doctor`` asks the database; nothing is changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mailgate.store.outbox import STALE_MS
from mailgate.store.rows import Rows, id_key
from mailgate.store.sql import among


@dataclass(frozen=True, slots=True)
class Late:
    """What should have been done by now: how many ``timers`` are overdue and since when the first of them
    (``timers_ms``; None: none), and how many letters are ``stuck``: in a daemon's hands for over an hour."""

    timers: int
    timers_ms: int | None
    stuck: int


def late(rows: Rows, before_ms: int, now_ms: int) -> Late:
    """Timers that were due before that time, and letters that are stuck."""
    timers = rows.one("SELECT count(*), min(due_ms) FROM timers WHERE due_ms < ?", (before_ms,)) or (0, None)
    stuck = rows.one(
        "SELECT count(*) FROM letters WHERE state = 'handing' AND claimed_ms < ?", (now_ms - STALE_MS,)
    ) or (0,)
    return Late(int(timers[0]), timers[1], int(stuck[0]))


def server_time_s(rows: Rows) -> float | None:
    """The clock of the database's machine, in seconds since 1970; None where it is ours."""
    if not rows.postgres:
        return None
    row = rows.one("SELECT extract(epoch FROM clock_timestamp())")
    return float(row[0]) if row else None


def known_ids(rows: Rows, message_ids: Collection[str]) -> set[str]:
    """Which of these Message-IDs (without brackets) the desk has seen, on any ticket, in or out."""
    keys = {id_key(each): each for each in message_ids}
    if not keys:
        return set()
    found = rows.all(f"SELECT message_id FROM known_ids WHERE {among('message_id', list(keys))}", list(keys))  # noqa: S608
    return {keys[key] for (key,) in found}


def last_delivery_ms(rows: Rows) -> int:
    """When the newest mail that was settled came in; 0: never."""
    row = rows.one("SELECT max(received_ms) FROM deliveries")
    return int(row[0] or 0) if row else 0
