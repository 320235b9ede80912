"""Tickets change hands: taken, given, given back, with the words that go along."""

from __future__ import annotations

from tests.duties.desk import text_of
from tests.stories.conversation import ANA, BEN, CLEO, Conversation


def test_a_ticket_is_given_and_its_new_owner_can_answer_at_once(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#assign ben")
    given = desk.reads(BEN)[0]
    assert "PC LOAD LETTER" in text_of(given)
    assert "Ana Ruiz" in text_of(given)
    desk.reply(BEN, "Please open the tray.", given)
    assert "open the tray" in desk.read(CLEO)
    assert desk.ticket().assignee == "ben"


def test_who_is_given_what_is_not_theirs_gives_it_back_with_the_reason(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#assign ben")
    desk.everybody_has_read()
    desk.reply(BEN, "#refuse I know nothing of printers")
    assert desk.ticket().assignee == "ana"
    assert "I know nothing of printers" in desk.read(ANA)
    assert desk.reads(CLEO) == []


def test_a_reason_below_the_command_is_none_of_the_customers_business(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#assign ben")
    desk.everybody_has_read()
    desk.reply(BEN, "#refuse\nHe is a difficult one, you take him.")
    assert desk.reads(CLEO) == []
    assert "a difficult one" in desk.read(ANA)


def test_a_ticket_that_nobody_gave_goes_back_to_the_team(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#take")
    desk.everybody_has_read()
    desk.reply(ANA, "#drop")
    assert desk.ticket().assignee == ""
    assert "Who takes this?" in desk.read(BEN)


def test_another_team_hears_of_its_ticket(desk: Conversation) -> None:
    desk.write(CLEO, "Where is my invoice?", "Invoice")
    desk.everybody_has_read()
    desk.reply(ANA, "#team billing")
    assert desk.ticket().team == "billing"
    assert "Where is my invoice?" in desk.read(BEN)


def test_what_one_agent_does_another_cannot_undo(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#priority high")
    desk.everybody_has_read()
    desk.reply(BEN, "#undo")
    assert desk.ticket().priority == "high"
    assert "nothing of yours to undo" in desk.read(BEN)


def test_undo_takes_back_one_mail_after_the_other(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#priority high\n#tag printer")
    desk.reply(ANA, "#close")
    assert desk.ticket().status == "closed"
    desk.reply(ANA, "#undo")
    assert (desk.ticket().status, desk.ticket().priority) == ("new", "high")
    desk.reply(ANA, "#undo")
    assert (desk.ticket().priority, desk.ticket().tags) == ("normal", ())
    desk.everybody_has_read()
    desk.reply(ANA, "#undo")
    assert "nothing of yours to undo" in desk.read(ANA)


def test_what_the_customer_wrote_meanwhile_is_not_undone(desk: Conversation) -> None:
    """A ticket that was closed and opened again by its customer stays open."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#take\n#close\n\nI have sent a new one.")
    transcript = desk.boxes[ANA][-1]
    desk.world.clock.ms += 60_000
    desk.reply(CLEO, "It has not come.", desk.boxes[CLEO][1])
    desk.reply(ANA, "#undo", transcript)
    assert (desk.ticket().status, desk.ticket().assignee) == ("open", "")


def test_what_others_hold_is_not_ones_own_to_give_back(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    news = desk.boxes[BEN][-1]
    desk.reply(ANA, "#take")
    desk.everybody_has_read()
    for command in ("#refuse not mine", "#drop"):
        desk.reply(BEN, command, news)
        assert "not yours to give back" in desk.read(BEN)
    assert desk.ticket().assignee == "ana"
    assert desk.reads(ANA) == []


def test_letters_show_the_ticket_as_it_is_by_then(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#priority urgent\n#assign ben")
    assert "Urgent priority, with Ben Okafor" in desk.read(BEN)


def test_a_note_shows_what_the_customer_said_and_none_of_the_notification(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#note @ben have a look")
    told = desk.read(BEN)
    assert "> It says PC LOAD LETTER." in told
    assert "write above" not in told.partition("Earlier:")[2]
