"""Questions by mail: lists, searches, one ticket whole, why it is where it is, help."""

from __future__ import annotations

from tests.duties.desk import text_of
from tests.stories.conversation import ANA, BOSS, CLEO, WIM, Conversation


def test_a_list_a_search_and_ones_own_tickets(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(BOSS, "Where is my refund?", "Refund")
    desk.reply(ANA, "#take", desk.boxes[ANA][0])
    desk.everybody_has_read()
    desk.write(ANA, "#list", "anything", desk.control(ANA))
    listed = desk.read(ANA)
    assert "Printer broken" in listed
    assert "Refund" in listed
    desk.write(ANA, "#mine", "anything", desk.control(ANA))
    mine = desk.read(ANA)
    assert "Printer broken" in mine
    assert "Refund" not in mine
    desk.write(ANA, "#search refund", "anything", desk.control(ANA))
    assert "Refund" in desk.read(ANA)


def test_the_subject_of_a_mail_to_the_control_address_is_enough(desk: Conversation) -> None:
    desk.write(CLEO, "退款什么时候到账？", "退款")
    desk.everybody_has_read()
    desk.write(ANA, " ", "搜索 退款", desk.control(ANA))
    assert "退款" in desk.read(ANA)


def test_one_ticket_whole(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#note he calls every day")
    desk.reply(ANA, "Please open the tray.", desk.boxes[ANA][0])
    desk.everybody_has_read()
    desk.reply(ANA, "#show", desk.boxes[ANA][0])
    shown = desk.read(ANA)
    for text in ("PC LOAD LETTER", "he calls every day", "Please open the tray."):
        assert text in shown
    desk.write(ANA, "#history 1\n#why 1", "anything", desk.control(ANA))
    told = desk.read(ANA)
    assert "History of ticket 1" in told
    assert "Why ticket 1" in told


def test_a_question_beside_a_mistake_is_answered(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#show 1\n#clsoe")
    said = desk.read(ANA)
    assert "PC LOAD LETTER" in said
    assert "#close" in said


def test_help_comes_for_nothing_at_all(desk: Conversation) -> None:
    desk.write(ANA, "hello?", "hello", desk.control(ANA))
    said = desk.read(ANA)
    assert "#take" in said
    assert "#search" in said


def test_S34_nobody_is_told_of_what_they_may_not_see(desk: Conversation) -> None:
    """A watcher of no team asks for a ticket, and for one that there is not: the answers are alike."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    for number in (1, 77):
        desk.write(WIM, f"#show {number}", "anything", desk.control(WIM))
        said = text_of(desk.reads(WIM)[-1])
        assert f"no ticket {number} that you may see" in said
        assert "PC LOAD" not in said
    desk.write(WIM, "#list all", "anything", desk.control(WIM))
    assert "Printer broken" not in desk.read(WIM)


def test_S34_a_watcher_commands_nothing(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.write(WIM, f"#new {CLEO} A call", "anything", desk.control(WIM))
    assert "watchers read" in desk.read(WIM)
    assert len(desk.boxes[CLEO]) == 1


def test_a_ticket_of_this_instant_waits_for_no_minute_yet(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#list")
    assert "waiting" not in desk.read(ANA)
    desk.later(120_000)
    desk.reply(ANA, "#list")
    assert "waiting 2 minutes" in text_of(desk.reads(ANA)[-1])


def test_a_mail_to_the_own_address_that_orders_nothing_is_told_so(desk: Conversation) -> None:
    """Nobody takes silence for a thing done."""
    desk.write(ANA, "Please close 1042.", "1042", to=desk.control(ANA))
    [told] = desk.reads(ANA)
    assert "There is no command in your mail, so nothing was done." in text_of(told)
    assert told["Subject"] == "What became of your commands"
    desk.write(ANA, "#help", "Help", to=desk.control(ANA))
    assert "There is no command" not in desk.read(ANA)
