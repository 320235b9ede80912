"""The one pass that keeps the clocks: over each plan, after the decision and before its letters are composed.

It moves the clock of each ticket that the plan touches, sets the timer (``clocks.SLA``) for when somebody must be
warned next, writes down which promises the plan kept or broke, and tells the letters by when there will be an answer.
It knows nothing of why a plan does what it does, so no outcome has to think of clocks. A desk without ``[sla.*]`` has
none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailgate.desk.clock import sla
from mailgate.desk.clock.clocks import clock_of, due, promises, response_ms, timer
from mailgate.desk.clock.moments import of_effect
from mailgate.desk.clock.sla import Clock, Happened, Moment, Promise
from mailgate.desk.effect import NEW_TICKET, AddEvent, ChangeTicket, Effect, OpenTicket
from mailgate.desk.letter import LetterKind, LetterOrder
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Status, Ticket

KEPT, LATE = "promise kept", "promise late"
"""The kinds of events that say how a promise ended; ``meta`` has ``promise`` and ``due_ms``."""

_FACTS = frozenset({"status", "waiting_since_ms", "priority", "team", "sla"})
"""What of a ticket its clock and its due times depend on."""

_VOID = frozenset({Status.SPAM, Status.MERGED})
"""A ticket that ends so has kept and broken nothing."""

_ACKNOWLEDGES = frozenset({LetterKind.ACKNOWLEDGEMENT, LetterKind.NEUTRAL_ACKNOWLEDGEMENT})
_SHOWN = _ACKNOWLEDGES | {LetterKind.NOTIFICATION}
"""Letters that say when something is due."""


@dataclass(frozen=True, slots=True)
class Wound:
    """What a plan comes to for one ticket: the ticket and its open promises afterwards, and the effects that keep
    them."""

    ticket: Ticket
    promises: tuple[Promise, ...]
    effects: tuple[Effect, ...] = ()


def touched(plan: Plan) -> frozenset[int]:
    """The ids of the tickets that ``wind`` must know, other than the plan's own."""
    moved = {_about(effect, NEW_TICKET) for effect in plan.effects if _moves(effect)}
    shown = {order.ticket for order in plan.letters if order.kind in _SHOWN}
    return frozenset(moved | shown) - {NEW_TICKET, plan.ticket}


def wind(plan: Plan, ticket: Ticket | None, others: Iterable[Ticket], policy: Policy, now_ms: int) -> Plan:
    """The plan with what it means for the clocks. ``ticket`` is the one that the plan is about, as it is before, or as
    it was just opened; ``others`` are those that ``touched`` names. The plans in ``Plan.more`` are wound each by
    itself, when their turn comes."""
    if not policy.sla or not (any(map(_moves, plan.effects)) or any(order.kind in _SHOWN for order in plan.letters)):
        return plan
    own = ticket.id if ticket else NEW_TICKET
    known = {each.id: each for each in ((ticket,) if ticket else ()) + tuple(others)}
    found = {
        ticket_id: _wound(before, [each for each in plan.effects if _about(each, own) == ticket_id], policy, now_ms)
        for ticket_id, before in known.items()
    }
    effects = (*plan.effects, *(effect for wound in found.values() for effect in wound.effects))
    return replace(plan, effects=effects, letters=tuple(_told(order, found, own) for order in plan.letters))


def _wound(before: Ticket, effects: Sequence[Effect], policy: Policy, now_ms: int) -> Wound:
    moving = [effect for effect in effects if _moves(effect)]
    if not moving:
        return Wound(before, promises(before, policy, now_ms))
    opens = any(isinstance(effect, OpenTicket) for effect in moving)
    start = Clock() if opens else clock_of(before)
    clock = sla.wound(_moments(before, moving, now_ms), start)
    ticket = _changed(before, moving)
    then, now = due(before, start, policy, now_ms), due(ticket, clock, policy, now_ms)
    found: list[Effect] = [ChangeTicket(before.id, {"clock": _kept(clock, now)}, "")]
    if ticket.status not in _VOID:
        found += _ended(before.id, then, clock, now_ms)
    if then or now:
        found.append(timer(before.id, now))
    return Wound(ticket, now, tuple(found))


def anew(ticket: Ticket, clock: Clock, policy: Policy, now_ms: int) -> tuple[Effect, ...]:
    """What brings a ticket's clock and timer in line with another configuration; nothing where they are."""
    if not policy.sla and not ticket.clock:
        return ()
    now = due(ticket, clock, policy, now_ms)
    kept = _kept(clock, now)
    effects: list[Effect] = [] if kept == ticket.clock else [ChangeTicket(ticket.id, {"clock": kept}, "")]
    if now or "due_ms" in ticket.clock:
        effects.append(timer(ticket.id, now))
    return tuple(effects)


def _kept(clock: Clock, now: Iterable[Promise]) -> dict[str, Any]:
    """The clock as the ticket has it, with what queues are sorted by."""
    kept = sla.to_json(clock)
    due_ms = next((each.due_ms for each in now if each.due_ms is not None), None)
    return kept if due_ms is None else {**kept, "due_ms": due_ms}


def _moments(before: Ticket, effects: Iterable[Effect], now_ms: int) -> Iterator[Moment]:
    """What the effects mean for the clock, without what changes nothing: of that the history will not tell."""
    status, since_ms = before.status, before.waiting_since_ms
    for moment in (moment for effect in effects for moment in of_effect(effect, now_ms)):
        match moment.what:
            case Happened.STATUS if moment.status is status:
                continue
            case Happened.WAITS if moment.since_ms == since_ms:
                continue
            case Happened.STATUS | Happened.OPENED:
                status = moment.status
            case Happened.WAITS | Happened.ANSWERED:
                since_ms = moment.since_ms
            case Happened.WROTE:
                since_ms = since_ms or now_ms
        yield moment


def _changed(ticket: Ticket, effects: Iterable[Effect]) -> Ticket:
    """The ticket as far as its due times depend on it, after the effects."""
    facts: dict[str, Any] = {}
    for effect in effects:
        if isinstance(effect, ChangeTicket):
            facts |= {name: value for name, value in effect.changes.items() if name in _FACTS}
    if "status" in facts:
        facts["status"] = Status(str(facts["status"]))
    return replace(ticket, **facts) if facts else ticket


def _ended(ticket: int, before: Iterable[Promise], clock: Clock, now_ms: int) -> Iterator[AddEvent]:
    """How the promises that run no more have ended; one that stood still was kept. What another policy does not
    promise has not ended."""
    running = {kind for kind, _ in sla.promised(clock)}
    for each in before:
        if each.kind not in running:
            late = each.due_ms is not None and each.due_ms < now_ms
            yield AddEvent(ticket, LATE if late else KEPT, {"promise": each.kind.value, "due_ms": each.due_ms})


def _told(order: LetterOrder, found: Mapping[int, Wound], own: int) -> LetterOrder:
    """An acknowledgement says by when there will be an answer, a notification what is due first."""
    wound = found.get(order.ticket or own)
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
    return any(of_effect(effect, 0))


def _about(effect: Effect, own: int) -> int:
    """The id of the ticket that an effect concerns; ``own`` is the plan's."""
    return getattr(effect, "ticket", None) or own
