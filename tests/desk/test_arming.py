"""A state starts its timers and stops those of the state before, whatever moved the ticket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.clock.arming import AHEAD_MS, CONFIRM, CUSTOMER, DUE, PENDING, arm, changed
from mailgate.desk.clock.clocks import SURVEY
from mailgate.desk.effect import NEW_TICKET, ChangeTicket, ClearTimer, Effect, OpenTicket, SetTimer
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Closing, Policy, Survey
from mailgate.desk.ticket import Status
from tests.desk.conversation import NOW_MS, policy, ticket

DAY = 86_400_000
POLICY = policy(closing=Closing(5 * DAY, (2 * DAY, 3 * DAY), 4 * DAY), survey=Survey(delay_ms=DAY))


def timers(plan: Plan) -> dict[str, int | None]:
    """The last word on each kind of timer: when it rings, or None where it is stopped."""
    found: dict[str, int | None] = {}
    for effect in plan.effects:
        if isinstance(effect, SetTimer):
            found[effect.kind] = effect.due_ms - NOW_MS
        if isinstance(effect, ClearTimer):
            found[effect.kind] = None
    return found


def moved(before: Status, *effects: Effect, wanted: Policy = POLICY) -> dict[str, int | None]:
    known = ticket(status=before)
    mine = tuple(replace(effect, ticket=known.id) for effect in effects)  # type: ignore[call-arg]
    return timers(arm(Plan(Outcome.EVENT, mine, ticket=known.id), known, {}, wanted, NOW_MS))


def to(status: Status, **more: object) -> ChangeTicket:
    return ChangeTicket(0, {"status": status, **more}, "")


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (Status.OPEN, Status.WAITING_CUSTOMER, {CUSTOMER: 2 * DAY}),
        (Status.OPEN, Status.RESOLVED, {CONFIRM: 5 * DAY}),
        (Status.OPEN, Status.CLOSED, {SURVEY: DAY}),
        (Status.OPEN, Status.WAITING_THIRD, {}),
        (Status.WAITING_CUSTOMER, Status.OPEN, {CUSTOMER: None}),
        (Status.WAITING_CUSTOMER, Status.RESOLVED, {CUSTOMER: None, CONFIRM: 5 * DAY}),
        (Status.RESOLVED, Status.OPEN, {CONFIRM: None}),
        (Status.RESOLVED, Status.CLOSED, {CONFIRM: None, SURVEY: DAY}),
        (Status.CLOSED, Status.OPEN, {SURVEY: None}),
        (Status.CLOSED, Status.SPAM, {SURVEY: None}),
        (Status.RESOLVED, Status.MERGED, {CONFIRM: None}),
    ],
)
def test_each_state_has_its_timer(before: Status, after: Status, found: dict[str, int | None]) -> None:
    assert moved(before, to(after)) == found


def test_another_answer_starts_the_wait_for_the_customer_anew() -> None:
    answered = ChangeTicket(0, {"answered_ms": NOW_MS}, "")
    assert moved(Status.WAITING_CUSTOMER, answered) == {CUSTOMER: 2 * DAY}
    assert moved(Status.WAITING_CUSTOMER, ChangeTicket(0, {"priority": "high"}, "")) == {}


def test_several_changes_in_one_plan_come_to_the_last_of_them() -> None:
    assert moved(Status.NEW, to(Status.RESOLVED), to(Status.CLOSED)) == {CONFIRM: None, SURVEY: DAY}


def test_what_waits_until_a_day_is_not_reminded_of_before_it() -> None:
    assert moved(Status.OPEN, to(Status.WAITING_CUSTOMER), SetTimer(0, PENDING, NOW_MS + DAY)) == {PENDING: DAY}


def test_a_due_date_rings_hours_before_it_but_not_in_the_past() -> None:
    assert moved(Status.OPEN, SetTimer(0, DUE, NOW_MS + 2 * DAY)) == {DUE: 2 * DAY - AHEAD_MS}
    assert moved(Status.OPEN, SetTimer(0, DUE, NOW_MS + 1000)) == {DUE: 0}


def test_what_is_switched_off_starts_nothing() -> None:
    silent = policy(closing=Closing(0), survey=Survey(enabled=False))
    for status in (Status.WAITING_CUSTOMER, Status.RESOLVED, Status.CLOSED):
        assert moved(Status.OPEN, to(status), wanted=silent) == {}


def test_a_ticket_that_a_rule_opens_closed_is_not_asked_about() -> None:
    known = ticket(status=Status.CLOSED)
    opening = OpenTicket("acme", "support@acme.example", "help", "Spam", known.requester, status=Status.CLOSED)
    assert timers(arm(Plan(Outcome.NEW, (opening,), ticket=NEW_TICKET), known, {}, POLICY, NOW_MS)) == {}


def test_a_merged_tickets_timers_stop_though_the_plan_is_about_another() -> None:
    target, source = ticket(1), ticket(2, status=Status.RESOLVED)
    plan = Plan(Outcome.EVENT, (ChangeTicket(source.id, {"status": Status.MERGED}, ""),), ticket=target.id)
    assert changed(plan, target) == {source.id}
    assert timers(arm(plan, target, {source.id: source}, POLICY, NOW_MS)) == {CONFIRM: None}
