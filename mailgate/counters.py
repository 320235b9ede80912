"""Counts that all processes of one daemon add to: a page of shared memory, made before the fork.

Each counter has one process that adds to it (the front counts what it accepts, the applier what it settles, and so on),
so no lock is needed between them; threads of that process take one. They begin at 0 with the daemon, and a child that
is forked anew goes on where the last one stopped.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Iterator

from mailgate.errors import MailgateError

COUNTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "accepted": ("by", ("smtp", "imap")),
    "settled": ("outcome", ("new", "link", "append", "bounce", "event", "duplicate", "hold")),
    "letters": ("result", ("sent", "retry", "failed", "unknown", "queued")),
    "deaths": ("of", ("front", "imap", "worker", "applier", "sender", "clock")),
}
"""Counter → (what its values tell apart, the values)."""

_PLACES = {key: place for place, key in enumerate((name, v) for name, (_, vs) in COUNTED.items() for v in vs)}


class Counters:
    """Make it before the fork; every process adds and reads."""

    def __init__(self) -> None:
        self._page = memoryview(mmap.mmap(-1, max(mmap.PAGESIZE, 8 * len(_PLACES)))).cast("Q")
        self._lock = threading.Lock()

    def add(self, name: str, value: str, amount: int = 1) -> None:
        """Count; a name or value that is not in ``COUNTED`` is a bug and raises ``MailgateError``."""
        place = _PLACES.get((name, value))
        if place is None:
            raise MailgateError(f"nobody counts {name} {value}")
        with self._lock:
            self._page[place] += amount

    def read(self) -> Iterator[tuple[str, str, int]]:
        """(counter, value, count) of all of them."""
        for (name, value), place in _PLACES.items():
            yield name, value, self._page[place]
