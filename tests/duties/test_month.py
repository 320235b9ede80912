"""A month of a desk: every promise is met or accounted for, no letter goes twice, none over budget."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from mailgate.desk.clock import sla
from mailgate.desk.clock.moments import moments
from mailgate.desk.policy import Budgets, Policy
from mailgate.store.database import Store
from tests.databases import postgres
from tests.duties.desk import DAY, HOUR, World
from tests.duties.month import ENDED, MIDNIGHT, Letter, Month

__all__ = ["postgres"]

AUTOMATIC = frozenset(
    {"acknowledgement", "acknowledgement_neutral", "survey", "closing", "customer_reminder", "status"}
)
OF_THE_HOUR = frozenset({"warning", "reminder", "handover"})
OUTAGES = (
    (MIDNIGHT + 9 * DAY + 10 * HOUR, MIDNIGHT + 10 * DAY + 9 * HOUR),
    (MIDNIGHT + 20 * DAY, MIDNIGHT + 20 * DAY + 5 * HOUR),
)


@pytest.fixture
def played(new_world: Callable[..., World], store_url: str) -> Month:
    """Thirty days on SQLite, a few on PostgreSQL."""
    long = store_url.startswith("sqlite")
    month = Month(lambda wanted: new_world(wanted), 20261125, 30 if long else 4, 8 if long else 4, OUTAGES)
    month.play()
    return month


def events(store: Store) -> dict[int, list[dict[str, Any]]]:
    """Every ticket's history, oldest first."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = store.rows.all("SELECT ticket_id, at_ms, kind, meta FROM events ORDER BY ticket_id, seq")
    for ticket, at_ms, kind, meta in rows:
        found.setdefault(ticket, []).append({"at_ms": at_ms, "kind": kind, "meta": json.loads(meta)})
    return found


def in_any(letters: Iterable[Letter], length_ms: int) -> int:
    """The most letters that any stretch of that length holds."""
    times = sorted(each.at_ms for each in letters)
    return max((sum(start <= one < start + length_ms for one in times) for start in times), default=0)


def by(letters: Iterable[Letter], *names: str) -> dict[tuple[Any, ...], list[Letter]]:
    """Letters gathered by some of their fields."""
    found: dict[tuple[Any, ...], list[Letter]] = {}
    for each in letters:
        found.setdefault(tuple(getattr(each, name) for name in names), []).append(each)
    return found


def test_a_month_of_a_desk(played: Month) -> None:
    store, letters = played.world.store, played.letters
    history = events(store)
    assert len(history) > 10
    _promises_are_kept_or_accounted_for(history)
    _warnings_come_once(history)
    _no_letter_goes_twice(letters)
    _budgets_hold(letters, played.policy)
    _everything_ends(played)
    _clocks_are_what_the_history_says(store, history)
    assert store.verify() == []


def _promises_are_kept_or_accounted_for(history: dict[int, list[dict[str, Any]]]) -> None:
    """What ended late was told of before: at the share of 100 % or more."""
    late = 0
    for ticket, found in history.items():
        for place, event in enumerate(found):
            if event["kind"] == "promise late":
                late += 1
                told = [each for each in found[:place] if each["kind"] == "sla broken"]
                names = {each["meta"]["promise"] for each in told}
                overdue = event["at_ms"] - event["meta"]["due_ms"]
                assert event["meta"]["promise"] in names or overdue < DAY, (ticket, event)
    kept = sum(event["kind"] == "promise kept" for found in history.values() for event in found)
    assert kept > late > 0


def _warnings_come_once(history: dict[int, list[dict[str, Any]]]) -> None:
    """Of each promise each share once; a customer who writes anew, or a new target, is a new promise."""
    for ticket, found in history.items():
        told: Counter[tuple[object, ...]] = Counter()
        epoch = 0
        for event in found:
            epoch += event["kind"] in ("message", "changed")
            if event["kind"] in ("sla warning", "sla broken"):
                meta = event["meta"]
                key = (epoch if meta["promise"] != "resolution" else 0, meta["promise"], meta["share"], meta["target"])
                told[key] += 1
        assert all(times == 1 for times in told.values()), (ticket, told)


def _no_letter_goes_twice(letters: list[Letter]) -> None:
    assert max(Counter(str(each.message["Message-ID"]) for each in letters).values()) == 1
    for kind in ("acknowledgement", "survey"):
        one_each = by((each for each in letters if each.kind == kind), "ticket")
        assert kind == "survey" or all(len(found) == 1 for found in one_each.values())
    surveys = by((each for each in letters if each.kind == "survey"), "recipient")
    assert surveys
    assert all(in_any(found, 7 * DAY) == 1 for found in surveys.values())
    digests = by((each for each in letters if each.kind == "digest"), "recipient", "at_ms")
    assert digests
    assert all(len(found) <= 2 for found in digests.values()), "the supervisor of both teams gets two"
    reminders = by((each for each in letters if each.kind == "customer_reminder"), "ticket")
    assert reminders
    assert all(in_any(found, 2 * DAY) == 1 for found in reminders.values())


def _budgets_hold(letters: list[Letter], policy: Policy) -> None:
    """In any stretch of time, whatever the clock on the wall says."""
    budgets: Budgets = policy.budgets
    mine = [each for each in letters if each.kind in AUTOMATIC]
    for found in by(mine, "recipient").values():
        assert in_any(found, HOUR) <= budgets.per_address_hour
        assert in_any(found, DAY) <= budgets.per_address_day
    for found in by(mine, "recipient", "kind").values():
        assert in_any(found, DAY) <= budgets.per_kind_day
    for found in by((each for each in letters if each.kind in OF_THE_HOUR), "recipient", "kind").values():
        assert in_any(found, HOUR) <= budgets.per_agent_hour


def _everything_ends(played: Month) -> None:
    """A month after the last shift every ticket is closed, or waits for an answer of the desk and was told of."""
    rows = played.world.store.rows
    still = rows.all("SELECT id, status, waiting_since_ms FROM tickets WHERE closed_ms IS NULL")
    history = events(played.world.store)
    for ticket, status, waiting_since_ms in still:
        assert waiting_since_ms is not None, (ticket, status)
        assert any(each["kind"] == "sla broken" for each in history[ticket]), (ticket, status)
    assert not rows.all("SELECT id FROM tickets WHERE status = 'resolved'"), "whoever is silent agrees"
    total = rows.all("SELECT status, count(*) FROM tickets GROUP BY status")
    assert sum(number for status, number in total if status in ENDED) > len(still)


def _clocks_are_what_the_history_says(store: Store, history: dict[int, list[dict[str, Any]]]) -> None:
    for ticket, kept in store.rows.all("SELECT id, clock FROM tickets"):
        assert sla.from_json(json.loads(kept)) == sla.wound(moments(history[ticket])), ticket
