"""The reminder: a ticket has waited too long for an answer, and its team is told, many due together in one letter.

A ticket carries at most one ``reminder`` timer: set when a customer begins to wait, cleared by an answer. When it is
due the team gets one letter with all of its tickets that are due at this moment, the longest waiting first, and each
timer moves on by the team's wait, so that nobody is reminded twice within it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailgate.desk.clock import clocks
from mailgate.desk.plan import AddEvent, ClearTimer, LetterKind, LetterOrder, Outcome, Plan, Purpose
from mailgate.desk.policy import Agent, Policy
from mailgate.desk.routing.assign import audience
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Address

TIMER = clocks.REMINDER


def remind(due: Sequence[Ticket], policy: Policy, now_ms: int) -> list[tuple[Ticket | None, Plan]]:
    """The plans for all tickets whose reminder is due: one a ticket for its timer and history, one letter a person."""
    plans: list[tuple[Ticket | None, Plan]] = []
    by_agent: dict[str, list[Ticket]] = {}
    for ticket in sorted(due, key=lambda each: each.waiting_since_ms or each.updated_ms):
        team = policy.teams.get(ticket.team)
        if team is None or ticket.waiting_since_ms is None or not team.remind_after_ms:
            plans.append((ticket, Plan(Outcome.EVENT, (ClearTimer(ticket.id, TIMER),))))
            continue
        told = audience(policy, ticket.team, ticket.assignee)
        for agent in told:
            by_agent.setdefault(agent.id, []).append(ticket)
        event = AddEvent(ticket.id, "reminded", {"agents": [agent.id for agent in told]})
        plans.append((ticket, Plan(Outcome.EVENT, (event, *clocks.remind(policy, ticket.team, ticket.id, now_ms)))))
    for key, tickets in by_agent.items():
        plans.append((tickets[0], Plan(Outcome.EVENT, letters=(_letter(policy.agents[key], tickets, policy, now_ms),))))
    return plans


def _letter(agent: Agent, tickets: Sequence[Ticket], policy: Policy, now_ms: int) -> LetterOrder:
    """One letter to one agent about all that waits; a single ticket's letter can be answered like a notification."""
    first = tickets[0]
    brand = policy.brands[first.brand]
    return LetterOrder(
        kind=LetterKind.REMINDER,
        to=Address(agent.address, agent.name),
        ticket=first.id,
        language=agent.language or brand.language,
        brand=brand.id,
        mailbox=first.mailbox,
        purpose=Purpose.AGENT if len(tickets) == 1 else None,
        agent=agent.id,
        values={"tickets": [_row(ticket, now_ms) for ticket in tickets]},
    )


def _row(ticket: Ticket, now_ms: int) -> Mapping[str, object]:
    waited_ms = now_ms - (ticket.waiting_since_ms or ticket.updated_ms)
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "requester": ticket.requester.name or ticket.requester.email,
        "priority": ticket.priority,
        "waited_ms": waited_ms,
    }
