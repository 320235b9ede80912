"""What an admin would look at when something is wrong, looked at live: one finding a line, with what to do.

Each check answers for itself and never stops the others; a check that cannot be made says why. Nothing is changed.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from mailgate.assembly import open_store, resolver_of
from mailgate.clock import Clock, SystemClock
from mailgate.config.settings import Settings
from mailgate.edges.imap_in.check import check_account
from mailgate.edges.smtp_in.tls import certificate_end
from mailgate.edges.smtp_out.relay import SmtpCourier
from mailgate.edges.spool.lock import SpoolLock
from mailgate.edges.spool.spool import Spool
from mailgate.errors import MailgateError, Temporary
from mailgate.store.calls import failed_calls
from mailgate.store.database import Store

SAFE_SQLITE = (3, 51, 3)
SAFE_PYTHON = {(3, 11): 15, (3, 12): 13, (3, 13): 12}
DAY_S = 86_400


class Level(StrEnum):
    """How bad a finding is; ``doctor`` exits 1 when any is bad."""

    FINE = "fine"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was seen, and what to do about it (empty when it is fine)."""

    topic: str
    level: Level
    seen: str
    advice: str = ""


def examine(settings: Settings, clock: Clock | None = None) -> Iterator[Finding]:
    """Every finding, in the order of the mail's way, each as soon as it is known."""
    clock = clock or SystemClock()
    for topic, check in CHECKS:
        try:
            yield from check(settings, clock)
        except (MailgateError, OSError) as error:
            yield Finding(topic, Level.BAD, str(error), "see docs/operations.md")


