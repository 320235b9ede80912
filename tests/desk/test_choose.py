"""Whom a new ticket is given to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.facts import Crew
from mailgate.desk.policy import Agent, Assign, Policy, Role, Team
from mailgate.desk.routing.assign import Choice, Needs, choose, crew_with
from tests.desk.conversation import NOW_MS, policy

DAY_MS = 86_400_000
ANA = Agent("ana", "Ana", "ana@acme.example", skills=("refund", "Printer"), languages=("en", "de"), regions=("North",))
BEN = Agent("ben", "Ben", "ben@acme.example", capacity=3, skills=("printer",), languages=("zh-Hans",))
KAI = Agent("kai", "Kai", "kai@acme.example", regions=("south",))
WIM = Agent("wim", "Wim", "wim@acme.example", role=Role.WATCHER)
OFF = Agent("off", "Off", "off@acme.example", active=False)
FAR = Agent("far", "Far", "far@acme.example", skills=("tax",))
PLAIN = Needs()


def desk(assign: Assign = Assign.ROUND_ROBIN, **team: object) -> Policy:
    """Team help with Ana, Ben and Kai, somebody who left and a watcher; Far sits in a team of her own."""
    helping = Team("help", "Help", ("ana", "ben", "kai", "off", "wim"), assign=assign)
    return policy(
        agents={agent.id: agent for agent in (ANA, BEN, KAI, OFF, WIM, FAR)},
        teams={"help": replace(helping, **team), "far": Team("far", "Far", ("far",))},  # type: ignore[arg-type]
    )


def chosen(where: Policy, needs: Needs = PLAIN, crew: Crew | None = None, **absent: int) -> Choice:
    return choose("help", needs, crew or Crew(), absent, where, NOW_MS)


def test_a_manual_team_gives_to_nobody_and_says_nothing() -> None:
    assert chosen(desk(Assign.MANUAL)) == Choice()
    assert choose("nowhere", PLAIN, Crew(), {}, desk(), NOW_MS) == Choice()


def test_round_robin_gives_to_who_was_given_none_for_longest() -> None:
    found = chosen(desk(), crew=Crew(last_given_ms={"ana": 5, "ben": 3, "kai": 4}))
    assert found.agent == "ben"
    assert str(found.reason) == "given to Ben, whose turn it is"


def test_round_robin_begins_with_the_first_of_the_team() -> None:
    assert chosen(desk()).agent == "ana"
    assert chosen(desk(), crew=Crew(last_given_ms={"ana": 5})).agent == "ben"


def test_least_loaded_gives_to_who_holds_the_fewest() -> None:
    found = chosen(desk(Assign.LEAST_LOADED), crew=Crew({"ana": 4, "ben": 2, "kai": 3}))
    assert found.agent == "ben"
    assert str(found.reason) == "given to Ben, who holds the fewest (2)"


def test_of_equal_loads_the_one_who_waited_longer_gets_it() -> None:
    crew = Crew({"ana": 2, "ben": 2, "kai": 2}, {"ana": 9, "ben": 8, "kai": 7})
    assert chosen(desk(Assign.LEAST_LOADED), crew=crew).agent == "kai"


def test_who_holds_as_many_as_they_can_is_passed_over() -> None:
    full = Crew({"ana": 9, "ben": 3, "kai": 9})
    assert chosen(desk(Assign.LEAST_LOADED), crew=full).agent == "ana"
    assert chosen(desk(Assign.LEAST_LOADED), crew=Crew({"ana": 9, "ben": 2, "kai": 9})).agent == "ben"


def test_who_is_away_is_passed_over_until_back() -> None:
    assert chosen(desk(), ana=NOW_MS + 1).agent == "ben"
    assert chosen(desk(), ana=NOW_MS).agent == "ana"


@pytest.mark.parametrize(
    ("setting", "needs", "agent"),
    [
        ({"by_skill": True}, Needs(tags=("refund",)), "ana"),
        ({"by_skill": True}, Needs(tags=("PRINTER", "vip")), "ana"),
        ({"by_skill": True}, Needs(tags=("vip",)), "ana"),
        ({"by_language": True}, Needs(language="zh"), "ben"),
        ({"by_language": True}, Needs(language="en-GB"), "ana"),
        ({"by_language": True}, Needs(language="fr"), "kai"),
        ({"by_language": True}, Needs(language="und"), "ana"),
        ({"region_field": "region"}, Needs(fields={"region": "south "}), "ben"),
        ({"region_field": "region"}, Needs(fields={"region": "north"}), "ana"),
        ({"region_field": "region"}, Needs(), "ana"),
        ({}, Needs(tags=("tax",), language="zh", fields={"region": "south"}), "ana"),
    ],
)
def test_a_team_narrows_by_what_it_was_told_to(setting: dict[str, object], needs: Needs, agent: str) -> None:
    """A tag that is nobody's skill asks for nobody; an agent without languages or regions serves all of them."""
    assert chosen(desk(**setting), needs).agent == agent  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("setting", "needs", "absent", "said"),
    [
        ({"members": ("wim", "off")}, PLAIN, (), "nobody else is in Help"),
        ({}, PLAIN, ("ana", "ben", "kai"), "everybody of Help is away"),
        ({"members": ("ben",)}, PLAIN, (), "everybody of Help who is there holds as many tickets as they can"),
        ({"by_skill": True}, Needs(tags=("Tax",)), (), "nobody of Help who is free has the skill: tax"),
        ({"by_language": True}, Needs(language="fr"), ("kai",), "nobody of Help who is free speaks fr"),
        ({"region_field": "r"}, Needs(fields={"r": "East"}), ("ben",), "nobody of Help who is free serves East"),
    ],
)
def test_when_nobody_is_left_the_team_has_it_and_is_told_why(
    setting: dict[str, object], needs: Needs, absent: tuple[str, ...], said: str
) -> None:
    where = desk(**setting)  # type: ignore[arg-type]
    found = chosen(where, needs, Crew({"ben": 3}), **dict.fromkeys(absent, NOW_MS + 1))
    assert (found.agent, str(found.reason)) == ("", said)


