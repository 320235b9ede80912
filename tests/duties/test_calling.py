"""Calls of webhooks out of the database: once, again after a failure, given up, and by two daemons side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailgate.calling import GIVE_UP_MS, Caller
from mailgate.desk.policy import Policy
from mailgate.desk.routing.rule import Actions, Condition, Rule
from mailgate.edges.settings import Webhook
from mailgate.store.calls import STALE_MS, claim_calls, failed_calls, list_calls, retry_calls
from mailgate.store.database import Store
from mailgate.store.schema import Events
from tests.desk.conversation import policy
from tests.duties.desk import DAY, MINUTE, World
from tests.edges.test_webhook import Far, far

__all__ = ["far"]

CALLS = policy((Rule("crm", Condition("all"), Actions(webhooks=("crm",))),))


@pytest.fixture
def desk(new_world: Callable[[Policy], World]) -> World:
    """A desk with one call in its outbox."""
    world = new_world(CALLS)
    world.opened("anne@customer.example")
    return world


@pytest.fixture
def caller(desk: World, far: Far) -> Iterator[Caller]:
    """Calls the far side of the test."""
    return Caller(desk.store, desk.desk, {"crm": Webhook(far.url, private=True)}, "here", desk.clock)


def state(world: World) -> dict[str, Any]:
    (call,) = [*list_calls(world.store.rows, "", 9), *list_calls(world.store.rows, "sent", 9)]
    return call


def test_a_call_is_made_once(desk: World, caller: Caller, far: Far) -> None:
    """With its own id in the body."""
    assert caller.turn() == 1
    assert caller.turn() == 0
    ((_, headers, body),) = far.got
    assert f'"id":{headers["Mailgate-Id"]}'.encode() in body
    assert (state(desk)["state"], state(desk)["attempts"]) == ("sent", 1)


def test_a_call_that_fails_is_made_again_and_given_up_in_the_end(desk: World, caller: Caller, far: Far) -> None:
    """Later each time, under the same id; the ticket's history has the end."""
    far.status = 503
    caller.turn()
    assert caller.turn() == 0
    desk.clock.ms += MINUTE
    assert caller.turn() == 1
    assert len({headers["Mailgate-Id"] for _, headers, _ in far.got}) == 1
    desk.clock.ms += GIVE_UP_MS
    caller.turn()
    assert state(desk)["state"] == "failed"
    assert failed_calls(desk.store.rows) == 1
    assert desk.store.rows.select(Events.select().where(Events.kind == "webhook failed"))
    far.status = 200
    assert retry_calls(desk.store.rows, [state(desk)["id"]], desk.clock.ms) == [state(desk)["id"]]
    caller.turn()
    assert state(desk)["state"] == "sent"


def test_a_webhook_that_is_gone_from_the_config_fails(desk: World) -> None:
    """It does not wait for ever."""
    Caller(desk.store, desk.desk, {}, "here", desk.clock).turn()
    assert state(desk)["state"] == "failed"


def test_two_daemons_do_not_make_one_call_twice(desk: World, caller: Caller, far: Far) -> None:
    """What one has claimed the other leaves alone, until the first has been gone for long; then the id is the same."""
    other = Store(desk.store.rows, desk.clock, b"k" * 32)
    claimed = other.run(lambda tx: claim_calls(tx.work.rows, "there", desk.clock.ms, 5))
    assert len(claimed) == 1
    assert caller.turn() == 0
    desk.clock.ms += STALE_MS
    assert caller.turn() == 1
    assert far.got[0][1]["Mailgate-Id"] == str(claimed[0].id)


def test_settled_calls_are_forgotten_after_a_week(desk: World, caller: Caller) -> None:
    """What failed can be looked at until then."""
    caller.turn()
    desk.store.sweep(desk.clock.ms + 6 * DAY)
    assert list_calls(desk.store.rows, "sent", 9)
    desk.store.sweep(desk.clock.ms + 8 * DAY)
    assert not list_calls(desk.store.rows, "sent", 9)
