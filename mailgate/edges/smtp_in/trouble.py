"""Our own trouble in the log: a full disk puts off hundreds of mails a second, and is one trouble.

The first of a kind is said at once, then once a minute how often it happened since. Used in the event loop's thread.
"""

from __future__ import annotations

from mailgate import logs
from mailgate.clock import Clock

EVERY_S = 60.0


class Trouble:
    """What went wrong lately, by what was said and the exception's class."""

    def __init__(self, clock: Clock, log: logs.Logger) -> None:
        self.clock, self.log = clock, log
        self._said: dict[tuple[str, str], float] = {}
        self._times: dict[tuple[str, str], int] = {}

    def tell(self, event: str, error: Exception) -> None:
        """Say it, unless the same was said within a minute."""
        kind, now = (event, type(error).__name__), self.clock.monotonic()
        self._times[kind] = self._times.get(kind, 0) + 1
        if kind in self._said and now - self._said[kind] < EVERY_S:
            return
        self._said[kind] = now
        self.log.error(event, times=self._times.pop(kind), **logs.fault(error))
