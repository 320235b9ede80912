"""A fair writers' lock over one SQLite file, for several processes, that a crash cannot leave shut.

SQLite's own lock is a lottery: a writer that commits in a tight loop takes it again before a waiting process has woken
up (2.6 s of waiting were seen). Here a writer first queues on ``FILE.queue``, then takes ``FILE.writer`` and lets the
next one to the head of the queue. Both are ``flock``, which the kernel drops when a process dies:

=================  =========================  ========================================
a writer is        it holds                   if it dies there
=================  =========================  ========================================
queueing           nothing                    nobody notices
at the head        ``.queue``                 the next in the queue moves up
writing            ``.writer``                SQLite rolls back; the head takes over
=================  =========================  ========================================

The spool and the database have one each. It stands at the bottom of the house, since edges and store never meet.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailgate.errors import Temporary


class Turnstile:
    """The lock beside one file. Threads and processes may share it: each ``held`` opens files of its own."""

    def __init__(self, path: Path) -> None:
        """Nothing is touched yet; the two lock files are made beside ``path``, readable by their owner only."""
        self._queue = path.with_name(f"{path.name}.queue")
        self._writer = path.with_name(f"{path.name}.writer")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait in line, as long as it takes, then hold the lock for the body; ``Temporary`` where it cannot be had."""
        writer = self._take()
        try:
            yield
        finally:
            os.close(writer)

    def _take(self) -> int:
        """The descriptor that holds the lock; closing it lets the next writer in."""
        writer = -1
        try:
            writer = open_private(self._writer)
            queue = open_private(self._queue)
            try:
                fcntl.flock(queue, fcntl.LOCK_EX)
                fcntl.flock(writer, fcntl.LOCK_EX)
            finally:
                os.close(queue)
        except BaseException as error:
            if writer >= 0:
                os.close(writer)
            if isinstance(error, OSError):
                raise Temporary(f"the lock {self._writer} cannot be taken: {error.strerror}") from error
            raise
        return writer


def open_private(path: Path) -> int:
    """A descriptor of the file, made with mode 0600 where it is missing; closed on exec, kept over fork."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
