"""Spans of time on a calendar: when one is over, and how much of one a while was.

Both read a day as the same thing, its position: how much of the day's worth has passed at a moment. The worth of a day
is its open time in business time, and one day in working days. ``measure`` is the difference of positions, so that
pieces add up to the whole exactly; ``after`` is its inverse.

Without hours, or with hours that never open, every clock counts: a promise that comes too early beats one that never
comes.
"""

from __future__ import annotations

from mailgate.desk.clock.hours import Stretch, day_of, days_from
from mailgate.desk.clock.span import DAY, Span, Unit
from mailgate.desk.policy import Hours

HORIZON_DAYS = 800
"""How far ahead open time is looked for; past that every clock counts."""


def after(hours: Hours | None, start_ms: int, span: Span) -> int:
    """The moment, in ms, at which ``span`` is over that began at ``start_ms``; at a closing time, not the next
    opening."""
    if hours is None or not span.amount or not _counts(hours, span.unit):
        return start_ms + span.amount
    left = span.amount
    for day in days_from(hours, start_ms, HORIZON_DAYS):
        open_ms = _length(day)
        worth = _worth(open_ms, span.unit)
        spent = _position(day, start_ms, worth, open_ms)
        if left <= worth - spent:
            return max(start_ms, _moment(day, -(-(spent + left) * open_ms // worth)))
        left -= worth - spent
    return start_ms + span.amount


def measure(hours: Hours | None, unit: Unit, from_ms: int, to_ms: int) -> int:
    """How much of a span the time between the two moments was, in the milliseconds of ``Span.amount``."""
    if to_ms <= from_ms:
        return 0
    if hours is None or not _counts(hours, unit):
        return to_ms - from_ms
    days = (day_of(hours, to_ms) - day_of(hours, from_ms)).days + 1
    found = 0
    for day in days_from(hours, from_ms, days):
        open_ms = _length(day)
        worth = _worth(open_ms, unit)
        found += _position(day, to_ms, worth, open_ms) - _position(day, from_ms, worth, open_ms)
    return found


def pieces(hours: Hours | None, unit: Unit, from_ms: int, to_ms: int) -> list[Stretch]:
    """What of the time between the two moments counts: one stretch, or the open ones within it."""
    if hours is None or not _counts(hours, unit):
        return [(from_ms, to_ms)] if from_ms < to_ms else []
    days = max(0, (day_of(hours, to_ms) - day_of(hours, from_ms)).days + 1)
    cut = (
        (max(opens, from_ms), min(closes, to_ms)) for day in days_from(hours, from_ms, days) for opens, closes in day
    )
    return [(start, end) for start, end in cut if start < end]


def _counts(hours: Hours, unit: Unit) -> bool:
    """Whether the calendar has a say at all."""
    return unit is not Unit.CLOCK and bool(hours.open_days or any(hours.week.values()))


def _worth(open_ms: int, unit: Unit) -> int:
    """What the whole day counts; a day off counts nothing."""
    return DAY if unit is Unit.DAYS and open_ms else open_ms


def _length(day: tuple[Stretch, ...]) -> int:
    return sum(closes - opens for opens, closes in day)


def _position(day: tuple[Stretch, ...], at_ms: int, worth: int, open_ms: int) -> int:
    """How much of the day's worth has passed at that moment; whole numbers, so that differences add up."""
    passed = sum(min(closes, at_ms) - opens for opens, closes in day if opens < at_ms)
    return passed * worth // open_ms if open_ms else 0


def _moment(day: tuple[Stretch, ...], passed_ms: int) -> int:
    """When so much of the day's open time has passed."""
    for opens, closes in day:
        if passed_ms <= closes - opens:
            return opens + passed_ms
        passed_ms -= closes - opens
    raise ValueError("a day has no more open time than it has")
