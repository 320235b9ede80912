"""Promises that are about to break, and those that broke: who is told, when, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailgate.desk.clock.span import Span
from mailgate.desk.clock.targets import Kind, SlaPolicy
from mailgate.desk.policy import Agent, Assign, Budgets, Policy, Role
from mailgate.store.csat import By
from mailgate.store.kept import Kept, kept
from tests.desk.conversation import ANA, BEN, policy
from tests.duties.desk import DAY, HOUR, MINUTE, World, back, text_of, to

CLEO, DORA = "cleo@customer.example", "dora@customer.example"
SUE = "sue@acme.example"


def promised(**changes: object) -> Policy:
    """A desk that promises a first answer within four hours; Sue supervises, and billing takes over."""
    plain = policy()
    team = replace(plain.teams["help"], remind_after_ms=0, sla="gold", escalate_to="billing", supervisors=("sue",))
    billing = replace(plain.teams["billing"], hours="")
    return replace(
        plain,
        teams={"help": team, "billing": billing},
        sla={"gold": SlaPolicy("gold")},
        **changes,  # type: ignore[arg-type]
    )


@pytest.fixture
def desk(new_world: Callable[..., World]) -> World:
    return new_world(promised())


def told(world: World) -> list[str]:
    """Who gets letters, in order of address."""
    return sorted(str(each["To"].addresses[0].addr_spec) for each in world.sent())


def test_the_team_the_supervisor_and_those_who_take_over_are_told_each_once(desk: World) -> None:
    """80 % of four hours are 3:12, 100 % are four, 150 % are six."""
    desk.opened(CLEO)
    desk.sent()
    desk.later(3 * HOUR + 11 * MINUTE)
    assert told(desk) == []
    desk.later(MINUTE)
    assert told(desk) == [ANA.address, BEN.address]
    desk.later(MINUTE)
    assert told(desk) == []
    desk.later(47 * MINUTE)
    assert told(desk) == [ANA.address, BEN.address, SUE]
    desk.later(2 * HOUR)
    assert told(desk) == [ANA.address, BEN.address, SUE]
    desk.later(DAY)
    assert told(desk) == []


def test_what_nobody_took_goes_to_the_team_that_takes_over(desk: World) -> None:
    ticket = desk.opened(CLEO)
    desk.later(6 * HOUR)
    assert (desk.ticket(ticket).team, desk.ticket(ticket).assignee) == ("billing", "")


def test_who_takes_over_is_told_once_whatever_their_own_team_promises_for_the_same_time(
    new_world: Callable[..., World],
) -> None:
    """Billing would have been late long ago: it is told of the ticket, and that it has it, in one letter."""
    plain = promised()
    sla = {**plain.sla, "fast": SlaPolicy("fast", {"": {Kind.FIRST: Span(HOUR)}})}
    billing = replace(plain.teams["billing"], sla="fast", assign=Assign.ROUND_ROBIN, members=("cai",))
    cai = Agent("cai", "Cai Wu", "cai@acme.example")
    teams, agents = {**plain.teams, "billing": billing}, {**plain.agents, "cai": cai}
    desk = new_world(replace(plain, teams=teams, agents=agents, sla=sla))
    ticket = desk.opened(CLEO)
    desk.later(5 * HOUR)
    desk.sent()
    desk.later(HOUR)
    (letter,) = to(desk.sent(), cai.address)
    assert "with Cai Wu" in text_of(letter)
    assert desk.ticket(ticket).team == "billing"
    desk.later(DAY)
    assert told(desk) == []


def test_a_ticket_that_somebody_has_stays_there_and_the_others_are_told(desk: World) -> None:
    ticket = desk.opened(CLEO)
    (notification,) = to(desk.sent(), ANA.address)
    desk.mail(ANA.address, "#take", to=back(notification))
    desk.sent()
    desk.later(3 * HOUR + 12 * MINUTE)
    assert told(desk) == [ANA.address]
    desk.later(3 * HOUR)
    assert told(desk) == [ANA.address, BEN.address, SUE]
    assert (desk.ticket(ticket).team, desk.ticket(ticket).assignee) == ("help", "ana")


def test_a_daemon_that_was_down_for_a_day_tells_everybody_once(desk: World) -> None:
    """Ten tickets are late by every share; each person gets one letter, and no more later."""
    for number in range(10):
        desk.opened(f"customer{number}@customer.example", subject=f"Matter {number}")
    desk.sent()
    desk.later(DAY)
    letters = desk.sent()
    warned = [each for each in letters if "Matter" in text_of(each)]
    assert sorted(str(each["To"].addresses[0].addr_spec) for each in warned) == [ANA.address, BEN.address, SUE]
    assert all(f"Matter {number}" in text_of(warned[0]) for number in range(10))
    assert "20 hours late" in text_of(warned[0])
    desk.later(HOUR)
    assert told(desk) == []


def test_an_answer_keeps_the_promise_and_ends_the_warnings(desk: World) -> None:
    desk.opened(CLEO)
    (notification,) = to(desk.sent(), ANA.address)
    desk.mail(ANA.address, "Turn it off and on.", to=back(notification))
    desk.sent()
    desk.later(7 * HOUR)
    assert CLEO not in told(desk)
    assert desk.sent() == []


def test_a_warning_can_be_answered(desk: World) -> None:
    desk.opened(CLEO)
    desk.sent()
    desk.later(4 * HOUR)
    (warning,) = to(desk.sent(), ANA.address)
    desk.mail(ANA.address, "Turn it off and on.", to=back(warning))
    assert any("Turn it off and on." in text_of(each) for each in to(desk.sent(), CLEO))


def test_an_agent_who_is_away_is_not_told_and_the_ticket_finds_somebody(new_world: Callable[..., World]) -> None:
    plain = promised()
    team = replace(plain.teams["help"], assign=Assign.ROUND_ROBIN)
    world = new_world(replace(plain, teams={**plain.teams, "help": team}))
    ticket = world.opened(CLEO)
    owner = world.ticket(ticket).assignee
    world.sent()
    away = {"ana": ANA, "ben": BEN}[owner]
    world.mail(away.address, "#away until 2026-12-20", subject="away", to=control(world, away.address))
    world.sent()
    world.later(4 * HOUR)
    assert away.address not in told(world)
    assert world.ticket(ticket).assignee not in ("", owner)


def control(world: World, address: str) -> str:
    """The agent's own address for commands about the desk."""
    from mailgate.desk.letter import Purpose

    return world.desk.tokens.address(world.policy.mailboxes[0], Purpose.CONTROL, 0, "", address)


