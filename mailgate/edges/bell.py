"""A doorbell between processes: "there is something new, look for yourself".

A non-blocking pipe made before the fork. Ringing never blocks and never fails for want of room: a full pipe is a
bell that is ringing already. The bell carries no news; whoever is woken looks at the spool or the outbox, which have
the truth, so that a ring lost with a process costs nothing but time until the next look.
"""

from __future__ import annotations

import contextlib
import os
import select


class Bell:
    """Made by the parent before it forks; any of the processes may ring, one of them waits."""

    def __init__(self) -> None:
        """Make the pipe; OSError where the process has no descriptors left."""
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def fileno(self) -> int:
        """The descriptor that becomes readable when somebody rings, for a selector."""
        return self._read

    def ring(self) -> None:
        """Wake whoever waits. Safe in a signal handler and from any thread; a bell without a listener stays silent."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._write, b"!")

    def clear(self) -> None:
        """Take back all rings so far. Clear first and look at the work afterwards, never the other way round."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass

    def wait(self, timeout: float | None) -> bool:
        """Whether the bell rang within ``timeout`` seconds (None: for ever); the ring is taken back."""
        ready, _, _ = select.select([self._read], [], [], timeout)
        if ready:
            self.clear()
        return bool(ready)

    def close(self) -> None:
        """Close both ends."""
        os.close(self._read)
        os.close(self._write)
