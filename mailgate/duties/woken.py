"""A day that an agent has set has come: ``#pending until``, ``#snooze``, ``#due``; whoever has the ticket hears of it.

A ticket that waited until that day is open again, a snoozed one is awake; what is due stays as it is. A ticket that
has ended meanwhile, or waits no more, wakes nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mailgate.desk.clock.arming import DUE, PENDING, SNOOZE
from mailgate.desk.effect import AddEvent, ChangeTicket, ClearTimer, Effect, SetTimer
from mailgate.desk.letter import LetterKind
from mailgate.desk.lifecycle import ENDED, Happening, after, changes
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Ticket
from mailgate.duties.hour import Hour, Item, Planned, listing, rounds

WHY: Mapping[str, Phrase] = {
    PENDING: phrase("the day until which we waited has come"),
    SNOOZE: phrase("the day until which it was snoozed has come"),
    DUE: phrase("it is due soon"),
}
"""Timer → what the letter says."""
OVERDUE = phrase("it is overdue")

MOVES: Mapping[str, Callable[[Ticket, int], dict[str, object]]] = {
    PENDING: lambda ticket, now_ms: changes(ticket, Happening.REMINDED, now_ms),
    SNOOZE: lambda ticket, now_ms: {"snoozed_ms": None},
    DUE: lambda ticket, now_ms: {},
}
"""Timer → what of the ticket changes."""


def wake(kind: str, due: Sequence[Ticket], hour: Hour) -> list[Planned]:
    """The plans for all tickets whose day of that kind has come."""
    over = [ticket for ticket in due if _over(kind, ticket)]
    plans: list[Planned] = [
        (ticket, Plan(Outcome.EVENT, (ClearTimer(ticket.id, kind),), ticket=ticket.id)) for ticket in over
    ]
    items = [_item(kind, ticket, hour) for ticket in due if not _over(kind, ticket)]
    return plans + rounds(
        kind,
        items,
        lambda agent, mine: listing(LetterKind.HANDOVER, agent, mine, hour, why=_why(kind, mine, hour)),
        hour,
    )


def _why(kind: str, items: Sequence[Item], hour: Hour) -> Phrase:
    """A due time may be over by the time that somebody can be told."""
    times = [item.ticket.due_ms for item in items]
    late = kind == DUE and all(due_ms is not None and due_ms < hour.now_ms for due_ms in times)
    return OVERDUE if late else WHY[kind]


def _over(kind: str, ticket: Ticket) -> bool:
    """Whether nobody need be told any more."""
    return ticket.status in ENDED or (kind == PENDING and after(ticket.status, Happening.REMINDED) is ticket.status)


def _item(kind: str, ticket: Ticket, hour: Hour) -> Item:
    told = hour.owners(ticket)
    effects: list[Effect] = [
        ClearTimer(ticket.id, kind),
        AddEvent(ticket.id, "reminded", {"why": kind, "agents": [agent.id for agent in told]}),
    ]
    moved = MOVES[kind](ticket, hour.now_ms)
    if moved:
        effects.append(ChangeTicket(ticket.id, moved, Happening.REMINDED.value))
    later = (SetTimer(ticket.id, kind, hour.next_ms),)
    return Item(ticket, told, {"number": ticket.number}, tuple(effects), later)
