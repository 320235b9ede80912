"""Hours and promises: what is written about time → the plain values of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from mailgate.config import schema, schema_clock
from mailgate.config.units import HOUR, Duration
from mailgate.desk.clock.span import DAY, Span, Unit
from mailgate.desk.clock.targets import DEFAULTS, Kind, SlaPolicy, Targets
from mailgate.desk.policy import Hours
from mailgate.desk.ticket import Status

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKING_DAYS = ("working day", "business day")

Week = Mapping[int, tuple[tuple[time, time], ...]]


class PublicHolidays(NamedTuple):
    """Days off, and the weekend days that are worked in their place."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()


def hours(config: schema.Config, this_year: int) -> dict[str, Hours]:
    """Business hours by name; public holidays are written out for last year, this one and the next three."""
    return {name: _hours(name, written, config, this_year) for name, written in config.hours.items()}


def _hours(name: str, written: schema_clock.Hours, config: schema.Config, this_year: int) -> Hours:
    week = {day: tuple(stretches) for day, weekday in enumerate(WEEKDAYS) if (stretches := getattr(written, weekday))}
    public = public_holidays(written.holidays, this_year)
    worked = {day: as_weekday(week) for day in public.worked if not week.get(day.weekday())}
    own = {
        day: week.get(WEEKDAYS.index(opens), ()) if isinstance(opens, str) else tuple(opens)
        for day, opens in written.open_days.items()
    }
    closed = frozenset(written.closed)
    return Hours(
        id=name,
        timezone=written.timezone or config.desk.timezone,
        week=week,
        closed=closed | public.off,
        open_days={day: opens for day, opens in worked.items() if day not in closed} | own,
    )


def as_weekday(week: Week) -> tuple[tuple[time, time], ...]:
    """The hours of a day that is worked out of turn: those of the first weekday that opens."""
    return next((week[day] for day in sorted(week) if week[day]), ())


def public_holidays(place: str, this_year: int) -> PublicHolidays:
    """The days of ``DE`` or ``DE-BY``. Raises ``NotImplementedError`` for a place that nobody knows."""
    if not place:
        return PublicHolidays()
    import holidays

    country, _, part = place.partition("-")
    years = range(this_year - 1, this_year + 4)
    found = holidays.country_holidays(country, subdiv=part or None, years=years)
    worked = {day for day in getattr(found, "weekend_workdays", ()) if day.year in years}
    return PublicHolidays(frozenset(found) - worked, frozenset(worked))


def working_day_ms(found: Hours | None) -> int:
    """How long a working day of those hours is open on average; eight hours where there are none."""
    days = [sum(_length(*stretch) for stretch in stretches) for stretches in found.week.values()] if found else []
    return sum(days) // len(days) if days else 8 * HOUR


def sla(config: schema.Config) -> dict[str, SlaPolicy]:
    """The promises by name."""
    return {name: _sla(name, written) for name, written in config.sla.items()}


def _sla(name: str, written: schema_clock.Sla) -> SlaPolicy:
    pauses: Mapping[Kind, Iterable[str]] = {
        Kind.FIRST: written.pause.first_response,
        Kind.NEXT: written.pause.next_response,
        Kind.RESOLUTION: written.pause.resolution,
    }
    return SlaPolicy(
        id=name,
        targets=targets(written),
        hours=written.hours,
        pauses={kind: frozenset(map(Status, states)) for kind, states in pauses.items()},
        warn=tuple(sorted(set(written.warn_at))),
        customers=tuple(written.customers),
    )


def targets(written: schema_clock.Sla) -> Mapping[str, Targets]:
    """By priority, and under ``""`` those of all others; a section that says nothing promises the table of defaults."""
    found = {"": _targets(written)} | {priority: _targets(each) for priority, each in written.priorities.items()}
    return found if any(found.values()) else DEFAULTS


def _targets(written: schema_clock.Targets) -> Targets:
    named = (
        (Kind.FIRST, written.first_response),
        (Kind.NEXT, written.next_response),
        (Kind.RESOLUTION, written.resolution),
    )
    return {kind: span(length) for kind, length in named if length}


def span(length: Duration) -> Span:
    """A length of time with what it is counted on."""
    if length.unit in _WORKING_DAYS:
        return Span(round(length.amount * DAY), Unit.DAYS)
    return Span(length.ms(), Unit.BUSINESS if length.in_hours else Unit.CLOCK)


def _length(opens: time, closes: time) -> int:
    day = date.min
    length = datetime.combine(day, closes) - datetime.combine(day, opens)
    return int(length.total_seconds() * 1000) % (24 * HOUR) or 24 * HOUR
