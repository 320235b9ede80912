"""When a scheduled ticket is due again: ``every first Monday at 09:00``, ``every 15 minutes``, or five fields of cron.

===============================  ==================================================================================
written                          meaning
===============================  ==================================================================================
``every day at 8:00``            that time of day, in the schedule's zone; without ``at`` it is 09:00
``every weekday``                Monday to Friday; ``every monday``, ``every mon and thu`` likewise
``every first monday``           of the month: first … fourth, last; ``every last day``, ``every 15th``
``every january 1``              once a year; ``every 31 march`` too
``every 15 minutes``             also ``every 6 hours``: counted from midnight
``30 8 * * 1-5``                 cron: minute, hour, day of month, month, day of week (0 and 7 are Sunday)
===============================  ==================================================================================

As in cron, day of month and day of week are alternatives where both are given. A time of day that the change to summer
time leaves out comes an hour later, one that occurs twice comes once, the first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HORIZON_DAYS = 366 * 9
"""How far ahead is looked: a 29th of February is never further away."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
NINE = time(9)

_AT = re.compile(r"(.*?)\s+at\s+(\d{1,2}):(\d{2})", re.ASCII)
_STEP = re.compile(r"(\d{1,3})\s+(minute|hour)s?", re.ASCII)
_NTH_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Days of a month that satisfy every given condition, and the times of those days.

    ``weekdays`` count from Monday 0, ``month_days`` from 1 (-1 is the last), ``months`` from 1; empty: all. ``nth`` is
    which of the weekdays in the month. ``either``: ``month_days`` and ``weekdays`` are alternatives, as in cron.
    """

    times: tuple[time, ...]
    weekdays: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    nth: int = 0
    either: bool = False

    def after(self, at_ms: int, zone: str) -> int | None:
        """The next moment later than ``at_ms``, in ms UTC; None where none ever comes."""
        here = ZoneInfo(zone)
        today = datetime.fromtimestamp(at_ms / 1000, here).date()
        return next((moment for moment in self._moments(today, here) if moment > at_ms), None)

    def _moments(self, first: date, zone: ZoneInfo) -> Iterator[int]:
        for offset in range(HORIZON_DAYS):
            day = first + timedelta(days=offset)
            if self._is_on(day):
                # Sorted by the moment: in the night of a change of clocks a later time of day may come first.
                yield from sorted({_moment(day, at, zone) for at in self.times})

    def _is_on(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        last = (day + timedelta(days=1)).month != day.month
        by_date = day.day in self.month_days or (last and -1 in self.month_days)
        by_week = day.weekday() in self.weekdays and self._is_nth(day)
        if self.month_days and self.weekdays:
            return by_date or by_week if self.either else by_date and by_week
        return by_date if self.month_days else by_week if self.weekdays else True

    def _is_nth(self, day: date) -> bool:
        if self.nth == -1:
            return (day + timedelta(days=7)).month != day.month
        return not self.nth or (day.day - 1) // 7 + 1 == self.nth


def read(text: str) -> Recurrence:
    """The recurrence that is written so. Raises ``ValueError`` with what is wrong, in words."""
    words = " ".join(text.lower().split())
    found = _every(words.removeprefix("every ")) if words.startswith("every ") else _cron(words.split(" "))
    if found.after(0, "UTC") is None:
        raise ValueError("such a day never comes")
    return found


def _every(words: str) -> Recurrence:
    step = _STEP.fullmatch(words)
    if step:
        return Recurrence(_steps(int(step[1]) * (60 if step[2] == "hour" else 1)))
    at, timed = NINE, _AT.fullmatch(words)
    if timed:
        words, at = timed[1], _time(int(timed[2]), int(timed[3]))
    first, _, rest = words.partition(" ")
    if first in ORDINALS and rest:
        if rest == "day" and first in ("first", "last"):
            return Recurrence((at,), month_days=frozenset({ORDINALS[first]}))
        return Recurrence((at,), weekdays=frozenset({_day(rest)}), nth=ORDINALS[first])
    if words in ("day", "weekday"):
        return Recurrence((at,), weekdays=frozenset(range(5 if words == "weekday" else 7)))
    nth = _NTH_DAY.fullmatch(words)
    if nth:
        return Recurrence((at,), month_days=frozenset({_within(int(nth[1]), 1, 31, "day of the month")}))
    yearly = _of_year(first, rest) or _of_year(rest, first)
    if yearly:
        return Recurrence((at,), month_days=frozenset({yearly[1]}), months=frozenset({yearly[0]}))
    return Recurrence((at,), weekdays=frozenset(_day(name) for name in re.split(r"\s*,\s*|\s+and\s+", words)))


def _of_year(month: str, day: str) -> tuple[int, int] | None:
    """(month, day) where these two words are a month and a day of it."""
    known = next((place for place, name in enumerate(MONTHS, 1) if len(month) >= 3 and name.startswith(month)), None)
    return (known, _within(int(day), 1, 31, "day of the month")) if known and day.isdigit() else None


def _steps(minutes: int) -> tuple[time, ...]:
    """Every so many minutes of a day, from midnight."""
    _within(minutes, 1, 1440, "step in minutes")
    return tuple(time(at // 60, at % 60) for at in range(0, 1440, minutes))


def _day(name: str) -> int:
    found = next((place for place, day in enumerate(DAYS) if len(name) >= 3 and day.startswith(name)), None)
    if found is None:
        raise ValueError(f'"{name}" is no day of the week')
    return found


def _cron(parts: list[str]) -> Recurrence:
    if len(parts) != 5:
        raise ValueError('it neither begins with "every" nor has the five fields of cron')
    minutes, hours = _field(parts[0], 0, 59, ()), _field(parts[1], 0, 23, ())
    weekdays = frozenset((day - 1) % 7 for day in _field(parts[4], 0, 7, ("sunday", *DAYS)))
    return Recurrence(
        tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
        weekdays=frozenset() if parts[4] == "*" else weekdays,
        month_days=frozenset() if parts[2] == "*" else _field(parts[2], 1, 31, ()),
        months=frozenset() if parts[3] == "*" else _field(parts[3], 1, 12, ("", *MONTHS)),
        either=True,
    )


def _field(text: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int]:
    """One field of cron: a list of values, ranges and steps."""
    found: set[int] = set()
    for part in text.split(","):
        stretch, _, step = part.partition("/")
        start, dash, end = stretch.partition("-")
        if stretch == "*":
            first, last = low, high
        else:
            first = _value(start, low, high, names)
            last = _value(end, low, high, names) if dash else high if step else first
        if first > last or (step and not (step.isdigit() and int(step))):
            raise ValueError(f'"{part}" is no field of cron')
        found.update(range(first, last + 1, int(step) if step else 1))
    return frozenset(found)


def _value(text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    named = next((place for place, name in enumerate(names) if len(text) >= 3 and name.startswith(text)), None)
    if named is not None:
        return named
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f'"{text}" is no number')
    return _within(int(text), low, high, "value")


def _within(value: int, low: int, high: int, what: str) -> int:
    if not low <= value <= high:
        raise ValueError(f"{value} is no {what}: {low} to {high}")
    return value


def _time(hour: int, minute: int) -> time:
    return time(_within(hour, 0, 23, "hour"), _within(minute, 0, 59, "minute"))


def _moment(day: date, at: time, zone: ZoneInfo) -> int:
    """A time of day as ms UTC; ``fold`` 0 takes the first of two, and moves one that is left out forward."""
    return int(datetime.combine(day, at, zone).astimezone(UTC).timestamp() * 1000)
