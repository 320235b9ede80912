"""A ticket's clock: what its history says of the promises made to the customer, and when each of them is due.

A clock holds moments and no lengths: when the ticket was in which state, since when the customer waits, when an agent
first answered, of what people were warned. ``step`` folds one ``Moment`` into it, and nothing else changes it; what
the policy, the priority, the team's hours or a holiday make of it is worked out each time anew (``due``). So a ticket
that becomes urgent, or goes to a team with other hours, has other due times from the same start, and the clock that is
kept on the ticket is the one that its history gives (a test holds the two together).

=================  ==================================================================================
moment             what it does
=================  ==================================================================================
opened             the resolution's clock starts
wrote              the customer waits for an answer, unless already waiting
answered           nobody waits; the first one is the first response
waits              what the ticket says of who waits is set by itself: it was opened again, or merged into
status             a state that pauses stops clocks, one that does not lets them go on; resolved counts as an
                   answer; an end stops all of them, and what is reopened goes on where it stood
warned             people were told of a share of the time; they are not told of it again
=================  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from mailgate.desk.clock.calendar import after, measure
from mailgate.desk.clock.hours import Stretch
from mailgate.desk.clock.span import Span
from mailgate.desk.clock.targets import Kind, SlaPolicy
from mailgate.desk.lifecycle import ENDED
from mailgate.desk.policy import Hours
from mailgate.desk.ticket import Status


class Happened(StrEnum):
    """What moves a clock."""

    OPENED = "opened"
    WROTE = "wrote"
    ANSWERED = "answered"
    WAITS = "waits"
    STATUS = "status"
    WARNED = "warned"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a ticket. ``status`` is the new state (opened, status), ``since_ms`` since when the
    customer waits (waits; None: no more); ``kind``, ``share`` and ``target`` say which promise people were warned of
    (warned)."""

    at_ms: int
    what: Happened
    status: Status = Status.NEW
    since_ms: int | None = None
    kind: Kind = Kind.FIRST
    share: int = 0
    target: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The share, in percent, of which people were warned, and of which target: a new target is warned of anew."""

    kind: Kind
    share: int
    target: str


@dataclass(frozen=True, slots=True)
class Clock:
    """``states`` are the states with the moments at which they began, the opening first. ``asked_ms`` is since when
    the customer waits, ``first_ms`` when the first answer was given."""

    states: tuple[tuple[int, Status], ...] = ()
    asked_ms: int | None = None
    first_ms: int | None = None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise that is open. ``spent`` is how much of ``span`` is over, ``share`` the same in percent, ``due_ms``
    when all of it will be (None: the clock stands still). ``step`` is the highest share of the policy's ``warn`` that
    is reached and nobody was told of (0: none), ``next_ms`` when the lowest that nobody was told of is, or was."""

    kind: Kind
    span: Span
    since_ms: int
    spent: int
    due_ms: int | None
    step: int = 0
    next_ms: int | None = None

    @property
    def share(self) -> int:
        """How much of the time is over, in percent, rounded down."""
        return self.spent * 100 // self.span.amount if self.span.amount else 100

    @property
    def left(self) -> int:
        """What is left of ``span.amount``; negative when it is over."""
        return self.span.amount - self.spent


def step(clock: Clock, moment: Moment) -> Clock:
    """The clock after one more moment; moments come in the order in which they happened."""
    return _STEPS[moment.what](clock, moment)


def wound(moments: Iterable[Moment], clock: Clock | None = None) -> Clock:
    """The clock after all these moments."""
    found = clock or Clock()
    for moment in moments:
        found = step(found, moment)
    return found


def due(clock: Clock, policy: SlaPolicy, priority: str, hours: Hours | None, now_ms: int) -> tuple[Promise, ...]:
    """The promises that are open, the first to break first, those that stand still last; empty once it is over."""
    found = [
        _promise(clock, kind, since_ms, span, policy, hours, now_ms)
        for kind, since_ms in promised(clock)
        if (span := policy.target(kind, priority))
    ]
    return tuple(sorted(found, key=lambda each: (each.due_ms is None, each.due_ms or 0)))


def promised(clock: Clock) -> Iterator[tuple[Kind, int]]:
    """What a policy may promise now, and since when it runs."""
    if not clock.states or clock.states[-1][1] in ENDED:
        return
    if clock.asked_ms is not None:
        yield Kind.FIRST if clock.first_ms is None else Kind.NEXT, clock.asked_ms
    yield Kind.RESOLUTION, clock.states[0][0]


def whiles(clock: Clock, since_ms: int) -> Iterator[tuple[Stretch, Status]]:
    """The time since then up to the newest state, in the order it passed: each while with the state it was in. Who
    waited on another ticket, before this one was opened and that one merged into it, waited in its first state."""
    for place, ((began_ms, status), (ended_ms, _)) in enumerate(pairwise(clock.states)):
        if since_ms < ended_ms:
            yield (max(began_ms, since_ms) if place else since_ms, ended_ms), status


