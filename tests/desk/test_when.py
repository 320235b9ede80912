"""Days and times as agents write them."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.commands.when import EVENING, FURTHEST_DAYS, moment, stamp
from tests.desk.conversation import NOW_MS

ZONE = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2d", "2026-11-27 10:46"),
        ("in 2 days", "2026-11-27 10:46"),
        ("3天", "2026-11-28 10:46"),
        ("三天后", "2026-11-28 10:46"),
        ("4h", "2026-11-25 14:46"),
        ("30 min", "2026-11-25 11:16"),
        ("半小时", "2026-11-25 11:16"),
        ("两个小时后", "2026-11-25 12:46"),
        ("1w", "2026-12-02 10:46"),
        ("one week", "2026-12-02 10:46"),
        ("2个月", "2027-01-25 10:46"),
        ("tomorrow", "2026-11-26 09:00"),
        ("Tomorrow 14:30", "2026-11-26 14:30"),
        ("tomorrow at 3pm", "2026-11-26 15:00"),
        ("明天", "2026-11-26 09:00"),
        ("明天下午3点", "2026-11-26 15:00"),
        ("明天上午9点半", "2026-11-26 09:30"),
        ("后天", "2026-11-27 09:00"),
        ("fri", "2026-11-27 09:00"),
        ("until friday", "2026-11-27 09:00"),
        ("wed", "2026-12-02 09:00"),
        ("next friday", "2026-12-04 09:00"),
        ("周五", "2026-11-27 09:00"),
        ("下周一", "2026-11-30 09:00"),
        ("下周一 14:00", "2026-11-30 14:00"),
        ("星期天", "2026-11-29 09:00"),
        ("next week", "2026-11-30 09:00"),
        ("月底", "2026-11-30 09:00"),
        ("2026-12-01", "2026-12-01 09:00"),
        ("2026-12-01 16:15", "2026-12-01 16:15"),
        ("2026/12/1", "2026-12-01 09:00"),
        ("1.12.2026", "2026-12-01 09:00"),
        ("2026年12月1日", "2026-12-01 09:00"),
        ("１２月１日", "2026-12-01 09:00"),
        ("1 Dec", "2026-12-01 09:00"),
        ("December 1st", "2026-12-01 09:00"),
        ("3 Jan", "2027-01-03 09:00"),
        ("18:00", "2026-11-25 18:00"),
        ("9:00", "2026-11-26 09:00"),
        ("today 15:00", "2026-11-25 15:00"),
        ("bis freitag", "2026-11-27 09:00"),
    ],
)
def test_a_time_is_read_as_its_writer_means_it(text: str, meant: str) -> None:
    """On Wednesday 2026-11-25, at 10:46 in Berlin."""
    found = moment(text, NOW_MS, ZONE)
    assert found is not None
    assert stamp(found, ZONE) == meant


@pytest.mark.parametrize(
    "text",
    ["", "soon", "1/12/2026", "2026-13-01", "2020-01-01", "today 8:00", "2d2d", "25:00", "100 months", "32 Dec", "0d"],
)
def test_what_is_no_time_to_come_is_none(text: str) -> None:
    assert moment(text, NOW_MS, ZONE) is None


def test_a_day_alone_takes_the_callers_time_of_day() -> None:
    found = moment("tomorrow", NOW_MS, ZONE, EVENING)
    assert found is not None
    assert stamp(found, ZONE) == "2026-11-26 17:00"


def test_a_day_is_a_day_when_the_clocks_change() -> None:
    """2027-03-27 10:46 in Berlin, the day before summer time."""
    before_ms = NOW_MS + 122 * 86_400_000
    assert stamp(before_ms, ZONE) == "2027-03-27 10:46"
    assert moment("1d", before_ms, ZONE) == before_ms + 23 * 3_600_000
    assert moment("24h", before_ms, ZONE) == before_ms + 24 * 3_600_000


@given(st.text(max_size=40), st.times())
def test_any_text_gives_a_time_to_come_or_none(text: str, at: time) -> None:
    found = moment(text, NOW_MS, ZONE, at)
    assert found is None or NOW_MS < found <= NOW_MS + FURTHEST_DAYS * 86_400_000
