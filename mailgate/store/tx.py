"""One write transaction, as the gateway and the duties see it: mails, facts, plans, tickets, letters.

Each verb is said in the module that does it. All of a transaction's state is in ``Work``; ``Store.transaction`` makes
one and commits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from mailgate.desk.facts import Crew, Facts, Spoken
from mailgate.desk.letter import Letter
from mailgate.desk.plan import Plan
from mailgate.desk.questions import Questions
from mailgate.desk.roster import Roster
from mailgate.desk.routing.standing import Tally
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Reading
from mailgate.store import apply, duties, facts, held, intake, outbox, promises, queries, requests, timers
from mailgate.store.crew import crew, holders, owned
from mailgate.store.draft import DeliveryRow
from mailgate.store.outbox import Outgoing, Result
from mailgate.store.read import tickets_by_id
from mailgate.store.roster import roster_of
from mailgate.store.work import Work


class Tx:
    """One write transaction, as the gateway and the duties see it."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def savepoint(self) -> AbstractContextManager[None]:
        """One mail's part: when the body raises, only its own effects are undone, and the transaction goes on."""
        return self.work.savepoint()

    def claim(self, marks: Sequence[intake.Mark]) -> dict[intake.Mark, str]:
        """See ``intake.claim``: "" fresh, "done" settled before, else the entry key of the mail that came first."""
        return intake.claim(self.work, marks)

    def look_ahead(self, batch: Sequence[Questions]) -> None:
        """Ask for what all mails of a batch will want to know, and lock their tickets in one order; see ``ahead``."""
        facts.look_ahead(self.work, batch)

    def facts(self, questions: Questions, *, lock: bool) -> Facts:
        """What ``decide`` is told; with ``lock`` the tickets in it stay as they are until the transaction ends."""
        return facts.facts(self.work, questions, lock=lock)

    def roster(self) -> Roster:
        """Who works at the desk now, as far as mails have changed it; see ``roster``."""
        return roster_of(self.work)

    def ticket(self, ticket_id: int) -> Ticket | None:
        """One ticket by id, locked, for a duty."""
        found = tickets_by_id(self.work.rows, (ticket_id,), lock=True).get(ticket_id)
        if found is None:
            return None
        self.work.tickets[ticket_id], self.work.heads[ticket_id] = found
        return found[0]

    def known(self, ids: Iterable[int]) -> dict[int, Ticket]:
        """Tickets by id, locked, those of which this transaction knows already as it has left them."""
        wanted = set(ids)
        missing = [id_ for id_ in wanted if id_ not in self.work.tickets or id_ not in self.work.heads]
        if missing:
            self.work.remember(tickets_by_id(self.work.rows, missing, lock=True), lock=True)
        return {id_: self.work.tickets[id_] for id_ in sorted(wanted) if id_ in self.work.tickets}

    def family(self, child: Ticket) -> tuple[Ticket | None, tuple[Ticket, ...]]:
        """The parent of a ticket, and the parent's open children, locked, as this transaction has left them."""
        ids = facts.open_children(self.work, child.parent) if child.parent else ()
        found = self.known({*ids, *((child.parent,) if child.parent else ())})
        return found.get(child.parent or 0), tuple(found[one] for one in ids if one in found)

    def spent(self, keys: Iterable[str]) -> dict[str, int]:
        """What each budget has let out, this transaction's letters included."""
        return facts.spent(self.work, tuple(keys))

    def tally(self, ticket: int) -> Tally:
        """What the ticket's messages come to, for rules on events."""
        return queries.tally(self.work.rows, ticket)

    def crew_of(self, names: Sequence[str]) -> Crew:
        """What assignment looks at, for these agents and whatever requester."""
        return crew(self.work, Questions("", crew=tuple(names)))

    def owned(self, agent: str) -> tuple[Ticket, ...]:
        """The agent's open tickets, locked; see ``crew.owned``."""
        return owned(self.work, agent)

    def holders(self) -> list[str]:
        """See ``crew.holders``."""
        return holders(self.work)

    def ask(self, kind: str, about: str, now_ms: int) -> None:
        """See ``requests.ask``."""
        requests.ask(self.work, kind, about, now_ms)

    def finish_request(self, request: int, now_ms: int) -> bool:
        """See ``requests.finish``."""
        return requests.finish(self.work.rows, request, now_ms)

    def release(self, held_id: int, now_ms: int) -> bool:
        """See ``held.release``."""
        return held.release(self.work.rows, held_id, now_ms)

    def keep_holding(self, held_id: int, cause: str, detail: str) -> None:
        """See ``held.keep_holding``."""
        held.keep_holding(self.work.rows, held_id, cause, detail)

    def settle_letters(self, results: Sequence[Result], now_ms: int) -> None:
        """See ``outbox.settle_letters``."""
        outbox.settle_letters(self.work, results, now_ms)

    def claim_letters(self, holder: str, now_ms: int, limit: int) -> list[Outgoing]:
        """See ``outbox.claim_letters``."""
        return outbox.claim_letters(self.work.rows, holder, now_ms, limit)

    def open_after(self, last: int, limit: int) -> list[Ticket]:
        """See ``promises.open_after``."""
        return promises.open_after(self.work, last, limit)

    def histories(self, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
        """See ``promises.histories``."""
        return promises.histories(self.work.rows, ids)

    def renewed_to(self, mark: str) -> int | None:
        """See ``promises.renewed_to``."""
        return promises.renewed_to(self.work.rows, mark)

    def keep_renewed(self, mark: str, last: int | None) -> None:
        """See ``promises.keep_renewed``."""
        promises.keep_renewed(self.work.rows, mark, last)

    def due_tickets(self, kind: str, now_ms: int, limit: int) -> list[Ticket]:
        """The tickets whose timer of that kind is due, locked; see ``timers.due_tickets``."""
        return timers.due_tickets(self.work, kind, now_ms, limit)

    def spoken(self, ticket: Ticket) -> Spoken:
        """What was said on a ticket, for a duty."""
        return duties.spoken(self.work.rows, ticket)

    def crew(self, ticket: Ticket, names: Sequence[str]) -> Crew:
        """What assignment looks at, for these agents and the ticket's requester."""
        return self.crew_for(ticket.brand, ticket.requester.email, names)

    def crew_for(self, brand: str, author: str, names: Sequence[str]) -> Crew:
        """The same for a requester of a brand."""
        return crew(self.work, Questions(brand, author=author.lower(), crew=tuple(names))) if names else Crew()

    def queue(self, team: str, limit: int) -> list[Ticket]:
        """The team's open tickets; see ``duties.queue``."""
        return duties.queue(self.work, team, limit)

    def turn(self, name: str, now_ms: int, next_ms: int) -> int | None:
        """Whose turn a daily letter is; see ``duties.turn``."""
        return duties.turn(self.work, name, now_ms, next_ms)

    def survey_asked_ms(self, ticket: Ticket) -> int | None:
        """When the ticket's requester was last asked for a rating, on any ticket of the brand; None: never."""
        return facts.survey_asked_ms(self.work.rows, ticket.brand, ticket.requester.email)

    def open(self, plan: Plan, now_ms: int, rid: str) -> Ticket | None:
        """The ticket that a plan is about: the new one, numbered, or the one that it names; see ``apply.open_plan``."""
        return apply.open_plan(self.work, plan, now_ms, rid)

    def write(
        self,
        delivery: DeliveryRow | None,
        reading: Reading | None,
        raw: bytes | None,
        plan: Plan,
        ticket: Ticket | None,
        letters: Sequence[Letter],
        now_ms: int,
    ) -> None:
        """Write a plan, its letters and the outcome of the delivery; see ``apply.write``."""
        apply.write(self.work, delivery, reading, raw, plan, ticket, letters, now_ms)
