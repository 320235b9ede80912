"""One daemon to one spool: an exclusive ``flock`` on ``<spool>.lock``, held from start to end.

The kernel drops it when the last process of a daemon is gone, so a crash leaves nothing to clean up. It is taken
before the fork and shared by the children: while one of them still drains, no second daemon starts.

``ingest`` only asks whether a daemon runs. Asking means to try the lock for a moment; so that a daemon that starts
at that very moment is not refused, both try it only while they hold the spool's directory locked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from mailgate.edges.spool.file import in_words
from mailgate.errors import Refused
from mailgate.turnstile import open_private


class SpoolLock:
    """The lock of the spool at ``path``."""

    def __init__(self, path: Path) -> None:
        """Nothing is touched yet."""
        self._path = path
        self._descriptor = -1

    def take(self) -> None:
        """Hold the lock until ``release`` or the end of this process and its children. ``Refused`` when another daemon
        has it, ``Temporary`` when the file cannot be made."""
        with self._alone():
            descriptor = open_private(self._file)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                os.close(descriptor)
                raise Refused(f"another mailgate already works on the spool {self._path}") from error
        self._descriptor = descriptor

    def held(self) -> bool:
        """Whether some daemon (this one too) holds the lock. ``Temporary`` when that cannot be found out."""
        if not self._file.exists():
            return False
        with self._alone():
            descriptor = open_private(self._file)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            finally:
                os.close(descriptor)
        return False

    def release(self) -> None:
        """Let go, where it was held."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def _file(self) -> Path:
        return Path(f"{self._path}.lock")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(directory, fcntl.LOCK_EX)
                yield
            finally:
                os.close(directory)
        except OSError as error:
            raise in_words(self._path, error) from error
