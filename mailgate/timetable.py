"""The clock's list of ticks: how often each duty looks whether something is due.

``schedule`` only says when to look; what is due stands in the database, so that a restart, a second daemon or a clock
that jumps loses nothing and doubles nothing. A duty that fails is logged and looked at again at its next tick;
``Temporary`` (the database is away) goes up to the caller, who waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import schedule

from mailgate import logs, privacy
from mailgate.clock import Clock
from mailgate.desk.clock import arming
from mailgate.desk.effect import SetTimer
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Scheduled
from mailgate.desk.ticket import Ticket
from mailgate.duties import closing, customer, digest, promise, reminder, renewal, ruled, survey, woken
from mailgate.duties.hour import Hour, Planned
from mailgate.duties.scheduled import open_scheduled
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Temporary
from mailgate.gateway import Desk, Senses, act
from mailgate.releasing import settle_held
from mailgate.requests import departed, serve
from mailgate.store.anchors import write_anchors
from mailgate.store.database import Store, Tx
from mailgate.store.held import confirmed
from mailgate.store.requests import reloads
from mailgate.store.retention import retain
from mailgate.store.schedules import is_due, take

log = logs.get("clock")

CLAIM = 500
"""Tickets that one transaction takes: what is due for one agent together comes in one letter."""

ROUNDS = 10
"""Transactions that one tick gives to one kind of timer before it looks at the others."""

SECOND_S = 2.0
"""Some duty is looked at every second: a longer wait than this is none of ours."""

FAILED_MS = 3_600_000
DONE_KEPT_MS = 7 * 86_400_000

Duty = Callable[[Sequence[Ticket], Hour], Iterable[Planned]]

DUTIES: Mapping[str, Duty] = {
    reminder.TIMER: reminder.remind,
    promise.TIMER: promise.warn,
    arming.CUSTOMER: customer.ask_again,
    arming.CONFIRM: closing.close_silent,
    survey.TIMER: survey.ask_ratings,
    **{kind: partial(woken.wake, kind) for kind in woken.WHY},
}
"""Timer → what is done when it rings."""


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
        reload: Callable[[], str] = lambda: "this process has no daemon",
    ) -> None:
        """``folder`` takes the daily audit anchors; ``ring`` wakes the sender when letters were written. ``reload``
        lets the config be read again, and returns what is wrong with it."""
        self.store, self.spool, self.desk, self.senses = store, spool, desk, senses
        self.clock, self.folder, self.ring, self.reload = clock, folder, ring, reload
        self.duties = dict(DUTIES)
        self.paces: tuple[tuple[int, Callable[[], None]], ...] = (
            (1, self.due),
            (60, self.digests),
            (1, self.confirmations),
            (1, self.renewals),
            (1, self.requests),
            (300, self.departed),
            (60, self.recover),
            (5, self.take_over),
            (10, self.scheduled),
            (300, self.sweep),
            (3600, self.retention),
            (3600, self.anchor),
        )
        self.jobs = self._from_now_on()
        self.away: Temporary | None = None
        self.promised, self.renewed = renewal.mark_of(desk.policy), False
        self.reloads: int | None = None

    def _from_now_on(self) -> schedule.Scheduler:
        """The list, as of the machine's clock now."""
        jobs = schedule.Scheduler()
        for seconds, duty in self.paces:
            jobs.every(seconds).seconds.do(self._safely, duty)
        return jobs

    def tick(self) -> None:
        """Run what is due to be looked at; raises ``Temporary`` when the database is away.

        ``schedule`` goes by the clock on the wall: where that was put back, by an admin or by the end of summer time,
        nothing would be looked at until it is there again, so the list is made anew.
        """
        self.away = None
        if (self.jobs.idle_seconds or 0.0) > SECOND_S:
            log.warning("the machine's clock was put back")
            self.jobs = self._from_now_on()
        self.jobs.run_pending()
        if self.away is not None:
            raise self.away

    def _safely(self, duty: Callable[[], None], name: str = "") -> None:
        """An exception of one duty never stops another, nor the list (``schedule`` would let it escape)."""
        try:
            duty()
        except Temporary as error:
            self.away = error
        except Exception as error:
            called = name or getattr(duty, "__name__", "")
            log.error("a duty failed and is tried again at its next tick", duty=called, **logs.fault(error))

    def due(self) -> None:
        """Everything that a timer makes due; see ``DUTIES``."""
        for kind in self.store.due_kinds(self.clock.now_ms()):
            duty = partial(ruled.look, kind, self.desk.events) if ruled.mine(kind) else self.duties.get(kind)
            if duty is not None:
                self._safely(partial(self._settle_due, kind, duty), f"timer {kind}")

    def confirmations(self) -> None:
        """Settle the mails that agents have confirmed, or admins released by mail."""
        for mail in confirmed(self.store.rows):
            told = not mail.decided_by
            plan = settle_held(mail, self.desk, self.senses, self.store, self.clock, confirmed=told)
            if plan.letters or not told:
                self.ring()

    def renewals(self) -> None:
        """Bring open tickets in line with promises that are new or others, some of them at a time until all are."""
        if not self.renewed:
            self.renewed = self.store.run(partial(self._renew_some, self.clock.now_ms())) is None

    def _renew_some(self, now_ms: int, tx: Tx) -> int | None:
        last = tx.renewed_to(self.promised)
        if last is None:
            return None
        plans, reached = renewal.renew(tx, last, self.desk.policy, now_ms)
        self._carry_out(tx, plans, now_ms)
        tx.keep_renewed(self.promised, reached)
        return reached

    def requests(self) -> None:
        """Do what mails asked of the desk itself."""
        now_ms = self.clock.now_ms()
        self._follow()
        told = serve(self.store, self.desk, self._reload, now_ms)
        told |= privacy.serve(self.store, self.spool, self.desk, self.folder.with_name("exports"), now_ms)
        if told:
            self.ring()

    def _follow(self) -> None:
        """Read the config again where another daemon of this database was asked to."""
        done = reloads(self.store.rows)
        if self.reloads is not None and done > self.reloads:
            wrong = self.reload()
            if wrong:
                log.error("the config cannot be used; the old one stays in force", problems=wrong.splitlines())
        self.reloads = done

    def _reload(self) -> str:
        """Here it is this daemon that was asked; one more is done with that."""
        self.reloads = (self.reloads or 0) + 1
        return self.reload()

    def scheduled(self) -> None:
        """Open the scheduled tickets that are due."""
        now_ms = self.clock.now_ms()
        for one in self.desk.policy.scheduled:
            if is_due(self.store.rows, one, now_ms) and self.store.run(partial(self._open_scheduled, one, now_ms)):
                self.ring()

    def _open_scheduled(self, one: Scheduled, now_ms: int, tx: Tx) -> int:
        """One schedule, in one transaction; returns how many letters were written."""
        occurrence_ms = take(tx.work.rows, one, now_ms)
        if occurrence_ms is None:
            return 0
        policy = self.desk.under(tx.roster()).policy
        return len(act(tx, None, open_scheduled(one, occurrence_ms, policy, now_ms), self.desk, now_ms))

    def retention(self) -> None:
        """Take away what is kept too long."""
        for _ in range(ROUNDS):
            if not retain(self.store.rows, self.desk.policy.retention, self.clock.now_ms()):
                return

    def departed(self) -> None:
        """Let the tickets of those who are no agents any more be given to others."""
        departed(self.store, self.desk, self.clock.now_ms())

    def digests(self) -> None:
        """Tell agents in the morning what their team's queue looks like."""
        now_ms = self.clock.now_ms()

        def body(tx: Tx) -> int:
            hour = self._hour(tx, now_ms)
            plans = [plan for team in hour.policy.teams.values() for plan in digest.morning(team, hour, tx)]
            return self._carry_out(tx, plans, now_ms)

        if any(team.digest_at is not None for team in self.desk.policy.teams.values()) and self.store.run(body):
            self.ring()

    def _settle_due(self, timer: str, duty: Duty) -> None:
        """Everything that one timer makes due, some hundreds a transaction; the sender is woken when letters were
        written."""
        now_ms = self.clock.now_ms()
        for _ in range(ROUNDS):
            claimed, written = self.store.run(partial(self._settle_some, timer, duty, now_ms))
            if written:
                self.ring()
            if claimed < CLAIM:
                return

    def _settle_some(self, timer: str, duty: Duty, now_ms: int, tx: Tx) -> tuple[int, int]:
        """One transaction: how many tickets it took, and how many letters it wrote."""
        due = tx.due_tickets(timer, now_ms, CLAIM)
        if not due:
            return 0, 0
        hour = self._hour(tx, now_ms)
        try:
            with tx.savepoint():
                return len(due), self._carry_out(tx, duty(due, hour), now_ms)
        except Temporary:
            raise
        except Exception as error:
            log.error("a duty failed; its tickets are tried one by one", timer=timer, **logs.fault(error))
        return len(due), sum(self._alone(timer, duty, ticket, hour, tx) for ticket in due)

    def _alone(self, timer: str, duty: Duty, ticket: Ticket, hour: Hour, tx: Tx) -> int:
        """One ticket of a batch that failed: a bug of ours that it brings out costs it an hour, not the others
        theirs."""
        try:
            with tx.savepoint():
                return self._carry_out(tx, duty((ticket,), hour), hour.now_ms)
        except Temporary:
            raise
        except Exception as error:
            log.error("a duty failed for a ticket", timer=timer, ticket=ticket.number, **logs.fault(error))
        later = Plan(Outcome.EVENT, (SetTimer(ticket.id, timer, hour.now_ms + FAILED_MS),), ticket=ticket.id)
        return len(act(tx, ticket, later, self.desk, hour.now_ms))

    def _hour(self, tx: Tx, now_ms: int) -> Hour:
        """The hour as duties see it, with the agents in force."""
        roster = tx.roster()
        policy = self.desk.under(roster).policy
        return Hour(policy, now_ms, tx, roster.absences, roster.paused, lambda: self.clock.jitter(0.0, 1.0))

    def _carry_out(self, tx: Tx, plans: Iterable[Planned], now_ms: int) -> int:
        """Each plan is written before the next is asked for; returns the number of letters."""
        return sum(len(act(tx, ticket, plan, self.desk, now_ms)) for ticket, plan in plans)

    def recover(self) -> None:
        """Take over the letters of a daemon that died while it handed them to the relay, and has not come back."""
        if self.store.recover_letters("", self.clock.now_ms()).again:
            self.ring()

    def take_over(self) -> None:
        """The letters of a daemon on another machine that has stopped beating."""
        if self.store.orphaned(self.clock.now_ms()):
            self.recover()

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
