"""The morning's digest: once a day for each agent, in the team's zone, only where there is something to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

import pytest

from mailgate.desk.clock.span import Span
from mailgate.desk.clock.targets import Kind, SlaPolicy
from mailgate.desk.effect import ChangeTicket
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Hours, Policy
from tests.desk.conversation import policy
from tests.duties.desk import DAY, HOUR, MINUTE, World, back, text_of, to

CLEO = "cleo@customer.example"
ANA, BEN, SUE = "ana@acme.example", "ben@acme.example", "sue@acme.example"
BERLIN = Hours(
    "berlin", "Europe/Berlin", {day: ((time(9), time(17)),) for day in range(5)}, frozenset({date(2026, 11, 27)})
)


def digesting() -> Policy:
    """Team help reads its digest at half past eight in Berlin, Mondays to Fridays, but not on 27 November."""
    plain = policy()
    team = replace(plain.teams["help"], digest_at=time(8, 30), hours="berlin", remind_after_ms=0, supervisors=("sue",))
    return replace(plain, teams={**plain.teams, "help": team}, hours={**plain.hours, "berlin": BERLIN})


@pytest.fixture
def desk(new_world: Callable[..., World]) -> World:
    """It is Wednesday, 10:46:40 in Berlin; the first look finds out when the next digest is due."""
    world = new_world(digesting())
    world.later(0)
    return world


def told(world: World) -> list[str]:
    return sorted(str(each["To"].addresses[0].addr_spec) for each in world.sent())


THURSDAY = 22 * HOUR - 16 * MINUTE - 40_000
"""From the start to half past eight in Berlin on the next day."""


def test_everybody_of_the_team_reads_the_queue_once_in_the_morning(desk: World) -> None:
    desk.opened(CLEO)
    desk.sent()
    desk.later(THURSDAY - MINUTE)
    assert told(desk) == []
    desk.later(MINUTE)
    assert told(desk) == [ANA, BEN, SUE]
    desk.later(HOUR)
    assert told(desk) == []


def test_an_agent_reads_of_the_own_tickets_and_nobodys_the_supervisor_of_all(desk: World) -> None:
    desk.opened(CLEO, subject="First matter")
    (notification,) = to(desk.sent(), ANA)
    desk.mail(ANA, "#take", to=back(notification))
    desk.opened("dora@customer.example", subject="Second matter")
    desk.sent()
    desk.later(THURSDAY)
    letters = {str(each["To"].addresses[0].addr_spec): text_of(each) for each in desk.sent()}
    assert {name: ("First" in text, "Second" in text) for name, text in letters.items()} == {
        ANA: (True, True),
        BEN: (False, True),
        SUE: (True, True),
    }


def test_the_urgent_stand_first_and_those_who_asked_for_news_before_their_equals(desk: World) -> None:
    ids = {name: desk.opened(f"{name}@customer.example", subject=f"Matter {name}") for name in ("one", "two", "six")}
    with desk.store.transaction() as tx:
        tx.work.rows.run("UPDATE tickets SET priority = 'urgent' WHERE id = ?", (ids["six"],))
        tx.work.rows.run("UPDATE tickets SET nudges = 1 WHERE id = ?", (ids["two"],))
    desk.sent()
    desk.later(THURSDAY)
    (digest,) = to(desk.sent(), SUE)
    text = text_of(digest)
    assert text.index("Matter six") < text.index("Matter two") < text.index("Matter one")


def test_what_is_promised_stands_in_the_order_in_which_it_is_due_and_is_counted(
    new_world: Callable[..., World],
) -> None:
    """By hand and by promise alike, as in every other list of the queue; what is over is not due today."""
    plain = digesting()
    sla = SlaPolicy("gold", {"": {Kind.RESOLUTION: Span(30 * HOUR)}})
    desk = new_world(replace(plain, sla={"gold": sla}, teams={"help": replace(plain.teams["help"], sla="gold")}))
    desk.later(0)
    ids = {name: desk.opened(f"{name}@customer.example", subject=f"Matter {name}") for name in ("one", "two", "six")}
    with desk.store.transaction() as tx:
        due = {"one": None, "two": desk.clock.ms + THURSDAY + HOUR, "six": desk.clock.ms + HOUR}
        plan = Plan(Outcome.EVENT, tuple(ChangeTicket(ids[name], {"due_ms": at_ms}, "") for name, at_ms in due.items()))
        tx.write(None, None, None, plan, None, (), desk.clock.ms)
    desk.sent()
    desk.later(THURSDAY)
    (digest,) = to(desk.sent(), SUE)
    text = text_of(digest)
    assert text.index("Matter six") < text.index("Matter two") < text.index("Matter one")
    assert ("Overdue: 1" in text, "Due today: 2" in text) == (True, True)


def test_an_empty_queue_is_no_letter(desk: World) -> None:
    desk.later(THURSDAY)
    assert told(desk) == []


def test_no_digest_on_days_off(desk: World) -> None:
    """Friday is a day off, and then there is a weekend."""
    desk.opened(CLEO)
    desk.sent()
    desk.later(THURSDAY)
    assert len(desk.sent()) == 3
    for _ in range(3):
        desk.later(DAY)
        assert told(desk) == []
    desk.later(DAY)
    assert told(desk) == [ANA, BEN, SUE]


def test_a_digest_that_is_hours_late_is_left_out_and_the_next_one_comes(desk: World) -> None:
    desk.opened(CLEO)
    desk.sent()
    desk.later(THURSDAY + 7 * HOUR)
    assert told(desk) == []
    desk.later(4 * DAY - 7 * HOUR)
    assert told(desk) == [ANA, BEN, SUE]


def test_two_daemons_write_one_digest(desk: World, new_world: Callable[..., World]) -> None:
    desk.opened(CLEO)
    desk.sent()
    other = new_world(digesting())
    other.later(0)
    desk.later(THURSDAY)
    other.later(THURSDAY)
    assert len([*told(desk), *told(other)]) == 3
