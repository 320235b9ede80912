"""What a duty is told of the hour, and how what it finds becomes letters.

A duty is a pure function from the tickets whose timers are due, and an ``Hour``, to plans. What is told to agents is
gathered: everybody gets one letter with all that is due for them now (``rounds``), as far as the gate lets it out;
what it does not let out waits for the next quarter of an hour and comes then, in one letter again. So a daemon that
was down for a day, or a clock that jumped, brings one letter to each agent, not one for each ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mailgate.desk import gate
from mailgate.desk.agent_letter import for_agent
from mailgate.desk.budget import Leave
from mailgate.desk.effect import Effect, Spend
from mailgate.desk.facts import Crew, Spoken
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Policy
from mailgate.desk.routing.assign import audience
from mailgate.desk.routing.handover import able
from mailgate.desk.routing.standing import Tally
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Address

HOUR_MS = 3_600_000
QUARTER_MS = HOUR_MS // 4

Planned = tuple[Ticket | None, Plan]


class Look(Protocol):
    """What the store tells a duty inside its transaction."""

    def spent(self, keys: Iterable[str]) -> Mapping[str, int]:
        """What each budget has let out."""
        ...

    def spoken(self, ticket: Ticket) -> Spoken:
        """What was said on a ticket."""
        ...

    def tally(self, ticket: int) -> Tally:
        """What a ticket's messages come to, for rules."""
        ...

    def crew(self, ticket: Ticket, names: Sequence[str]) -> Crew:
        """What assignment looks at, for these agents."""
        ...

    def survey_asked_ms(self, ticket: Ticket) -> int | None:
        """When the requester was last asked for a rating."""
        ...


@dataclass(frozen=True)
class Hour:
    """The hour and the desk as it stands: ``absent`` agents with when they are back, ``paused`` teams and mailboxes,
    ``draw`` gives a random number from 0 to 1."""

    policy: Policy
    now_ms: int
    look: Look
    absent: Mapping[str, int] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    draw: Callable[[], float] = lambda: 0.0

    def away(self, agent: str) -> bool:
        """Whether that agent is away now."""
        return self.absent.get(agent, 0) > self.now_ms

    def owners(self, ticket: Ticket) -> tuple[Agent, ...]:
        """Who sees to a ticket now: its agent, else those of its team who are there."""
        told = audience(self.policy, ticket.team, "" if self.away(ticket.assignee) else ticket.assignee)
        there = tuple(agent for agent in told if not self.away(agent.id))
        return there or able(self.policy, ticket.team, self.absent, self.now_ms) or told

    @property
    def next_ms(self) -> int:
        """When what the gate did not let out is tried again: at the next quarter, so that it comes together."""
        return (self.now_ms // QUARTER_MS + 1) * QUARTER_MS

    def quiet(self, ticket: Ticket) -> bool:
        """Whether an admin has stopped the automatic letters of the ticket's team or mailbox."""
        return bool(self.paused & {ticket.team, ticket.mailbox.lower()})


@dataclass(frozen=True, slots=True)
class Item:
    """One ticket in somebody's letter: who is told, the row, and what is done about it; ``later`` where nobody can be
    told yet."""

    ticket: Ticket
    told: tuple[Agent, ...]
    row: Mapping[str, object]
    effects: tuple[Effect, ...] = ()
    later: tuple[Effect, ...] = ()


Write = Callable[[Agent, Sequence[Item]], LetterOrder]


def rounds(sort: str, items: Sequence[Item], write: Write, hour: Hour) -> list[Planned]:
    """The plans for all of it: one a ticket, then one letter of that sort a person, in the order of the items."""
    people = {agent.id: agent for item in items for agent in item.told}
    leaves = {agent.id: to_reader(agent, sort, hour) for agent in people.values()}
    plans: list[Planned] = []
    mine: dict[str, list[Item]] = {}
    for item in items:
        free = [agent.id for agent in item.told if not leaves[agent.id].reason]
        done = item.effects if free or not item.told else item.later
        plans.append((item.ticket, Plan(Outcome.EVENT, done, ticket=item.ticket.id)))
        for one in free:
            mine.setdefault(one, []).append(item)
    for one, found in mine.items():
        spends = tuple(Spend(key) for key in leaves[one].keys)
        first = found[0].ticket
        plans.append((first, Plan(Outcome.EVENT, spends, (write(people[one], found),), ticket=first.id)))
    return plans


def listing(kind: LetterKind, agent: Agent, items: Sequence[Item], hour: Hour, **values: object) -> LetterOrder:
    """One letter to one agent about all of it; a single ticket's can be answered like a notification."""
    first = items[0].ticket
    brand = hour.policy.brands[first.brand]
    return for_agent(
        kind,
        agent,
        brand,
        {"tickets": tuple(item.row for item in items), "total": len(items), **values},
        ticket=first.id,
        mailbox=first.mailbox,
        purpose=Purpose.AGENT if len(items) == 1 else None,
        rows=tuple(item.ticket for item in items),
    )


def never(ticket: Ticket, spoken: Spoken, policy: Policy) -> str:
    """Why nothing that nobody wrote goes to this ticket's requester, ever; empty where it may."""
    reasons = (
        (spoken.robot, "a robot opened it"),
        (spoken.proof == "fail", "its sender is not proved"),
        (ticket.parent is not None, "it is part of another ticket"),
        (policy.agent_by_address(ticket.requester.email) is not None, "an agent opened it"),
        *((refuses(ticket.requester.email, policy), why) for why, refuses in gate.UNREACHABLE),
    )
    return next((why for holds, why in reasons if holds), "")


def to_customer(ticket: Ticket, kind: LetterKind, spoken: Spoken, hour: Hour) -> Leave:
    """Whether such a letter may go to the requester now; where not, it is tried again later."""
    if hour.quiet(ticket):
        return Leave("an admin has paused it")
    email, proved = ticket.requester.email, spoken.proof == "pass"
    keys = gate.budget_keys(email, (ticket.number,), hour.now_ms, proved, kind)
    spent = hour.look.spent((*keys, *gate.dead_keys(email, hour.now_ms)))
    return gate.unasked(email, ticket.number, proved, spent, hour.policy, hour.now_ms, kind)


def customer_letter(
    ticket: Ticket, kind: LetterKind, purpose: Purpose, policy: Policy, values: Mapping[str, object]
) -> LetterOrder:
    """A letter to the requester, in the requester's language, in the ticket's thread."""
    brand = policy.brands[ticket.brand]
    return LetterOrder(
        kind=kind,
        to=Address(ticket.requester.email, ticket.requester.name),
        ticket=ticket.id,
        language=ticket.language if ticket.language != "und" else brand.language,
        brand=ticket.brand,
        mailbox=ticket.mailbox,
        purpose=purpose,
        values=values,
        in_reply_to=ticket.last_message_id,
    )


def to_reader(agent: Agent, sort: str, hour: Hour) -> Leave:
    """Whether a letter of that sort may go to the agent now."""
    budgets = hour.policy.budgets
    spent = hour.look.spent(gate.agent_keys(agent.address, sort, budgets, hour.now_ms))
    return gate.to_agent(agent.address, sort, spent, budgets, hour.now_ms)
