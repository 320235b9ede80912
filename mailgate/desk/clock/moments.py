"""What moves a clock, read from either side: from the effects that a plan is about to have, and from the events that
they left in a ticket's history. Both give the same moments, which is why a clock can be made anew.

==========================================  ==================================================  ==========
effect                                      event                                               moment
==========================================  ==================================================  ==========
``OpenTicket``                              ``opened``                                          opened
a public message of the customer            ``message``: customer, public                       wrote
a public message of an agent                ``message``: agent, public                          answered
``ChangeTicket`` with another status        ``changed`` with ``status``                         status
``AddEvent`` sla warning, sla broken        ``sla warning``, ``sla broken``                     warned
==========================================  ==================================================  ==========

A message for agents' eyes moves nothing, and neither does one that waits for no answer (a plain thank-you). An event's
metadata are never erased, so that a clock can be made anew when the customer's data are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mailgate.desk.clock.sla import Happened, Moment, Promise
from mailgate.desk.clock.targets import Kind
from mailgate.desk.plan import AddEvent, AddMessage, ChangeTicket, Direction, Effect, OpenTicket, Visibility
from mailgate.desk.ticket import Status

WARNING, BROKEN = "sla warning", "sla broken"
"""The kinds of events that say that people were warned."""


def warned(ticket: int, promise: Promise, share: int) -> AddEvent:
    """The event that people were warned of this share of a promise; they are not warned of it, or of less, again."""
    meta = {"promise": promise.kind.value, "share": share, "target": str(promise.span)}
    return AddEvent(ticket, BROKEN if share >= 100 else WARNING, meta)


def moment_of(effect: Effect, now_ms: int) -> Moment | None:
    """What an effect means for the clock of its ticket, or None."""
    if isinstance(effect, OpenTicket):
        return Moment(now_ms, Happened.OPENED, effect.status)
    if isinstance(effect, AddMessage):
        return _spoken(effect.direction, effect.visibility, effect.waits, now_ms)
    if isinstance(effect, ChangeTicket) and "status" in effect.changes:
        return Moment(now_ms, Happened.STATUS, Status(str(effect.changes["status"])))
    if isinstance(effect, AddEvent) and effect.kind in (WARNING, BROKEN):
        return _warned(effect.meta, now_ms)
    return None


def moments(events: Iterable[Mapping[str, Any]]) -> Iterator[Moment]:
    """What a history means for the clock; each event has ``kind``, ``at_ms`` and ``meta``, the oldest first."""
    for event in events:
        read = _EVENTS.get(event["kind"])
        found = read(event["meta"] or {}, event["at_ms"]) if read else None
        if found:
            yield found


def _spoken(direction: str, visibility: str, waits: bool, at_ms: int) -> Moment | None:
    if visibility != Visibility.PUBLIC:
        return None
    if direction == Direction.AGENT:
        return Moment(at_ms, Happened.ANSWERED)
    return Moment(at_ms, Happened.WROTE) if direction == Direction.CUSTOMER and waits else None


def _warned(meta: Mapping[str, Any], at_ms: int) -> Moment:
    return Moment(
        at_ms, Happened.WARNED, kind=Kind(meta["promise"]), share=int(meta["share"]), target=str(meta["target"])
    )


def _changed(meta: Mapping[str, Any], at_ms: int) -> Moment | None:
    return Moment(at_ms, Happened.STATUS, Status(meta["status"][1])) if "status" in meta else None


_EVENTS: Mapping[str, Callable[[Mapping[str, Any], int], Moment | None]] = {
    "opened": lambda meta, at_ms: Moment(at_ms, Happened.OPENED, Status(meta.get("status", Status.NEW))),
    "message": lambda meta, at_ms: _spoken(
        meta.get("direction", ""), meta.get("visibility", ""), meta.get("waits", True), at_ms
    ),
    "changed": _changed,
    WARNING: _warned,
    BROKEN: _warned,
}
