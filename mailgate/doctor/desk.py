"""The desk's own books: the spool against the done-marks, timers, the outbox, held mail, webhooks, anchors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime

from mailgate.assembly import open_store
from mailgate.clock import Clock
from mailgate.config.settings import Settings
from mailgate.doctor.finding import Finding, Level, judged
from mailgate.doctor.machine import DAY_S, apart
from mailgate.edges.spool.spool import Spool
from mailgate.store.calls import failed_calls
from mailgate.store.checks import last_delivery_ms, late, server_time_s
from mailgate.store.database import Store

SAFE_SQLITE = (3, 51, 3)
WAITS_S = 300
LATE_MS = 900_000
ANCHOR_DAYS = 3
LETTERS = (
    ("unknown", "a crash cut these off, nobody knows whether they went: mailgate outbox list --state unknown"),
    ("failed", "the relay refused these for good: mailgate outbox list --state failed"),
)


def spool(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """What was accepted and is not settled yet."""
    if not settings.spool_path.exists():
        yield Finding("spool", Level.LOOK, "there is none yet", "it is made when the daemon first runs")
        return
    kept = Spool.open(settings.spool_path, clock)
    waiting = kept.unfinished()
    oldest = next(iter(kept.pending(0, 1, 1)), None)
    age_s = (clock.now_ms() - oldest.envelope.received_ms) // 1000 if oldest else 0
    kept.close()
    seen = f"mails that wait: {waiting}, the oldest for {age_s} s" if waiting else "nothing waits"
    yield judged("spool", age_s > WAITS_S, seen, "no daemon runs, or its database is away: look at the log")


def database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whether it answers, and what it says that should be otherwise."""
    store = open_store(settings, clock)
    try:
        yield Finding("database", Level.FINE, "PostgreSQL answers" if store.rows.postgres else "SQLite answers")
        if not store.rows.postgres and sqlite3.sqlite_version_info < SAFE_SQLITE:
            yield Finding(
                "sqlite", Level.LOOK, f"library {sqlite3.sqlite_version}",
                "before 3.51.3 two checkpointing connections could corrupt a WAL; mailgate lets one process do it: "
                "never write to the file with another program while the desk runs, or upgrade the library",
            )  # fmt: skip
        there_s = server_time_s(store.rows)
        if there_s is not None:
            yield from apart("the database's machine", there_s, clock)
        yield from _marks(settings, store, clock)
        yield from _outbox(store, clock)
        yield from _held(store)
        yield from _calls(store)
        yield from _anchors(settings, store, clock)
    finally:
        store.close()


def _marks(settings: Settings, store: Store, clock: Clock) -> Iterator[Finding]:
    """What the spool has as settled and the database has no done-mark of."""
    if not settings.spool_path.exists():
        return
    kept = Spool.open(settings.spool_path, clock)
    lost = kept.count_lost(store.known_entries)
    kept.close()
    if lost:
        yield Finding(
            "spool", Level.LOOK, f"{lost} mails are settled there and unknown to the database",
            "it was restored, or failed over: restart the daemon, and they are settled again",
        )  # fmt: skip


def _outbox(store: Store, clock: Clock) -> Iterator[Finding]:
    now_ms = clock.now_ms()
    counts, due = store.letter_counts(), store.next_due_ms()
    late_ms = max(0, now_ms - due) if due is not None else 0
    waiting = counts.get("queued", 0) + counts.get("retry", 0)
    yield judged(
        "outbox", late_ms > LATE_MS, f"{waiting} letters wait",
        "letters are due for over 15 minutes: is the relay away?",
    )  # fmt: skip
    for state, advice in LETTERS:
        if counts.get(state):
            yield Finding("outbox", Level.LOOK, f"{counts[state]} letters are {state}", advice)
    books = late(store.rows, now_ms - LATE_MS, now_ms)
    if books.stuck:
        yield Finding(
            "outbox", Level.LOOK, f"{books.stuck} letters are in the hands of a daemon for over an hour",
            "it died and did not come back: another daemon takes them over within minutes; is one running?",
        )  # fmt: skip
    if books.timers and books.timers_ms is not None:
        yield Finding(
            "timers", Level.LOOK,
            f"{books.timers} are overdue, the oldest for {(now_ms - books.timers_ms) // 60_000} minutes",
            "the clock process looks every second: is the daemon running? else look at the log for `duty`",
        )  # fmt: skip


def _held(store: Store) -> Iterator[Finding]:
    for cause, count in sorted(store.held_counts().items()):
        yield Finding("held mail", Level.LOOK, f"{count} held: {cause}", "mailgate held list")


def _calls(store: Store) -> Iterator[Finding]:
    failed = failed_calls(store.rows)
    if failed:
        yield Finding("webhooks", Level.LOOK, f"{failed} calls failed", "mailgate webhooks list --state failed")


def _anchors(settings: Settings, store: Store, clock: Clock) -> Iterator[Finding]:
    """Whether the history is still anchored daily, where there is any."""
    came_ms = last_delivery_ms(store.rows)
    days = sorted(each.stem for each in (settings.state_dir / "anchors").glob("*.jsonl"))
    newest_s = datetime.combine(date.fromisoformat(days[-1]), datetime.min.time(), UTC).timestamp() if days else 0.0
    age = (min(clock.now_ms(), came_ms) / 1000 - newest_s) / DAY_S
    if came_ms and days and age > ANCHOR_DAYS:
        yield Finding(
            "anchors", Level.LOOK, f"the newest is of {days[-1]}",
            "the clock process writes one a day: is the daemon running, and may it write there?",
        )  # fmt: skip
