"""Forked children: what is said to one that has only just begun to live."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.bell import Bell
from mailgate.edges.processes import Supervisor


class Birth:
    """While it is armed, each forked process gets SIGTERM as the very first thing in its life."""

    armed = False

    def __init__(self) -> None:
        os.register_at_fork(after_in_child=self._terminate)

    def _terminate(self) -> None:
        if self.armed:
            os.kill(os.getpid(), signal.SIGTERM)


birth = Birth()


@pytest.fixture
def told_at_birth() -> Iterator[None]:
    """SIGTERM comes while the child still has the handler of the parent, which takes it for its own."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    birth.armed = True
    yield
    birth.armed = False
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("told_at_birth")
def test_D17_a_child_that_was_forked_a_moment_ago_hears_sigterm() -> None:
    """Else a daemon that is stopped just after a reload waits thirty seconds for it, and kills it."""
    ends: list[tuple[str, ...]] = []
    supervisor = Supervisor(SystemClock(), lambda *end: ends.append(end))
    supervisor.add("child", lambda: None)
    bell = Bell()
    supervisor.watch(bell.fileno(), 0)
    while not ends and not supervisor.children[0].due:
        os.waitid(os.P_PID, supervisor.children[0].pid, os.WEXITED | os.WNOWAIT)
        supervisor.watch(bell.fileno(), 0)
    bell.close()
    assert ends == [("child", "ended", "signal 15")]