def _daemon(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    if SpoolLock(settings.spool_path).held():
        yield Finding("daemon", Level.FINE, "running")
    else:
        yield Finding("daemon", Level.LOOK, "not running", "start it: mailgate serve")


def _machine(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.state_dir if settings.state_dir.exists() else settings.path.parent).free
    room = f"{free // 2**20} MB free in {settings.state_dir}"
    if free < settings.smtp_in.min_free:
        yield Finding("disk", Level.BAD, room, "mail is put off with 452 until there is room again: free some")
    else:
        yield Finding("disk", Level.FINE, room)
    fixed = SAFE_PYTHON.get(sys.version_info[:2])
    if fixed is not None and sys.version_info[2] < fixed:
        wanted = f"{sys.version_info[0]}.{sys.version_info[1]}.{fixed}"
        yield Finding(
            "python", Level.LOOK, sys.version.split()[0], f"its mail library has known faults; {wanted} mends them"
        )


def _spool(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if not settings.spool_path.exists():
        yield Finding("spool", Level.LOOK, "there is none yet", "it is made when the daemon first runs")
        return
    spool = Spool.open(settings.spool_path, clock)
    waiting = spool.unfinished()
    oldest = next(iter(spool.pending(0, 1, 1)), None)
    age_s = (clock.now_ms() - oldest.envelope.received_ms) // 1000 if oldest else 0
    spool.close()
    level = Level.LOOK if age_s > 300 else Level.FINE
    advice = "the applier is stuck or the database is away: look at the log" if level is Level.LOOK else ""
    yield Finding(
        "spool", level, f"{waiting} mails wait, the oldest for {age_s} s" if waiting else "nothing waits", advice
    )


def _database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    store = open_store(settings, clock)
    yield Finding("database", Level.FINE, "PostgreSQL answers" if store.rows.postgres else "SQLite answers")
    if not store.rows.postgres and sqlite3.sqlite_version_info < SAFE_SQLITE:
        yield Finding(
            "sqlite", Level.LOOK, f"library {sqlite3.sqlite_version}",
            "before 3.51.3 two checkpointing connections could corrupt a WAL; mailgate lets one process do it: never "
            "write to the file with another program while the desk runs, or upgrade the library",
        )  # fmt: skip
    yield from _outbox(store, clock)
    yield from _held(store)
    yield from _calls(store)
    store.close()


def _outbox(store: Store, clock: Clock) -> Iterator[Finding]:
    counts = store.letter_counts()
    due = store.next_due_ms()
    late_s = max(0, clock.now_ms() - due) // 1000 if due is not None else 0
    waiting = counts.get("queued", 0) + counts.get("retry", 0)
    yield Finding(
        "outbox", Level.LOOK if late_s > 900 else Level.FINE, f"{waiting} letters wait",
        "letters are due for over 15 minutes: is the relay away?" if late_s > 900 else "",
    )  # fmt: skip
    for state, advice in (
        ("unknown", "a crash cut these off, nobody knows whether they went: mailgate outbox list --state unknown"),
        ("failed", "the relay refused these for good: mailgate outbox list --state failed"),
    ):
        if counts.get(state):
            yield Finding("outbox", Level.LOOK, f"{counts[state]} letters are {state}", advice)


def _held(store: Store) -> Iterator[Finding]:
    for cause, count in sorted(store.held_counts().items()):
        yield Finding("held mail", Level.LOOK, f"{count} held: {cause}", "mailgate held list")


def _calls(store: Store) -> Iterator[Finding]:
    failed = failed_calls(store.rows)
    if failed:
        yield Finding("webhooks", Level.LOOK, f"{failed} calls failed", "mailgate webhooks list --state failed")


def _relay(settings: Settings, clock: Clock) -> Iterator[Finding]:
    relay = settings.relay
    if relay.kind != "smtp":
        yield Finding(
            "relay", Level.LOOK, f"letters go to a {relay.kind}", 'fine for trying out; set [smtp.out] kind = "smtp"'
        )
        return
    courier = SmtpCourier(relay, clock)
    try:
        courier.check()
    finally:
        courier.close()
    yield Finding("relay", Level.FINE, f"{relay.host}:{relay.port} answers")


def _mailboxes(settings: Settings, clock: Clock) -> Iterator[Finding]:
    for account in settings.imap:
        place = f"{account.user} at {account.host}, folder {account.folder}"
        try:
            count = check_account(account, clock)
            yield Finding("mailbox", Level.FINE, f"{place}: {count} mails")
        except Temporary as error:
            yield Finding(
                "mailbox", Level.BAD, f"{place}: {error}", "mend [mailboxes.imap]; the daemon tries again by itself"
            )


def _certificate(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if not settings.smtp_in.tls_cert:
        return
    ends_s = certificate_end(settings.smtp_in.tls_cert, settings.smtp_in.tls_key)
    left = int((ends_s - clock.now_ms() / 1000) // DAY_S)
    day = datetime.fromtimestamp(ends_s, UTC).date().isoformat()
    level = Level.BAD if left < 0 else Level.LOOK if left < 14 else Level.FINE
    yield Finding(
        "certificate", level, f"good until {day}", "" if level is Level.FINE else "renew it; SIGHUP reads the new one"
    )


def _domains(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whether receivers can tell that letters from our domains are ours: SPF, DMARC, and the DKIM key in use."""
    if not settings.dns:
        yield Finding("dns", Level.LOOK, "switched off", "senders count as unproved unless a relay vouches: desk.dns")
        return
    resolver = resolver_of(settings, clock)
    for domain in sorted({brand.address.rpartition("@")[2] for brand in settings.policy.brands.values()}):
        wanted = [("SPF", domain, "v=spf1"), ("DMARC", f"_dmarc.{domain}", "v=DMARC1")]
        wanted += [
            ("DKIM", f"{key.selector}._domainkey.{key.domain}", "p=")
            for key in settings.dkim.values()
            if key.domain == domain
        ]
        for name, record, mark in wanted:
            try:
                found = any(mark.lower() in text.lower() for text in resolver.txt(record))
            except Temporary as error:
                yield Finding(
                    "dns",
                    Level.LOOK,
                    f"{record}: {error}",
                    "DNS does not answer; proof of senders is unknown meanwhile",
                )
                return
            level, seen = (Level.FINE, "is there") if found else (Level.LOOK, "is missing")
            yield Finding(
                "dns", level, f"{name} record {record} {seen}", "" if found else "letters may land in spam: publish it"
            )


CHECKS: tuple[tuple[str, Callable[[Settings, Clock], Iterator[Finding]]], ...] = (
    ("daemon", _daemon),
    ("machine", _machine),
    ("certificate", _certificate),
    ("mailbox", _mailboxes),
    ("spool", _spool),
    ("database", _database),
    ("relay", _relay),
    ("dns", _domains),
)
