"""A fair writers' lock over one SQLite file, for several processes, that a crash cannot leave shut.

SQLite's own lock is a lottery: a writer that commits in a tight loop takes it again before a waiting process has
woken up (2.6 s of waiting were seen). Here two ``flock`` files stand in front of it::

    queue   everybody waits here ...
    writer  ... and whoever has the queue waits here, alone; once in, the queue is let go

Whoever leaves has to queue again, so the one at the door is always next. The kernel drops both locks when a process
dies, and nothing has to be cleaned up. The locks belong to open files, which ``fork`` shares: a ``Turnstile`` is
made after the fork, one per process, and used by one thread at a time.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Turnstile:
    """``with turnstile:`` holds the only right to write to the file at ``path``; waits as long as it takes."""

    def __init__(self, path: Path) -> None:
        """Open (or make, mode 0600) ``<path>.queue`` and ``<path>.writer``; OSError where that cannot be."""
        self._queue = open_private(Path(f"{path}.queue"))
        try:
            self._writer = open_private(Path(f"{path}.writer"))
        except OSError:
            os.close(self._queue)
            raise

    def __enter__(self) -> None:
        """Wait for our turn."""
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._writer, fcntl.LOCK_EX)
        finally:
            fcntl.flock(self._queue, fcntl.LOCK_UN)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next one in."""
        fcntl.flock(self._writer, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close both files."""
        os.close(self._queue)
        os.close(self._writer)


def open_private(path: Path) -> int:
    """A descriptor of the file, made with mode 0600 where it is missing; closed on exec, kept over fork."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
