"""Whom news reaches, and who may act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.policy import Team
from mailgate.desk.routing.assign import assignee, audience, followers, may_act
from mailgate.desk.ticket import Participant, ParticipantRole
from tests.desk.conversation import ANA, BEN, GONE, SUE, WATCHER, policy


def test_the_assignee_is_told_else_the_team_else_who_leads_the_desk() -> None:
    desk = policy()
    assert audience(desk, "help", "ben") == (BEN,)
    assert audience(desk, "help") == (ANA, BEN)
    assert audience(desk, "help", "gone") == (ANA, BEN)
    assert audience(desk, "nowhere") == (SUE,)
    assert audience(desk, "help", without="ana") == (BEN,)


def test_a_desk_without_leaders_tells_everybody_rather_than_nobody() -> None:
    alone = replace(policy(), agents={"ana": ANA}, teams={})
    assert audience(alone, "nowhere") == (ANA,)


def test_a_rule_can_only_give_a_ticket_to_somebody_who_is_there() -> None:
    assert [assignee(name, policy()) for name in ("ana", "gone", "nobody", "")] == ["ana", "", "", ""]


def test_followers_are_agents() -> None:
    people = (
        Participant(SUE.address, role=ParticipantRole.FOLLOWER),
        Participant(BEN.address, role=ParticipantRole.WATCHER),
        Participant("x@y.example", role=ParticipantRole.FOLLOWER),
    )
    assert followers(people, policy()) == (SUE,)


@pytest.mark.parametrize(
    ("agent", "assigned", "may"),
    [(ANA, "", True), (SUE, "", True), (GONE, "", False), (WATCHER, "", False), (WATCHER, "wim", False)],
)
def test_S34_who_may_act_on_a_ticket(agent: object, assigned: str, may: bool) -> None:
    everybody = Team("help", "Help", ("ana", "ben", "gone", "wim"))
    desk = policy(teams={"help": everybody})
    assert may_act(agent, "help", "acme", assigned, desk) is may  # type: ignore[arg-type]


def test_S34_an_agent_of_another_brand_may_not_act_but_for_what_was_given_to_them() -> None:
    desk = policy(teams={"help": Team("help", "Help", ("ana",)), "shop": Team("shop", "Shop", ("ben",), brand="shop")})
    assert not may_act(BEN, "help", "acme", "", desk)
    assert may_act(BEN, "help", "acme", "ben", desk)
    assert may_act(BEN, "help", "shop", "", desk)