def test_a_sticky_team_prefers_who_served_the_customer_last() -> None:
    crew = Crew(last_given_ms={"kai": NOW_MS}, sticky="kai")
    assert str(chosen(desk(sticky=True), crew=crew).reason) == "given to Kai, who served this customer last"
    assert chosen(desk(), crew=crew).agent == "ana"
    assert chosen(desk(sticky=True), crew=crew, kai=NOW_MS + 1).agent == "ana"


def test_a_manual_team_may_be_sticky() -> None:
    settled = desk(Assign.MANUAL, sticky=True)
    assert chosen(settled, crew=Crew(sticky="kai")).agent == "kai"
    assert chosen(settled, crew=Crew(sticky="far")).agent == ""


def test_a_desk_of_manual_teams_asks_for_nobody() -> None:
    assert desk(Assign.MANUAL).crew == ()
    assert desk(Assign.MANUAL, sticky=True).crew == ("ana", "ben", "kai")
    assert "far" not in desk().crew


AGENTS = st.lists(
    st.builds(
        lambda number, role, active, capacity: Agent(
            f"a{number}", f"A{number}", f"a{number}@acme.example", role=role, active=active, capacity=capacity
        ),
        st.integers(0, 9),
        st.sampled_from(Role),
        st.booleans(),
        st.integers(0, 3),
    ),
    unique_by=lambda agent: agent.id,
    max_size=8,
)
NAMES = st.sampled_from([f"a{number}" for number in range(10)])


@given(
    AGENTS,
    st.lists(NAMES, unique=True),
    st.sampled_from(Assign),
    st.booleans(),
    st.dictionaries(NAMES, st.integers(0, 4)),
    st.dictionaries(NAMES, st.integers(NOW_MS - DAY_MS, NOW_MS + DAY_MS)),
    st.frozensets(NAMES),
    NAMES,
)
def test_nobody_is_chosen_who_must_not_be(
    agents: list[Agent],
    members: list[str],
    assign: Assign,
    sticky: bool,
    load: dict[str, int],
    absent: dict[str, int],
    without: frozenset[str],
    last: str,
) -> None:
    """Never an absent, full, inactive, unwanted or foreign agent or a watcher; and somebody where anybody is left."""
    team = Team("help", "Help", tuple(members), assign=assign, sticky=sticky)
    where = policy(agents={agent.id: agent for agent in agents}, teams={"help": team})
    found = choose("help", Needs(without=without), Crew(load, {}, last), absent, where, NOW_MS)
    free = {
        agent.id
        for agent in agents
        if agent.active
        and agent.id in members
        and agent.id not in without
        and agent.role is not Role.WATCHER
        and absent.get(agent.id, 0) <= NOW_MS
        and (not agent.capacity or load.get(agent.id, 0) < agent.capacity)
    }
    assert found.agent in free or not found.agent
    if assign is not Assign.MANUAL:
        assert bool(found.agent) == bool(free)
        assert found.reason


@given(st.sampled_from([Assign.ROUND_ROBIN, Assign.LEAST_LOADED]), st.integers(1, 6), st.integers(0, 40))
def test_over_time_everybody_gets_the_same(assign: Assign, people: int, tickets: int) -> None:
    """No two agents of a team differ by more than one ticket, however many were given."""
    names = [f"a{number}" for number in range(people)]
    where = policy(
        agents={name: Agent(name, name, f"{name}@acme.example") for name in names},
        teams={"help": Team("help", "Help", tuple(names), assign=assign)},
    )
    crew, given_to = Crew(), Counter(dict.fromkeys(names, 0))
    for step in range(tickets):
        found = choose("help", PLAIN, crew, {}, where, NOW_MS + step)
        given_to[found.agent] += 1
        crew = crew_with(crew, found.agent, NOW_MS + step)
    assert max(given_to.values()) - min(given_to.values()) <= 1
    assert set(given_to) == set(names)
