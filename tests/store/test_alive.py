"""Letters of a daemon that died are another's, once it has stopped beating, and not a moment before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mailgate.store.alive import ALIVE_MS
from mailgate.store.database import Store
from mailgate.store.outbox import LetterState, Recovered, Result, retry_letter
from tests.store.desk import NOW, HandClock, a_letter, opened


def test_a_daemon_that_stops_beating_loses_its_letters_to_another(store: Store, clock: HandClock) -> None:
    """What may go once becomes unknown, the rest is queued again; a daemon that beats keeps what it holds."""
    opened(store, None, *(a_letter() for _ in range(3)))
    store.beat("one")
    claimed = store.claim_letters("one", clock.now_ms(), 10)
    assert claimed
    clock.ms += ALIVE_MS - 1
    assert not store.orphaned(clock.now_ms())
    assert store.recover_letters("", clock.now_ms()) == Recovered(0, 0)
    clock.ms += 1
    assert store.orphaned(clock.now_ms())
    found = store.recover_letters("", clock.now_ms())
    assert found.again + found.unknown == len(claimed)
    assert not store.orphaned(clock.now_ms())


def test_a_letter_that_is_queued_by_hand_wakes_the_senders_of_all_daemons(store: Store) -> None:
    if not store.rows.postgres:
        pytest.skip("one daemon on SQLite looks for itself")
    opened(store, None, a_letter())
    (claimed,) = store.claim_letters("one", NOW)
    store.settle_letters([Result(claimed.id, LetterState.FAILED)], NOW)
    assert not store.heard(0.01)
    with ThreadPoolExecutor(1) as another:
        queued = another.submit(store.run, lambda tx: retry_letter(tx.work, claimed.id, NOW, "admin"))
        assert store.heard(60.0)
        assert queued.result()
        another.submit(store.close).result()
