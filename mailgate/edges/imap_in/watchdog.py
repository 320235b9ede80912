"""Overall deadlines for commands, kept by a thread of its own, because a socket's timeout cannot keep them.

A server that sends one octet a second never trips a socket timeout, and imaplib reads on for days. So whoever starts a
command names a deadline and its socket here; when the deadline passes, the watchdog shuts the socket down, and the
blocked read ends with an error in the thread that waits. One watchdog serves all mailboxes.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator

from mailgate.clock import Clock


class Line:
    """One connection, so that another thread can end it; ``cut`` says that this happened.

    It keeps a duplicate of the socket below TLS: shutting that ends a handshake as well as a read, and the reading
    thread's own socket object stays whole until that thread closes it.
    """

    def __init__(self) -> None:
        self.cut = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def hold(self, sock: socket.socket) -> None:
        """This is the connection; one that comes too late is shut at once."""
        with self._lock:
            self._socket = sock.dup()
            if self.cut:
                self._shut()

    def shut(self) -> None:
        """End whatever is being read or written; it fails with an error at once."""
        with self._lock:
            self.cut = True
            self._shut()

    def close(self) -> None:
        """Let go of the duplicate; afterwards ``shut`` does nothing."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """Shuts lines whose deadline has passed. Starts its thread with the first deadline; ``close`` ends it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._deadlines: dict[int, tuple[float, Line]] = {}
        self._ids = itertools.count()
        self._closed = False
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def within(self, seconds: float, line: Line) -> Iterator[None]:
        """What runs inside has so many seconds, then its line is shut."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="imap-watchdog", daemon=True)
                self._thread.start()
            key = next(self._ids)
            if self._closed:
                line.shut()
            self._deadlines[key] = (self._clock.monotonic() + seconds, line)
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._deadlines.pop(key, None)

    def close(self) -> None:
        """Shut every line that is still being waited for, and end."""
        with self._changed:
            self._closed = True
            for _, line in self._deadlines.values():
                line.shut()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                now = self._clock.monotonic()
                late = [key for key, (deadline, _) in self._deadlines.items() if deadline <= now]
                for key in late:
                    self._deadlines.pop(key)[1].shut()
                soonest = min((deadline for deadline, _ in self._deadlines.values()), default=None)
                self._changed.wait(None if soonest is None else max(0.0, soonest - now))
