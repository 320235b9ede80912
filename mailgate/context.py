"""What a child process of the daemon is given at its fork, and how it waits for what is away."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailgate import logs
from mailgate.assembly import open_store
from mailgate.clock import Clock
from mailgate.config.settings import Settings
from mailgate.counters import Counters
from mailgate.edges.bell import Bell
from mailgate.edges.processes import Stop
from mailgate.edges.smtp_in.listen import Listeners
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Temporary
from mailgate.store.database import Store

PROBE_S = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Context:
    """What the parent hands to every child: the settings of one generation, and what was made before the fork.

    ``sockets`` are the listening ones, by the name of their setting; ``ready`` tells the parent that mail is taken.
    """

    config_path: Path
    settings: Settings
    clock: Clock
    sockets: Listeners
    mail_bell: Bell
    letter_bell: Bell
    ready: Callable[[], None]
    counters: Counters

    @property
    def worker_socket(self) -> Path:
        """Where the workers meet the applier."""
        return self.settings.state_dir / "worker.sock"

    @property
    def holder(self) -> str:
        """This daemon's name on letters and mailboxes that it works on, the same after a restart. A SQLite database is
        one machine's, and a container that is made anew has another host name."""
        host = "" if self.settings.database_url.startswith("sqlite:") else socket.gethostname()
        return f"{host}:{self.settings.spool_path}"

    def spool(self, *, checkpoints: bool = False) -> Spool:
        """This process's own connection to the spool."""
        return Spool.open(self.settings.spool_path, self.clock, checkpoints=checkpoints)

    def store(self, stop: Stop, part: str, *, checkpoints: bool = False) -> Store | None:
        """This process's own connection to the database; waits until there is one. None: told to stop meanwhile."""
        patience = Patience(part)
        while not stop:
            try:
                store = open_store(self.settings, self.clock, checkpoints=checkpoints)
            except Temporary as error:
                patience.wait(error, stop)
            else:
                patience.over()
                return store
        return None


class Patience:
    """How a role waits while something it needs is away: one log line, short waits at first, five seconds at most."""

    def __init__(self, part: str) -> None:
        """``part`` names the role in the log."""
        self.log = logs.get(part)
        self.failures = 0

    def wait(self, error: Temporary, stop: Stop) -> None:
        """Note a failure and wait for the next probe, or for SIGTERM."""
        if not self.failures:
            self.log.warning("waiting until it is back", reason=str(error))
        pause = PROBE_S[min(self.failures, len(PROBE_S) - 1)]
        self.failures += 1
        stop.wait(pause)

    def over(self) -> None:
        """It worked."""
        if self.failures:
            self.log.info("it is back; going on", tries=self.failures)
        self.failures = 0
