"""Child processes: forked from one warmed parent, watched, restarted, ended in good order.

The parent opens no database and starts no thread, so that a fork is safe at any time. A child that ends although
nobody asked is started again, at once the first time and then after 0.2, 0.4 … 5 seconds.

When the parent itself dies, by whatever signal, each child hears of it from the kernel (Linux), finishes what it can
within a second, and is gone: whoever started the desk starts it again, and finds nobody in the way. What a child has
in hand by then is as safe as in any other crash.

============  =========================================  =====================
state         meaning                                    leads to
============  =========================================  =====================
running       forked and not yet waited for              ended, stopping
ended         waited for, or could not be forked; to be  running
              started again at a time
stopping      was sent SIGTERM, may drain                gone (SIGKILL after 30 s)
leaving       was sent SIGHUP, its successor runs; or    gone (SIGKILL after 30 s)
              SIGTERM, and it shall run no more
============  =========================================  =====================
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import FrameType

from mailgate.clock import Clock
from mailgate.edges.bell import Bell
from mailgate.edges.memory import map_large_blocks

PR_SET_PDEATHSIG = 1
ORPHANED = signal.SIGUSR1
ORPHANED_S = 1.0
GRACE_S = 30.0
OURS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
LEFT_TO_THE_PARENT = (signal.SIGINT, signal.SIGHUP)
GARBAGE = (20_000, 20, 20)
"""The collector's thresholds in a child: a mail makes thousands of values that die young and hardly a cycle, and with
Python's own thresholds looking for them took a quarter of the applier's time."""
STEADY_S = 10.0
BACKOFF_S = (0.0, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0)
PLANNED_EXIT = 0


@dataclass
class Child:
    """One process that shall always run: its name, its main function, and how it fares."""

    name: str
    main: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    failures: int = 0
    due: float = 0.0


class Supervisor:
    """Keeps children running until told to stop. One instance a daemon, in the parent only."""

    def __init__(self, clock: Clock, tell: Callable[[str, str, str], None]) -> None:
        """``tell(name, event, detail)`` hears of every end that nobody asked for, and of a fork that failed."""
        self.clock, self.tell = clock, tell
        self.children: list[Child] = []
        self.leaving: list[Child] = []

    def add(self, name: str, main: Callable[[], None]) -> None:
        """A process to run; forked by the next ``watch``."""
        self.children.append(Child(name, main))

    def watch(self, woken: int, timeout: float) -> None:
        """Start what is due, then wait for a signal (whose wake-up byte arrives on ``woken``) or the timeout; reap."""
        now = self.clock.monotonic()
        for child in self.leaving:
            # Said again at each look: a front that was forked a moment before does not listen yet.
            self._signal(child, signal.SIGKILL if now > child.due else signal.SIGHUP)
        for child in self.children:
            if not child.pid and now >= child.due:
                self._fork(child)
        pauses = [child.due - now for child in self.children if not child.pid]
        if select.select([woken], [], [], max(0.0, min([timeout, *pauses])))[0]:
            os.read(woken, 4096)
        self._reap()

    def stop(self) -> bool:
        """SIGTERM to all, 30 seconds to drain, then SIGKILL; True when all ended by themselves."""
        orderly = True
        for child in (*self.children, *self.leaving):
            self._signal(child, signal.SIGTERM)
        deadline = self.clock.monotonic() + GRACE_S
        while any(child.pid for child in (*self.children, *self.leaving)):
            if self.clock.monotonic() > deadline:
                orderly = False
                for child in (*self.children, *self.leaving):
                    self._signal(child, signal.SIGKILL)
            select.select([], [], [], 0.02)
            self._reap(stopping=True)
        return orderly

    def replace(self, mains: dict[str, Callable[[], None]], beside: Collection[str] = ()) -> None:
        """Run these and no others, from the next ``watch`` on: who is there drains, ends, and is forked anew with its
        new main, where it has one; who is new is added.

        Those of the names ``beside`` are forked anew at once; the old ones get SIGHUP instead of SIGTERM, and hear out
        who is with them while their successors are at work.
        """
        known = {child.name: child for child in self.children}
        self.children = []
        for name, main in mains.items():
            child = known.pop(name, None) or Child(name, main)
            child.main, child.failures = main, 0
            self.children.append(child)
            if name in beside:
                self._part(child, signal.SIGHUP)
            else:
                self._signal(child, signal.SIGTERM)
        for child in known.values():
            self._part(child, signal.SIGTERM)

    def _part(self, child: Child, number: signal.Signals) -> None:
        """Let its process go, which may finish what it has; what runs next under its name, if anything, is another."""
        if child.pid:
            self.leaving.append(Child(child.name, child.main, child.pid, due=self.clock.monotonic() + GRACE_S))
            self._signal(child, number)
            child.pid = 0

    def _fork(self, child: Child) -> None:
        parent = os.getpid()
        # What is sent to the child before it has handlers of its own waits; the parent's would swallow it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
        try:
            pid = os.fork()
        except OSError as error:  # no memory, or too many processes: the desk lives on without it, and tries again
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            self._put_off(child, child.failures + 1)
            self.tell(child.name, "could not be forked", str(error.strerror))
            return
        if pid == 0:
            _run(child, parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        child.pid, child.started = pid, self.clock.monotonic()

    def _reap(self, *, stopping: bool = False) -> None:
        for pid, status in _ended():
            child = next((known for known in self.children if known.pid == pid), None)
            if child is None:
                self.leaving = [known for known in self.leaving if known.pid != pid]
                continue
            child.pid = 0
            if not stopping:
                self._schedule(child, os.waitstatus_to_exitcode(status))

    def _schedule(self, child: Child, code: int) -> None:
        """When an ended child starts again: at once after an orderly end or a long life, else later each time."""
        steady = code == PLANNED_EXIT or self.clock.monotonic() - child.started > STEADY_S
        self._put_off(child, 0 if steady else child.failures + 1)
        if code != PLANNED_EXIT:
            self.tell(child.name, "ended", f"signal {-code}" if code < 0 else f"exit {code}")

    def _put_off(self, child: Child, failures: int) -> None:
        child.failures = min(failures, len(BACKOFF_S) - 1)
        child.due = self.clock.monotonic() + BACKOFF_S[child.failures]

    def _signal(self, child: Child, number: signal.Signals) -> None:
        if child.pid:
            os.kill(child.pid, number)


def _run(child: Child, parent: int) -> None:
    """The child's whole life; never returns into the parent's code."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in OURS:
            signal.signal(number, signal.SIG_IGN if number in LEFT_TO_THE_PARENT else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
        _die_with_parent(parent)
        gc.freeze()  # what the parent has loaded stays, and stays shared
        gc.set_threshold(*GARBAGE)
        map_large_blocks()
        child.main()
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException as error:  # the last line of the process: say the class and end
        sys.stderr.write(f"mailgate: process {child.name} ended by {type(error).__name__}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _die_with_parent(parent: int) -> None:
    """Ask Linux for a signal when the parent dies, and look once whether it has died already."""
    signal.signal(ORPHANED, _orphaned)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, ORPHANED, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def _orphaned(_number: int, _frame: FrameType | None) -> None:
    """As told to stop; but nobody is there who would end a child that takes its time, so SIGALRM does."""
    signal.setitimer(signal.ITIMER_REAL, ORPHANED_S)
    signal.raise_signal(signal.SIGTERM)


def _ended() -> Iterator[tuple[int, int]]:
    """Every child that has ended, with its wait status; does not wait."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status


class Stop:
    """In a child: whether SIGTERM came, and a wait that it ends at once."""

    def __init__(self) -> None:
        """Take over SIGTERM of this process."""
        self.asked = False
        self._bell = Bell()
        signal.signal(signal.SIGTERM, self._hear)

    def __bool__(self) -> bool:
        """True once the process shall end."""
        return self.asked

    def wait(self, timeout: float, *bells: Bell) -> None:
        """Until a bell rings, SIGTERM comes, or ``timeout`` seconds are over; rings are taken back."""
        if self.asked:
            return
        woken, _, _ = select.select([self._bell, *bells], [], [], timeout)
        for bell in woken:
            bell.clear()

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        self._bell.ring()
