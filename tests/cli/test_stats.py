"""From when on ``mailgate stats`` counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.cli.stats import _since

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-11-01", "UTC", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01", "Asia/Shanghai", datetime(2026, 10, 31, 16, tzinfo=UTC)),
        ("2026-07-01T12:00", "Europe/Berlin", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-07-01T12:00+05:00", "Europe/Berlin", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("0001-01-01", "Asia/Shanghai", None),
    ],
)
def test_a_day_is_the_desks_own(text: str, zone: str, moment: datetime | None) -> None:
    """Wherever the machine is; times on the terminal are the desk's, too."""
    since_ms = _since(text, 0, zone)
    assert since_ms < 0 if moment is None else since_ms == moment.timestamp() * 1000


def test_a_length_of_time_is_counted_back_from_now() -> None:
    assert _since("2h", 5 * HOUR_MS, "UTC") == 3 * HOUR_MS
