"""Spans on calendars: working days of any length, days off, days worked out of turn, and clocks that change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.clock.calendar import after, measure, pieces
from mailgate.desk.clock.hours import is_open
from mailgate.desk.clock.span import DAY, HOUR, MINUTE, Span, Unit
from mailgate.desk.policy import Hours

NINE_TO_FIVE = ((time(9), time(17)),)
OFFICE = Hours(
    "office", "Europe/Berlin", {**dict.fromkeys(range(4), NINE_TO_FIVE), 4: ((time(9), time(13)),)}, frozenset()
)
NIGHTS = Hours("nights", "Europe/Berlin", {day: ((time(0), time(0)),) for day in range(7)})
SHANGHAI = Hours(
    "shanghai",
    "Asia/Shanghai",
    dict.fromkeys(range(5), NINE_TO_FIVE),
    frozenset(date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23)),
    {date(2026, 2, 14): NINE_TO_FIVE, date(2026, 2, 28): NINE_TO_FIVE},
)
NEVER = Hours("never", "UTC", {})


def at(text: str, zone: str = "Europe/Berlin") -> int:
    """Local time as milliseconds UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def days(count: float) -> Span:
    return Span(round(count * DAY), Unit.DAYS)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-11-23T09:00", 1, "2026-11-23T17:00"),
        ("2026-11-23T11:00", 1, "2026-11-24T11:00"),
        ("2026-11-23T13:00", 3, "2026-11-26T13:00"),
        ("2026-11-23T13:00", 4, "2026-11-27T11:00"),  # half of a Friday that closes at one
        ("2026-11-27T11:00", 1, "2026-11-30T13:00"),
        ("2026-11-28T03:00", 1, "2026-11-30T17:00"),
        ("2026-11-27T20:00", 0.5, "2026-11-30T13:00"),
        ("2026-11-23T17:00", 1, "2026-11-24T17:00"),
    ],
)
def test_a_working_day_counts_as_one_whatever_its_length(start: str, count: float, due: str) -> None:
    assert after(OFFICE, at(start), days(count)) == at(due)


def test_days_that_china_works_for_a_holiday_are_working_days() -> None:
    friday = at("2026-02-13T17:00", "Asia/Shanghai")
    assert after(SHANGHAI, friday, days(1)) == at("2026-02-14T17:00", "Asia/Shanghai")
    assert after(SHANGHAI, friday, days(2)) == at("2026-02-24T17:00", "Asia/Shanghai")
    assert is_open(SHANGHAI, at("2026-02-28T10:00", "Asia/Shanghai"))
    assert not is_open(SHANGHAI, at("2026-02-21T10:00", "Asia/Shanghai"))


def test_an_open_day_wins_over_a_day_off() -> None:
    both = replace(
        OFFICE, closed=frozenset({date(2026, 12, 24)}), open_days={date(2026, 12, 24): ((time(9), time(11)),)}
    )
    assert is_open(both, at("2026-12-24T10:00"))
    assert not is_open(both, at("2026-12-24T11:30"))
    closed = replace(OFFICE, open_days={date(2026, 12, 24): ()})
    assert not is_open(closed, at("2026-12-24T10:00"))


def test_the_leap_day_is_a_day() -> None:
    assert after(OFFICE, at("2028-02-28T09:00"), days(2)) == at("2028-02-29T17:00")
    assert after(OFFICE, at("2027-02-26T09:00"), days(2)) == at("2027-03-01T17:00")


def test_D21_a_night_that_is_longer_or_shorter_is_counted_as_long_as_it_is() -> None:
    for start, end, length in (
        ("2026-10-24T12:00", "2026-10-25T12:00", 25),
        ("2026-03-28T12:00", "2026-03-29T12:00", 23),
    ):
        span = Span(length * HOUR, Unit.BUSINESS)
        assert after(NIGHTS, at(start), span) == at(end)
        assert measure(NIGHTS, Unit.BUSINESS, at(start), at(end)) == length * HOUR
        assert after(None, at(start), Span(24 * HOUR)) == at(start) + 24 * HOUR


