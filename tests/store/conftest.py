"""What the tests of the store share: both databases, a clock that they drive, and plain mails, plans and letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailgate.store.database import Store
from tests.databases import empty_url, postgres, store_url
from tests.store.desk import KEY, HandClock

__all__ = ["clock", "empty_url", "postgres", "store", "store_url"]


@pytest.fixture
def clock() -> HandClock:
    """A clock that the test drives."""
    return HandClock()


@pytest.fixture
def store(store_url: str, clock: HandClock) -> Iterator[Store]:
    """An empty desk."""
    store = Store.open(store_url, clock=clock, audit_key=KEY, checkpoints=True)
    yield store
    store.close()
