"""Business hours in their own zone, with nights that are longer or shorter than others."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.clock.calendar import after
from mailgate.desk.clock.hours import is_open
from mailgate.desk.clock.span import Span, Unit
from mailgate.desk.policy import Hours

HOUR = 3_600_000
WEEK = {day: ((time(9), time(12)), (time(13), time(17))) for day in range(5)}
BERLIN = Hours("berlin", "Europe/Berlin", WEEK, frozenset({date(2026, 12, 25)}))
NIGHT = Hours("night", "Europe/Berlin", {day: ((time(0), time(0)),) for day in range(7)})
NEVER = Hours("never", "UTC", {})


def add_open(hours: Hours, start_ms: int, duration_ms: int) -> int:
    """When so much open time will have passed."""
    return after(hours, start_ms, Span(duration_ms, Unit.BUSINESS))


def at(text: str, zone: str = "Europe/Berlin") -> int:
    """Local time as milliseconds UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("2026-11-25T09:00", True),
        ("2026-11-25T08:59", False),
        ("2026-11-25T12:00", False),
        ("2026-11-25T13:00", True),
        ("2026-11-25T17:00", False),
        ("2026-11-28T10:00", False),
        ("2026-12-25T10:00", False),
    ],
)
def test_somebody_is_there_from_the_opening_to_the_closing_minute(when: str, there: bool) -> None:
    assert is_open(BERLIN, at(when)) is there


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-25T09:00", 3, "2026-11-25T12:00"),
        ("2026-11-25T09:00", 4, "2026-11-25T14:00"),
        ("2026-11-25T16:00", 4, "2026-11-26T12:00"),
        ("2026-11-27T16:00", 2, "2026-11-30T10:00"),
        ("2026-11-28T03:00", 1, "2026-11-30T10:00"),
        ("2026-12-24T16:00", 2, "2026-12-28T10:00"),
    ],
)
def test_open_time_skips_breaks_nights_weekends_and_days_off(start: str, hours: int, due: str) -> None:
    assert add_open(BERLIN, at(start), hours * HOUR) == at(due)


def test_D21_the_nights_in_which_the_clocks_change_are_as_long_as_they_are() -> None:
    autumn, spring = at("2026-10-24T12:00"), at("2026-03-28T12:00")
    assert add_open(NIGHT, autumn, 25 * HOUR) == at("2026-10-25T12:00")
    assert add_open(NIGHT, spring, 23 * HOUR) == at("2026-03-29T12:00")


def test_D21_the_hour_that_comes_twice_is_open_both_times() -> None:
    first = int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000)
    assert is_open(NIGHT, first)
    assert is_open(NIGHT, first + HOUR)


def test_hours_that_never_open_give_the_plain_sum() -> None:
    assert add_open(NEVER, 5, HOUR) == HOUR + 5
    assert not is_open(NEVER, 5)


@given(st.integers(1_700_000_000_000, 1_900_000_000_000), st.integers(1, 60 * HOUR))
@settings(max_examples=60)
def test_the_moment_found_is_later_and_in_or_at_the_end_of_an_open_stretch(start: int, duration: int) -> None:
    due = add_open(BERLIN, start, duration)
    assert due - start >= duration
    assert is_open(BERLIN, due - 1)


@given(st.integers(1_700_000_000_000, 1_900_000_000_000), st.integers(1, 20 * HOUR), st.integers(1, 20 * HOUR))
@settings(max_examples=60)
def test_open_time_adds_up(start: int, one: int, two: int) -> None:
    assert add_open(BERLIN, add_open(BERLIN, start, one), two) == add_open(BERLIN, start, one + two)
