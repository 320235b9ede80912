"""Business hours: is somebody there, and when will so much open time have passed.

Times of day are of the hours' own zone; what comes in and goes out is milliseconds UTC, and a stretch is as long as it
really is: the night in which the clocks change is an hour shorter or longer. An end of 00:00 means midnight that
follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailgate.desk.policy import Hours

HORIZON_DAYS = 800
"""How far ahead open time is looked for; hours that never open within it count as always open."""


def is_open(hours: Hours, at_ms: int) -> bool:
    """Whether that moment lies in an open stretch (the end no longer does)."""
    today = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(hours.timezone)).date()
    return any(start <= at_ms < end for start, end in _stretches(hours, today, 1))


def add_open(hours: Hours, start_ms: int, duration_ms: int) -> int:
    """When ``duration_ms`` of open time will have passed since ``start_ms``.

    Hours that are never open give the plain sum: a promise that comes too early beats one that never comes.
    """
    left = duration_ms
    today = datetime.fromtimestamp(start_ms / 1000, ZoneInfo(hours.timezone)).date()
    for start, end in _stretches(hours, today, HORIZON_DAYS):
        usable = end - max(start, start_ms)
        if usable <= 0:
            continue
        if usable >= left:
            return max(start, start_ms) + left
        left -= usable
    return start_ms + duration_ms


def _stretches(hours: Hours, first: date, days: int) -> Iterator[tuple[int, int]]:
    """The open stretches of so many days, as milliseconds UTC, in order."""
    zone = ZoneInfo(hours.timezone)
    for offset in range(days):
        day = first + timedelta(days=offset)
        if day in hours.closed:
            continue
        for opens, closes in sorted(hours.week.get(day.weekday(), ())):
            last = day + timedelta(days=1) if closes == time(0) else day
            yield _moment(day, opens, zone), _moment(last, closes, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, zone).timestamp() * 1000)
