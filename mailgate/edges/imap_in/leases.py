"""The right of one daemon to poll folders, where several share a database: taken folder by folder, renewed together.

===========  ========================================  ==================================================
a lease is   because                                   leads to
===========  ========================================  ==================================================
held         it was taken or renewed in time           held; lost, when the database is away for ``LEASE``
lost         another daemon has it, or may have it     taken again, when it is free
let run out  the folder's server gives us trouble      any daemon may take it, we too
===========  ========================================  ==================================================

One statement renews all of a daemon's leases. A daemon that dies is followed by another within ``LEASE`` and
``ASK_EVERY`` seconds; two that poll one folder for a moment double nothing (promise 2).
"""

from __future__ import annotations

import threading

from mailgate.clock import Clock
from mailgate.edges.imap_in.cursor import Cursors
from mailgate.errors import Temporary

LEASE = 20.0
RENEW_EVERY = 5.0
ASK_EVERY = 4.0
"""How often a daemon asks for a lease that another one has."""


class Leases:
    """Those of one daemon, for all threads of its IMAP process."""

    def __init__(self, cursors: Cursors, clock: Clock, holder: str) -> None:
        """``holder`` names the daemon."""
        self._cursors, self._clock, self._holder = cursors, clock, holder
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def take(self, key: str) -> bool:
        """Whether this daemon may poll the folder for the next ``LEASE`` seconds. Raises ``Temporary``."""
        until = self._clock.monotonic() + LEASE
        taken = self._cursors.lease(key, self._holder, LEASE)
        with self._lock:
            if taken:
                self._until[key] = until
            else:
                self._until.pop(key, None)
        return taken

    def held(self, key: str) -> bool:
        """Whether it is still ours; renews it where nobody did so for long."""
        now = self._clock.monotonic()
        if self._until.get(key, 0.0) < now + LEASE / 2:
            self.renew()
        return self._until.get(key, 0.0) > now

    def renew(self) -> None:
        """Renew all that are held; while the database is away they run out by themselves."""
        until = self._clock.monotonic() + LEASE
        if not self._until:
            return
        try:
            ours = self._cursors.renew(self._holder, LEASE)
        except Temporary:
            return
        with self._lock:
            self._until = {key: until for key in self._until if key in ours}

    def let_run_out(self, key: str) -> None:
        """Renew it no more: another daemon may reach the folder's server better."""
        with self._lock:
            self._until.pop(key, None)

    def release(self, key: str) -> None:
        """Give it back. Raises ``Temporary``."""
        self.let_run_out(key)
        self._cursors.release(key, self._holder)
