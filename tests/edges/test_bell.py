"""Bells wake, never block, and work across a fork; the turnstile lets one in at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mailgate.edges.bell import Bell

COUNT = """
import sys
from pathlib import Path
from mailgate.edges.turnstile import Turnstile
turnstile, counter = Turnstile(Path(sys.argv[1])), Path(sys.argv[1])
for _ in range(200):
    with turnstile:
        counter.write_text(str(int(counter.read_text()) + 1))
"""


def test_a_ring_wakes_once() -> None:
    """Rings that came together are one ring."""
    bell = Bell()
    assert not bell.wait(0)
    bell.ring()
    bell.ring()
    assert bell.wait(0)
    assert not bell.wait(0)
    bell.close()


def test_ringing_never_blocks_on_a_full_pipe() -> None:
    """A million rings that nobody hears cost nothing."""
    bell = Bell()
    for _ in range(100_000):
        bell.ring()
    assert bell.wait(0)
    assert not bell.wait(0)
    bell.close()


def test_a_child_wakes_its_parent() -> None:
    """The bell is made before the fork."""
    bell = Bell()
    child = os.fork()
    if not child:
        bell.ring()
        os._exit(0)
    assert bell.wait(10)
    os.waitpid(child, 0)
    bell.close()


def test_the_turnstile_lets_one_in_at_a_time(tmp_path: Path) -> None:
    """Three processes count in one file without losing a step."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", COUNT, str(counter)]) for _ in range(3)]
    assert [process.wait(30) for process in processes] == [0, 0, 0]
    assert counter.read_text() == "600"
