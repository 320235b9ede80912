"""The store: everything that the desk keeps, behind one door.

``Store`` is opened once per process, after the fork. What changes tickets happens in ``transaction()``, whose ``Tx``
speaks of mails and plans; the sender, the duties and the command line have verbs of their own on ``Store``.

=====================  =====================================================================================
when                   what the caller sees
=====================  =====================================================================================
the database is away   ``Temporary``; nothing of the transaction has happened; the next one connects anew
transactions collide   ``Conflict`` (a ``Temporary``): the same again may pass, and ``Store.run`` tries it
a bug, a bad value     the exception itself, and under ``Tx.savepoint`` only that mail is undone
the schema is newer    ``Temporary`` from ``open``, in words
=====================  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from mailgate.clock import Clock
from mailgate.desk.facts import Facts
from mailgate.desk.questions import Questions
from mailgate.desk.roster import Roster
from mailgate.errors import ConfigError, Problem
from mailgate.handing import Note
from mailgate.store import alive, apply, audit, duties, facts, held, intake, outbox, timers
from mailgate.store.chain import SALT_OCTETS
from mailgate.store.connection import Conflict
from mailgate.store.ids import Ids, jump
from mailgate.store.migrate import migrate
from mailgate.store.outbox import Outgoing, Recovered, Result
from mailgate.store.roster import roster_of
from mailgate.store.rows import Rows
from mailgate.store.stats import letter_counts
from mailgate.store.sweep import sweep
from mailgate.store.tx import Tx
from mailgate.store.work import UNREAD, Work

__all__ = ["Store", "Tx"]

T = TypeVar("T")

TRIES = 5
"""How often ``Store.run`` tries a transaction that another one stands in the way of."""


def _silent(_: str) -> None:
    """Nobody wants to know."""


class Store:
    """One database, opened. Threads may share it: each has a connection of its own."""

    def __init__(self, rows: Rows, clock: Clock, audit_key: bytes) -> None:
        """Use ``Store.open``."""
        self.rows = rows
        self.clock = clock
        self._audit_key = audit_key
        self._ids = Ids(rows)
        self._rosters = [UNREAD]

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Clock,
        audit_key: bytes,
        checkpoints: bool = False,
        announce: Callable[[str], None] = _silent,
    ) -> Store:
        """Open ``sqlite:///PATH`` or ``postgresql://…`` and bring it to our schema, telling ``announce`` what is done.

        Exactly one process of a SQLite desk passes ``checkpoints=True``. Never call this before a fork. Raises
        ``Temporary`` while the database is away or newer than we know, ``ConfigError`` for a URL of another sort.
        """
        try:
            rows = Rows(url, checkpoints=checkpoints)
        except ValueError as error:
            raise ConfigError((Problem("", 0, "database.url", str(error)),)) from error
        migrate(rows, announce)
        return cls(rows, clock, audit_key)

    @contextmanager
    def transaction(self, *, gathers: bool = False) -> Iterator[Tx]:
        """A write transaction: committed when the body ends, undone when it raises.

        With ``gathers`` the rows of several plans are written together: for a batch of mails, without savepoints.
        """
        work = self._work(gathers=gathers)
        with self.rows.transaction():
            self._ids.begin()
            yield Tx(work)
            work.finish()

    def run(self, body: Callable[[Tx], T]) -> T:
        """Run a transaction, again when another one stood in its way (five times at most, then ``Conflict``)."""
        for _ in range(TRIES - 1):
            try:
                return self._once(body)
            except Conflict:
                continue
        return self._once(body)

    def _once(self, body: Callable[[Tx], T]) -> T:
        with self.transaction() as tx:
            return body(tx)

    def ping(self) -> None:
        """Ask the database something; raises ``Temporary`` when it does not answer."""
        self.rows.connect()
        self.rows.one("SELECT value FROM meta WHERE key = 'schema'")

    def close(self) -> None:
        """Close this thread's connection."""
        self.rows.close()

    def claim_letters(self, holder: str, now_ms: int, limit: int = 10) -> list[Outgoing]:
        """See ``outbox.claim_letters``."""
        return self.settle_and_claim((), holder, now_ms, limit)

    def settle_letters(self, results: Sequence[Result], now_ms: int | None = None) -> None:
        """See ``outbox.settle_letters``."""
        self.settle_and_claim(results, "", self.clock.now_ms() if now_ms is None else now_ms, 0)

    def settle_and_claim(self, results: Sequence[Result], holder: str, now_ms: int, limit: int) -> list[Outgoing]:
        """Write down one group's results and claim the next, in one commit; claims nothing when ``limit`` is 0."""
        if not results and limit <= 0:
            return []

        def turn(tx: Tx) -> list[Outgoing]:
            outbox.settle_letters(tx.work, results, now_ms)
            return outbox.claim_letters(self.rows, holder, now_ms, limit)

        if not results and not self._letters_due(now_ms):
            return []
        return self.run(turn)

    def _letters_due(self, now_ms: int) -> bool:
        """Whether it is worth a write transaction to look for letters."""
        due = self.next_due_ms()
        return due is not None and due <= now_ms

    def recover_letters(self, holder: str, now_ms: int, note: Note | None = None) -> Recovered:
        """See ``outbox.recover_letters``: at start, before anything is claimed, and now and then without a holder for
        daemons that do not come back."""
        return self.run(lambda tx: outbox.recover_letters(tx.work, holder, now_ms, note))

    def beat(self, holder: str) -> None:
        """This daemon is alive; see ``alive``."""
        self.rows.connect()
        with self.rows.transaction():
            alive.beat(self.rows, holder, self.clock.now_ms())

    def heard(self, seconds: float) -> bool:
        """See ``alive.heard``."""
        return alive.heard(self.rows, seconds)

    def orphaned(self, now_ms: int) -> bool:
        """See ``outbox.orphaned``."""
        self.rows.connect()
        return outbox.orphaned(self.rows, now_ms)

    def doubt_letters(self, now_ms: int) -> int:
        """See ``outbox.doubt_letters``: after a restore."""
        return self.run(lambda tx: outbox.doubt_letters(tx.work, now_ms))

    def next_due_ms(self) -> int | None:
        """When the next letter is due; None when none waits."""
        self.rows.connect()
        return outbox.next_due_ms(self.rows)

    def facts(self, questions: Questions) -> Facts:
        """What ``decide`` would be told, without locking and without effect, for ``explain``."""
        self.rows.connect()
        return facts.facts(self._work(), questions, lock=False)

    def roster(self) -> Roster:
        """Who works at the desk now, for ``explain`` and the command line."""
        self.rows.connect()
        return roster_of(self._work())

    def next_timer_ms(self) -> int | None:
        """When the next timer is due; None when there is none."""
        self.rows.connect()
        return timers.next_timer_ms(self.rows)

    def drop_held(self, held_id: int, by: str, now_ms: int) -> bool:
        """See ``held.drop``."""
        return self.run(lambda tx: held.drop(tx.work.rows, held_id, by, now_ms))

    def due_kinds(self, now_ms: int) -> list[str]:
        """The kinds of timers of which at least one is due."""
        self.rows.connect()
        return duties.due_kinds(self.rows, now_ms)

    def sweep(self, now_ms: int) -> None:
        """Let go of budgets whose windows are over, of dedupe keys that counted for a while only, and of old leases."""
        with self.rows.transaction():
            sweep(self.rows, now_ms)

    def known_entries(self, keys: Sequence[str]) -> set[str]:
        """Which of these spool entries have a done-mark here."""
        self.rows.connect()
        return intake.known_entries(self.rows, keys)

    def letter_counts(self) -> dict[str, int]:
        """How many letters are in each state."""
        return letter_counts(self.rows)

    def held_counts(self) -> dict[str, int]:
        """How many mails are held, by cause."""
        return held.held_counts(self.rows)

    def verify(self, anchors: Iterable[audit.Anchor] = ()) -> list[audit.Broken]:
        """Every broken history; empty when all is whole. See ``audit.verify``."""
        return audit.verify(self.rows, self._audit_key, anchors)

    def jump_numbers(self, by: int = 1000) -> None:
        """Skip ticket numbers, after a restore or failover that may have lost some already told to customers."""
        with self.transaction() as tx:
            jump(tx.work.rows, by)

    def _work(self, *, gathers: bool = False) -> Work:
        return Work(
            self.rows,
            self._ids,
            self._audit_key,
            self._salt,
            rosters=self._rosters,
            write_out=apply.write_out,
            gathers=gathers,
        )

    def _salt(self) -> bytes:
        return bytes.fromhex(self.clock.token_hex(SALT_OCTETS))
