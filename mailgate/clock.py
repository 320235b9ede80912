"""The only reader of time and of randomness.

Everything that needs the hour or a random id is handed a ``Clock``; nothing else in mailgate calls ``time`` or
``secrets``. A test hands in its own and drives weeks in milliseconds. Times in storage and in values are
integers: milliseconds since 1970 in UTC, written ``…_ms``.
"""

from __future__ import annotations

import random
import secrets
import time
from typing import Protocol


class Clock(Protocol):
    """Where the hour and chance come from."""

    def now_ms(self) -> int:
        """The wall clock, in milliseconds since 1970 UTC. May jump; never used to measure a wait."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, for deadlines and rates."""
        ...

    def token_hex(self, octets: int) -> str:
        """Unguessable randomness, as ``2 * octets`` lower-case hexadecimal digits."""
        ...

    def jitter(self, low: float, high: float) -> float:
        """A guessable random number between the two, to spread retries."""
        ...


class SystemClock:
    """The machine's own clock and its cryptographic randomness."""

    def now_ms(self) -> int:
        """See ``Clock.now_ms``."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """See ``Clock.monotonic``."""
        return time.monotonic()

    def token_hex(self, octets: int) -> str:
        """See ``Clock.token_hex``."""
        return secrets.token_hex(octets)

    def jitter(self, low: float, high: float) -> float:
        """See ``Clock.jitter``."""
        return random.uniform(low, high)
