"""The clocks on the desk: which promises a ticket has, which of them are open, and the timers that mails start.

``chosen`` says which policy a ticket has and why, ``promises`` which promises are open and when they are due. ``wind``
(in its own module) keeps the clocks as plans change tickets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mailgate.desk.clock import sla
from mailgate.desk.clock.calendar import after
from mailgate.desk.clock.sla import Clock, Promise
from mailgate.desk.clock.span import Span, Unit
from mailgate.desk.clock.targets import Kind, SlaPolicy, Targets
from mailgate.desk.effect import ClearTimer, Effect, OpenTicket, SetTimer
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.policy import Hours, Policy
from mailgate.desk.ticket import Ticket

REMINDER = "reminder"
SURVEY = "survey"
SLA = "sla"

NAMES: Mapping[Kind, Phrase] = {
    Kind.FIRST: phrase("first response"),
    Kind.NEXT: phrase("next response"),
    Kind.RESOLUTION: phrase("resolution"),
}
"""The promises, as letters name them."""

BY_NAME = phrase("named by a rule")
FOR_CUSTOMER = phrase("promised to this customer")
OF_TEAM = phrase("that of the team")
OF_BRAND = phrase("that of the desk")
"""Why a ticket has the policy that it has."""

OWN_DUE = "its due time"
"""In ``Ticket.sla``: it was opened with a due time of its own, which stands in for a promised resolution. No
``[sla.*]`` can have that name."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The policy that a ticket has, its calendar (None: every hour counts), and why it is this one."""

    policy: SlaPolicy
    hours: Hours | None
    why: Phrase = NOTHING


def remind(policy: Policy, team: str, ticket: int, now_ms: int) -> tuple[SetTimer, ...]:
    """When the team is to be reminded of a customer who waits since now; nothing for a team without that wish."""
    found = policy.teams.get(team)
    if found is None or not found.remind_after_ms:
        return ()
    span = Span(found.remind_after_ms, Unit.BUSINESS if found.remind_in_hours else Unit.CLOCK)
    return (SetTimer(ticket, REMINDER, after(policy.hours.get(found.hours), now_ms, span)),)


def chosen(ticket: Ticket | OpenTicket, policy: Policy) -> Chosen | None:
    """The policy of a ticket, or of one to be opened; None where nothing is promised. Named by a rule, else by the
    customer's tags, the team, the brand."""
    team, brand = policy.teams.get(ticket.team), policy.brands.get(ticket.brand)
    ways = (
        (ticket.sla, BY_NAME),
        (_for_customer(ticket.requester.email, policy), FOR_CUSTOMER),
        (team.sla if team else "", OF_TEAM),
        (brand.sla if brand else "", OF_BRAND),
    )
    for name, why in ways:
        found = policy.sla.get(name)
        if found is not None:
            hours = found.hours or (team.hours if team else "")
            return Chosen(_unresolved(found) if ticket.sla == OWN_DUE else found, policy.hours.get(hours), why)
    return None


def _unresolved(policy: SlaPolicy) -> SlaPolicy:
    """The policy without what it promises of a resolution."""
    kept: Mapping[str, Targets] = {
        priority: {kind: span for kind, span in targets.items() if kind is not Kind.RESOLUTION}
        for priority, targets in policy.targets.items()
    }
    return replace(policy, targets=kept)


def promises(ticket: Ticket, policy: Policy, now_ms: int) -> tuple[Promise, ...]:
    """The promises that are open on a ticket, the first to break first; empty where nothing is promised."""
    return due(ticket, clock_of(ticket), policy, now_ms) if policy.sla else ()


def due(ticket: Ticket, clock: Clock, policy: Policy, now_ms: int) -> tuple[Promise, ...]:
    """The same, for a clock that is not, or not yet, the ticket's."""
    found = chosen(ticket, policy)
    return sla.due(clock, found.policy, ticket.priority, found.hours, now_ms) if found else ()


def answer_by(ticket: Ticket, policy: Policy, now_ms: int) -> int | None:
    """By when the customer has an answer, in ms; None where nobody waits, nothing is promised, or the clock stands."""
    return response_ms(promises(ticket, policy, now_ms))


def response_ms(found: Iterable[Promise]) -> int | None:
    """When the response among these promises is due, the first or the next; None where there is none."""
    return next((each.due_ms for each in found if each.kind is not Kind.RESOLUTION), None)


def timer(ticket: int, found: Iterable[Promise]) -> Effect:
    """When somebody has to be warned next; a share that is reached and not told is due at once. The one effect of the
    plan for a timer that came early, since the policy was changed meanwhile."""
    times = [each.next_ms for each in found if each.next_ms is not None]
    return SetTimer(ticket, SLA, min(times)) if times else ClearTimer(ticket, SLA)


def clock_of(ticket: Ticket) -> Clock:
    """The ticket's clock; one that was opened before there were promises has what its fields say."""
    if ticket.clock.get("states"):
        return sla.from_json(ticket.clock)
    return Clock(((ticket.created_ms, ticket.status),), ticket.waiting_since_ms, ticket.answered_ms)


def _for_customer(email: str, policy: Policy) -> str:
    """The policy whose tags the customer has, by address and by domain."""
    address = email.lower()
    named = policy.customer_tags
    tags = {*named.get(address, ()), *named.get(address.rpartition("@")[2], ())}
    return next((each.id for each in policy.sla.values() if tags & set(each.customers)), "") if tags else ""
