"""A ticket's clock driven through weeks: what runs when, what stops it, when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.clock.account import Why, account
from mailgate.desk.clock.sla import Clock, Happened, Moment, Promise, due, from_json, step, to_json, wound
from mailgate.desk.clock.span import DAY, HOUR, MINUTE, Span, Unit
from mailgate.desk.clock.targets import DEFAULTS, Kind, SlaPolicy
from mailgate.desk.policy import Hours
from mailgate.desk.ticket import Status

WEEK = {day: ((time(9), time(12)), (time(13), time(18))) for day in range(5)}
OFFICE = Hours("office", "Europe/Berlin", WEEK, frozenset({date(2026, 12, 25)}))
PLAIN = SlaPolicy("plain")
BUSINESS = SlaPolicy(
    "business",
    {
        "": {
            Kind.FIRST: Span(4 * HOUR, Unit.BUSINESS),
            Kind.NEXT: Span(2 * HOUR, Unit.BUSINESS),
            Kind.RESOLUTION: Span(3 * DAY, Unit.DAYS),
        }
    },
)


def at(text: str, zone: str = "Europe/Berlin") -> int:
    """Local time as milliseconds UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def opened(when: str, *later: tuple[str, Happened, Status] | tuple[str, Happened]) -> Clock:
    """The clock of a ticket that a customer's mail opened at that hour, and of what came later."""
    start = at(when)
    moments = [Moment(start, Happened.OPENED, Status.NEW), Moment(start, Happened.WROTE)]
    moments += [Moment(at(each[0]), each[1], *each[2:]) for each in later]
    return wound(moments)


def promised(clock: Clock, now: str, policy: SlaPolicy = BUSINESS, priority: str = "normal") -> Mapping[Kind, Promise]:
    """The open promises at that hour."""
    return {each.kind: each for each in due(clock, policy, priority, OFFICE, at(now))}


def due_at(promise: Promise) -> str:
    assert promise.due_ms is not None
    return datetime.fromtimestamp(promise.due_ms / 1000, ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("priority", "response", "resolution"),
    [
        ("urgent", "2026-11-25T10:15", "2026-11-25T12:00"),
        ("high", "2026-11-25T11:00", "2026-11-25T18:00"),
        ("normal", "2026-11-25T14:00", "2026-11-30T10:00"),
        ("low", "2026-11-26T10:00", "2026-12-04T10:00"),
    ],
)
def test_the_default_table(priority: str, response: str, resolution: str) -> None:
    """A Wednesday, ten o'clock; hours run round the clock, working days do not."""
    found = promised(opened("2026-11-25T10:00"), "2026-11-25T10:00", PLAIN, priority)
    assert due_at(found[Kind.FIRST]) == response
    assert due_at(found[Kind.RESOLUTION]) == resolution


def test_a_first_answer_ends_the_first_promise_and_a_further_question_starts_the_next() -> None:
    answered = (
        ("2026-11-25T11:00", Happened.ANSWERED),
        ("2026-11-25T11:00", Happened.STATUS, Status.WAITING_CUSTOMER),
    )
    clock = opened("2026-11-25T10:00", *answered)
    assert set(promised(clock, "2026-11-25T15:00")) == {Kind.RESOLUTION}
    again = (("2026-11-26T17:00", Happened.WROTE), ("2026-11-26T17:00", Happened.STATUS, Status.OPEN))
    found = promised(opened("2026-11-25T10:00", *answered, *again), "2026-11-26T17:00")
    assert due_at(found[Kind.NEXT]) == "2026-11-27T10:00"
    assert Kind.FIRST not in found


def test_who_writes_again_while_waiting_waits_since_the_first_mail() -> None:
    clock = opened("2026-11-25T10:00", ("2026-11-25T11:30", Happened.WROTE))
    assert due_at(promised(clock, "2026-11-25T11:30")[Kind.FIRST]) == "2026-11-25T15:00"


def test_the_resolution_stands_still_while_the_customer_has_to_answer() -> None:
    clock = opened("2026-11-25T10:00", ("2026-11-25T13:00", Happened.STATUS, Status.WAITING_CUSTOMER))
    paused = promised(clock, "2026-11-27T13:00")[Kind.RESOLUTION]
    assert paused.due_ms is None
    assert paused.next_ms is None
    resumed = step(clock, Moment(at("2026-11-27T13:00"), Happened.STATUS, Status.OPEN))
    assert due_at(promised(resumed, "2026-11-27T13:00")[Kind.RESOLUTION]) == "2026-12-02T10:00"


