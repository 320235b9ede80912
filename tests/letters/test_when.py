"""Times and sizes in a reader's words."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from mailgate.letters import when

NOON = 1_795_264_200_000  # Saturday 21 November 2026, 12:30 UTC
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("hours", "zone", "language", "words"),
    [
        (4, "Europe/Berlin", "en", "today 17:30 (UTC+1)"),
        (4, "Asia/Shanghai", "zh-Hans", "明天00:30（UTC+8）"),
        (2, "Asia/Shanghai", "zh", "今天22:30（UTC+8）"),
        (24, "Europe/Berlin", "en", "tomorrow 13:30 (UTC+1)"),
        (72, "Europe/Berlin", "en", "Tue 24 Nov 13:30 (UTC+1)"),
        (72, "Asia/Shanghai", "zh", "11月24日 20:30（UTC+8）"),
        (24 * 60, "UTC", "en", "Wed 20 Jan 2027 12:30 (UTC)"),
        (24 * 60, "UTC", "zh", "2027年1月20日 12:30（UTC）"),
        (4, "Asia/Kolkata", "en", "today 22:00 (UTC+5:30)"),
        (4, "No/Where", "en", "today 16:30 (UTC)"),
    ],
)
def test_moments(hours, zone, language, words):
    assert when.moment(NOON + hours * HOUR, NOON, zone, language) == words


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (0, "1 minute", "1分钟"),
        (35, "35 minutes", "35分钟"),
        (60, "1 hour", "1小时"),
        (1500, "25 hours", "25小时"),
        (4400, "3 days", "3天"),
    ],
)
def test_lapses(minutes, english, chinese):
    assert when.lapse(minutes * 60_000, "en") == english
    assert when.lapse(minutes * 60_000, "zh-Hans") == chinese


@pytest.mark.parametrize(
    ("octets", "words"), [(12, "12 B"), (48_000, "47 KB"), (1_500_000, "1.4 MB"), (30 << 20, "30 MB")]
)
def test_sizes(octets, words):
    assert when.size(octets) == words


def test_the_header_date_is_the_moment_whatever_the_zone():
    for zone in ("UTC", "Asia/Shanghai", "America/St_Johns"):
        assert parsedate_to_datetime(when.header_date(NOON, zone)).timestamp() * 1000 == NOON
