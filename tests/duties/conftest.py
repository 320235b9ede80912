"""Desks for the tests of duties, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.desk.policy import Policy
from mailgate.edges.spool.spool import Spool
from mailgate.store.database import Store
from tests.databases import postgres, store_url
from tests.desk.conversation import policy
from tests.duties.desk import PROOF, DrivenClock, World

__all__ = ["new_world", "postgres", "store_url", "world"]


@pytest.fixture
def new_world(store_url: str, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes desks, each with the changes to the policy that are wanted."""
    made: list[World] = []

    def make(wanted: Policy | None = None) -> World:
        plain = wanted or policy()
        plain = replace(plain, mailboxes=tuple(replace(box, proof=PROOF) for box in plain.mailboxes))
        clock = DrivenClock()
        store = Store.open(store_url, clock=clock, audit_key=b"k" * 32, checkpoints=True)
        spool = Spool.open(tmp_path / "spool" / "spool.db", clock, checkpoints=True)
        made.append(World(store, spool, clock, plain, tmp_path / "anchors"))
        return made[-1]

    yield make
    for each in made:
        each.store.close()
        each.spool.close()


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    """A desk as ``tests.desk.conversation`` describes it: team help is reminded after four hours."""
    return new_world()
