"""What ``doctor`` makes of another machine's clock, as far as its greeting tells it."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from mailgate.clock import SystemClock
from mailgate.doctor.machine import skew

CLOCK = SystemClock()


@pytest.mark.parametrize(("ahead_s", "said"), [(0, []), (30, []), (-7200, ["ahead of"]), (7200, ["behind"])])
def test_a_clock_more_than_a_minute_off_is_told(ahead_s: int, said: list[str]) -> None:
    date = formatdate(CLOCK.now_ms() / 1000 + ahead_s)
    found = list(skew("mx.example", f"mx.example ESMTP ready; {date}", CLOCK))
    assert [word for word in ("ahead of", "behind") if any(word in each.seen for each in found)] == said
    assert all(each.advice for each in found)


@pytest.mark.parametrize("greeting", ["", "mx.example ESMTP Postfix", "mx.example; Mon, 1 Foo 2026 10:00:00 +0000"])
def test_a_greeting_without_a_date_tells_nothing(greeting: str) -> None:
    assert list(skew("mx.example", greeting, CLOCK)) == []