def test_D21_business_hours_do_not_move_with_the_clocks() -> None:
    for friday, monday in (("2026-10-23T09:00", "2026-10-26T13:00"), ("2026-03-27T09:00", "2026-03-30T13:00")):
        assert after(OFFICE, at(friday), Span(8 * HOUR, Unit.BUSINESS)) == at(monday)
        assert after(OFFICE, at(friday), days(1.5)) == at(monday)


def test_an_hour_that_there_is_not_is_not_open() -> None:
    gap = Hours("gap", "Europe/Berlin", {6: ((time(2), time(3)),)})
    assert measure(gap, Unit.BUSINESS, at("2026-03-29T00:00"), at("2026-03-30T00:00")) == 0
    twice = measure(gap, Unit.BUSINESS, at("2026-10-25T00:00"), at("2026-10-26T00:00"))
    assert twice == 2 * HOUR


@pytest.mark.parametrize("unit", list(Unit))
def test_hours_that_never_open_count_as_always(unit: Unit) -> None:
    assert after(NEVER, 5, Span(HOUR, unit)) == HOUR + 5
    assert measure(NEVER, unit, 5, HOUR + 5) == HOUR
    assert after(None, 5, Span(HOUR, unit)) == HOUR + 5
    assert pieces(NEVER, unit, 5, 9) == [(5, 9)]


def test_hours_that_open_no_more_do_not_hang() -> None:
    once = Hours("once", "UTC", {}, open_days={date(2026, 1, 5): NINE_TO_FIVE})
    start = at("2026-06-01T00:00", "UTC")
    assert after(once, start, days(1)) == start + DAY


def test_nothing_takes_no_time() -> None:
    saturday = at("2026-11-28T10:00")
    assert after(OFFICE, saturday, days(0)) == saturday
    assert measure(OFFICE, Unit.DAYS, saturday, saturday) == 0
    assert measure(OFFICE, Unit.DAYS, saturday, saturday - 1) == 0


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (Span(15 * MINUTE), "15 minutes"),
        (Span(24 * HOUR), "24 hours"),
        (Span(HOUR), "1 hour"),
        (Span(90 * MINUTE, Unit.BUSINESS), "90 business minutes"),
        (Span(4 * HOUR, Unit.BUSINESS), "4 business hours"),
        (days(1), "1 working day"),
        (days(2.5), "2.5 working days"),
        (Span(61_000), "61 seconds"),
    ],
)
def test_a_span_is_written_as_people_write_it(span: Span, written: str) -> None:
    assert str(span) == written


WHEN = st.integers(1_700_000_000_000, 1_900_000_000_000)
HOURS = st.sampled_from([OFFICE, NIGHTS, SHANGHAI])
UNITS = st.sampled_from(list(Unit))


@given(HOURS, UNITS, WHEN, st.integers(1, 6 * DAY))
@settings(max_examples=120, deadline=None)
def test_measuring_up_to_the_end_of_a_span_gives_the_span(hours: Hours, unit: Unit, start: int, amount: int) -> None:
    end = after(hours, start, Span(amount, unit))
    assert measure(hours, unit, start, end) >= amount
    assert measure(hours, unit, start, end - 1) < amount


@given(HOURS, UNITS, st.lists(WHEN, min_size=3, max_size=3).map(sorted))
@settings(max_examples=60, deadline=None)
def test_what_is_measured_in_pieces_adds_up_exactly(hours: Hours, unit: Unit, moments: list[int]) -> None:
    start, middle, end = moments[0], *(moments[0] + (each - moments[0]) % (30 * DAY) for each in moments[1:])
    middle, end = sorted((middle, end))
    whole = measure(hours, unit, start, end)
    assert whole == measure(hours, unit, start, middle) + measure(hours, unit, middle, end)
    assert whole == sum(measure(hours, unit, *piece) for piece in pieces(hours, unit, start, end))
