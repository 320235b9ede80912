"""The composition root: a config becomes processes, and the processes a desk.

``serve`` takes the spool's lock, brings the database up to date, binds the listening sockets, forks one process a role
and watches over them. The parent itself keeps no connection and parses no mail.

=========  ========  ====================================================  =================================
role       how many  what it does                                          when the database is away
=========  ========  ====================================================  =================================
front      1         SMTP, LMTP and submission into the spool              goes on
imap       0 or 1    all IMAP mailboxes into the spool                     waits
worker     n         reads mails: parse, classify, prove                   goes on
applier    1         settles readings in order of acceptance               waits, probes every 5 s at least
sender     1         letters to the relay                                  waits, probes every 5 s at least
clock      1         what time makes due; sweeping; anchors                waits
=========  ========  ====================================================  =================================

SIGTERM ends in good order within 30 seconds. SIGHUP reads the config again: a broken one leaves the old one in force
and says why, and so does one that moves the spool or the listening sockets, which takes a restart; a good one lets
every child drain and forks it anew. The listening sockets stay open in the parent, and a new front takes connections
while the old one still answers those that it has.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mailgate import logs, roles
from mailgate.assembly import open_store
from mailgate.clock import Clock, SystemClock
from mailgate.config.settings import Settings
from mailgate.context import Context
from mailgate.counters import Counters
from mailgate.edges.bell import Bell
from mailgate.edges.processes import Supervisor
from mailgate.edges.smtp_in.listen import Listeners, bind_all, shown
from mailgate.edges.spool.lock import SpoolLock
from mailgate.errors import ConfigError, Refused, Temporary
from mailgate.reload import read, read_again

LOCK_PATIENCE_S = 3.0
WATCH_S = 5.0


def serve(config_path: Path) -> int:
    """Run the desk until SIGTERM or Ctrl-C; returns the exit code (0 ended in order, 1 failed).

    Raises ``ConfigError`` when the config cannot be used.
    """
    clock = SystemClock()
    settings = read(config_path, clock)
    logs.configure(json=settings.log_json, level=settings.log_level)
    lock = SpoolLock(settings.spool_path)
    try:
        _take(lock, clock)
        migrate(settings, clock)
        listeners = bind_all(settings.smtp_in, settings.state_dir)
    except Refused as error:
        sys.stderr.write(f"mailgate: {error}\n")
        return 1
    try:
        return Daemon(config_path, settings, listeners, clock).run()
    finally:
        lock.release()


def migrate(settings: Settings, clock: Clock) -> None:
    """Bring the database up to date before any process opens it; a database that is away is left for later."""
    try:
        open_store(settings, clock, announce=lambda line: logs.get("database").info(line)).close()
    except Temporary as error:
        logs.get("database").warning("the database is away; mail is accepted and waits", reason=str(error))


def _take(lock: SpoolLock, clock: Clock) -> None:
    """The spool's lock; the children of a daemon that was killed a moment ago get three seconds to be gone."""
    started, told = clock.monotonic(), False
    while True:
        try:
            return lock.take()
        except Refused as refusal:
            if clock.monotonic() - started > LOCK_PATIENCE_S:
                raise
            if not told:
                logs.get("daemon").warning("waiting for its end", reason=str(refusal), seconds=LOCK_PATIENCE_S)
                told = True
            select.select([], [], [], 0.1)


class Daemon:
    """The parent process: signals, children, reload."""

    def __init__(self, config_path: Path, settings: Settings, listeners: Listeners, clock: Clock) -> None:
        """Nothing is forked yet."""
        self.config_path, self.settings, self.listeners, self.clock = config_path, settings, listeners, clock
        self.log = logs.get("daemon")
        self.wanted: list[int] = []
        self.mail_bell, self.letter_bell, self.ready_bell = Bell(), Bell(), Bell()
        self.counters = Counters()
        self.supervisor = Supervisor(clock, self._tell)

    def run(self) -> int:
        """Fork everything, say the ready line, watch until told to stop."""
        woken = self._signals()
        for name, main in self._mains().items():
            self.supervisor.add(name, main)
        announced = False
        while not {signal.SIGTERM, signal.SIGINT} & set(self.wanted):
            self.supervisor.watch(woken, WATCH_S if announced else 0.02)
            if not announced and self.ready_bell.wait(0):
                sys.stderr.write(f"mailgate is ready: {shown(self.listeners)}\n")
                sys.stderr.flush()
                announced = True
            if signal.SIGHUP in self.wanted:
                self.wanted = [number for number in self.wanted if number != signal.SIGHUP]
                self._reload()
        self.log.info("stopping")
        return 0 if self.supervisor.stop() else 1

    def _signals(self) -> int:
        """Take over the signals; returns the descriptor that becomes readable when one arrives."""
        near, far = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(far, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda heard, _frame: self.wanted.append(heard))
        signal.signal(signal.SIGCHLD, lambda _heard, _frame: None)
        return near

    def _mains(self) -> dict[str, Callable[[], None]]:
        """The main function of every process, for the settings in force."""
        context = Context(
            self.config_path,
            self.settings,
            self.clock,
            self.listeners,
            self.mail_bell,
            self.letter_bell,
            self.ready_bell.ring,
            self.counters,
        )
        mains: dict[str, Callable[[], None]] = {"applier": partial(roles.applier, context)}
        for number in range(self.settings.worker.workers):
            mains[f"worker {number + 1}"] = partial(roles.worker, context)
        mains |= {"front": partial(roles.front, context), "sender": partial(roles.sender, context)}
        mains["clock"] = partial(roles.clock, context)
        if self.settings.imap:
            mains["imap"] = partial(roles.imap, context)
        return mains

    def _reload(self) -> None:
        """SIGHUP: a good config replaces every child, a broken one changes nothing."""
        try:
            settings = read_again(self.config_path, self.settings, self.clock)
        except (ConfigError, Refused) as error:
            problems = [str(each) for each in getattr(error, "problems", (error,))]
            self.log.error("the config cannot be used; the old one stays in force", problems=problems)
            return
        except Exception as error:  # a file that brings out a bug of ours costs the reload, not the desk
            self.log.error("the config cannot be used; the old one stays in force", **logs.fault(error))
            return
        self.settings = settings
        logs.configure(json=settings.log_json, level=settings.log_level)
        self.supervisor.replace(self._mains(), beside=("front",))
        self.log.info("config read again", generation=self.settings.policy.generation)

    def _tell(self, name: str, event: str, detail: str) -> None:
        self.counters.add("deaths", name.partition(" ")[0])
        self.log.warning(f"a process {event} and is started again", process=name, detail=detail)
