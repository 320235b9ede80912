"""When a schedule is due again: as people say it, as cron does, in a zone whose clocks change."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.clock.recurrence import read

BERLIN = "Europe/Berlin"


def ms(text: str, zone: str = BERLIN) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def following(written: str, start: str, count: int = 3, zone: str = BERLIN) -> list[str]:
    """The next moments as a clock on the wall shows them."""
    rule, at, found = read(written), ms(start, zone), []
    for _ in range(count):
        moment = rule.after(at, zone)
        assert moment is not None
        found.append(datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"))
        at = moment
    return found


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("every day at 8:00", ["2026-11-26 08:00", "2026-11-27 08:00", "2026-11-28 08:00"]),
        ("every weekday", ["2026-11-26 09:00", "2026-11-27 09:00", "2026-11-30 09:00"]),
        ("Every  First MONDAY", ["2026-12-07 09:00", "2027-01-04 09:00", "2027-02-01 09:00"]),
        ("every last fri at 17:30", ["2026-11-27 17:30", "2026-12-25 17:30", "2027-01-29 17:30"]),
        ("every last day", ["2026-11-30 09:00", "2026-12-31 09:00", "2027-01-31 09:00"]),
        ("every 31st at 0:00", ["2026-12-31 00:00", "2027-01-31 00:00", "2027-03-31 00:00"]),
        ("every mon and thu at 10:00", ["2026-11-26 10:00", "2026-11-30 10:00", "2026-12-03 10:00"]),
        ("every monday, thursday", ["2026-11-26 09:00", "2026-11-30 09:00", "2026-12-03 09:00"]),
        ("every january 1", ["2027-01-01 09:00", "2028-01-01 09:00", "2029-01-01 09:00"]),
        ("every 29 february", ["2028-02-29 09:00", "2032-02-29 09:00", "2036-02-29 09:00"]),
        ("every 6 hours", ["2026-11-25 18:00", "2026-11-26 00:00", "2026-11-26 06:00"]),
        ("every 20 minutes", ["2026-11-25 12:20", "2026-11-25 12:40", "2026-11-25 13:00"]),
        ("30 8 * * 1-5", ["2026-11-26 08:30", "2026-11-27 08:30", "2026-11-30 08:30"]),
        ("0 9 1,15 * *", ["2026-12-01 09:00", "2026-12-15 09:00", "2027-01-01 09:00"]),
        ("0 9 1 * mon", ["2026-11-30 09:00", "2026-12-01 09:00", "2026-12-07 09:00"]),
        ("0 0 * jan,jul sun", ["2027-01-03 00:00", "2027-01-10 00:00", "2027-01-17 00:00"]),
        ("*/30 9-10 * * 7", ["2026-11-29 09:00", "2026-11-29 09:30", "2026-11-29 10:00"]),
    ],
)
def test_what_is_written_is_what_comes(written: str, expected: list[str]) -> None:
    """From Wednesday 2026-11-25, noon."""
    assert following(written, "2026-11-25T12:00") == expected


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("every funday", "no day of the week"),
        ("every february 30", "never comes"),
        ("0 0 31 2 *", "never comes"),
        ("61 * * * *", "61 is no value"),
        ("* * * *", "five fields of cron"),
        ("every 0 minutes", "no step"),
        ("every day at 25:00", "no hour"),
        ("5-1 * * * *", "no field of cron"),
        ("*/0 * * * *", "no field of cron"),
        ("every 32nd", "day of the month"),
        ("every ² minutes", "no day of the week"),
    ],
)
def test_what_cannot_be_read_is_told(written: str, wrong: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match=wrong):
        read(written)


def test_the_night_in_which_the_clocks_change() -> None:
    """A time that is left out comes an hour later that day; one that is there twice comes once."""
    assert following("every day at 2:30", "2027-03-27T12:00") == [
        "2027-03-28 03:30",
        "2027-03-29 02:30",
        "2027-03-30 02:30",
    ]
    assert following("every day at 2:30", "2026-10-24T12:00", 2) == ["2026-10-25 02:30", "2026-10-26 02:30"]
    first = read("every day at 2:30").after(ms("2026-10-24T12:00"), BERLIN)
    assert first == ms("2026-10-25T00:30", "UTC")


@given(
    st.sampled_from(["every 20 minutes", "every 6 hours", "30 2 * * *", "every first monday"]), st.integers(0, 10**9)
)
def test_moments_only_ever_move_on(written: str, offset: int) -> None:
    """Each is later than the one before, whatever the hour and the season."""
    rule = read(written)
    moments = [1_700_000_000_000 + offset * 1000]
    for _ in range(6):
        found = rule.after(moments[-1], BERLIN)
        assert found is not None
        moments.append(found)
    assert all(one < other for one, other in pairwise(moments))
