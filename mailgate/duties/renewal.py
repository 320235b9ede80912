"""Promises after a change of the configuration: every open ticket's due time and timer are brought in line with it.

A due time is worked out from moments, never stored as a sum, so another target, holiday or team counts at once for what
a mail touches. What no mail touches is renewed here, some hundreds of tickets at a time, once after each change; the
clock of a ticket that was opened when nothing was promised is made from its history.

=====================  ===========================================================================================
``meta.promises``      the tickets
=====================  ===========================================================================================
another mark, none     as an earlier configuration left them; begin with the first
the mark and an id     renewed up to that one; go on behind it
the mark               all done
=====================  ===========================================================================================
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from mailgate.desk.clock import sla
from mailgate.desk.clock.clocks import clock_of
from mailgate.desk.clock.moments import moments
from mailgate.desk.clock.wind import anew
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Ticket
from mailgate.duties.hour import Planned

CHUNK = 250


class Tickets(Protocol):
    """What the store tells of open tickets, inside its transaction."""

    def open_after(self, last: int, limit: int) -> list[Ticket]:
        """The next ones by id."""
        ...

    def histories(self, ids: list[int]) -> Mapping[int, list[dict[str, Any]]]:
        """Their events."""
        ...


def mark_of(policy: Policy) -> str:
    """A short hash of all that due times depend on; empty where nothing is promised."""
    if not policy.sla:
        return ""
    teams = sorted((team.id, team.sla, team.hours) for team in policy.teams.values())
    brands = sorted((brand.id, brand.sla) for brand in policy.brands.values())
    hours = [
        (each.id, each.timezone, sorted(each.week.items()), sorted(each.closed), sorted(each.open_days.items()))
        for _, each in sorted(policy.hours.items())
    ]
    promised = [
        (
            each.id,
            sorted(
                (priority, sorted((kind.value, str(span)) for kind, span in targets.items()))
                for priority, targets in each.targets.items()
            ),
            each.hours,
            sorted((kind.value, sorted(states)) for kind, states in each.pauses.items()),
            each.warn,
            each.customers,
        )
        for _, each in sorted(policy.sla.items())
    ]
    said = repr((teams, brands, hours, promised, sorted(policy.customer_tags.items())))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def renew(tickets: Tickets, last: int, policy: Policy, now_ms: int) -> tuple[list[Planned], int | None]:
    """The plans for the open tickets behind ``last``, and the id of the last of them; None when there are no more."""
    found = tickets.open_after(last, CHUNK)
    clockless = [ticket.id for ticket in found if policy.sla and not ticket.clock]
    plans = list(_plans(found, tickets.histories(clockless), policy, now_ms))
    return plans, found[-1].id if len(found) == CHUNK else None


def _plans(
    found: list[Ticket], histories: Mapping[int, list[dict[str, Any]]], policy: Policy, now_ms: int
) -> Iterator[Planned]:
    for ticket in found:
        history = histories.get(ticket.id)
        clock = sla.wound(moments(history)) if history else clock_of(ticket)
        effects = anew(ticket, clock, policy, now_ms)
        if effects:
            yield ticket, Plan(Outcome.EVENT, effects, ticket=ticket.id)
