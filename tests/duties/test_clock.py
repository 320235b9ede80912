"""A ticket's clock through real mails, and what people are told of it: by when, and by nobody's reckoning but ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailgate.desk.clock import clocks, moments, sla
from mailgate.desk.clock.sla import Promise
from mailgate.desk.clock.targets import Kind, SlaPolicy
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Status
from mailgate.store.tickets import show_ticket
from tests.desk.conversation import ANA, policy
from tests.duties.desk import DAY, HOUR, MINUTE, START_MS, World, back, text_of, to

CLEO = "cleo@customer.example"


def promised(name: str = "gold") -> Policy:
    """Team help promises the table of defaults, round the clock; billing half of it."""
    plain = policy()
    halved = {
        "": {kind: replace(span, amount=span.amount // 2) for kind, span in SlaPolicy("").targets["high"].items()}
    }
    return replace(
        plain,
        teams={key: replace(team, sla=name, hours="", remind_after_ms=0) for key, team in plain.teams.items()}
        | {"billing": replace(plain.teams["billing"], sla="halved" if name else "", hours="")},
        sla={"gold": SlaPolicy("gold"), "halved": SlaPolicy("halved", halved)} if name else {},
    )


@pytest.fixture
def desk(new_world: Callable[..., World]) -> World:
    return new_world(promised())


def open_on(desk: World, ticket_id: int) -> dict[Kind, Promise]:
    """The open promises; the clock that is kept must be the one that the history gives."""
    shown = show_ticket(desk.store.rows, desk.ticket(ticket_id).number)
    assert shown is not None
    assert clocks.clock_of(shown.ticket) == sla.wound(moments.moments(shown.events))
    return {each.kind: each for each in clocks.promises(shown.ticket, desk.policy, desk.clock.now_ms())}


def kinds(desk: World, ticket_id: int) -> list[str]:
    shown = show_ticket(desk.store.rows, desk.ticket(ticket_id).number)
    assert shown is not None
    return [event["kind"] for event in shown.events]


def test_the_customer_reads_by_when_and_the_team_what_is_due(desk: World) -> None:
    """Half past nine and a bit, and four hours."""
    desk.opened(CLEO)
    letters = desk.sent()
    (acknowledged,) = to(letters, CLEO)
    assert "13:46" in text_of(acknowledged)
    assert all("13:46" in text_of(letter) for letter in to(letters, ANA.address))


def test_a_desk_that_promises_nothing_keeps_no_clock_and_no_timer(new_world: Callable[..., World]) -> None:
    desk = new_world(promised(""))
    opened = desk.opened(CLEO)
    assert desk.ticket(opened).clock == {}
    assert desk.store.rows.all("SELECT kind FROM timers WHERE kind = 'sla'") == []
    (acknowledged,) = to(desk.sent(), CLEO)
    assert "will answer by" not in text_of(acknowledged)


def test_one_tickets_story(desk: World) -> None:
    opened = desk.opened(CLEO)
    letters = desk.sent()
    mine, anas = back(to(letters, CLEO)[0]), back(to(letters, ANA.address)[0])
    assert open_on(desk, opened)[Kind.FIRST].due_ms == START_MS + 4 * HOUR

    desk.later(HOUR)
    desk.mail(ANA.address, "Turn it off and on again.", "Re: Printer broken", anas)
    assert desk.ticket(opened).status is Status.WAITING_CUSTOMER
    assert set(open_on(desk, opened)) == {Kind.RESOLUTION}
    assert "promise kept" in kinds(desk, opened)

    desk.later(DAY)
    desk.mail(CLEO, "Thanks a lot!", "Re: Printer broken", mine)
    assert desk.ticket(opened).status is Status.WAITING_CUSTOMER
    assert set(open_on(desk, opened)) == {Kind.RESOLUTION}
    assert desk.ticket(opened).waiting_since_ms is None

    away = [("Auto-Submitted", "auto-replied")]
    desk.mail(CLEO, "I am on holiday until Monday.", "Out of office", mine, headers=away)
    assert desk.ticket(opened).status is Status.WAITING_CUSTOMER
    assert set(open_on(desk, opened)) == {Kind.RESOLUTION}

    desk.later(DAY)
    asked_ms = desk.clock.now_ms()
    desk.mail(CLEO, "It burns again. What now?", "Re: Printer broken", mine)
    found = open_on(desk, opened)
    assert found[Kind.NEXT].due_ms == asked_ms + 4 * HOUR
    assert found[Kind.RESOLUTION].spent == HOUR

    desk.later(5 * HOUR)
    desk.mail(ANA.address, "#resolve\nThe extinguisher is beside it.", "Re: Printer broken", anas)
    assert desk.ticket(opened).status is Status.RESOLVED
    assert open_on(desk, opened) == {}
    assert desk.store.rows.all("SELECT kind FROM timers WHERE kind = 'sla'") == []
    assert "promise late" in kinds(desk, opened)


def test_commands_move_the_due_times_from_the_same_start(desk: World) -> None:
    opened = desk.opened(CLEO)
    anas = back(to(desk.sent(), ANA.address)[0])
    desk.later(HOUR)
    desk.mail(ANA.address, "#priority urgent", "Re: Printer broken", anas)
    assert open_on(desk, opened)[Kind.FIRST].due_ms == START_MS + 15 * MINUTE
    desk.mail(ANA.address, "#team billing\n#priority normal", "Re: Printer broken", anas)
    assert open_on(desk, opened)[Kind.FIRST].due_ms == START_MS + 30 * MINUTE
