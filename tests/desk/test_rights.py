"""Who may do what to which ticket."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.identity.rights import RANK, Act, allowed, leads, visible_teams
from mailgate.desk.policy import Agent, May, Policy, Role, Team
from mailgate.desk.ticket import Participant, ParticipantRole
from tests.desk.conversation import ANA, BEN, GONE, SUE, WATCHER, policy, ticket

ADA = Agent("ada", "Ada", "ada@acme.example", role=Role.ADMIN)
FAY = Agent("fay", "Fay", "fay@acme.example")
HANK = Agent("hank", "Hank", "hank@shop.example")


def desk(**team: object) -> Policy:
    """Team help of acme with Ana, Ben, the watcher and Fay, who leads it; team shelf of the shop with Hank."""
    plain = policy()
    people = (*plain.agents.values(), ADA, FAY, HANK)
    helping = Team("help", "Help", ("ana", "ben", "wim", "fay"), supervisors=("fay",), brand="acme")
    shelf = Team("shelf", "Shelf", ("hank",), brand="shop")
    return replace(
        plain,
        agents={agent.id: agent for agent in people},
        teams={"help": replace(helping, **team), "shelf": shelf, "back": Team("back", "Back", brand="acme")},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (WATCHER, {Act.SEE, Act.SEE_NOTES}),
        (ANA, set(Act) - {Act.ADMIN}),
        (FAY, set(Act) - {Act.ADMIN}),
        (SUE, set(Act) - {Act.ADMIN}),
        (ADA, set(Act)),
        (GONE, set()),
        (HANK, set()),
    ],
    ids=lambda value: value.id if isinstance(value, Agent) else None,
)
def test_each_role_may_what_its_row_says(who: Agent, may: set[Act]) -> None:
    """On a ticket of a team that leaves everything to anyone."""
    assert {act for act in Act if not allowed(act, who, ticket(assignee="ben"), desk())} == may


def test_S34_an_agent_of_another_brand_may_nothing_on_the_ticket() -> None:
    said = allowed(Act.REPLY, HANK, ticket(), desk())
    assert str(said) == "you have no right on this ticket"


def test_who_holds_a_ticket_of_another_brand_may_work_on_it() -> None:
    assert not allowed(Act.REPLY, HANK, ticket(assignee="hank"), desk())


@pytest.mark.parametrize(
    ("act", "setting"),
    [
        (Act.REPLY, "reply"),
        (Act.ASSIGN, "reassign"),
        (Act.CLOSE, "close"),
        (Act.SPAM, "close"),
        (Act.MERGE, "merge"),
        (Act.SEE_NOTES, "notes"),
    ],
)
@pytest.mark.parametrize(
    ("may", "those"),
    [
        (May.ANYONE, {"ana", "ben", "fay", "sue", "ada"}),
        (May.OWNER, {"ben", "fay", "sue", "ada"}),
        (May.SUPERVISOR, {"fay", "sue", "ada"}),
    ],
)
def test_a_team_says_who_may(act: Act, setting: str, may: May, those: set[str]) -> None:
    """Ben holds the ticket, Fay leads its team, Sue the desk."""
    settled = desk(**{setting: may})
    held = ticket(assignee="ben")
    assert {who.id for who in (ANA, BEN, FAY, SUE, ADA) if not allowed(act, who, held, settled)} == those


def test_a_ticket_that_nobody_holds_can_be_taken_by_anyone_of_the_team() -> None:
    settled = desk(reply=May.OWNER, reassign=May.OWNER)
    assert not allowed(Act.ASSIGN, ANA, ticket(), settled)
    assert "#take" in str(allowed(Act.REPLY, ANA, ticket(), settled))
    assert not allowed(Act.REPLY, ANA, ticket(assignee="ana"), settled)


def test_a_ticket_of_one_who_left_can_be_taken_too() -> None:
    assert not allowed(Act.ASSIGN, ANA, ticket(assignee="gone"), desk(reassign=May.OWNER))


def test_a_refusal_says_who_may() -> None:
    said = allowed(Act.REPLY, ANA, ticket(assignee="ben"), desk(reply=May.OWNER))
    assert str(said) == "in Help only the ticket's owner may answer the customer"


def test_a_follower_reads_and_no_more() -> None:
    follower = Participant("hank@shop.example", role=ParticipantRole.FOLLOWER)
    followed = ticket(participants=(*ticket().participants, follower))
    assert not allowed(Act.SEE, HANK, followed, desk())
    assert allowed(Act.NOTE, HANK, followed, desk())


def test_without_a_ticket_only_the_role_counts() -> None:
    assert not allowed(Act.OPEN, HANK, None, desk())
    assert allowed(Act.OPEN, WATCHER, None, desk())
    assert allowed(Act.ADMIN, SUE, None, desk())


def test_queues_are_seen_by_those_whose_brand_they_are() -> None:
    assert visible_teams(ANA, desk()) == ("help", "back")
    assert visible_teams(HANK, desk()) == ("shelf",)
    assert visible_teams(SUE, desk()) is None
    assert visible_teams(Agent("new", "New", "new@acme.example"), desk()) == ()


def test_a_team_of_all_brands_sees_all_queues() -> None:
    assert visible_teams(ANA, desk(brand="")) is None


def test_a_supervisor_leads_the_own_team_only() -> None:
    assert leads(FAY, "help", desk())
    assert not leads(FAY, "shelf", desk())
    assert leads(SUE, "shelf", desk())


@given(
    st.sampled_from(Act),
    st.sampled_from([Role.WATCHER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN]),
    st.fixed_dictionaries(dict.fromkeys(("reply", "reassign", "close", "merge", "notes"), st.sampled_from(May))),
    st.sampled_from(["", "ana", "ben", "gone", "hank"]),
    st.sampled_from(["help", "shelf", "back", "nowhere"]),
)
def test_a_higher_role_may_all_that_a_lower_one_may(
    act: Act, role: Role, settings: dict[str, May], owner: str, team: str
) -> None:
    """Whatever the team leaves to whom, whoever holds the ticket."""
    where = desk(**settings)
    found = ticket(assignee=owner, team=team)
    higher = [each for each in RANK if RANK[each] > RANK[role]]
    if not allowed(act, replace(ANA, role=role), found, where):
        assert not any(allowed(act, replace(ANA, role=each), found, where) for each in higher)
