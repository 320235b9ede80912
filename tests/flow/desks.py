"""Desks for the stories: each test gets its own folder, relay, database and daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.flow.world import Desk, Relay, relay, write_config


@pytest.fixture
def far() -> Iterator[Relay]:
    """The relay at the far side."""
    with relay() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """What the config says of the database, for each kind in turn."""
    if request.param == "sqlite":
        return "sqlite"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.fresh("template0"))


@pytest.fixture
def new_desk(tmp_path: Path, far: Relay) -> Iterator[Callable[..., Desk]]:
    """Starts desks and stops them after the test, whatever happened."""
    started: list[Desk] = []

    def start(database: str = "sqlite", imap: str = "", more: str = "", *, run: bool = True) -> Desk:
        folder = tmp_path / f"desk{len(started)}"
        write_config(folder, far.port, database, imap, more)
        desk = Desk(folder, far)
        started.append(desk)
        if run:
            desk.start()
        return desk

    yield start
    for desk in started:
        if desk.process is not None and desk.process.poll() is None:
            desk.kill()


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """One desk on SQLite."""
    return new_desk()
