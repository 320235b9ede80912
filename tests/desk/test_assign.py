"""Whom news reaches."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.routing.assign import assignee, audience, followers
from mailgate.desk.ticket import Participant, ParticipantRole
from tests.desk.conversation import ANA, BEN, SUE, policy


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
