"""What the tests of the edges share: a clock that they drive, and a spool in a scratch folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.settings import SmtpIn
from mailgate.edges.spool.spool import Spool
from tests.edges.smtp_server import Front

DAY_MS = 86_400_000


class HandClock(SystemClock):
    """A clock that stands still until a test moves it; chance is the system's."""

    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000


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


@pytest.fixture
def serve(spool: Spool, clock: HandClock, tmp_path: Path) -> Iterator[Callable[..., Front]]:
    """Start a front with these settings changed; it is stopped after the test."""
    running: list[Front] = []

    def start(**changed: Any) -> Front:
        settings = SmtpIn(**{"hostname": "mx.help.example", "min_free": 0, "auth_pause": 0.0, **changed})
        front = Front(spool, clock, settings, tmp_path)
        running.append(front)
        return front

    yield start
    for front in running:
        front.stop()
