"""Seconds that were promised, counted on a machine that may be slow, or at work on something else.

A promise is kept when so many seconds have not passed; where more have, by no more than this machine is slow. What is
slow is measured when it matters, and apart from mailgate: by how long a Python takes to start and end here.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field

STARTS = 50
"""A second or so where nobody else is at work."""


def within(promised: float, seconds: float) -> bool:
    """Whether it took no more than was promised; on a slow machine, no more than that and ``STARTS`` starts."""
    return seconds < promised or seconds < promised + STARTS * max(_start() for _ in range(3))


@dataclass
class Promise:
    """So many seconds from now on."""

    seconds: float
    began: float = field(default_factory=time.monotonic)

    def kept(self) -> bool:
        """Whether they are not over yet."""
        return within(self.seconds, time.monotonic() - self.began)


def _start() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.monotonic() - began
