"""What people write for lengths of time and sizes, as values that keep the unit.

``"24h"`` is not ``"3 working days"``: the first is counted on any clock, the second on business hours. A text that
cannot be read raises ``Wrong``, which says what would have been right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Wrong(ValueError):
    """A value that cannot be used: ``wrong`` in a few words, and ``right``, what would do instead."""

    def __init__(self, wrong: str, right: str = "") -> None:
        """Keep both, for the ``Problem`` that the loader makes of it."""
        super().__init__(wrong)
        self.wrong = wrong
        self.right = right


UNITS: Mapping[str, tuple[int, bool]] = MappingProxyType(
    {
        "s": (SECOND, False),
        "sec": (SECOND, False),
        "second": (SECOND, False),
        "min": (MINUTE, False),
        "minute": (MINUTE, False),
        "h": (HOUR, False),
        "hour": (HOUR, False),
        "d": (DAY, False),
        "day": (DAY, False),
        "week": (7 * DAY, False),
        "business minute": (MINUTE, True),
        "business hour": (HOUR, True),
        "working hour": (HOUR, True),
        "working day": (DAY, True),
        "business day": (DAY, True),
    }
)
"""Unit → (milliseconds, whether it is counted on business hours). A working day is one day of the calendar that is
used with it, however long that is; ``Duration.ms`` takes its length."""

DURATION_EXAMPLES = '"30s", "15 min", "24h", "14 days", "4 business hours" or "3 working days"'
SIZE_EXAMPLES = 'a number of octets, or "35 MiB", "500 kB", "1 GiB"'

_QUANTITY = re.compile(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*([A-Za-z][A-Za-z ]{0,20})\s*", re.ASCII)

_SIZES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as it was written: ``amount`` of a ``unit`` from ``UNITS``."""

    amount: float
    unit: str

    @property
    def in_hours(self) -> bool:
        """Whether only business hours count."""
        return UNITS[self.unit][1]

    def ms(self, working_day_ms: int = 8 * HOUR) -> int:
        """Milliseconds, of business time where ``in_hours``; ``working_day_ms`` is how long a working day is open."""
        length = working_day_ms if self.unit in ("working day", "business day") else UNITS[self.unit][0]
        return round(self.amount * length)

    @property
    def seconds(self) -> float:
        """Seconds, for waits that know no business hours."""
        return self.ms() / SECOND

    def __str__(self) -> str:
        """``24 h``, ``3 working days``."""
        plural = "s" if len(self.unit) > 3 and self.amount != 1 else ""
        return f"{self.amount:g} {self.unit}{plural}"


def duration(value: object) -> Duration:
    """Read a length of time; ``0`` alone needs no unit. Raises ``Wrong``."""
    if value == 0 and not isinstance(value, bool):
        return Duration(0, "s")
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Wrong(f"{value} of what? A length of time needs its unit", f"write it as {DURATION_EXAMPLES}")
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    unit = _unit(found[2]) if found else ""
    if not found or not unit:
        raise Wrong(f"{value!r} is no length of time", f"write it as {DURATION_EXAMPLES}")
    return Duration(float(found[1]), unit)


def clock_duration(value: object) -> Duration:
    """Read a length of time that business hours have no say in. Raises ``Wrong``."""
    found = duration(value)
    if found.in_hours:
        raise Wrong(f"{value!r} counts business hours, and this is counted on the wall clock", 'such as "60s" or "24h"')
    return found


def size(value: object) -> int:
    """Read a size into octets. Raises ``Wrong``."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    factor = _SIZES.get(found[2].strip().lower()) if found else None
    if not found or not factor:
        raise Wrong(f"{value!r} is no size", f"write {SIZE_EXAMPLES}")
    return round(float(found[1]) * factor)


def _unit(written: str) -> str:
    """The name in ``UNITS``, singular and with single spaces, or an empty string."""
    name = " ".join(written.lower().split())
    return name if name in UNITS else name[:-1] if name.endswith("s") and name[:-1] in UNITS else ""
