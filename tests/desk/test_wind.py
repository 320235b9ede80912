"""The pass that keeps the clocks: what a plan means for the promises of the tickets that it touches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.clock import clocks, moments
from mailgate.desk.clock.clocks import SLA, answer_by, chosen, promises
from mailgate.desk.clock.span import HOUR, MINUTE
from mailgate.desk.clock.targets import Kind, SlaPolicy
from mailgate.desk.clock.wind import KEPT, LATE, touched, wind
from mailgate.desk.effect import (
    NEW_TICKET,
    AddEvent,
    AddMessage,
    AddNote,
    ChangeTicket,
    ClearTimer,
    Direction,
    Effect,
    OpenTicket,
    SetTimer,
    Visibility,
)
from mailgate.desk.letter import LetterKind
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Participant, Status, Ticket
from tests.desk.conversation import ANA, NOW_MS, Desk, effects, letters, mail, policy, reading, ticket

STANDARD, GOLD, SLOW = SlaPolicy("standard"), SlaPolicy("gold", customers=("gold",)), SlaPolicy("slow")
BRANDS = {name: replace(brand, sla="slow") for name, brand in policy().brands.items()}
POLICY = policy(
    sla={each.id: each for each in (STANDARD, GOLD, SLOW)},
    brands=BRANDS,
    customer_tags={"vip.example": ("gold",)},
    teams={**policy().teams, "billing": replace(policy().teams["billing"], sla="standard")},
)
OPENING = OpenTicket("acme", "support@acme.example", "help", "Printer", Participant("cleo@customer.example", "Cleo"))


def new(*more: Effect, **changes: object) -> Plan:
    """The plan that opens Cleo's ticket."""
    opening = replace(OPENING, **changes)  # type: ignore[arg-type]
    return Plan(Outcome.NEW, (opening, AddMessage(NEW_TICKET, Direction.CUSTOMER), *more), ticket=NEW_TICKET)


def as_opened(plan: Plan, now_ms: int = NOW_MS) -> Ticket:
    """The new ticket as the store makes it before anything is written."""
    opening = next(each for each in plan.effects if isinstance(each, OpenTicket))
    facts = {name: getattr(opening, name) for name in ("team", "priority", "status", "sla", "requester", "brand")}
    return ticket(created_ms=now_ms, updated_ms=now_ms, waiting_since_ms=None, **facts)


def after(plan: Plan, before: Ticket, now_ms: int = NOW_MS, desk: Policy = POLICY) -> Ticket:
    """The ticket as the wound plan leaves it."""
    wound = wind(plan, before, (), desk, now_ms)
    changes: dict[str, object] = {}
    for each in wound.effects:
        if isinstance(each, ChangeTicket):
            changes |= each.changes
    return replace(before, **changes)  # type: ignore[arg-type]


def timers(plan: Plan) -> list[Effect]:
    return [each for each in plan.effects if isinstance(each, SetTimer | ClearTimer) and each.kind == SLA]


@pytest.fixture
def waiting() -> Ticket:
    """Cleo's ticket, just opened."""
    plan = new()
    return after(plan, as_opened(plan))


def test_a_desk_without_promises_pays_nothing() -> None:
    plan = new()
    assert wind(plan, as_opened(plan), (), policy(), NOW_MS) is plan
    assert promises(ticket(), policy(), NOW_MS) == ()


