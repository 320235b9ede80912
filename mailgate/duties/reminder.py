"""The reminder: a ticket has waited too long for an answer, and its team is told, many due together in one letter.

A ticket carries at most one ``reminder`` timer: set when a customer begins to wait, cleared by an answer. When it is
due the team gets one letter with all of its tickets that are due at this moment: those whose customers have asked for
news first, then the longest waiting. Each timer moves on by the team's wait, so that nobody is reminded twice within
it. A ticket that somebody has snoozed is left alone until then, and as long again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailgate.desk.clock import clocks
from mailgate.desk.effect import AddEvent, ClearTimer, SetTimer
from mailgate.desk.letter import LetterKind
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Ticket
from mailgate.duties.hour import Hour, Item, Planned, listing, rounds

TIMER = clocks.REMINDER


def remind(due: Sequence[Ticket], hour: Hour) -> list[Planned]:
    """The plans for all tickets whose reminder is due: one a ticket for its timer and history, one letter a person."""
    plans: list[Planned] = []
    items: list[Item] = []
    for ticket in sorted(due, key=_urgency):
        team = hour.policy.teams.get(ticket.team)
        if team is None or ticket.waiting_since_ms is None or not team.remind_after_ms:
            plans.append((ticket, Plan(Outcome.EVENT, (ClearTimer(ticket.id, TIMER),), ticket=ticket.id)))
        elif ticket.snoozed_ms is not None and ticket.snoozed_ms > hour.now_ms:
            asleep = clocks.remind(hour.policy, ticket.team, ticket.id, ticket.snoozed_ms)
            plans.append((ticket, Plan(Outcome.EVENT, asleep, ticket=ticket.id)))
        else:
            items.append(_item(ticket, hour))
    return plans + rounds(TIMER, items, lambda agent, mine: listing(LetterKind.REMINDER, agent, mine, hour), hour)


def _urgency(ticket: Ticket) -> tuple[int, int]:
    return (-ticket.nudges, ticket.waiting_since_ms or ticket.updated_ms)


def _item(ticket: Ticket, hour: Hour) -> Item:
    told = hour.owners(ticket)
    event = AddEvent(ticket.id, "reminded", {"agents": [agent.id for agent in told]})
    again = clocks.remind(hour.policy, ticket.team, ticket.id, hour.now_ms)
    row: Mapping[str, object] = {
        "number": ticket.number,
        "subject": ticket.subject,
        "requester": ticket.requester.name or ticket.requester.email,
        "priority": ticket.priority,
        "waited_ms": hour.now_ms - (ticket.waiting_since_ms or ticket.updated_ms),
    }
    return Item(ticket, told, row, (event, *again), (SetTimer(ticket.id, TIMER, hour.next_ms),))
