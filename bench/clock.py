"""What a tick of the clock costs: with many open tickets and nothing due, and with a thousand letters due.

A desk on SQLite with promises to customers (``[sla.*]``), in this process. The tick is what the clock process does
each second and minute: timers, digests, confirmations, requests. What is due are surveys, one letter each to a
customer of its own; and warnings, which agents get gathered in one letter.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.growth import Bench, fill, open_desk
from mailgate.clock import SystemClock
from mailgate.edges.dns import NoDns
from mailgate.edges.spool.spool import Spool
from mailgate.gateway import Senses
from mailgate.timetable import Timetable

DUE = 1000
TICKS = 50
YEAR_MS = 365 * 86_400_000
PROMISES = """
[sla.standard]
first_response = "4h"
resolution = "3 working days"
hours = "office"

[hours.office]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]

[[rules]]
name = "all"
sla = "standard"
"""
SOME = "SELECT min(id) FROM tickets GROUP BY requester_key ORDER BY min(id) LIMIT ?"
"""Tickets of as many customers."""


class LaterClock(SystemClock):
    """The system's clock, some hours ahead."""

    ahead_ms = 0

    def now_ms(self) -> int:
        """The hour that the desk believes it is."""
        return super().now_ms() + self.ahead_ms


def run(count: int) -> dict[str, object]:
    """Milliseconds of an idle tick with ``count`` open tickets, and letters a second where a thousand are due."""
    with tempfile.TemporaryDirectory(prefix="bench-clock-") as name:
        bench = open_desk(Path(name) / "desk", PROMISES)
        known = fill(bench, count)
        rows, clock = bench.store.rows, LaterClock()
        rows.run("UPDATE timers SET due_ms = due_ms + ?", (YEAR_MS,))
        table = _timetable(bench, clock, Path(name))
        idle = [_seconds(lambda: _tick(table)) * 1000 for _ in range(TICKS)]
        return {
            "figure": "clock",
            "tickets": known,
            "idle_tick_ms": round(statistics.median(idle), 2),
            "slowest_idle_tick_ms": round(max(idle), 2),
            **_surveys(bench, table, clock),
            **_warnings(bench, table, clock),
        }


def _surveys(bench: Bench, table: Timetable, clock: SystemClock) -> dict[str, object]:
    """A thousand closed tickets, each of another customer, who is asked for a rating."""
    rows, now_ms = bench.store.rows, clock.now_ms()
    chosen = [number for (number,) in rows.all(SOME, (DUE,))]
    with rows.transaction():
        for number in chosen:
            rows.run("UPDATE tickets SET status = 'closed', closed_ms = ? WHERE id = ?", (now_ms, number))
            rows.run("INSERT INTO timers (ticket_id, kind, due_ms) VALUES (?, 'survey', ?)", (number, now_ms))
    start = time.process_time()
    seconds, letters = _queued(bench, table)
    spent = (time.process_time() - start) * 1000
    return {
        "surveys_due": len(chosen),
        "surveys": letters,
        "letters_per_second": round(letters / seconds),
        "cpu_ms_a_letter": round(spent / letters, 2),
    }


def _warnings(bench: Bench, table: Timetable, clock: LaterClock) -> dict[str, object]:
    """A thousand tickets that nobody answered for four hours: one letter to each agent."""
    rows = bench.store.rows
    clock.ahead_ms = 4 * 3_600_000
    due = "SELECT ticket_id FROM timers WHERE kind = 'sla' ORDER BY ticket_id DESC LIMIT ?"
    rows.run(f"UPDATE timers SET due_ms = 0 WHERE kind = 'sla' AND ticket_id IN ({due})", (DUE,))
    seconds, letters = _queued(bench, table)
    left = rows.all("SELECT count(*) FROM timers WHERE kind = 'sla' AND due_ms <= ?", (clock.now_ms(),))[0][0]
    return {"warnings_due": DUE, "warning_letters": letters, "warned_per_second": round((DUE - left) / seconds)}


def _queued(bench: Bench, table: Timetable) -> tuple[float, int]:
    """How long a tick takes, and how many letters it puts into the outbox."""
    rows = bench.store.rows
    before = rows.all("SELECT count(*) FROM letters")[0][0]
    seconds = _seconds(table.due)
    return seconds, rows.all("SELECT count(*) FROM letters")[0][0] - before


def _tick(table: Timetable) -> None:
    """What the clock process looks at each second, and each minute."""
    table.due()
    table.digests()
    table.confirmations()
    table.requests()


def _seconds(what: Callable[[], None]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def _timetable(bench: Bench, clock: SystemClock, folder: Path) -> Timetable:
    senses = Senses(bench.desk.ours, (), NoDns())
    spool = Spool.open(folder / "spool.db", clock)
    return Timetable(bench.store, spool, bench.desk, senses, clock, folder, lambda: None)