def test_a_third_party_stops_the_resolution_and_not_the_answer() -> None:
    clock = opened("2026-11-25T10:00", ("2026-11-25T11:00", Happened.STATUS, Status.WAITING_THIRD))
    found = promised(clock, "2026-11-25T11:00")
    assert due_at(found[Kind.FIRST]) == "2026-11-25T15:00"
    assert found[Kind.RESOLUTION].due_ms is None


def test_the_policy_says_what_pauses() -> None:
    strict = SlaPolicy("strict", BUSINESS.targets, pauses={Kind.FIRST: frozenset({Status.WAITING_THIRD})})
    clock = opened("2026-11-25T10:00", ("2026-11-25T11:00", Happened.STATUS, Status.WAITING_THIRD))
    found = promised(clock, "2026-11-25T11:00", strict)
    assert found[Kind.FIRST].due_ms is None
    assert due_at(found[Kind.RESOLUTION]) == "2026-11-30T10:00"


def test_what_is_resolved_is_no_promise_and_goes_on_where_it_stood_when_it_is_opened_again() -> None:
    clock = opened(
        "2026-11-25T09:00",
        ("2026-11-25T18:00", Happened.ANSWERED),
        ("2026-11-25T18:00", Happened.STATUS, Status.RESOLVED),
    )
    assert promised(clock, "2026-11-26T10:00") == {}
    back = wound(
        [
            Moment(at("2026-12-01T09:00"), Happened.WROTE),
            Moment(at("2026-12-01T09:00"), Happened.STATUS, Status.OPEN),
        ],
        clock,
    )
    found = promised(back, "2026-12-01T09:00")
    assert due_at(found[Kind.RESOLUTION]) == "2026-12-02T18:00"
    assert due_at(found[Kind.NEXT]) == "2026-12-01T11:00"


def test_a_resolution_is_an_answer_and_a_closing_is_none() -> None:
    resolved = opened("2026-11-25T09:00", ("2026-11-25T10:00", Happened.STATUS, Status.RESOLVED))
    closed = opened("2026-11-25T09:00", ("2026-11-25T10:00", Happened.STATUS, Status.CLOSED))
    assert resolved.first_ms == at("2026-11-25T10:00")
    assert closed.first_ms is None
    assert closed.asked_ms is None


def test_another_priority_moves_the_due_time_from_the_same_start() -> None:
    clock = opened("2026-11-25T10:00")
    assert due_at(promised(clock, "2026-11-25T13:00", PLAIN)[Kind.FIRST]) == "2026-11-25T14:00"
    assert due_at(promised(clock, "2026-11-25T13:00", PLAIN, "urgent")[Kind.FIRST]) == "2026-11-25T10:15"


def test_a_ticket_without_a_customer_who_waits_has_only_a_resolution() -> None:
    alarm = wound([Moment(at("2026-11-25T10:00"), Happened.OPENED, Status.NEW)])
    assert set(promised(alarm, "2026-11-25T10:00")) == {Kind.RESOLUTION}


def test_shares_are_reached_one_after_the_other() -> None:
    clock = opened("2026-11-25T09:00")
    assert [
        (found.step, found.share)
        for now in ("09:00", "13:11", "13:12", "14:00", "16:00")
        if (found := promised(clock, f"2026-11-25T{now}")[Kind.FIRST])
    ] == [(0, 0), (0, 79), (80, 80), (100, 100), (150, 150)]


def test_who_was_told_is_not_told_again_until_the_next_share() -> None:
    clock = opened("2026-11-25T09:00")
    found = promised(clock, "2026-11-25T13:30")[Kind.FIRST]
    assert found.next_ms == at("2026-11-25T13:12")
    told = step(
        clock, Moment(at("2026-11-25T13:30"), Happened.WARNED, kind=Kind.FIRST, share=80, target=str(found.span))
    )
    again = promised(told, "2026-11-25T13:31")[Kind.FIRST]
    assert (again.step, again.next_ms) == (0, at("2026-11-25T14:00"))


def test_a_daemon_that_was_away_finds_the_last_share_only() -> None:
    found = promised(opened("2026-11-25T09:00"), "2026-12-25T09:00")[Kind.FIRST]
    assert found.step == 150


