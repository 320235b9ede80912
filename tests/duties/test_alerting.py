"""Monitoring by mail: one ticket per alert, opened, updated and resolved; a storm is one ticket and no letters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Policy
from mailgate.desk.routing.rule import Actions, Alert, Condition, Rule
from mailgate.desk.ticket import Status
from mailgate.gateway import Settled
from mailgate.store.schema import Alerts
from mailgate.store.tickets import list_tickets, show_ticket
from tests.desk.conversation import policy
from tests.duties.desk import DAY, HOUR, World, to

MONITOR = "nagios@monitor.example"
PATTERN = r"(?:PROBLEM|RECOVERY|FLAPPING): (\S+) on (\S+)"


def leaf(subject: str, relation: str, *values: str) -> Condition:
    return Condition("test", (), subject, relation, values)


WATCH = Rule(
    "monitoring",
    leaf("from", "is", MONITOR),
    Actions(
        team="billing",
        acknowledge=False,
        alert=Alert("subject", (PATTERN,), leaf("subject", "starts", "RECOVERY:")),
    ),
)
NewWorld = Callable[[Policy], World]


@pytest.fixture
def desk(new_world: NewWorld) -> World:
    return new_world(policy((WATCH,)))


def said(world: World, subject: str, text: str = "see above", proved: bool = True) -> Settled:
    said.count += 1  # type: ignore[attr-defined]
    return world.mail(MONITOR, f"{text} {said.count}", subject, proved=proved)  # type: ignore[attr-defined]


said.count = 0  # type: ignore[attr-defined]


def test_an_alert_is_opened_updated_and_resolved_by_mail(desk: World) -> None:
    """The team hears of the beginning; the end needs no letter."""
    opened = said(desk, "PROBLEM: disk on web1")
    assert opened.plan.outcome is Outcome.NEW
    assert [str(letter["To"]) for letter in desk.sent()] == ["Ben Okafor <ben@acme.example>"]
    again = said(desk, "PROBLEM: disk on web1", "still 97 %")
    assert (again.plan.outcome, again.ticket) == (Outcome.APPEND, opened.ticket)
    over = said(desk, "RECOVERY: disk on web1")
    assert over.ticket == opened.ticket
    assert desk.ticket(opened.ticket).status is Status.RESOLVED
    assert desk.sent() == []
    shown = show_ticket(desk.store.rows, opened.ticket)
    assert shown is not None
    assert len(shown.messages) == 3


def test_L14_a_storm_is_one_ticket_and_no_letters(desk: World) -> None:
    """Five hundred mails of one alert: the team hears of the first, the sender of none."""
    for _ in range(60):
        said(desk, "PROBLEM: disk on web1")
    assert len(list_tickets(desk.store.rows)) == 1
    letters = desk.sent()
    assert len(letters) == 1
    assert to(letters, MONITOR) == []
    (row,) = desk.store.rows.select(Alerts.select())
    assert row["seen"] == 60


def test_each_alert_has_a_ticket_of_its_own(desk: World) -> None:
    """What the groups find tells them apart, whatever else stands around."""
    tickets = {
        said(desk, subject).ticket
        for subject in ("PROBLEM: disk on web1", "PROBLEM: disk on web2", "PROBLEM: load on web1")
    }
    assert len(tickets) == 3
    assert said(desk, "URGENT! FLAPPING: disk on web2").ticket in tickets


def test_an_alert_that_comes_back_reopens_its_ticket(desk: World) -> None:
    """And its team is told; after a long time it is a new one."""
    first = said(desk, "PROBLEM: disk on web1").ticket
    said(desk, "RECOVERY: disk on web1")
    desk.sent()
    desk.clock.ms += HOUR
    assert said(desk, "PROBLEM: disk on web1").ticket == first
    assert desk.ticket(first).status is Status.OPEN
    assert len(desk.sent()) == 1
    said(desk, "RECOVERY: disk on web1")
    desk.clock.ms += 30 * DAY
    later = said(desk, "PROBLEM: disk on web1")
    assert later.ticket != first
    assert said(desk, "PROBLEM: disk on web1").ticket == later.ticket


def test_an_end_without_a_beginning_is_kept_and_nobody_is_told(desk: World) -> None:
    """The monitoring may have been there before us."""
    settled = said(desk, "RECOVERY: disk on web1")
    assert desk.ticket(settled.ticket).status is Status.RESOLVED
    assert desk.sent() == []


def test_other_mail_of_the_same_sender_is_mail(desk: World) -> None:
    """No pattern finds anything in it."""
    assert said(desk, "Your weekly report").plan.outcome is Outcome.NEW
    assert said(desk, "Your weekly report").plan.outcome is Outcome.NEW


def test_a_forged_end_ends_nothing(desk: World) -> None:
    """A sender who is proved to be another one resolves no alert."""
    first = said(desk, "PROBLEM: disk on web1").ticket
    forged = desk.mail(
        MONITOR,
        "all is well",
        "RECOVERY: disk on web1",
        proved=False,
        headers=(
            ("Authentication-Results", "mx.acme.example; dmarc=fail header.from=monitor.example"),
            ("Received", "from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000"),
        ),
    )
    assert forged.ticket != first
    assert desk.ticket(first).status is not Status.RESOLVED


def test_a_fingerprint_may_stand_in_a_header_and_be_the_whole(new_world: NewWorld) -> None:
    """A pattern without groups takes all that it finds."""
    rule = Rule("w", leaf("from", "is", MONITOR), Actions(alert=Alert("header:X-Alert-Id", (r"[0-9a-f]{8}",))))
    world = new_world(policy((rule,)))
    found = [
        world.mail(MONITOR, f"text {n}", f"Alarm {n}", headers=(("X-Alert-Id", f"id=<{key}>"),)).ticket
        for n, key in enumerate(("00c0ffee", "00c0ffee", "deadbeef"))
    ]
    assert found[0] == found[1] != found[2]
