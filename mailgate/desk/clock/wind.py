"""The one pass that keeps the clocks: over each plan, after the decision and before its letters are composed.

It moves the clock of each ticket that the plan touches, sets the timer (``clocks.SLA``) for when somebody must be
warned next, writes down which promises the plan kept or broke, and tells the letters by when there will be an answer.
It knows nothing of why a plan does what it does, so no outcome has to think of clocks. A desk without ``[sla.*]`` has
none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mailgate.desk.clock import sla
from mailgate.desk.clock.clocks import clock_of, due, promises, response_ms, timer
from mailgate.desk.clock.moments import moment_of
from mailgate.desk.clock.sla import Clock, Promise
from mailgate.desk.plan import (
    NEW_TICKET,
    AddEvent,
    ChangeTicket,
    Effect,
    LetterKind,
    LetterOrder,
    OpenTicket,
    Plan,
)
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Status, Ticket

KEPT, LATE = "promise kept", "promise late"
"""The kinds of events that say how a promise ended; ``meta`` has ``promise`` and ``due_ms``."""

_FACTS = frozenset({"status", "priority", "team", "sla"})
"""What of a ticket its due times depend on."""

_ACKNOWLEDGES = frozenset({LetterKind.ACKNOWLEDGEMENT, LetterKind.NEUTRAL_ACKNOWLEDGEMENT})
_SHOWN = _ACKNOWLEDGES | {LetterKind.NOTIFICATION}
"""Letters that say when something is due."""


@dataclass(frozen=True, slots=True)
class Wound:
    """What a plan comes to for one ticket: the ticket and its open promises afterwards, and the effects that keep
    them; ``clock`` is None where nothing moved it."""

    ticket: Ticket
    promises: tuple[Promise, ...]
    clock: Mapping[str, object] | None = None
    effects: tuple[Effect, ...] = ()


def touched(plan: Plan) -> frozenset[int]:
    """The ids of the tickets that ``wind`` must know, other than those that the plan opens."""
    moved = {_about(effect) for effect in plan.effects if _moves(effect)}
    return frozenset(moved | {order.ticket for order in plan.letters if order.kind in _SHOWN}) - {NEW_TICKET}


def wind(plan: Plan, known: Mapping[int, Ticket], policy: Policy, now_ms: int) -> Plan:
    """The plan with what it means for the clocks; ``known`` are the tickets that ``touched`` names, as they are before.

    The plans in ``Plan.more`` are wound each by itself, when their turn comes.
    """
    if not policy.sla:
        return plan
    found = {
        reference: _wound(reference, before, plan.effects, policy, now_ms)
        for reference, before in _tickets(plan, known)
    }
    effects = [_with_clock(effect, found) for effect in plan.effects]
    effects += [effect for wound in found.values() for effect in wound.effects]
    return replace(plan, effects=tuple(effects), letters=tuple(_told(order, found) for order in plan.letters))


def _tickets(plan: Plan, known: Mapping[int, Ticket]) -> Iterator[tuple[int, Ticket]]:
    """Each ticket of the plan, the new one (as it will be opened) first."""
    yield from ((NEW_TICKET, _as_opened(effect)) for effect in plan.effects if isinstance(effect, OpenTicket))
    wanted = touched(plan)
    yield from ((ticket_id, ticket) for ticket_id, ticket in known.items() if ticket_id in wanted)


def _wound(reference: int, before: Ticket, effects: Iterable[Effect], policy: Policy, now_ms: int) -> Wound:
    own = [effect for effect in effects if _moves(effect) and _about(effect) == reference]
    if not own:
        return Wound(before, promises(before, policy, now_ms))
    start = Clock() if reference == NEW_TICKET else clock_of(before)
    clock = sla.wound((moment for effect in own if (moment := moment_of(effect, now_ms))), start)
    ticket = _changed(before, own)
    then, now = due(before, start, policy, now_ms), due(ticket, clock, policy, now_ms)
    kept = sla.to_json(clock)
    due_ms = next((each.due_ms for each in now if each.due_ms is not None), None)
    if due_ms is not None:
        kept["due_ms"] = due_ms
    more: list[Effect] = [] if reference == NEW_TICKET else [ChangeTicket(reference, {"clock": kept}, "")]
    more += _ended(reference, then, now, now_ms)
    if then or now:
        more.append(timer(reference, now))
    return Wound(ticket, now, kept, tuple(more))


def _with_clock(effect: Effect, found: Mapping[int, Wound]) -> Effect:
    """A new ticket is opened with its clock, so that its row is written once."""
    wound = found.get(NEW_TICKET)
    if not isinstance(effect, OpenTicket) or wound is None or wound.clock is None:
        return effect
    return replace(effect, clock=wound.clock)


def _as_opened(effect: OpenTicket) -> Ticket:
    return Ticket(
        id=NEW_TICKET,
        number=0,
        rid="",
        brand=effect.brand,
        mailbox=effect.mailbox,
        subject=effect.subject,
        status=effect.status,
        team=effect.team,
        requester=effect.requester,
        priority=effect.priority,
        sla=effect.sla,
        due_ms=effect.due_ms,
    )


def _changed(ticket: Ticket, effects: Iterable[Effect]) -> Ticket:
    """The ticket as far as its due times depend on it, after the effects."""
    facts: dict[str, Any] = {}
    for effect in effects:
        if isinstance(effect, ChangeTicket):
            facts |= {name: value for name, value in effect.changes.items() if name in _FACTS}
    if "status" in facts:
        facts["status"] = Status(str(facts["status"]))
    return replace(ticket, **facts) if facts else ticket


def _ended(reference: int, before: Iterable[Promise], after: Iterable[Promise], now_ms: int) -> Iterator[AddEvent]:
    """How the promises that are open no more have ended; one that stood still was kept."""
    still = {(each.kind, each.since_ms) for each in after}
    for each in before:
        if (each.kind, each.since_ms) not in still:
            late = each.due_ms is not None and each.due_ms < now_ms
            yield AddEvent(reference, LATE if late else KEPT, {"promise": each.kind.value, "due_ms": each.due_ms})


def _told(order: LetterOrder, found: Mapping[int, Wound]) -> LetterOrder:
    """An acknowledgement says by when there will be an answer, a notification what is due first."""
    wound = found.get(order.ticket)
    if order.kind not in _SHOWN or wound is None:
        return order
    if order.kind in _ACKNOWLEDGES:
        return replace(order, values={**order.values, "answer_by_ms": response_ms(wound.promises)})
    times = [each.due_ms for each in wound.promises if each.due_ms is not None]
    times += [wound.ticket.due_ms] if wound.ticket.due_ms is not None else []
    return replace(order, values={**order.values, "due_ms": min(times, default=None)})


def _moves(effect: Effect) -> bool:
    """Whether an effect has a say in a clock."""
    if isinstance(effect, ChangeTicket):
        return not _FACTS.isdisjoint(effect.changes)
    return moment_of(effect, 0) is not None


def _about(effect: Effect) -> int:
    return int(getattr(effect, "ticket", NEW_TICKET))
