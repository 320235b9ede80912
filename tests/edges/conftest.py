"""What the tests of the edges share: a clock that they drive, and a spool in a scratch folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.spool import Spool

DAY_MS = 86_400_000


class HandClock(SystemClock):
    """A wall clock that stands still until a test moves it; everything else is the system's."""

    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> HandClock:
    """A clock that the test drives."""
    return HandClock()


@pytest.fixture
def spool_path(tmp_path: Path) -> Path:
    """Where the test's spool stands."""
    return tmp_path / "spool" / "spool.db"


@pytest.fixture
def spool(spool_path: Path, clock: HandClock) -> Iterator[Spool]:
    """An empty spool that checkpoints."""
    spool = Spool.open(spool_path, clock, checkpoints=True)
    yield spool
    spool.close()
