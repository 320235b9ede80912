"""What became of everything that came in: counts that add up to the number of deliveries fed.

Each delivery has exactly one outcome (promise 1), so that the sum over outcomes is the number of done-marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from peewee import SQL, fn

from mailgate.store.held import held_counts
from mailgate.store.rows import Rows
from mailgate.store.schema import Deliveries, Letters, Tickets, Timers

COUNT = fn.COUNT(SQL("*")).alias("count")


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts. ``outcomes`` by outcome, ``causes`` of held mail by cause, ``letters`` by state, ``tickets`` by status;
    ``held`` are waiting now. ``deliveries`` is the sum of ``outcomes``."""

    outcomes: dict[str, int] = field(default_factory=dict)
    causes: dict[str, int] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    tickets: dict[str, int] = field(default_factory=dict)
    held: int = 0
    timers: int = 0

    @property
    def deliveries(self) -> int:
        """How many deliveries were settled."""
        return sum(self.outcomes.values())


def stats(rows: Rows, since_ms: int = 0) -> Stats:
    """The counts since a time (0: all that the database has); tickets, held mail and timers are always those of now."""
    settled = Deliveries.select(Deliveries.outcome, Deliveries.cause, COUNT).where(Deliveries.settled_ms >= since_ms)
    outcomes: dict[str, int] = {}
    causes: dict[str, int] = {}
    by_both = settled.group_by(Deliveries.outcome, Deliveries.cause).order_by(Deliveries.outcome, Deliveries.cause)
    for row in rows.select(by_both):
        outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + row["count"]
        if row["cause"]:
            causes[row["cause"]] = causes.get(row["cause"], 0) + row["count"]
    return Stats(
        outcomes,
        causes,
        letters=letter_counts(rows, since_ms),
        tickets=_counts(rows, Tickets.status, Tickets.select()),
        held=sum(held_counts(rows).values()),
        timers=rows.select(Timers.select(COUNT))[0]["count"],
    )


def letter_counts(rows: Rows, since_ms: int = 0) -> dict[str, int]:
    """How many letters are in each state, of those composed since a time."""
    return _counts(rows, Letters.state, Letters.select().where(Letters.created_ms >= since_ms))


def _counts(rows: Rows, column: Any, query: Any) -> dict[str, int]:
    """The rows of a query, counted by the values of a column."""
    counted = query.select(column.alias("value"), COUNT).group_by(column).order_by(column)
    return {row["value"]: row["count"] for row in rows.select(counted)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits now: letters for the relay and since when the oldest is due (ms; None: none), held mails by cause,
    open tickets by team."""

    letters: int
    due_ms: int | None
    held: dict[str, int]
    tickets: dict[str, int]


def waiting(rows: Rows) -> Waiting:
    """Counted from the indexes of what waits, so it costs the same on a desk of any age. Raises ``Temporary``."""
    rows.connect()
    letters = rows.one("SELECT count(*), min(next_ms) FROM letters WHERE state IN ('queued', 'retry')")
    tickets = rows.all("SELECT team, count(*) FROM tickets WHERE closed_ms IS NULL GROUP BY team ORDER BY team")
    count, due_ms = letters or (0, None)
    return Waiting(count, due_ms, held_counts(rows), dict(tickets))
