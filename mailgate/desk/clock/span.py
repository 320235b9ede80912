"""A length of time as a promise means it: an amount, and what it is counted on.

=============  ===========================================  =====================================================
unit           written                                      counted on
=============  ===========================================  =====================================================
clock          ``"15 min"``, ``"24h"``, ``"7 days"``        every clock, day and night
business time  ``"4 business hours"``                       the open stretches of the hours
working days   ``"3 working days"``                         the days on which the hours open, each as one
=============  ===========================================  =====================================================

A working day counts as one whatever its length, and within it the share of its open time: what begins when half of
Monday is over and lasts three working days ends when half of Thursday is. So no Friday that closes early cheats
anybody, and time that is spent can be added up piece by piece, which a clock that pauses needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Unit(StrEnum):
    """What time is counted on."""

    CLOCK = "clock"
    BUSINESS = "business time"
    DAYS = "working days"


@dataclass(frozen=True, slots=True)
class Span:
    """``amount`` is in milliseconds; of working days, a whole one is ``DAY`` of them."""

    amount: int
    unit: Unit = Unit.CLOCK

    def __str__(self) -> str:
        """As people write it: ``15 minutes``, ``4 business hours``, ``3 working days``."""
        return _written(self.amount, self.unit)


def _written(amount: int, unit: Unit) -> str:
    if unit is Unit.DAYS:
        return _count(amount / DAY, "working day")
    size, name = next(((size, name) for size, name in _SIZES if amount % size == 0), _SIZES[-1])
    return _count(amount / size, f"business {name}" if unit is Unit.BUSINESS else name)


def _count(amount: float, name: str) -> str:
    shown = f"{amount:.2f}".rstrip("0").rstrip(".")
    return f"{shown} {name}" if shown == "1" else f"{shown} {name}s"


_SIZES = ((HOUR, "hour"), (MINUTE, "minute"), (1000, "second"))
