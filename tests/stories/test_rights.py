"""Who may do what, told to who may not: a team that leaves answers, closing and merging to the ticket's owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailgate.desk.policy import May
from tests.desk.conversation import policy
from tests.duties.desk import World, text_of
from tests.stories.conversation import ANA, BEN, CLEO, SUE, Conversation


@pytest.fixture
def desk(new_world: Callable[..., World]) -> Conversation:
    """Only the owner of a ticket answers, gives away and closes it."""
    plain = policy()
    strict = replace(plain.teams["help"], reply=May.OWNER, reassign=May.OWNER, close=May.OWNER, merge=May.SUPERVISOR)
    return Conversation(new_world(replace(plain, teams={**plain.teams, "help": strict})))


def test_the_answer_of_who_may_not_answer_becomes_a_note(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    news = desk.boxes[BEN][-1]
    desk.reply(ANA, "#take")
    desk.everybody_has_read()
    desk.reply(BEN, "Tell her to open the tray.", news)
    assert desk.reads(CLEO) == []
    assert "your words are kept as a note" in desk.read(BEN)
    assert "Tell her to open the tray." in desk.read(ANA)
    assert desk.ticket().status == "new"


def test_who_takes_a_ticket_may_answer_it_in_the_same_mail(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "Open the tray.")
    assert "#take" in desk.read(ANA)
    assert desk.reads(CLEO) == []
    desk.reply(ANA, "#take\n\nOpen the tray.", desk.boxes[ANA][0])
    assert "Open the tray." in desk.read(CLEO)


def test_S34_a_refused_act_is_told_and_changes_nothing(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    news = desk.boxes[BEN][-1]
    desk.reply(ANA, "#take")
    for command in ("#close", "#assign me", "#spam", "#resolve", "#status closed"):
        desk.everybody_has_read()
        desk.reply(BEN, command, news)
        assert "only the ticket's owner" in text_of(desk.reads(BEN)[-1]), command
    assert (desk.ticket().status, desk.ticket().assignee) == ("new", "ana")
    assert len(desk.boxes[CLEO]) == 1


def test_supervisors_may_all_of_it(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#take\n#note @sue please")
    desk.everybody_has_read()
    desk.reply(SUE, "#close\n\nWe have sent a new one.")
    assert "a new one" in desk.read(CLEO)
    assert desk.ticket().status == "closed"


def test_S24_a_notification_in_the_customers_hands_is_no_power(desk: Conversation) -> None:
    """An agent forwards the notification to the customer, who answers to the address in it."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(CLEO, "#close\n#assign ben\nThank you for the mail.", desk.boxes[ANA][-1])
    ticket = desk.ticket()
    assert (ticket.status, ticket.assignee) == ("new", "")
    assert "#close" in desk.read(ANA)


def test_S36_everybody_gets_one_copy(desk: Conversation) -> None:
    """The agent answers to all; who already stands in To is not written to again."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, f"#take\n#cc {SUE}")
    desk.everybody_has_read()
    news = desk.boxes[ANA][0]
    desk.reply(ANA, "Open the tray.", news)
    assert [len(desk.reads(who)) for who in (CLEO, SUE, ANA, BEN)] == [1, 1, 0, 0]