def test_a_new_ticket_has_its_clock_its_timer_and_no_event_of_it() -> None:
    plan = new()
    wound = wind(plan, as_opened(plan), (), POLICY, NOW_MS)
    (change,) = [each for each in wound.effects if isinstance(each, ChangeTicket)]
    assert set(change.changes) == {"clock"}
    assert change.changes["clock"] == {
        "states": [[NOW_MS, "new"]],
        "asked": NOW_MS,
        "due_ms": NOW_MS + 4 * HOUR,
    }
    assert timers(wound) == [SetTimer(ticket().id, SLA, NOW_MS + 4 * HOUR * 8 // 10)]
    assert not [each for each in wound.effects if isinstance(each, AddEvent)]


def test_an_answer_in_time_keeps_the_promise_and_is_written_down(waiting: Ticket) -> None:
    plan = Plan(
        Outcome.APPEND,
        (
            AddMessage(waiting.id, Direction.AGENT),
            ChangeTicket(waiting.id, {"status": Status.WAITING_CUSTOMER}, "an agent answered", "ana"),
        ),
        ticket=waiting.id,
    )
    wound = wind(plan, waiting, (), POLICY, NOW_MS + HOUR)
    told = [each for each in wound.effects if isinstance(each, AddEvent)]
    assert told == [AddEvent(waiting.id, KEPT, {"promise": "first response", "due_ms": NOW_MS + 4 * HOUR})]
    assert timers(wound) == [ClearTimer(waiting.id, SLA)]
    late = wind(plan, waiting, (), POLICY, NOW_MS + 5 * HOUR)
    assert [each.kind for each in late.effects if isinstance(each, AddEvent)] == [LATE]


def test_another_priority_moves_the_due_time_and_the_timer(waiting: Ticket) -> None:
    plan = Plan(Outcome.EVENT, (ChangeTicket(waiting.id, {"priority": "urgent"}, "by command", "ana"),))
    wound = wind(plan, waiting, (), POLICY, NOW_MS + 60 * MINUTE)
    assert timers(wound) == [SetTimer(waiting.id, SLA, NOW_MS + 12 * MINUTE)]
    moved = after(plan, waiting, NOW_MS + 60 * MINUTE)
    assert moved.clock["due_ms"] == NOW_MS + 15 * MINUTE


def test_another_team_has_other_promises(waiting: Ticket) -> None:
    before = chosen(waiting, POLICY)
    moved = after(Plan(Outcome.EVENT, (ChangeTicket(waiting.id, {"team": "billing"}, ""),)), waiting)
    now = chosen(moved, POLICY)
    assert before is not None
    assert now is not None
    assert (before.policy.id, now.policy.id) == ("slow", "standard")


def test_a_promise_that_another_team_does_not_make_and_one_of_a_merged_ticket_have_not_ended(waiting: Ticket) -> None:
    plain = replace(POLICY, brands=policy().brands)
    named = replace(waiting, team="billing")
    for changes in ({"team": "help"}, {"status": Status.MERGED}, {"waiting_since_ms": NOW_MS - HOUR}):
        wound = wind(Plan(Outcome.EVENT, (ChangeTicket(named.id, changes, ""),)), named, (), plain, NOW_MS + HOUR)
        assert not [each for each in wound.effects if isinstance(each, AddEvent)], changes
        assert len(timers(wound)) == 1


def test_who_waits_longer_on_a_merged_ticket_waits_since_then(waiting: Ticket) -> None:
    merged = Plan(Outcome.EVENT, (ChangeTicket(waiting.id, {"waiting_since_ms": NOW_MS - HOUR}, "merged"),))
    assert after(merged, waiting, NOW_MS + HOUR).clock["due_ms"] == NOW_MS + 3 * HOUR


def test_which_policy_counts() -> None:
    vip = Participant("boss@vip.example")
    for of, name, why in (
        (ticket(requester=vip, team="billing", sla="slow"), "slow", clocks.BY_NAME),
        (ticket(requester=vip, team="billing"), "gold", clocks.FOR_CUSTOMER),
        (ticket(team="billing"), "standard", clocks.OF_TEAM),
        (ticket(), "slow", clocks.OF_BRAND),
        (ticket(sla="gone"), "slow", clocks.OF_BRAND),
    ):
        found = chosen(of, POLICY)
        assert found is not None
        assert (found.policy.id, found.why) == (name, why)
    assert chosen(ticket(), replace(POLICY, brands=policy().brands)) is None


def test_a_note_and_a_robots_mail_move_nothing(waiting: Ticket) -> None:
    for effect in (
        AddNote(waiting.id, "well"),
        AddMessage(waiting.id, Direction.CUSTOMER, Visibility.AGENTS),
        AddMessage(waiting.id, Direction.ROBOT),
        ChangeTicket(waiting.id, {"assignee": "ana"}, ""),
    ):
        plan = Plan(Outcome.APPEND, (effect,), ticket=waiting.id)
        assert wind(plan, waiting, (), POLICY, NOW_MS + HOUR) == plan


def test_a_thank_you_starts_no_promise(waiting: Ticket) -> None:
    answered = Plan(Outcome.APPEND, (AddMessage(waiting.id, Direction.AGENT),), ticket=waiting.id)
    calm = after(answered, waiting, NOW_MS + 1)
    thanks = Plan(Outcome.APPEND, (AddMessage(calm.id, Direction.CUSTOMER, waits=False),), ticket=calm.id)
    assert [each.kind for each in promises(after(thanks, calm, NOW_MS + 2), POLICY, NOW_MS + 2)] == [Kind.RESOLUTION]


def test_a_warning_moves_the_timer_to_the_next_share(waiting: Ticket) -> None:
    now_ms = NOW_MS + 4 * HOUR * 8 // 10
    (first, *_) = promises(waiting, POLICY, now_ms)
    assert first.step == 80
    plan = Plan(Outcome.EVENT, (moments.warned(waiting.id, first, first.step),), ticket=waiting.id)
    assert timers(wind(plan, waiting, (), POLICY, now_ms)) == [SetTimer(waiting.id, SLA, NOW_MS + 4 * HOUR)]
    told = after(plan, waiting, now_ms)
    assert promises(told, POLICY, now_ms)[0].step == 0


def test_a_warning_of_all_of_it_says_that_the_promise_is_broken(waiting: Ticket) -> None:
    (first, *_) = promises(waiting, POLICY, NOW_MS + 5 * HOUR)
    assert moments.warned(waiting.id, first, 80).kind == "sla warning"
    assert moments.warned(waiting.id, first, first.step).kind == "sla broken"


def test_tickets_beside_the_plans_own_are_wound_too(waiting: Ticket) -> None:
    other = replace(waiting, id=77, number=77)
    plan = Plan(
        Outcome.EVENT, (ChangeTicket(other.id, {"status": Status.MERGED}, "merged by command"),), ticket=waiting.id
    )
    assert touched(plan) == {77}
    wound = wind(plan, waiting, (other,), POLICY, NOW_MS + HOUR)
    assert timers(wound) == [ClearTimer(77, SLA)]


def test_a_ticket_from_before_the_promises_has_the_clock_that_its_fields_say() -> None:
    old = ticket(
        created_ms=NOW_MS - 50 * HOUR, status=Status.OPEN, waiting_since_ms=NOW_MS - HOUR, answered_ms=NOW_MS - 9
    )
    found = {each.kind: each for each in promises(old, POLICY, NOW_MS)}
    assert found[Kind.NEXT].since_ms == NOW_MS - HOUR
    assert found[Kind.RESOLUTION].since_ms == NOW_MS - 50 * HOUR
    assert answer_by(old, POLICY, NOW_MS) == NOW_MS + 3 * HOUR


def test_the_acknowledgement_says_by_when_and_the_notification_what_is_due() -> None:
    desk = Desk(policy=POLICY)
    plan = desk.plan(reading(mail()))
    opened = as_opened(plan)
    wound = wind(plan, opened, (), POLICY, NOW_MS)
    (acknowledged,) = letters(wound, LetterKind.ACKNOWLEDGEMENT)
    assert acknowledged.values["answer_by_ms"] == NOW_MS + 4 * HOUR
    told = letters(wound, LetterKind.NOTIFICATION)
    assert told
    assert all(order.values["due_ms"] == NOW_MS + 4 * HOUR for order in told)
    assert ANA.id in {order.agent for order in told}


def test_what_was_set_by_hand_is_due_before_the_promise(waiting: Ticket) -> None:
    by_hand = replace(waiting, due_ms=NOW_MS + HOUR)
    desk = Desk(policy=POLICY, tickets=(by_hand,))
    plan = desk.plan(reading(mail("And?", subject="Re: [#1042] Printer")))
    wound = wind(plan, by_hand, (), POLICY, NOW_MS)
    assert {order.values["due_ms"] for order in letters(wound, LetterKind.NOTIFICATION)} == {NOW_MS + HOUR}
    assert effects(wound, AddMessage)
