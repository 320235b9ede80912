"""How a promise's time was spent, step by step: from when to when it counted, what stopped it, what is left.

The steps cover the time from the promise's start to now without a gap; what counted in them adds up to
``Promise.spent``. ``mailgate ticket sla`` prints them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mailgate.desk.clock.calendar import measure, pieces
from mailgate.desk.clock.sla import Clock, Promise, newest, stands, whiles
from mailgate.desk.clock.span import Unit
from mailgate.desk.clock.targets import SlaPolicy
from mailgate.desk.policy import Hours
from mailgate.desk.ticket import Status


class Why(StrEnum):
    """Whether a while counted, and if not, why not."""

    COUNTS = "counts"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Step:
    """A while in one state: ``counted`` is what it took of ``Promise.span``, in the same milliseconds."""

    from_ms: int
    to_ms: int
    why: Why
    status: Status
    counted: int = 0


def account(clock: Clock, promise: Promise, policy: SlaPolicy, hours: Hours | None, now_ms: int) -> tuple[Step, ...]:
    """The steps of an open promise up to now."""
    pauses = policy.pauses.get(promise.kind, frozenset())
    began_ms, status = newest(clock, promise.since_ms)
    last = ((began_ms, now_ms), status)
    found: list[Step] = []
    for (start, end), state in (*whiles(clock, promise.since_ms), last):
        if start >= end:
            continue
        if stands(state, pauses):
            found.append(Step(start, end, Why.PAUSED, state))
        else:
            found += _counted(start, end, state, promise.span.unit, hours)
    return tuple(found)


def _counted(start: int, end: int, state: Status, unit: Unit, hours: Hours | None) -> Iterator[Step]:
    """A while that counts as far as somebody is there: the open stretches in it, and the closed ones between."""
    at_ms = start
    for opens, closes in pieces(hours, unit, start, end):
        if at_ms < opens:
            yield Step(at_ms, opens, Why.CLOSED, state)
        yield Step(opens, closes, Why.COUNTS, state, measure(hours, unit, opens, closes))
        at_ms = closes
    if at_ms < end:
        yield Step(at_ms, end, Why.CLOSED, state)
