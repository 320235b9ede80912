"""Business hours: when somebody is there.

Times of day are of the hours' own zone; what comes in and goes out is milliseconds UTC, and a stretch is as long as it
really is: the night in which the clocks change is an hour shorter or longer. An end of 00:00 means midnight that
follows. A day of ``open_days`` opens as it says, whatever weekday or holiday it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailgate.desk.policy import Hours

Stretch = tuple[int, int]
"""From and to, in milliseconds UTC; the end is no part of it."""


def is_open(hours: Hours, at_ms: int) -> bool:
    """Whether that moment lies in an open stretch (the end no longer does)."""
    return any(start <= at_ms < end for start, end in opened_on(hours, day_of(hours, at_ms)))


def days_from(hours: Hours, start_ms: int, days: int) -> Iterator[tuple[Stretch, ...]]:
    """The open stretches of each of so many days, that of ``start_ms`` first; empty for a day off."""
    first = day_of(hours, start_ms)
    for offset in range(days):
        yield opened_on(hours, first + timedelta(days=offset))


def day_of(hours: Hours, at_ms: int) -> date:
    """The date of that moment in the zone of the hours."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(hours.timezone)).date()


def opened_on(hours: Hours, day: date) -> tuple[Stretch, ...]:
    """The open stretches of one day, in order."""
    known = hours.known_days
    if day not in known:
        known[day] = _worked_out(hours, day)
    return known[day]


def _worked_out(hours: Hours, day: date) -> tuple[Stretch, ...]:
    written = hours.open_days.get(day)
    if written is None:
        written = () if day in hours.closed else hours.week.get(day.weekday(), ())
    if not written:
        return ()
    zone = ZoneInfo(hours.timezone)
    found = []
    for opens, closes in sorted(written):
        last = day + timedelta(days=1) if closes == time(0) else day
        start, end = _moment(day, opens, zone), _moment(last, closes, zone)
        if start < end:
            found.append((start, end))
    return tuple(found)


def _moment(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, zone).timestamp() * 1000)
