"""A fair writers' lock for one SQLite file, which the death of its holder releases.

``BEGIN IMMEDIATE`` alone starves writers: each sleeps and tries again, and one that writes all the time wins all the
time. Here a writer first queues on ``FILE.queue``, then takes ``FILE.lock`` and lets the next one to the head of the
queue. Both are ``flock``: the kernel releases them when a process dies, so that no stale lock can stand in the way.

=================  =========================  =====================================
a writer is        it holds                   if it dies there
=================  =========================  =====================================
queueing           nothing                    nobody notices
at the head        ``.queue``                 the next in the queue moves up
writing            ``.lock``                  SQLite rolls back; the head takes over
=================  =========================  =====================================
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailgate.errors import Temporary


class Turnstile:
    """The lock beside one database file. Threads and processes may share it: each ``held`` opens its own files."""

    def __init__(self, database: Path) -> None:
        """The two lock files are made beside ``database``, readable by their owner only."""
        self._queue = database.with_name(database.name + ".queue")
        self._lock = database.with_name(database.name + ".lock")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait in line, then hold the lock for the body. Raises ``Temporary`` when the files cannot be made."""
        lock = self._take()
        try:
            yield
        finally:
            os.close(lock)

    def _take(self) -> int:
        """The descriptor that holds the lock; closing it lets the next writer in."""
        lock = -1
        try:
            lock = _open(self._lock)
            queue = _open(self._queue)
            try:
                fcntl.flock(queue, fcntl.LOCK_EX)
                fcntl.flock(lock, fcntl.LOCK_EX)
            finally:
                os.close(queue)
        except BaseException as error:
            if lock >= 0:
                os.close(lock)
            if isinstance(error, OSError):
                raise Temporary(f"the lock beside the database cannot be taken: {error.strerror}") from error
            raise
        return lock


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
