"""What work may cost, in CPU seconds of an ordinary machine: a slow one, or one that is shared, has as many times more.

The bounds are there to find work that grows faster than a mail does: that takes minutes, on any machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

ORDINARY_S = 0.0075
"""What ``yardstick`` takes where the bounds are meant as they stand."""


@contextmanager
def expect_cpu_within(seconds: float, what: str = "") -> Iterator[None]:
    """What runs inside takes this process so much CPU time at most; ``what`` is said where it takes more."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    if spent >= seconds:
        assert spent < seconds * slowness(), what


def slowness() -> float:
    """How many times longer than an ordinary machine this one takes just now; never less than once."""
    began = time.process_time()
    yardstick()
    return max(1.0, (time.process_time() - began) / ORDINARY_S)


def yardstick() -> None:
    """The work that machines are compared by: words, as the reading of a mail has them."""
    words: dict[str, int] = {}
    for number in range(50_000):
        word = f"word{number % 977}"
        words[word] = words.get(word, 0) + len(word)
