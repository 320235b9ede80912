"""Every row of the table of states, and the clocks that change with it."""

from __future__ import annotations

import pytest

from mailgate.desk.lifecycle import ENDED, LIVE, TRANSITIONS, By, Happening, after, changes, named
from mailgate.desk.policy import Team
from mailgate.desk.ticket import Status
from tests.desk.conversation import NOW_MS, ticket


@pytest.mark.parametrize(
    ("status", "happening", "then"),
    [
        (Status.NEW, Happening.CUSTOMER_WROTE, Status.NEW),
        (Status.OPEN, Happening.CUSTOMER_WROTE, Status.OPEN),
        (Status.WAITING_CUSTOMER, Happening.CUSTOMER_WROTE, Status.OPEN),
        (Status.WAITING_THIRD, Happening.CUSTOMER_WROTE, Status.OPEN),
        (Status.WAITING_CHILD, Happening.CUSTOMER_WROTE, Status.OPEN),
        (Status.RESOLVED, Happening.CUSTOMER_WROTE, Status.OPEN),
        (Status.CLOSED, Happening.CUSTOMER_WROTE, Status.OPEN),
        (Status.SPAM, Happening.CUSTOMER_WROTE, Status.SPAM),
        (Status.MERGED, Happening.CUSTOMER_WROTE, Status.MERGED),
        (Status.NEW, Happening.AGENT_ANSWERED, Status.WAITING_CUSTOMER),
        (Status.OPEN, Happening.AGENT_ANSWERED, Status.WAITING_CUSTOMER),
        (Status.CLOSED, Happening.AGENT_ANSWERED, Status.WAITING_CUSTOMER),
        (Status.MERGED, Happening.AGENT_ANSWERED, Status.MERGED),
        (Status.OPEN, Happening.RESOLVED, Status.RESOLVED),
        (Status.OPEN, Happening.CLOSED, Status.CLOSED),
        (Status.RESOLVED, Happening.CLOSED, Status.CLOSED),
        (Status.NEW, Happening.MARKED_SPAM, Status.SPAM),
        (Status.SPAM, Happening.REOPENED, Status.OPEN),
        (Status.CLOSED, Happening.REOPENED, Status.OPEN),
        (Status.MERGED, Happening.REOPENED, Status.MERGED),
        (Status.RESOLVED, Happening.CUSTOMER_THANKED, Status.CLOSED),
        (Status.CLOSED, Happening.CUSTOMER_THANKED, Status.CLOSED),
        (Status.WAITING_CUSTOMER, Happening.CUSTOMER_THANKED, Status.WAITING_CUSTOMER),
        (Status.OPEN, Happening.CUSTOMER_THANKED, Status.OPEN),
        (Status.RESOLVED, Happening.CUSTOMER_AGREED, Status.CLOSED),
        (Status.OPEN, Happening.CUSTOMER_AGREED, Status.OPEN),
        (Status.RESOLVED, Happening.CUSTOMER_OBJECTED, Status.OPEN),
        (Status.CLOSED, Happening.CUSTOMER_OBJECTED, Status.OPEN),
        (Status.OPEN, Happening.PENDING, Status.WAITING_CUSTOMER),
        (Status.CLOSED, Happening.PENDING, Status.CLOSED),
        (Status.OPEN, Happening.THIRD_ASKED, Status.WAITING_THIRD),
        (Status.WAITING_THIRD, Happening.THIRD_ANSWERED, Status.OPEN),
        (Status.WAITING_CUSTOMER, Happening.THIRD_ANSWERED, Status.WAITING_CUSTOMER),
        (Status.CLOSED, Happening.THIRD_ANSWERED, Status.CLOSED),
        (Status.OPEN, Happening.CHILD_OPENED, Status.WAITING_CHILD),
        (Status.WAITING_CHILD, Happening.CHILDREN_ENDED, Status.OPEN),
        (Status.RESOLVED, Happening.CHILDREN_ENDED, Status.RESOLVED),
        (Status.OPEN, Happening.MERGED, Status.MERGED),
        (Status.RESOLVED, Happening.SILENCE, Status.CLOSED),
        (Status.WAITING_CUSTOMER, Happening.SILENCE, Status.CLOSED),
        (Status.OPEN, Happening.SILENCE, Status.OPEN),
        (Status.WAITING_CUSTOMER, Happening.REMINDED, Status.OPEN),
    ],
)
def test_a_happening_leads_where_the_table_says(status: Status, happening: Happening, then: Status) -> None:
    assert after(status, happening) is then


def test_every_happening_stands_in_the_table_once_and_says_who_brings_it_about() -> None:
    assert sorted(row.happening for row in TRANSITIONS) == sorted(Happening)
    assert all(row.by and row.mail for row in TRANSITIONS)


def test_nothing_leads_out_of_a_merged_ticket() -> None:
    assert all(Status.MERGED not in row.out_of for row in TRANSITIONS)


def test_only_a_person_opens_what_is_over() -> None:
    back = {row.by for row in TRANSITIONS if row.to in LIVE and row.out_of & ENDED}
    assert back == {By.CUSTOMER, By.AGENT}


TEAM = Team("repair", "Repair", states={"At the Workshop": "waiting-third-party", "paid": "closed"})


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("at the workshop", ("At the Workshop", Status.WAITING_THIRD)),
        ("at-the-workshop", ("At the Workshop", Status.WAITING_THIRD)),
        ("PAID", ("paid", Status.CLOSED)),
        ("waiting_customer", ("", Status.WAITING_CUSTOMER)),
        ("Open", ("", Status.OPEN)),
        ("lost", None),
    ],
)
def test_a_teams_own_states_have_a_meaning(word: str, found: tuple[str, Status] | None) -> None:
    assert named(word, TEAM) == found
    assert named("at the workshop", None) is None


def test_a_ticket_that_moves_on_loses_its_teams_name_for_where_it_stood() -> None:
    away = ticket(status=Status.WAITING_THIRD, state="at the workshop")
    assert changes(away, Happening.CUSTOMER_WROTE, NOW_MS)["state"] == ""
    assert "state" not in changes(away, Happening.CUSTOMER_THANKED, NOW_MS)


def test_a_customer_who_writes_again_waits_since_the_first_mail() -> None:
    waiting = ticket(status=Status.OPEN, waiting_since_ms=5)
    assert changes(waiting, Happening.CUSTOMER_WROTE, NOW_MS) == {}


def test_reopening_forgets_the_end_and_starts_the_wait() -> None:
    closed = ticket(status=Status.CLOSED, closed_ms=5)
    assert changes(closed, Happening.CUSTOMER_WROTE, NOW_MS) == {
        "status": Status.OPEN,
        "closed_ms": None,
        "waiting_since_ms": NOW_MS,
    }


def test_an_answer_ends_the_wait() -> None:
    waiting = ticket(status=Status.OPEN, waiting_since_ms=5)
    assert changes(waiting, Happening.AGENT_ANSWERED, NOW_MS) == {
        "status": Status.WAITING_CUSTOMER,
        "waiting_since_ms": None,
        "answered_ms": NOW_MS,
    }


@pytest.mark.parametrize("happening", [Happening.CLOSED, Happening.RESOLVED, Happening.MARKED_SPAM])
def test_an_end_has_a_time_and_nobody_waits_after_it(happening: Happening) -> None:
    changed = changes(ticket(status=Status.OPEN, waiting_since_ms=5), happening, NOW_MS)
    assert changed["status"] in ENDED
    assert changed["closed_ms"] == NOW_MS
    assert changed["waiting_since_ms"] is None
