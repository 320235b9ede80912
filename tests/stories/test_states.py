"""States by command: the desk's own, a team's, and days that are set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.desk.conversation import policy
from tests.duties.desk import World, text_of
from tests.stories.conversation import ANA, CLEO, Conversation

DAY = 86_400_000


@pytest.fixture
def desk(new_world: Callable[..., World]) -> Conversation:
    """Team help calls one of its states "at the workshop", and one "检测中"."""
    plain = policy()
    states = {"at the workshop": "waiting-third-party", "检测中": "open"}
    return Conversation(
        new_world(replace(plain, teams={**plain.teams, "help": replace(plain.teams["help"], states=states)}))
    )


@pytest.mark.parametrize(
    ("word", "status", "state"),
    [
        ("open", "open", ""),
        ("waiting-customer", "waiting-customer", ""),
        ("Waiting", "waiting-customer", ""),
        ("等待客户", "waiting-customer", ""),
        ("resolved", "resolved", ""),
        ("closed", "closed", ""),
        ("At the Workshop", "waiting-third-party", "at the workshop"),
        ("检测中", "open", "检测中"),
    ],
)
def test_a_state_is_set_by_its_name(desk: Conversation, word: str, status: str, state: str) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, f"#status {word}")
    ticket = desk.ticket()
    assert (ticket.status, ticket.state) == (status, state)
    desk.reply(ANA, "#undo")
    assert (desk.ticket().status, desk.ticket().state) == ("new", "")


def test_words_below_a_state_are_sent_and_the_state_stands(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#status at the workshop\n\nWe have sent it to the workshop.")
    assert "to the workshop" in desk.read(CLEO)
    ticket = desk.ticket()
    assert (ticket.status, ticket.state, ticket.waiting_since_ms) == ("waiting-third-party", "at the workshop", None)
    desk.reply(CLEO, "When is it back?")
    assert (desk.ticket().status, desk.ticket().state) == ("open", "")


def test_a_snoozed_ticket_wakes_its_agent(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#take\n#snooze 2d")
    desk.everybody_has_read()
    desk.later(DAY)
    assert desk.reads(ANA) == []
    desk.later(DAY + 60_000)
    assert any("Printer broken" in text_of(letter) for letter in desk.reads(ANA))


def test_what_is_due_is_told_before_it_is(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#take\n#due tomorrow\n\nI shall come tomorrow.")
    desk.everybody_has_read()
    desk.later(DAY)
    assert any("Printer broken" in text_of(letter) for letter in desk.reads(ANA))


def test_what_was_answered_is_new_no_more(desk: Conversation) -> None:
    """Whatever the command above meant."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#reopen\n\nPlease open the tray.")
    assert desk.ticket().status == "waiting-customer"


def test_an_answer_may_leave_a_ticket_open(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#status open\n\nI shall come at noon.")
    assert (desk.ticket().status, desk.ticket().waiting_since_ms) == ("open", None)
