"""What the IMAP tests share: cursors in memory, a log that remembers, waiting by condition, and an account."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager

from mailgate.clock import SystemClock
from mailgate.edges.imap_in.cursor import Cursor, Gap
from mailgate.edges.imap_in.leases import Leases
from mailgate.edges.imap_in.mailboxes import Mailbox, run_imap
from mailgate.edges.imap_in.take import Desk, Log
from mailgate.edges.imap_in.watchdog import Watchdog
from mailgate.edges.settings import After, ImapAccount, Secret, Security
from mailgate.errors import Temporary
from mailgate.mail.model import Envelope

PATIENCE_S = 30.0
Mail = tuple[bytes, Envelope, str]


class ImpatientClock(SystemClock):
    """The system's clock on a desk where every pause after trouble is over at once."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def jitter(self, low: float, high: float) -> float:
        return 0.0


class Changing:
    """Something that tests wait on."""

    def __init__(self) -> None:
        self.changed = threading.Condition()

    def wait_until(self, true: Callable[[], object]) -> None:
        """Until the condition holds; fails after ``PATIENCE_S``."""
        with self.changed:
            assert self.changed.wait_for(lambda: bool(true()), PATIENCE_S), "it did not happen in time"


class Kept(Changing):
    """Where accepted mail goes: known origins are kept once, as the spool does. ``away`` makes it refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []
        self.away = False

    def accept(self, mails: Sequence[Mail]) -> list[str]:
        if self.away:
            raise Temporary("the disk is full")
        with self.changed:
            known = {origin for _, _, origin in self.mails if origin}
            self.mails += [mail for mail in mails if mail[2] not in known]
            self.changed.notify_all()
        return [origin for _, _, origin in mails]

    @property
    def raws(self) -> list[bytes]:
        return [raw for raw, _, _ in self.mails]

    @property
    def subjects(self) -> list[str]:
        return [raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for raw in self.raws]


class MemoryCursors(Changing):
    """The second implementation of ``Cursors``. ``away`` stands for a database that does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: dict[str, Cursor] = {}
        self.leases: dict[str, str] = {}
        self.refused: list[str] = []
        self.away = False

    def load(self, account: str) -> Cursor | None:
        self._ask()
        return self.saved.get(account)

    def save(self, account: str, cursor: Cursor) -> None:
        self._ask()
        with self.changed:
            self.saved[account] = cursor
            self.changed.notify_all()

    def lease(self, account: str, holder: str, seconds: float) -> bool:
        self._ask()
        with self.changed:
            given = self.leases.setdefault(account, holder) == holder
            self.refused += [] if given else [account]
            self.changed.notify_all()
        return given

    def renew(self, holder: str, seconds: float) -> set[str]:
        self._ask()
        return {account for account, has in self.leases.items() if has == holder}

    def release(self, account: str, holder: str) -> None:
        if self.leases.get(account) == holder:
            del self.leases[account]

    def _ask(self) -> None:
        if self.away:
            raise Temporary("the database does not answer")

    @property
    def only(self) -> Cursor:
        (cursor,) = self.saved.values()
        return cursor

    def all_gaps_due(self) -> None:
        """The time of every gap has come."""
        for key, cursor in self.saved.items():
            gaps = tuple(Gap(gap.uid, gap.tries, 0) for gap in cursor.gaps)
            self.saved[key] = Cursor(cursor.uidvalidity, cursor.low, gaps)


class Told(Changing):
    """A log that remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, dict[str, object]]] = []

    def info(self, event: str, **fields: object) -> None:
        with self.changed:
            self.lines.append((event, fields))
            self.changed.notify_all()

    warning = error = info

    def troubles(self) -> list[str]:
        return [str(fields["what"]) for event, fields in self.lines if "what" in fields]


def account(port: int, **settings: object) -> ImapAccount:
    """An account on loopback, without TLS."""
    plain: dict[str, object] = {
        "mailbox": "support@desk.example",
        "host": "127.0.0.1",
        "user": "support",
        "port": port,
        "security": Security.NONE,
        "password": Secret(literal="pass word"),
        "after": After.SEEN,
        "command_deadline": PATIENCE_S,
        "connect_timeout": PATIENCE_S,
    }
    return ImapAccount(**{**plain, **settings})  # type: ignore[arg-type]


def mail(subject: str, body: str = "hello", extra: str = "") -> bytes:
    """A small mail."""
    return f"From: ana@home.example\r\n{extra}Subject: {subject}\r\n\r\n{body}\r\n".encode()


def fetch_once(account: ImapAccount, kept: Kept, cursors: MemoryCursors, log: Log) -> int:
    """One connection and one pass over what is there; the number of mails accepted. Raises ``Temporary``."""
    clock = SystemClock()
    watchdog = Watchdog(clock)
    desk = Desk(kept.accept, lambda _: False, cursors, clock, log, watchdog, Leases(cursors, clock, "once"))
    box = Mailbox(account, desk, threading.Event())
    try:
        assert box.lease()
        session = box.connect()
        try:
            return box.catch_up(session)
        finally:
            session.close()
    finally:
        box.close()
        watchdog.close()


@contextmanager
def running(accounts: Sequence[ImapAccount], kept: Kept, cursors: MemoryCursors, told: Told, **more: object):
    """``run_imap`` in a thread; at the end it is stopped, and must end by itself."""
    stop = threading.Event()
    clock = more.pop("clock", None) or ImpatientClock()
    thread = threading.Thread(target=run_imap, args=(accounts, kept.accept, cursors, clock, stop, told), kwargs=more)
    thread.start()
    try:
        yield clock
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "run_imap must end by itself"
