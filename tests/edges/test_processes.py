"""Forked children: what is said to one that has only just begun to live, and what becomes of one whose parent died."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.bell import Bell
from mailgate.edges.processes import Stop, Supervisor

PATIENCE_S = 20.0
STUBBORN = """
import os, select, signal
from mailgate.clock import SystemClock
from mailgate.edges.bell import Bell
from mailgate.edges.processes import Supervisor

def main():
    signal.signal(signal.SIGTERM, lambda *_: os.write(1, b'told '))
    os.write(1, b'up ')
    while True:
        select.select([], [], [], 60)

supervisor = Supervisor(SystemClock(), print)
supervisor.add('child', main)
while True:
    supervisor.watch(Bell().fileno(), 60)
"""


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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_D15_a_child_of_a_killed_parent_is_told_to_stop_and_gone_soon() -> None:
    """Also one that would take its time: nobody is there who would end it, and it holds what a new daemon needs."""
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.read(3) == b"up "
        parent.kill()
        said, _ = parent.communicate(timeout=PATIENCE_S)  # until the last who could write has closed it
    assert said == b"told "


def test_a_fork_that_fails_is_tried_again_and_swallows_no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory, or too many processes, for a moment: the parent lives on, and so does the desk."""
    told: list[tuple[str, ...]] = []
    fork, failures = os.fork, [BlockingIOError(11, "Resource temporarily unavailable")]

    def refused_once() -> int:
        if failures:
            raise failures.pop()
        return fork()

    monkeypatch.setattr(os, "fork", refused_once)
    supervisor = Supervisor(SystemClock(), lambda *one: told.append(one))
    supervisor.add("child", lambda: sys.exit(3))
    bell = Bell()
    supervisor.watch(bell.fileno(), 0)
    assert told == [("child", "could not be forked", "Resource temporarily unavailable")]
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    while len(told) < 2:
        supervisor.watch(bell.fileno(), 0)
    bell.close()
    assert told[1] == ("child", "ended", "exit 3")


def test_a_reload_starts_what_is_new_and_ends_what_is_gone() -> None:
    """Such as the first IMAP mailbox of a desk, or its last; and who stays gets the main of the new config."""
    near, far = os.pipe()
    ended: list[str] = []
    supervisor, bell = Supervisor(SystemClock(), lambda name, *_: ended.append(name)), Bell()

    def role(word: bytes) -> Callable[[], None]:
        def main() -> None:
            stop = Stop()
            os.write(far, word)
            stop.wait(PATIENCE_S)

        return main

    def heard() -> bytes:
        words = b""
        while len(words) < 2:
            supervisor.watch(bell.fileno(), 0.01)
            words += os.read(near, 2) if select.select([near], [], [], 0)[0] else b""
        return words

    supervisor.add("stays", role(b"1"))
    supervisor.add("goes", role(b"1"))
    assert heard() == b"11"
    supervisor.replace({"stays": role(b"2"), "comes": role(b"2")})
    assert heard() == b"22"
    while supervisor.leaving:
        supervisor.watch(bell.fileno(), 0.01)
    assert [child.name for child in supervisor.children if child.pid] == ["stays", "comes"]
    assert supervisor.stop()
    assert ended == []
