"""The timers that a ticket's state starts and stops: one pass over each plan, after the decision.

No outcome has to think of what the hour will bring: whatever moves a ticket into a state starts the timers of the
second column and stops those of the state that it leaves.

==================  =======================================================================  ==========================
state               timer                                                                    the duty that it wakes
==================  =======================================================================  ==========================
waiting-customer    ``customer``: the first wait of ``[closing] remind_after``; an agent's   ``duties.customer``
                    further answer starts it anew; none where ``#pending`` names a day
resolved            ``confirm-close``: ``[closing] confirm_after``                           ``duties.closing``
closed              ``survey``: ``[survey] delay``                                           ``duties.survey``
==================  =======================================================================  ==========================

A plan that itself stops the survey's timer has its reason, and it stays stopped.

``#pending``, ``#snooze`` and ``#due`` set timers of their own (``duties.woken``); that of a due date rings some hours
before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from mailgate.desk.clock.clocks import SURVEY
from mailgate.desk.effect import NEW_TICKET, ChangeTicket, ClearTimer, Effect, OpenTicket, SetTimer
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Status, Ticket

CONFIRM, CUSTOMER = "confirm-close", "customer"
PENDING, SNOOZE, DUE = "pending", "snooze", "due"

AHEAD_MS = 8 * 3_600_000
"""How long before a due date its agent is reminded."""


def first_wait(policy: Policy) -> int:
    """How long a customer whom we wait for is left alone, in ms; 0: for ever."""
    return next(iter(policy.closing.remind_after_ms), policy.closing.close_after_ms)


STARTS: Mapping[Status, tuple[str, Callable[[Policy], int | None]]] = {
    Status.WAITING_CUSTOMER: (CUSTOMER, lambda policy: first_wait(policy) or None),
    Status.RESOLVED: (CONFIRM, lambda policy: policy.closing.confirm_after_ms or None),
    Status.CLOSED: (SURVEY, lambda policy: policy.survey.delay_ms if policy.survey.enabled else None),
}
"""State → its timer, and how long it runs in ms (None: there is none)."""


_MOVES = (ChangeTicket, OpenTicket)


def changed(plan: Plan, ticket: Ticket | None) -> frozenset[int]:
    """The ids of the tickets that ``arm`` must know, other than the plan's own."""
    own = ticket.id if ticket else NEW_TICKET
    return frozenset(each.ticket for each in plan.effects if isinstance(each, ChangeTicket)) - {NEW_TICKET, own}


def arm(plan: Plan, ticket: Ticket | None, others: Mapping[int, Ticket], policy: Policy, now_ms: int) -> Plan:
    """The plan with the timers that it starts and stops. ``ticket`` is the one that the plan is about, as it is before,
    or as it was just opened; ``others`` are further ones that it changes, by id."""
    if not any(isinstance(each, _MOVES) or _is_due(each) for each in plan.effects):
        return plan
    own = ticket.id if ticket else NEW_TICKET
    known = {**others, **({ticket.id: ticket} if ticket else {})}
    effects = tuple(_ahead(each, now_ms) for each in plan.effects)
    named = {each.kind for each in effects if isinstance(each, SetTimer)}
    armed = tuple(_armed(effects, own, known, policy, now_ms))
    unasked = {each.ticket for each in effects if isinstance(each, ClearTimer) and each.kind == SURVEY}
    kept = (
        each
        for each in armed
        if not isinstance(each, SetTimer)
        or not ((PENDING in named and each.kind == CUSTOMER) or (each.kind == SURVEY and each.ticket in unasked))
    )
    return replace(plan, effects=(*effects, *kept))


def _armed(
    effects: Iterable[Effect], own: int, known: Mapping[int, Ticket], policy: Policy, now_ms: int
) -> Iterator[Effect]:
    """What each change of a state means, one after the other; the last word on a timer counts."""
    states: dict[int, Status] = {}
    for effect in effects:
        if isinstance(effect, OpenTicket) and effect.status is not Status.CLOSED:
            states[own] = effect.status
            yield from _started(own, effect.status, policy, now_ms)
        if not isinstance(effect, ChangeTicket):
            continue
        ticket = effect.ticket or own
        before = states.get(ticket) or (known[ticket].status if ticket in known else None)
        after = Status(str(effect.changes.get("status", before or Status.OPEN)))
        again = after is Status.WAITING_CUSTOMER and "answered_ms" in effect.changes
        states[ticket] = after
        if after is before and not again:
            continue
        if before is not None and before is not after and before in STARTS:
            yield ClearTimer(ticket, STARTS[before][0])
        yield from _started(ticket, after, policy, now_ms)


def _started(ticket: int, status: Status, policy: Policy, now_ms: int) -> Iterator[SetTimer]:
    kind, wait = STARTS.get(status, ("", lambda _: None))
    wait_ms = wait(policy)
    if wait_ms is not None:
        yield SetTimer(ticket, kind, now_ms + wait_ms)


def _is_due(effect: Effect) -> bool:
    return isinstance(effect, SetTimer) and effect.kind == DUE


def _ahead(effect: Effect, now_ms: int) -> Effect:
    """The reminder of a due date comes while there is time left."""
    if isinstance(effect, SetTimer) and effect.kind == DUE:
        return replace(effect, due_ms=max(now_ms, effect.due_ms - AHEAD_MS))
    return effect
