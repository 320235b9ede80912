"""Every row of the table of states, and the clocks that change with it."""

from __future__ import annotations

import pytest

from mailgate.desk.lifecycle import ENDED, Happening, after, changes
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
    ],
)
def test_a_happening_leads_where_the_table_says(status: Status, happening: Happening, then: Status) -> None:
    assert after(status, happening) is then


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
