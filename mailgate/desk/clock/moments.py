"""What moves a clock, read from either side: from the effects that a plan is about to have, and from the events that
they left in a ticket's history. Both give the same moments, which is why a clock can be made anew.

==========================================  ==================================================  ==========
effect                                      event                                               moment
==========================================  ==================================================  ==========
``OpenTicket``                              ``opened``                                          opened
a public message of the customer            ``message``: customer, public                       wrote
a public message of an agent                ``message``: agent, public                          answered
``ChangeTicket`` with another status        ``changed`` with ``status``                         status
``ChangeTicket`` with ``waiting_since_ms``  ``changed`` with ``waiting_since_ms``               waits
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
from mailgate.desk.effect import AddEvent, AddMessage, ChangeTicket, Direction, Effect, OpenTicket, Visibility
from mailgate.desk.ticket import Status

WARNING, BROKEN = "sla warning", "sla broken"
"""The kinds of events that say that people were warned."""


def warned(ticket: int, promise: Promise, share: int) -> AddEvent:
    """The event that people were warned of this share of a promise; they are not warned of it, or of less, again."""
    meta = {"promise": promise.kind.value, "share": share, "target": str(promise.span)}
    return AddEvent(ticket, BROKEN if share >= 100 else WARNING, meta)


def of_effect(effect: Effect, now_ms: int) -> Iterator[Moment]:
    """What an effect means for the clock of its ticket."""
    if isinstance(effect, OpenTicket):
        yield Moment(now_ms, Happened.OPENED, effect.status)
    elif isinstance(effect, AddMessage):
        yield from _spoken(effect.direction, effect.visibility, effect.waits, now_ms)
    elif isinstance(effect, ChangeTicket):
        yield from _changed(effect.changes, now_ms)
    elif isinstance(effect, AddEvent) and effect.kind in (WARNING, BROKEN):
        yield from _warned(effect.meta, now_ms)


def moments(events: Iterable[Mapping[str, Any]]) -> Iterator[Moment]:
    """What a history means for the clock; each event has ``kind``, ``at_ms`` and ``meta``, the oldest first."""
    for event in events:
        read = _EVENTS.get(event["kind"])
        if read:
            yield from read(event["meta"] or {}, event["at_ms"])


def _spoken(direction: str, visibility: str, waits: bool, at_ms: int) -> Iterator[Moment]:
    if visibility != Visibility.PUBLIC:
        return
    if direction == Direction.AGENT:
        yield Moment(at_ms, Happened.ANSWERED)
    elif direction == Direction.CUSTOMER and waits:
        yield Moment(at_ms, Happened.WROTE)


def _warned(meta: Mapping[str, Any], at_ms: int) -> Iterator[Moment]:
    kind, share, target = Kind(meta["promise"]), int(meta["share"]), str(meta["target"])
    yield Moment(at_ms, Happened.WARNED, kind=kind, share=share, target=target)


def _changed(changes: Mapping[str, Any], at_ms: int) -> Iterator[Moment]:
    if "status" in changes:
        yield Moment(at_ms, Happened.STATUS, Status(str(changes["status"])))
    if "waiting_since_ms" in changes:
        yield Moment(at_ms, Happened.WAITS, since_ms=changes["waiting_since_ms"])


def _new_values(meta: Mapping[str, Any]) -> dict[str, Any]:
    """What an event ``changed`` says of fields, whose old and new values it has."""
    return {name: both[1] for name, both in meta.items() if isinstance(both, list) and len(both) == 2}


_EVENTS: Mapping[str, Callable[[Mapping[str, Any], int], Iterable[Moment]]] = {
    "opened": lambda meta, at_ms: (Moment(at_ms, Happened.OPENED, Status(meta.get("status", Status.NEW))),),
    "message": lambda meta, at_ms: _spoken(
        meta.get("direction", ""), meta.get("visibility", ""), meta.get("waits", True), at_ms
    ),
    "changed": lambda meta, at_ms: _changed(_new_values(meta), at_ms),
    WARNING: _warned,
    BROKEN: _warned,
}
