"""Tickets that agents give away by command: the other team's way of giving out counts, and absences are told."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import ChangeTicket, OpenTicket
from mailgate.desk.facts import Crew, Facts
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Assign
from mailgate.desk.questions import ask
from tests.desk.conversation import ANA, BEN, NOW_MS, SUPPORT, Desk, mail, policy, reading, ticket

DAY_MS = 86_400_000


def desk(assign: Assign = Assign.ROUND_ROBIN, absent: dict[str, int] | None = None) -> Desk:
    """Ana holds a ticket of team help; billing, which is Ben's and Ana's, gives out its own."""
    plain = policy()
    billing = replace(plain.teams["billing"], members=("ana", "ben"), assign=assign)
    where = replace(plain, teams={**plain.teams, "billing": billing})
    return Desk(where, (ticket(assignee="ana"),), facts=Facts(crew=Crew(), absent=absent or {}))


def changes(plan: Plan) -> dict[str, object]:
    return {name: value for one in plan.effects if isinstance(one, ChangeTicket) for name, value in one.changes.items()}


def said(plan: Plan) -> str:
    """What the transcript says of the first line."""
    (letter,) = (letter for letter in plan.letters if letter.kind is LetterKind.TRANSCRIPT)
    return str(letter.values["lines"][0]["detail"])  # type: ignore[index]


def test_a_team_that_gives_out_gives_the_moved_ticket_to_one_of_its_own() -> None:
    plan = desk().answer("#team billing", Purpose.AGENT, ANA.address)
    assert (changes(plan)["team"], changes(plan)["assignee"]) == ("billing", "ben")
    assert said(plan) == "moved to Billing; given to Ben Okafor, whose turn it is"
    assert [letter.agent for letter in plan.letters if letter.kind is LetterKind.NOTIFICATION] == ["ben"]


def test_it_never_comes_back_to_who_moved_it() -> None:
    """Ana is in that team too; with Ben away nobody else is left, and the team has it."""
    plan = desk(absent={"ben": NOW_MS + DAY_MS}).answer("#team billing", Purpose.AGENT, ANA.address)
    assert changes(plan)["assignee"] == ""
    assert said(plan) == "moved to Billing; everybody of Billing is away"


def test_a_manual_team_gets_it_as_a_team() -> None:
    plan = desk(Assign.MANUAL).answer("#team billing", Purpose.AGENT, ANA.address)
    assert (changes(plan)["assignee"], said(plan)) == ("", "moved to Billing")


def test_who_gives_a_ticket_to_somebody_away_is_told() -> None:
    plan = desk(absent={"ben": NOW_MS + 2 * DAY_MS}).answer("#assign ben", Purpose.AGENT, ANA.address)
    assert changes(plan)["assignee"] == "ben"
    assert said(plan) == "assigned to Ben Okafor, who is away until 2026-11-27"


def test_nothing_is_given_to_who_only_reads() -> None:
    plan = desk().answer("#assign wim", Purpose.AGENT, ANA.address)
    assert changes(plan) == {}
    assert said(plan) == "Wim reads, and does nothing else"


def test_the_store_is_asked_who_is_free_only_where_somebody_may_be_given_something() -> None:
    """A desk of manual teams asks nothing; a giving one for customers' mail, and for commands that give away."""

    def crew(text: str, sender: str, where: Desk) -> tuple[str, ...]:
        address = where.token_address(Purpose.AGENT, sender)
        read = reading(mail(text, sender), recipients=(address,))
        return ask(read, Delivery("acme", SUPPORT, (address,)), where.policy, NOW_MS).crew

    assert crew("Help", "cleo@customer.example", desk()) == ("ana", "ben")
    assert crew("#team billing", ANA.address, desk()) == ("ana", "ben")
    assert crew("An answer.", BEN.address, desk()) == ()
    assert crew("Help", "cleo@customer.example", desk(Assign.MANUAL)) == ()
    assert crew("#team billing", ANA.address, desk(Assign.MANUAL)) == ()


def test_a_task_for_a_team_that_gives_out_has_an_agent_at_once() -> None:
    plan = desk().answer("#child billing: refund the fee\nThe fee is 10 EUR.", Purpose.AGENT, ANA.address)
    (child,) = plan.more
    (opened,) = (effect for effect in child.effects if isinstance(effect, OpenTicket))
    assert opened.assignee == "ben"
    assert opened.reason.endswith("given to Ben Okafor, whose turn it is")
    assert [letter.agent for letter in child.letters] == ["ben"]


def test_a_watcher_of_the_team_reads_what_comes_in_whoever_holds_it() -> None:
    """The new ticket and the customer's next mail; and is never given one."""
    plain = policy()
    helping = replace(plain.teams["help"], members=("wim", "ana", "ben"), assign=Assign.ROUND_ROBIN)
    where = Desk(replace(plain, teams={**plain.teams, "help": helping}), facts=Facts(crew=Crew()))
    new = where.plan(reading(mail()))
    assert {letter.agent for letter in new.letters if letter.agent} == {"ana", "wim"}
    where.tickets = (ticket(assignee="ben"),)
    more = where.answer("It is broken on the second floor too.", Purpose.CUSTOMER, "cleo@customer.example")
    assert {letter.agent for letter in more.letters} == {"ben", "wim"}
