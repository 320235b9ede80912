"""The gate: whom nothing automatic is sent to, and how much of it there may be in any stretch of time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.budget import DAY_MS, HOUR_MS
from mailgate.desk.gate import (
    agent_keys,
    allow,
    bounced,
    budget_keys,
    dead_keys,
    is_role_account,
    to_agent,
    unasked,
    within,
)
from mailgate.desk.letter import LetterKind
from mailgate.desk.policy import Budgets
from mailgate.mail.model import Proof, VerdictKind
from tests.desk.conversation import NOW_MS, mail, policy, reading

CLEO = "cleo@customer.example"


def test_a_person_may_be_written_to_and_the_letter_is_counted() -> None:
    leave = allow(reading(mail()), CLEO, 7, {}, policy(), NOW_MS)
    assert leave.reason == ""
    assert [key.split(":")[0] for key in leave.keys] == ["addr", "addr", "kind", "dom", "ticket"]


@pytest.mark.parametrize(
    ("how", "to", "reason"),
    [
        ({"kind": VerdictKind.AUTO_REPLY}, CLEO, "a robot wrote it"),
        ({"automatic": True}, CLEO, "a robot wrote it"),
        ({"mail_from": ""}, CLEO, "it came from the null sender"),
        ({}, "support+t1-abc@acme.example", "the address is one of ours"),
        ({}, "billing@acme.example", "the address is one of ours"),
        ({}, "no-reply@saas.example", "nobody reads that address"),
        ({}, "nobody", "the address cannot be written to"),
        ({"proof": Proof.FAIL}, CLEO, "the sender is not proved"),
    ],
)
def test_L01_to_L09_who_gets_nothing(how: dict[str, object], to: str, reason: str) -> None:
    assert allow(reading(mail(), **how), to, None, {}, policy(), NOW_MS).reason == reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    ["MAILER-DAEMON@x.example", "postmaster@x", "noreply+tag@x", "owner-list@x", "list-request@x", "bounces+a=b@x"],
)
def test_L08_role_accounts_are_known(address: str) -> None:
    assert is_role_account(address)


@pytest.mark.parametrize("address", ["noreen@x.example", "owner@x.example", "requester@x.example"])
def test_people_are_no_role_accounts(address: str) -> None:
    assert not is_role_account(address)


def test_the_store_is_asked_for_every_key_that_the_gate_counts() -> None:
    for proved in (True, False):
        known = budget_keys(CLEO, (7,), NOW_MS, proved)
        assert set(within(CLEO, 7, proved, {}, Budgets(), NOW_MS).keys) <= set(known)


@given(st.lists(st.integers(0, 3 * DAY_MS), min_size=1, max_size=60))
@settings(max_examples=60)
def test_L14_no_stretch_of_an_hour_or_a_day_holds_more_than_its_limit(moments: list[int]) -> None:
    spent: dict[str, int] = {}
    sent: list[int] = []
    for moment in sorted(moments):
        leave = within(CLEO, None, True, spent, Budgets(per_domain_hour=10_000), NOW_MS + moment)
        if not leave.reason:
            sent.append(moment)
            for key in leave.keys:
                spent[key] = spent.get(key, 0) + 1
    assert all(sum(start <= one < start + HOUR_MS for one in sent) <= 3 for start in sent)
    assert all(sum(start <= one < start + DAY_MS for one in sent) <= 10 for start in sent)


def test_each_kind_of_letter_has_a_budget_of_its_own() -> None:
    budgets = Budgets(per_address_hour=100, per_address_day=100, per_kind_day=2)
    spent: dict[str, int] = {}
    gone = []
    for kind in (LetterKind.SURVEY, LetterKind.SURVEY, LetterKind.SURVEY, LetterKind.CLOSING):
        leave = within(CLEO, 7, True, spent, budgets, NOW_MS, kind)
        gone.append(leave.reason)
        spent |= {key: spent.get(key, 0) + 1 for key in leave.keys}
    assert gone == ["", "", "budget used up: 2 letters a day of one kind", ""]


def test_both_acknowledgements_are_one_kind() -> None:
    kinds = (LetterKind.ACKNOWLEDGEMENT, LetterKind.NEUTRAL_ACKNOWLEDGEMENT)
    assert len({within(CLEO, 7, True, {}, Budgets(), NOW_MS, kind).keys for kind in kinds}) == 1


@pytest.mark.parametrize("to", ["support@acme.example", "no-reply@saas.example", "nobody"])
def test_what_no_mail_has_asked_for_goes_to_people_only(to: str) -> None:
    leave = unasked(to, 7, True, {}, policy(), NOW_MS, LetterKind.SURVEY)
    assert leave.reason
    assert not unasked(CLEO, 7, True, {}, policy(), NOW_MS, LetterKind.SURVEY).reason


def test_an_agent_gets_letters_of_a_sort_spread_over_the_hour() -> None:
    address, budgets = "ana@acme.example", Budgets(per_agent_hour=4)
    (key,) = to_agent(address, "warning", {}, budgets, NOW_MS).keys
    assert key in agent_keys(address, "warning", budgets, NOW_MS)
    assert to_agent(address, "warning", {key: 1}, budgets, NOW_MS + HOUR_MS // 4 - 1).reason
    assert not to_agent(address, "warning", {key: 1}, budgets, NOW_MS + HOUR_MS // 2).reason
    assert not to_agent(address, "reminder", {key: 1}, budgets, NOW_MS).reason


def test_L33_an_address_that_bounces_three_times_gets_no_more_for_a_while() -> None:
    key = bounced("Ana@acme.example", NOW_MS)
    assert not to_agent("ana@acme.example", "warning", {key: 2}, Budgets(), NOW_MS).reason
    assert to_agent("ana@acme.example", "warning", {key: 3}, Budgets(), NOW_MS).reason
    assert unasked("ana@acme.example", 7, True, {key: 3}, policy(), NOW_MS, LetterKind.SURVEY).reason
    assert key in dead_keys("ana@acme.example", NOW_MS)


def test_a_used_up_budget_is_named() -> None:
    keys = within(CLEO, None, True, {}, Budgets(), NOW_MS).keys
    leave = within(CLEO, None, True, {keys[0]: 3}, Budgets(), NOW_MS)
    assert leave.reason == "budget used up: 3 letters an hour to one address"


def test_budgets_recover() -> None:
    keys = within(CLEO, None, True, {}, Budgets(), NOW_MS).keys
    assert within(CLEO, None, True, {keys[0]: 3}, Budgets(), NOW_MS + 2 * HOUR_MS).reason == ""


def test_promise_6_proved_and_unproved_mail_share_no_budget() -> None:
    proved = set(within(CLEO, 7, True, {}, Budgets(), NOW_MS).keys)
    assert proved.isdisjoint(within(CLEO, 7, False, {}, Budgets(), NOW_MS).keys)
