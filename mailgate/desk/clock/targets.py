"""What is promised to customers, as the admin wrote it: ``[sla.NAME]`` of the config, as plain values.

Three things are promised, each from its own start:

==============  ===============================================  ==============================================
promise         runs from                                        until
==============  ===============================================  ==============================================
first response  the customer's first message                     an agent's first public answer
next response   a later message that waits for an answer         the next public answer
resolution      the ticket's opening                             it is resolved or closed
==============  ===============================================  ==============================================

Which policy a ticket has is asked in this order: the rule that named one, the customer's tags, the
team, the brand. A priority that a policy says nothing of has the policy's own targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.desk.clock.span import DAY, HOUR, MINUTE, Span, Unit
from mailgate.desk.ticket import Status


class Kind(StrEnum):
    """What is promised."""

    FIRST = "first response"
    NEXT = "next response"
    RESOLUTION = "resolution"


Targets = Mapping[Kind, Span]
"""How long each promise may take; what is not named is not promised."""

_WAITS = frozenset({Status.WAITING_CUSTOMER})

PAUSES: Mapping[Kind, frozenset[Status]] = {
    Kind.FIRST: _WAITS,
    Kind.NEXT: _WAITS,
    Kind.RESOLUTION: _WAITS | {Status.WAITING_THIRD, Status.WAITING_CHILD},
}
"""In which states the clock of a promise stands still, unless the policy says otherwise. While we wait for the
customer nothing is overdue; a third party's delay is no excuse for not writing a word."""

WARN = (80, 100, 150)
"""At which shares of the time, in percent, people are warned."""


def _same(response: Span, resolution: Span) -> Targets:
    return {Kind.FIRST: response, Kind.NEXT: response, Kind.RESOLUTION: resolution}


DEFAULTS: Mapping[str, Targets] = {
    "urgent": _same(Span(15 * MINUTE), Span(2 * HOUR)),
    "high": _same(Span(HOUR), Span(8 * HOUR)),
    "normal": _same(Span(4 * HOUR), Span(3 * DAY, Unit.DAYS)),
    "low": _same(Span(24 * HOUR), Span(7 * DAY, Unit.DAYS)),
}
"""By priority; what a policy that names no target of its own promises."""


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """A policy: ``targets`` by priority, under ``""`` those of every other priority. ``hours`` names the calendar
    (empty: the team's). ``pauses`` are the states in which each promise's clock stands still, ``warn`` the shares, in
    percent and rising, at which people are warned. ``customers`` are tags of customers to whom it is promised."""

    id: str
    targets: Mapping[str, Targets] = field(default_factory=lambda: DEFAULTS)
    hours: str = ""
    pauses: Mapping[Kind, frozenset[Status]] = field(default_factory=lambda: PAUSES)
    warn: tuple[int, ...] = WARN
    customers: tuple[str, ...] = ()

    def target(self, kind: Kind, priority: str) -> Span | None:
        """How long that promise may take at that priority; None where nothing is promised."""
        return self.targets.get(priority, {}).get(kind) or self.targets.get("", {}).get(kind)
