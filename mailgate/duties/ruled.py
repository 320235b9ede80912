"""Rules on ``idle`` and ``date``: a timer has rung, and where a rule has a say in it the ticket's history says so.

What the rule does is not done here: the event is in the plan, and ``desk.follow`` asks the rules about it as about any
other. A timer of a rule that is in the config no more is cleared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mailgate.desk.effect import AddEvent, ClearTimer, Effect, SetTimer
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.routing.dates import DATE, IDLE, idle_kind
from mailgate.desk.routing.events import EventRules, Happened
from mailgate.desk.routing.rule import On
from mailgate.desk.ticket import Status, Ticket
from mailgate.duties.hour import Hour, Planned

OVER = frozenset({Status.SPAM, Status.MERGED})
"""Tickets in these states are nobody's any more."""


def mine(kind: str) -> bool:
    """Whether timers of that kind belong to rules."""
    return kind.startswith((IDLE, DATE))


def look(kind: str, rules: EventRules, due: Sequence[Ticket], hour: Hour) -> list[Planned]:
    """The plans for tickets whose timer of that kind has rung."""
    prefix, _, which = kind.partition(":")
    on = On(prefix)
    return [(ticket, _plan(Happened(on, ticket, which), kind, rules, hour)) for ticket in due]


def _plan(one: Happened, kind: str, rules: EventRules, hour: Hour) -> Plan:
    ticket, tally = one.ticket, partial(hour.look.tally, one.ticket.id)
    effects: list[Effect] = [ClearTimer(ticket.id, kind)]
    if ticket.status not in OVER:
        if rules.matching(one, "", tally, hour.now_ms):
            effects.append(AddEvent(ticket.id, one.on.value, {"which": one.which}))
        if one.on is On.IDLE:
            wait_ms = next((each for each in rules.idle_ms if each > int(one.which)), None)
            if wait_ms is not None:
                last_ms = tally().last_ms or ticket.created_ms
                effects.append(SetTimer(ticket.id, idle_kind(wait_ms), last_ms + wait_ms))
    return Plan(Outcome.EVENT, tuple(effects), ticket=ticket.id)
