"""When the next letter may go to the relay: not while it is away, and not more in a minute than it wants."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.clock import Clock
from mailgate.logs import get

log = get("sender")

PROBE_S = (0.5, 1.0, 2.0, 5.0)
MINUTE_S = 60.0


@dataclass
class Breaker:
    """One for the relay: after a failure of the whole relay it is open, and nothing is tried before ``open_until``."""

    failures: int = 0
    open_until: float = 0.0
    told: bool = False

    def trip(self, clock: Clock, why: str) -> None:
        """Note a failure; the next probe comes after half a second, then one, two, and every five."""
        wait = PROBE_S[min(self.failures, len(PROBE_S) - 1)]
        self.failures += 1
        self.open_until = clock.monotonic() + wait
        if not self.told:
            log.warning("the relay is away; letters wait and are tried again every few seconds", reason=why)
            self.told = True

    def reset(self) -> None:
        """The relay answered."""
        if self.told:
            log.info("the relay is back")
        self.failures, self.open_until, self.told = 0, 0.0, False


@dataclass
class Pace:
    """At most so many letters in a minute (0: as many as there are)."""

    per_minute: int
    minute: float = 0.0
    handed: int = 0

    def room(self, now: float, most: int) -> int:
        """How many letters may be claimed now, ``most`` at most."""
        if not self.per_minute:
            return most
        if now - self.minute >= MINUTE_S:
            self.minute, self.handed = now, 0
        return min(most, self.per_minute - self.handed)

    def count(self, letters: int) -> None:
        """So many were handed over."""
        self.handed += letters

    def until(self, now: float) -> float:
        """Seconds until there is room again."""
        return max(0.0, self.minute + MINUTE_S - now)
