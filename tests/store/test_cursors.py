"""IMAP cursors and leases are rows that every daemon sees."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mailgate.store.cursors import ImapCursors
from mailgate.store.database import Store
from tests.store.desk import HandClock


@dataclass(frozen=True)
class Gap:
    uid: int
    tries: int
    next_ms: int


@dataclass(frozen=True)
class Cursor:
    uidvalidity: int
    low: int = 0
    gaps: tuple[Gap, ...] = ()


@pytest.fixture
def cursors(store: Store) -> ImapCursors[Cursor]:
    return ImapCursors(store, Cursor, Gap)  # type: ignore[arg-type]


def test_a_cursor_comes_back_as_it_was_saved(cursors: ImapCursors[Cursor]) -> None:
    assert cursors.load("bob@imap.example|INBOX") is None
    for cursor in (Cursor(7, 40, (Gap(12, 2, 99), Gap(30, 1, 5))), Cursor(8)):
        cursors.save("bob@imap.example|INBOX", cursor)
        assert cursors.load("bob@imap.example|INBOX") == cursor


def test_a_lease_has_one_holder_until_it_ends(cursors: ImapCursors[Cursor], clock: HandClock) -> None:
    assert cursors.lease("box", "one", 30)
    assert cursors.lease("box", "one", 30)
    assert not cursors.lease("box", "two", 30)
    clock.ms += 30_000
    assert cursors.lease("box", "two", 30)
    assert not cursors.lease("box", "one", 30)
    assert cursors.lease("another", "two", 20)
    clock.ms += 15_000
    assert cursors.renew("two", 30) == {"box", "another"}
    assert cursors.renew("one", 30) == set()
    clock.ms += 29_000
    assert not cursors.lease("another", "one", 30)
    cursors.release("box", "one")
    assert not cursors.lease("box", "one", 30)
    cursors.release("box", "two")
    assert cursors.lease("box", "one", 30)
