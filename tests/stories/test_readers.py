"""Who is told of what, and in which words: who only reads, who is given a ticket, who asked somebody outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailgate.desk.routing.rule import Actions, Condition, Rule
from tests.desk.conversation import policy
from tests.duties.desk import World, text_of
from tests.stories.conversation import ANA, BEN, CLEO, SUE, VENDOR, WIM, Conversation


def html_of(letter: object) -> str:
    return str(letter.get_body(("html",)).get_content())  # type: ignore[attr-defined]


@pytest.fixture
def read_along(new_world: Callable[..., World]) -> Conversation:
    """Wim reads along in Help, together with Ana and Ben."""
    plain = policy()
    help_ = replace(plain.teams["help"], members=("wim", "ana", "ben"))
    return Conversation(new_world(replace(plain, teams={**plain.teams, "help": help_})))


def test_who_only_reads_is_not_told_to_answer_and_has_nothing_to_press(read_along: Conversation) -> None:
    read_along.write(CLEO, "It says PC LOAD LETTER.")
    [copy] = read_along.reads(WIM)
    assert "PC LOAD LETTER" in text_of(copy)
    for words in (text_of(copy), html_of(copy)):
        assert "Your reply goes to" not in words
        assert "#take" not in words
        assert "You read along" in words
    assert "#take" in text_of(read_along.reads(ANA)[0])


def test_who_only_reads_is_offered_no_ticket(read_along: Conversation) -> None:
    read_along.write(CLEO, "It says PC LOAD LETTER.")
    read_along.reply(ANA, "#take")
    read_along.everybody_has_read()
    read_along.reply(ANA, "#drop")
    assert "Who takes this?" in read_along.read(BEN)
    assert read_along.reads(WIM) == []


def test_a_team_of_readers_alone_is_no_team_that_could_answer(new_world: Callable[..., World]) -> None:
    plain = policy()
    help_ = replace(plain.teams["help"], members=("wim",))
    desk = Conversation(new_world(replace(plain, teams={**plain.teams, "help": help_})))
    desk.write(CLEO, "It says PC LOAD LETTER.")
    assert "#take" in desk.read(SUE)
    assert "PC LOAD LETTER" in desk.read(WIM)


def test_who_is_given_a_ticket_together_with_an_answer_has_one_letter_of_both(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#assign ben\n\nBen will come by this afternoon.")
    assert "this afternoon" in desk.read(CLEO)
    told = desk.read(BEN)
    assert "Given to you, from Ana Ruiz" in told
    assert "This answer went to the customer." in told
    assert "Ben will come by this afternoon." in told
    assert "> It says PC LOAD LETTER." in told


def test_who_asked_a_third_party_reads_the_answer_whoever_has_the_ticket(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    news = desk.boxes[ANA][-1]
    desk.reply(BEN, "#take")
    desk.reply(ANA, f"#ask {VENDOR}\n\nDo you have the R74?", news)
    desk.everybody_has_read()
    desk.reply(VENDOR, "On Friday again.")
    for who in (ANA, BEN):
        assert "On Friday again." in desk.read(who)


def test_a_merger_names_those_who_get_copies_and_no_third_party(desk: Conversation) -> None:
    desk.write("boss@customer.example", "The printer of Cleo is broken.")
    desk.write(CLEO, "It says PC LOAD LETTER.", "Printer says no")
    news = desk.boxes[ANA][-1]
    desk.reply(ANA, f"#ask {VENDOR}\n\nDo you have the R74?", news)
    desk.everybody_has_read()
    desk.reply(ANA, "#merge 1", news)
    told = desk.read(ANA)
    assert f"with copies to {CLEO}" in told
    assert VENDOR not in told


def test_colleagues_see_who_filed_a_mail_and_what_they_noted(desk: Conversation) -> None:
    forwarded = (
        "---------- Forwarded message ---------\nFrom: Fred <fred@customer.example>\nSubject: Invoice\n\nIt is wrong."
    )
    desk.write(ANA, f"#as\nHe is an old customer.\n\n{forwarded}", "Fwd: Invoice")
    told = desk.read(BEN)
    assert "New from Fred" in told
    assert "Written down by an agent." in told
    assert "Ana Ruiz noted: He is an old customer." in told


def test_a_rules_note_stands_in_what_agents_read(new_world: Callable[..., World]) -> None:
    rule = Rule("refunds", Condition("all"), Actions(note="Check the order before you answer."))
    desk = Conversation(new_world(policy(rules=(rule,))))
    desk.write(CLEO, "My money, please.", "Refund")
    [told] = desk.reads(ANA)
    assert "Note: Check the order before you answer." in text_of(told)
    assert "Check the order" in html_of(told)
    assert "Check the order" not in desk.read(CLEO)


def test_what_was_kept_back_is_marked_so_for_colleagues(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#priorty high\n\nWhich model is it?")
    desk.everybody_has_read()
    desk.reply(BEN, "#show")
    assert "Not sent, since a command above it was not carried out" in desk.read(BEN)


def test_what_is_said_of_a_mail_as_a_whole_is_a_sentence(read_along: Conversation) -> None:
    read_along.write(CLEO, "It says PC LOAD LETTER.")
    read_along.everybody_has_read()
    read_along.reply(WIM, "Hello Cleo, I can help.")
    [told] = read_along.reads(WIM)
    assert "Watchers read, and do nothing else; nothing was sent." in text_of(told)
    assert "Watchers read, and do nothing else; nothing was sent." in html_of(told)