def test_what_the_gate_does_not_let_out_waits_and_comes_together(new_world: Callable[..., World]) -> None:
    """One letter an hour for each agent: of three tickets that are due minutes apart, the last two come in one."""
    world = new_world(promised(budgets=Budgets(per_agent_hour=1)))
    for number in range(3):
        world.opened(f"customer{number}@customer.example", subject=f"Matter {number}")
        world.clock.ms += 10 * MINUTE
    world.sent()
    world.later(3 * HOUR + 12 * MINUTE - 30 * MINUTE)
    (first,) = to(world.sent(), ANA.address)
    assert "Matter 0" in text_of(first)
    later = []
    for _ in range(8):
        world.later(10 * MINUTE)
        later += to(world.sent(), ANA.address)
    assert len(later) == 1
    assert "Matter 1" in text_of(later[0])
    assert "Matter 2" in text_of(later[0])


def test_two_daemons_on_one_database_warn_once(desk: World, new_world: Callable[..., World]) -> None:
    desk.opened(CLEO)
    desk.sent()
    other = new_world(promised())
    desk.later(4 * HOUR)
    other.later(4 * HOUR)
    assert len([*told(desk), *told(other)]) == 3


def test_a_clock_that_jumps_back_and_forth_warns_once(desk: World) -> None:
    desk.opened(CLEO)
    desk.sent()
    desk.later(4 * HOUR)
    assert len(desk.sent()) == 3
    desk.clock.ms -= 2 * HOUR
    desk.later(MINUTE)
    desk.later(2 * HOUR)
    assert desk.sent() == []


def test_a_desk_without_supervisors_tells_the_admins(new_world: Callable[..., World]) -> None:
    plain = promised()
    agents = {**plain.agents, "ana": replace(ANA, role=Role.ADMIN), "sue": replace(plain.agents["sue"], active=False)}
    world = new_world(replace(plain, agents=agents))
    world.opened(DORA)
    world.sent()
    world.later(4 * HOUR)
    assert told(world) == [ANA.address, BEN.address]


def test_of_two_promises_the_one_that_is_over_says_who_is_told(new_world: Callable[..., World]) -> None:
    """The answer is late by every share while the resolution is only near: those above hear of it all the same."""
    targets = {"": {Kind.FIRST: Span(HOUR), Kind.RESOLUTION: Span(2 * HOUR)}}
    world = new_world(replace(promised(), sla={"gold": SlaPolicy("gold", targets)}))
    ticket = world.opened(CLEO)
    world.sent()
    world.later(100 * MINUTE)
    assert SUE in told(world)
    assert world.ticket(ticket).team == "billing"


def test_promises_kept_and_late_are_counted_by_team_and_kind(desk: World) -> None:
    """One answer in time and one too late; a resolution that is not due yet counts for neither."""
    for customer, wait_ms in ((CLEO, HOUR), (DORA, 5 * HOUR)):
        desk.opened(customer, subject=f"Matter of {customer}")
        news = [each for each in to(desk.sent(), ANA.address) if customer in str(each["Subject"])]
        desk.later(wait_ms)
        desk.mail(ANA.address, f"#take\n\nHere you are, {customer}.", to=back(news[0]))
    rows = desk.store.rows
    assert kept(rows) == [Kept("", "first response", 1, 1)]
    assert kept(rows, by=By.TEAM) == [Kept("help", "first response", 1, 1)]
    assert kept(rows, by=By.AGENT) == [Kept("ana", "first response", 1, 1)]
    assert kept(rows, since_ms=desk.clock.ms + 1) == []