def newest(clock: Clock, since_ms: int) -> tuple[int, Status]:
    """The newest state, and since when it counts for what runs since then."""
    began_ms, status = clock.states[-1]
    return (max(began_ms, since_ms) if len(clock.states) > 1 else since_ms), status


def stands(status: Status, pauses: frozenset[Status]) -> bool:
    """Whether the promise's clock stands still in that state."""
    return status in pauses or status in ENDED


def to_json(clock: Clock) -> dict[str, Any]:
    """As it is kept on the ticket: plain values."""
    kept: dict[str, Any] = {"states": [[at_ms, status.value] for at_ms, status in clock.states]}
    if clock.asked_ms is not None:
        kept["asked"] = clock.asked_ms
    if clock.first_ms is not None:
        kept["first"] = clock.first_ms
    if clock.told:
        kept["told"] = [[told.kind.value, told.share, told.target] for told in clock.told]
    return kept


def from_json(kept: Mapping[str, Any]) -> Clock:
    """What ``to_json`` made."""
    return Clock(
        tuple((at_ms, Status(status)) for at_ms, status in kept.get("states", ())),
        kept.get("asked"),
        kept.get("first"),
        tuple(Told(Kind(kind), share, target) for kind, share, target in kept.get("told", ())),
    )


def _opened(clock: Clock, moment: Moment) -> Clock:
    return Clock(((moment.at_ms, moment.status),))


def _wrote(clock: Clock, moment: Moment) -> Clock:
    if clock.asked_ms is not None:
        return clock
    return replace(clock, asked_ms=moment.at_ms, told=_untold(clock, Kind.FIRST, Kind.NEXT))


def _answered(clock: Clock, moment: Moment) -> Clock:
    return replace(clock, asked_ms=None, first_ms=moment.at_ms if clock.first_ms is None else clock.first_ms)


def _waits(clock: Clock, moment: Moment) -> Clock:
    if clock.asked_ms == moment.since_ms:
        return clock
    return replace(clock, asked_ms=moment.since_ms, told=_untold(clock, Kind.FIRST, Kind.NEXT))


def _status(clock: Clock, moment: Moment) -> Clock:
    if clock.states and clock.states[-1][1] is moment.status:
        return clock
    moved = replace(clock, states=(*clock.states, (moment.at_ms, moment.status)))
    if moment.status is Status.RESOLVED and clock.asked_ms is not None:
        return _answered(moved, moment)
    return replace(moved, asked_ms=None) if moment.status in ENDED else moved


def _warned(clock: Clock, moment: Moment) -> Clock:
    return replace(clock, told=(*_untold(clock, moment.kind), Told(moment.kind, moment.share, moment.target)))


_STEPS = {
    Happened.OPENED: _opened,
    Happened.WROTE: _wrote,
    Happened.ANSWERED: _answered,
    Happened.WAITS: _waits,
    Happened.STATUS: _status,
    Happened.WARNED: _warned,
}


def _untold(clock: Clock, *kinds: Kind) -> tuple[Told, ...]:
    return tuple(told for told in clock.told if told.kind not in kinds)


def _promise(
    clock: Clock, kind: Kind, since_ms: int, span: Span, policy: SlaPolicy, hours: Hours | None, now_ms: int
) -> Promise:
    pauses = policy.pauses.get(kind, frozenset())
    runs = tuple(part for part, status in whiles(clock, since_ms) if not stands(status, pauses))
    began_ms, status = newest(clock, since_ms)
    going = None if stands(status, pauses) else began_ms
    counted = runs if going is None else (*runs, (going, now_ms))
    spent = sum(measure(hours, span.unit, *part) for part in counted)
    told = next((each.share for each in clock.told if each.kind is kind and each.target == str(span)), 0)
    times = {share: _reached(share, span, hours, runs, going) for share in {100, *policy.warn}}
    ahead = [(share, times[share]) for share in policy.warn if share > told]
    reached = max((share for share, at_ms in ahead if at_ms is not None and at_ms <= now_ms), default=0)
    return Promise(kind, span, since_ms, spent, times[100], reached, ahead[0][1] if ahead else None)


def _reached(share: int, span: Span, hours: Hours | None, runs: Sequence[Stretch], going: int | None) -> int | None:
    """When that share of the span was, or will be, over; None while the clock stands still before it."""
    left = -(-span.amount * share // 100)
    for start, end in runs:
        passed = measure(hours, span.unit, start, end)
        if passed >= left:
            return after(hours, start, Span(left, span.unit))
        left -= passed
    return None if going is None else after(hours, going, Span(left, span.unit))
