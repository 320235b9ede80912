"""Letters of a daemon that died are another's, once it has stopped beating, and not a moment before."""

from __future__ import annotations

from mailgate.store.alive import ALIVE_MS
from mailgate.store.database import Store
from mailgate.store.outbox import Recovered
from tests.store.desk import HandClock, a_letter, opened


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
