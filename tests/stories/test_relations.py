"""Tickets that have to do with each other: merged, split, linked, a part of one given to another team."""

from __future__ import annotations

import re

from mailgate.store.tickets import show_ticket
from tests.duties.desk import text_of
from tests.stories.conversation import ANA, BEN, BOSS, CLEO, VENDOR, Conversation


def test_two_tickets_become_one_and_both_customers_are_answered(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Cleo's printer does not work.", "Cleo cannot print")
    desk.everybody_has_read()
    desk.reply(ANA, "#merge 1", desk.boxes[ANA][1])
    assert (desk.ticket(2).status, desk.ticket(2).merged_into) == ("merged", desk.ticket(1).id)
    assert "goes on in ticket 1" in desk.read(ANA)
    desk.reply(ANA, "There is a new one.", desk.boxes[ANA][0])
    assert "There is a new one." in desk.read(CLEO)
    assert "There is a new one." in desk.read(BOSS)


def test_nobody_is_said_to_have_written_what_another_wrote(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Cleo's printer does not work.", "Cleo cannot print")
    desk.reply(ANA, "#merge 1", desk.boxes[ANA][1])
    desk.reply(BOSS, "It smokes now.")
    desk.everybody_has_read()
    desk.reply(ANA, "We come.")
    answered = desk.read(CLEO)
    assert "> It smokes now." in answered
    assert "Cleo wrote" not in answered


def test_a_merged_ticket_is_read_where_it_went(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Cleo's printer does not work.", "Cleo cannot print")
    desk.write(VENDOR, "We hear that a printer is broken.", "A printer")
    desk.reply(ANA, "#merge 2", desk.boxes[ANA][2])
    desk.reply(ANA, "#merge 1", desk.boxes[ANA][1])
    desk.everybody_has_read()
    desk.reply(ANA, "#show 1", desk.boxes[ANA][0])
    shown = desk.read(ANA)
    assert re.search(r"Boss\s+.*#2\s+> Cleo's printer does not work\.", shown)
    assert re.search(r"Vera\s+.*#3\s+> We hear that a printer is broken\.", shown)
    found = show_ticket(desk.world.store.rows, 1)
    assert found is not None
    assert [message["marks"] for message in found.messages if message["direction"] == "customer"] == [
        [],
        ["#2"],
        ["#3"],
    ]


def test_mail_on_a_merged_ticket_lands_where_it_went(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Cleo's printer does not work.", "Cleo cannot print")
    desk.reply(ANA, "#merge 1", desk.boxes[ANA][1])
    desk.everybody_has_read()
    desk.reply(BOSS, "It smokes now.")
    letters = desk.reads(ANA)
    assert "[#1]" in str(letters[0]["Subject"])
    assert "It smokes now." in text_of(letters[0])


def test_who_has_a_ticket_learns_what_was_merged_into_it(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Cleo's printer does not work.", "Cleo cannot print")
    desk.reply(BEN, "#take", desk.boxes[BEN][0])
    desk.everybody_has_read()
    desk.reply(ANA, "#merge 1", desk.boxes[ANA][1])
    [told] = desk.reads(BEN)
    assert "[#1]" in str(told["Subject"])
    assert "Ticket 2 (Cleo cannot print) was merged into this one." in text_of(told)
    assert "Cleo's printer does not work." in text_of(told)
    desk.reply(ANA, "#undo")
    assert desk.reads(BEN) == []


def test_a_customer_finds_a_merged_ticket_where_it_went(desk: Conversation) -> None:
    """Asked for the status they are shown the ticket in which theirs goes on, and nobody else's."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Cleo's printer does not work.", "Cleo cannot print")
    desk.reply(ANA, "#merge 1", desk.boxes[ANA][1])
    desk.everybody_has_read()
    desk.write(BOSS, "status", "status")
    desk.write(VENDOR, "status", "status")
    shown, other = desk.read(BOSS), desk.read(VENDOR)
    assert "#1 Printer broken" in shown
    assert "#1" not in other


def test_a_merge_can_be_undone(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "I want to buy a printer.", "Printer wanted")
    desk.reply(ANA, "#merge 1", desk.boxes[ANA][1])
    desk.reply(ANA, "#undo")
    assert (desk.ticket(2).status, desk.ticket(2).merged_into) == ("new", None)
    assert desk.ticket(1).participant(BOSS) is None


def test_a_second_question_becomes_a_ticket_of_its_own(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER. And where is my invoice?")
    desk.everybody_has_read()
    desk.reply(ANA, "#split Invoice of November\n#take")
    second = desk.ticket(2)
    assert (second.subject, second.requester.email) == ("Invoice of November", CLEO)
    assert "where is my invoice" in second.asked
    assert "Invoice of November" in str(desk.reads(CLEO)[0]["Subject"])
    assert desk.ticket(1).assignee == "ana"


def test_a_second_question_of_somebody_who_was_copied_in_is_theirs(desk: Conversation) -> None:
    """Of several customers on a ticket the new one belongs to who asked, not to who began the first."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, f"#cc {BOSS}\nHello, which printer is it?")
    desk.reply(BOSS, "The one upstairs. And my keyboard lacks a key.")
    desk.write(CLEO, "any news?", "Re: [#1] Printer broken")
    desk.everybody_has_read()
    desk.reply(ANA, "#split Keyboard")
    assert (desk.ticket(2).requester.email, desk.ticket(2).subject) == (BOSS, "Keyboard")
    assert "my keyboard" in desk.ticket(2).asked


def test_another_team_does_a_part_and_the_ticket_waits_for_it(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#take\n#child billing: order a new printer\nThe old one is from 1999.")
    assert desk.ticket(1).status == "waiting-child"
    assert desk.reads(CLEO) == []
    task = desk.reads(BEN)[0]
    assert "The old one is from 1999." in text_of(task)
    desk.everybody_has_read()
    desk.reply(BEN, "#close\n\nIt comes on Friday.", task)
    assert desk.ticket(1).status == "open"
    told = [text_of(letter) for letter in desk.reads(ANA)]
    assert any("It comes on Friday." in text for text in told)
    assert any("order a new printer" in text and "waited for" in text for text in told)


def test_the_ticket_waits_for_the_last_of_its_parts(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    asked = desk.boxes[ANA][-1]
    desk.reply(ANA, "#child billing: order a printer", asked)
    desk.reply(ANA, "#child billing: order paper", asked)
    first, second = desk.boxes[BEN][-2:]
    desk.reply(BEN, "#close", first)
    assert desk.ticket(1).status == "waiting-child"
    desk.reply(BEN, "#close", second)
    assert desk.ticket(1).status == "open"


def test_a_third_party_is_asked_and_its_answer_never_reaches_the_customer(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, f"#take\n#ask {VENDOR}\n\nWhich tray fits the 4200?")
    asked = desk.reads(VENDOR)[0]
    assert "Which tray fits the 4200?" in text_of(asked)
    assert "ana@acme.example" not in asked.as_string()
    assert CLEO not in asked.as_string()
    assert desk.reads(CLEO) == []
    assert desk.ticket().status == "waiting-third-party"
    desk.everybody_has_read()
    desk.reply(VENDOR, "The R74, but do not tell your customer that we are out of it.")
    assert desk.ticket().status == "open"
    assert "The R74" in desk.read(ANA)
    assert desk.reads(CLEO) == []
    desk.reply(ANA, "We are ordering a tray.", desk.boxes[ANA][0])
    assert "R74" not in desk.read(CLEO)
    assert desk.reads(VENDOR) == []


def test_an_unknown_ticket_and_one_of_another_brand_are_refused_alike(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Where is my order?", "Order", to="help@shop.example")
    desk.everybody_has_read()
    for number in (2, 77):
        desk.reply(ANA, f"#merge {number}", desk.boxes[ANA][0])
        assert f"no ticket {number} that you may see" in desk.read(ANA)
    assert desk.ticket(1).status == "new"


def test_links_are_made_and_loosed(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Cleo's printer does not work.", "Cleo cannot print")
    rows = desk.world.store.rows
    desk.reply(ANA, "#link 1", desk.boxes[ANA][1])
    assert rows.all("SELECT COUNT(*) FROM links")[0][0] == 1
    desk.reply(ANA, "#unlink 1", desk.boxes[ANA][1])
    assert rows.all("SELECT COUNT(*) FROM links")[0][0] == 0


def test_a_part_that_was_given_away_by_mistake_is_taken_back(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#child billing: order a printer")
    desk.reply(ANA, "#undo")
    assert (desk.ticket(1).status, desk.ticket(2).status) == ("new", "closed")


def test_who_is_asked_need_not_read_the_customers_subject(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.", "Refund for Cleo Lim, account 47-11-0815")
    desk.reply(ANA, f"#ask Vera <{VENDOR}> Trays\n\nWhich tray fits the 4200?")
    [asked] = desk.reads(VENDOR)
    assert asked["Subject"] == "[#1] Trays"
    assert "47-11-0815" not in asked.as_string()
