"""Bells wake, never block, and work across a fork."""

from __future__ import annotations

import os

from mailgate.edges.bell import Bell


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
