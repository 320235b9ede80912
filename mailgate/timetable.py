"""The clock's list of ticks: how often each duty looks whether something is due.

``schedule`` only says when to look; what is due stands in the database, so that a restart, a second daemon or a clock
that jumps loses nothing and doubles nothing. A duty that fails is logged and looked at again at its next tick;
``Temporary`` (the database is away) goes up to the caller, who waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import schedule

from mailgate import logs
from mailgate.clock import Clock
from mailgate.desk.plan import Plan
from mailgate.desk.ticket import Ticket
from mailgate.duties import reminder, survey
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Temporary
from mailgate.gateway import Desk, Senses, act, settle_held
from mailgate.store.anchors import write_anchors
from mailgate.store.database import Store, Tx
from mailgate.store.held import confirmed

log = logs.get("clock")

CLAIM = 200
Planned = tuple[Ticket | None, Plan]
DONE_KEPT_MS = 7 * 86_400_000


class Timetable:
    """All duties of one daemon, each at its pace."""

    def __init__(
        self,
        store: Store,
        spool: Spool,
        desk: Desk,
        senses: Senses,
        clock: Clock,
        folder: Path,
        ring: Callable[[], None],
    ) -> None:
        """``folder`` takes the daily audit anchors; ``ring`` wakes the sender when letters were written."""
        self.store, self.spool, self.desk, self.senses = store, spool, desk, senses
        self.clock, self.folder, self.ring = clock, folder, ring
        self.jobs = schedule.Scheduler()
        for seconds, duty in (
            (1, self.reminders),
            (1, self.surveys),
            (1, self.confirmations),
            (60, self.recover),
            (300, self.sweep),
            (3600, self.anchor),
        ):
            self.jobs.every(seconds).seconds.do(self._safely, duty)
        self.away: Temporary | None = None

    def tick(self) -> None:
        """Run what is due to be looked at; raises ``Temporary`` when the database is away."""
        self.away = None
        self.jobs.run_pending()
        if self.away is not None:
            raise self.away

    def _safely(self, duty: Callable[[], None]) -> None:
        """An exception of one duty never stops another, nor the list (``schedule`` would let it escape)."""
        try:
            duty()
        except Temporary as error:
            self.away = error
        except Exception as error:
            log.error("a duty failed and is tried again at its next tick", duty=duty.__name__, **logs.fault(error))

    def reminders(self) -> None:
        """Remind teams of what waits too long."""
        self._settle_due(reminder.TIMER, lambda tx, due, now_ms: reminder.remind(due, self.desk.policy, now_ms))

    def surveys(self) -> None:
        """Ask customers of closed tickets."""

        def plans(tx: Tx, due: Sequence[Ticket], now_ms: int) -> list[Planned]:
            draws = [(ticket, tx.survey_asked_ms(ticket), self.clock.jitter(0.0, 1.0)) for ticket in due]
            return [
                (ticket, survey.ask_rating(ticket, asked_ms, self.desk.policy, now_ms, draw))
                for ticket, asked_ms, draw in draws
            ]

        self._settle_due(survey.TIMER, plans)

    def confirmations(self) -> None:
        """Settle the mails that agents have confirmed."""
        for mail in confirmed(self.store.rows):
            plan = settle_held(mail, self.desk, self.senses, self.store, self.clock, confirmed=True)
            if plan.letters:
                self.ring()

    def _settle_due(self, timer: str, plans: Callable[[Tx, Sequence[Ticket], int], list[Planned]]) -> None:
        """Everything that one timer makes due, in one transaction; the sender is woken when letters were written."""
        now_ms = self.clock.now_ms()
        due_ms = self.store.next_timer_ms()
        if due_ms is None or due_ms > now_ms:
            return

        def body(tx: Tx) -> int:
            written = 0
            for ticket, plan in plans(tx, tx.due_tickets(timer, now_ms, CLAIM), now_ms):
                written += len(act(tx, ticket, plan, self.desk, now_ms))
            return written

        if self.store.run(body):
            self.ring()

    def recover(self) -> None:
        """Take over the letters of a daemon that died while it handed them to the relay, and has not come back."""
        if self.store.recover_letters("", self.clock.now_ms()).again:
            self.ring()

    def sweep(self) -> None:
        """Let go of raws in the spool that were settled a week ago, and of budgets that are over."""
        now_ms = self.clock.now_ms()
        self.spool.sweep(now_ms - DONE_KEPT_MS)
        self.store.sweep(now_ms)

    def anchor(self) -> None:
        """Once a day, write the signed heads of the chains that moved into a file, and its hash to the log."""
        anchored = write_anchors(self.store.rows, self.desk.policy.audit_key, self.folder, self.clock.now_ms())
        if anchored:
            log.info("audit anchors written", file=anchored.path.name, chains=anchored.chains, sha256=anchored.sha256)
