"""Tickets whose agent has left: back to the team, or to who can take them, one letter a person."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.effect import ChangeTicket
from mailgate.desk.facts import Crew
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.policy import Assign, Policy, Team
from mailgate.desk.routing.handover import able, by_urgency, leave
from mailgate.desk.ticket import Status, Ticket
from tests.desk.conversation import BEN, NOW_MS, SUE, policy, ticket

OPEN = ticket(1, assignee="ana", status=Status.OPEN, waiting_since_ms=NOW_MS - 5)
URGENT = ticket(2, assignee="ana", priority="urgent")
OVER = ticket(3, assignee="ana", status=Status.CLOSED)
BENS = ticket(4, assignee="ben")
ALL = (OPEN, URGENT, OVER, BENS)


def desk(assign: Assign = Assign.MANUAL, members: tuple[str, ...] = ("ben",)) -> Policy:
    """Ana is gone already; who is left of her team."""
    plain = policy()
    gone = replace(plain.agents["ana"], active=False)
    team = replace(plain.teams["help"], members=members, assign=assign)
    return replace(plain, agents={**plain.agents, "ana": gone}, teams={**plain.teams, "help": team})


def result(
    where: Policy, tickets: tuple[Ticket, ...] = ALL, crew: Crew | None = None
) -> tuple[dict[int, object], list[LetterOrder]]:
    """Whose each ticket is now, and the letters."""
    plans = [plan for _, plan in leave(tickets, "ana", where, NOW_MS, crew)]
    changes = [effect for plan in plans for effect in plan.effects if isinstance(effect, ChangeTicket)]
    given = {effect.ticket - 5000: effect.changes["assignee"] for effect in changes}
    return given, [letter for plan in plans for letter in plan.letters]


def test_a_manual_teams_tickets_are_nobodys_and_offered_to_the_team() -> None:
    given, (letter,) = result(desk())
    assert given == {1: "", 2: ""}
    assert (letter.kind, letter.agent) == (LetterKind.HANDOVER, "ben")
    assert letter.rows == (URGENT, OPEN)
    assert str(letter.values["why"]) == "Ana Ruiz has left; these tickets need somebody"


def test_a_team_that_gives_out_gives_them_out_and_says_so_once() -> None:
    given, (letter,) = result(desk(Assign.ROUND_ROBIN))
    assert given == {1: "ben", 2: "ben"}
    assert str(letter.values["why"]) == "Ana Ruiz has left; these tickets are yours now"


def test_what_an_agent_is_given_counts_for_the_next_one() -> None:
    """Ten tickets among two agents are five each, and who has room for two gets two."""
    where = desk(Assign.LEAST_LOADED, ("ben", "sue"))
    many = tuple(ticket(number, assignee="ana") for number in range(1, 11))
    given, letters = result(where, many)
    assert sorted(given.values(), key=str) == ["ben"] * 5 + ["sue"] * 5
    assert sorted((letter.agent, len(letter.rows)) for letter in letters) == [("ben", 5), ("sue", 5)]
    tight = replace(where, agents={**where.agents, "ben": replace(BEN, capacity=3), "sue": replace(SUE, capacity=2)})
    given, letters = result(tight, many, Crew({"ben": 1, "sue": 2}))
    assert sorted(given.values(), key=str) == [""] * 8 + ["ben"] * 2
    assert all(str(letter.values["why"]).endswith("need somebody") for letter in letters)


def test_tickets_of_a_team_where_nobody_is_left_go_to_the_supervisor() -> None:
    _, (letter,) = result(desk(Assign.ROUND_ROBIN, ()))
    assert letter.agent == "sue"
    where = desk()
    led = replace(where, teams={"help": Team("help", "Help", ("wim", "ana"), supervisors=("ben",))})
    assert able(led, "help", {}, NOW_MS) == (BEN,)
    assert able(led, "help", {"ben": NOW_MS + 1}, NOW_MS) == (SUE,)


def test_about_one_ticket_the_letter_can_be_answered() -> None:
    _, (letter,) = result(desk(), (OPEN,))
    assert letter.purpose is Purpose.AGENT
    _, (many,) = result(desk())
    assert many.purpose is None


def test_the_history_says_why() -> None:
    plans = leave((OPEN,), "ana", desk(Assign.ROUND_ROBIN), NOW_MS)
    (effect,) = (effect for _, plan in plans for effect in plan.effects if isinstance(effect, ChangeTicket))
    assert effect.why == "Ana Ruiz has left; given to Ben Okafor, whose turn it is"


def test_the_most_urgent_comes_first_then_who_has_waited_longest() -> None:
    late = ticket(5, waiting_since_ms=NOW_MS - 9)
    assert [one.number for one in by_urgency((BENS, OPEN, late, URGENT), policy())] == [2, 5, 1, 4]
