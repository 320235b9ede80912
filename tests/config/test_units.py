"""Lengths of time keep their unit, sizes are octets, and what cannot be read says what would be right."""

from __future__ import annotations

import pytest

from mailgate.config.units import DAY, HOUR, MINUTE, Duration, Wrong, clock_duration, duration, size


@pytest.mark.parametrize(
    ("written", "ms", "in_hours"),
    [
        ("30s", 30_000, False),
        ("15 min", 15 * MINUTE, False),
        ("1.5 hours", 90 * MINUTE, False),
        ("24h", DAY, False),
        ("14 days", 14 * DAY, False),
        ("2 Weeks", 14 * DAY, False),
        ("4 business hours", 4 * HOUR, True),
        ("3 working days", 24 * HOUR, True),
        (0, 0, False),
    ],
)
def test_a_length_of_time_is_what_it_says(written: object, ms: int, in_hours: bool) -> None:
    found = duration(written)
    assert (found.ms(), found.in_hours) == (ms, in_hours)


def test_a_working_day_is_as_long_as_the_calendar_says() -> None:
    assert duration("3 working days").ms(working_day_ms=6 * HOUR) == 18 * HOUR
    assert duration("3 days").ms(working_day_ms=6 * HOUR) == 3 * DAY


@pytest.mark.parametrize(
    "written", [5, 2.5, "5", "h", "five minutes", "5 m", "-5 min", "5 fortnights", True, None, [], "1e9 s"]
)
def test_a_length_of_time_without_a_unit_is_refused_with_examples(written: object) -> None:
    with pytest.raises(Wrong) as refusal:
        duration(written)
    assert "3 working days" in refusal.value.right


def test_a_wait_on_the_wall_clock_takes_no_business_hours() -> None:
    assert clock_duration("60s").seconds == 60
    with pytest.raises(Wrong):
        clock_duration("4 business hours")


def test_a_duration_reads_as_it_was_meant() -> None:
    assert [str(Duration(*each)) for each in ((24, "h"), (1, "day"), (3, "working day"))] == [
        "24 h",
        "1 day",
        "3 working days",
    ]


@pytest.mark.parametrize(("written", "octets"), [(7, 7), ("35 MiB", 36_700_160), ("500 kB", 500_000), ("1GiB", 2**30)])
def test_sizes_are_octets(written: object, octets: int) -> None:
    assert size(written) == octets


@pytest.mark.parametrize("written", ["35", "35 M", -1, True, 3.5, None, "MiB"])
def test_a_size_without_a_unit_is_refused(written: object) -> None:
    with pytest.raises(Wrong):
        size(written)