def test_a_new_target_is_warned_of_anew() -> None:
    clock = opened("2026-11-25T10:00")
    normal = promised(clock, "2026-11-25T13:30", PLAIN)[Kind.FIRST]
    told = step(
        clock, Moment(at("2026-11-25T13:30"), Happened.WARNED, kind=Kind.FIRST, share=80, target=str(normal.span))
    )
    assert promised(told, "2026-11-25T13:30", PLAIN)[Kind.FIRST].step == 0
    assert promised(told, "2026-11-25T13:30", PLAIN, "high")[Kind.FIRST].step == 150


def test_a_later_question_is_a_new_promise_of_which_nobody_was_told() -> None:
    clock = step(
        opened("2026-11-25T09:00"),
        Moment(at("2026-11-25T13:30"), Happened.WARNED, kind=Kind.FIRST, share=80, target="4 business hours"),
    )
    clock = step(clock, Moment(at("2026-11-25T14:00"), Happened.ANSWERED))
    clock = step(clock, Moment(at("2026-11-26T09:00"), Happened.WROTE))
    assert clock.told == ()


def test_the_account_covers_all_the_time_and_adds_up() -> None:
    clock = opened(
        "2026-11-27T16:00",
        ("2026-11-30T10:00", Happened.STATUS, Status.WAITING_CUSTOMER),
        ("2026-11-30T11:00", Happened.STATUS, Status.OPEN),
    )
    found = promised(clock, "2026-11-30T14:00")[Kind.FIRST]
    steps = account(clock, found, BUSINESS, OFFICE, at("2026-11-30T14:00"))
    assert [(each.why, each.counted // MINUTE) for each in steps] == [
        (Why.COUNTS, 120),
        (Why.CLOSED, 0),
        (Why.COUNTS, 60),
        (Why.PAUSED, 0),
        (Why.COUNTS, 60),
        (Why.CLOSED, 0),
        (Why.COUNTS, 60),
    ]
    assert sum(each.counted for each in steps) == found.spent == 5 * HOUR
    assert [each.to_ms for each in steps[:-1]] == [each.from_ms for each in steps[1:]]


MOMENTS = st.lists(
    st.tuples(
        st.integers(0, 30 * 24 * 60),
        st.sampled_from([Happened.WROTE, Happened.ANSWERED, Happened.STATUS]),
        st.sampled_from([status for status in Status if status is not Status.MERGED]),
    ),
    max_size=12,
).map(sorted)
START = at("2026-10-20T08:00")


def _clock(written: list[tuple[int, Happened, Status]]) -> Clock:
    moments = [Moment(START, Happened.OPENED, Status.NEW), Moment(START, Happened.WROTE)]
    moments += [Moment(START + minutes * MINUTE, what, status) for minutes, what, status in written]
    return wound(moments)


@given(MOMENTS)
@settings(max_examples=80, deadline=None)
def test_a_clock_survives_its_json(written: list[tuple[int, Happened, Status]]) -> None:
    clock = _clock(written)
    assert from_json(to_json(clock)) == clock


@given(MOMENTS, st.integers(0, 20 * 24 * 60), st.sampled_from(["", "urgent", "low"]), st.booleans())
@settings(max_examples=120, deadline=None)
def test_what_is_spent_is_what_the_account_says_and_due_is_when_it_is_all(
    written: list[tuple[int, Happened, Status]], later: int, priority: str, business: bool
) -> None:
    clock = _clock(written)
    now_ms = START + ((written[-1][0] if written else 0) + later) * MINUTE
    policy = BUSINESS if business else PLAIN
    for found in due(clock, policy, priority or "normal", OFFICE, now_ms):
        steps = account(clock, found, policy, OFFICE, now_ms)
        assert sum(each.counted for each in steps) == found.spent
        assert sum(each.to_ms - each.from_ms for each in steps) == now_ms - found.since_ms
        assert (found.due_ms is not None and found.due_ms <= now_ms) is (found.spent >= found.span.amount)
        if found.due_ms is not None and found.due_ms > now_ms:
            (later_on,) = [
                each
                for each in due(clock, policy, priority or "normal", OFFICE, found.due_ms)
                if each.kind is found.kind
            ]
            assert later_on.left <= 0
            assert later_on.due_ms == found.due_ms


def test_defaults_name_every_promise() -> None:
    assert all(set(targets) == set(Kind) for targets in DEFAULTS.values())
