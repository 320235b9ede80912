"""An agent works on a ticket with nothing but a mail program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailgate.desk.ticket import Status
from tests.desk.conversation import policy
from tests.duties.desk import World, back, text_of
from tests.stories.conversation import ANA, BEN, BOSS, CLEO, SUE, Conversation


def test_an_answer_reaches_the_customer_in_the_agents_words_alone(desk: Conversation) -> None:
    """Under the desk's address, without the notification's quote, a token of the agent's or the agent's address."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "Please open the tray.\n-- \nAna Ruiz, ana@acme.example")
    [answer] = desk.reads(CLEO)
    assert "Please open the tray." in text_of(answer)
    assert "PC LOAD LETTER" in text_of(answer)
    assert answer["From"].addresses[0].addr_spec == "support@acme.example"
    for secret in ("ana@acme.example", "+a", "Your reply goes to", "#take"):
        assert secret not in answer.as_string()
    assert desk.ticket().status is Status.WAITING_CUSTOMER
    assert desk.reads(ANA) == []


def test_the_customers_answer_comes_back_on_the_same_ticket(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "Please open the tray.")
    desk.everybody_has_read()
    desk.reply(CLEO, "It is open now, and empty?")
    assert desk.ticket().status is Status.OPEN
    assert "It is open now" in desk.read(ANA)
    assert "It is open now" in desk.read(BEN)


def test_commands_and_an_answer_in_one_mail(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#take\n#priority high\n#tag printer\n\nPlease open the tray.")
    ticket = desk.ticket()
    assert (ticket.assignee, ticket.priority, ticket.tags) == ("ana", "high", ("printer",))
    assert "Please open the tray." in desk.read(CLEO)
    said = desk.read(ANA)
    assert "it is yours" in said
    assert "#priority high" in said


def test_a_mistake_sends_nothing_and_does_nothing_until_it_is_mended(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#take\n#priorty high\n\nPlease open the tray.")
    assert desk.reads(CLEO) == []
    assert desk.ticket().assignee == ""
    assert "#priority" in desk.read(ANA)
    desk.reply(ANA, "#take\n#priority high\n\nPlease open the tray.", desk.boxes[ANA][0])
    assert "Please open the tray." in desk.read(CLEO)
    assert desk.ticket().assignee == "ana"


def test_the_same_in_chinese(desk: Conversation) -> None:
    desk.write(CLEO, "打印机坏了，请帮忙。", "打印机")
    desk.everybody_has_read()
    desk.reply(ANA, "＃认领\n#优先级 紧急\n#标签 打印机\n\n请打开纸盒。")
    ticket = desk.ticket()
    assert (ticket.assignee, ticket.priority, ticket.tags) == ("ana", "urgent", ("打印机",))
    assert "请打开纸盒。" in desk.read(CLEO)


def test_commands_in_front_of_the_subject(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    news = desk.boxes[ANA][-1]
    desk.write(ANA, "Please open the tray.", f"[assign: ben] Re: {news['Subject']}", back(news))
    assert desk.ticket().assignee == "ben"


def test_S32_a_subject_that_comes_back_is_no_command(desk: Conversation) -> None:
    """The customer's own subject stands in every letter about the ticket."""
    desk.write(CLEO, "It says PC LOAD LETTER.", "[assign: ben] [close] Printer")
    desk.reply(ANA, "Please open the tray.")
    ticket = desk.ticket()
    assert (ticket.assignee, ticket.status) == ("", Status.WAITING_CUSTOMER)


def test_S32_a_customers_commands_are_text(desk: Conversation) -> None:
    desk.write(CLEO, "#close\n#assign ben\nIt says PC LOAD LETTER.")
    ticket = desk.ticket()
    assert (ticket.assignee, ticket.status) == ("", Status.NEW)
    assert "#close" in text_of(desk.boxes[ANA][-1])


def test_S31_a_command_in_a_quote_or_below_the_words_is_text(desk: Conversation) -> None:
    desk.write(CLEO, "#close\nIt says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "Please open the tray.\n#spam\n\nOn Wednesday Ben <ben@acme.example> wrote:\n> #close")
    assert desk.ticket().status is Status.WAITING_CUSTOMER
    assert "#spam" in desk.read(CLEO)


def test_a_solution_is_asked_about_and_silence_closes(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#resolve\n\nThere is a new one on your desk.")
    assert desk.ticket().status is Status.RESOLVED
    asked = desk.read(CLEO)
    assert "There is a new one on your desk." in asked
    desk.later(6 * 86_400_000)
    assert desk.ticket().status is Status.CLOSED


def test_resolving_needs_no_words(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#resolve")
    assert desk.ticket().status is Status.RESOLVED
    assert len(desk.reads(CLEO)) == 1
    assert "resolved" in desk.read(ANA)


def test_a_note_stays_inside_and_a_name_in_it_tells_that_one_alone(desk: Conversation) -> None:
    """S-35: no letter to a customer ever holds a note."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#note @ben\nHe calls every day. Can you have a look?")
    assert "He calls every day" in desk.read(BEN)
    assert desk.reads(SUE) == []
    desk.reply(BEN, "Good morning, please open the tray.")
    answer = desk.read(CLEO)
    assert "open the tray" in answer
    assert "every day" not in answer


def test_who_is_copied_in_gets_the_answer_of_the_same_mail(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, f"#cc {BOSS} sue@acme.example\n\nPlease open the tray.")
    for reader in (CLEO, BOSS, SUE):
        assert "Please open the tray." in desk.read(reader)
    desk.reply(ANA, f"#uncc {BOSS}\n\nAnd close it.")
    assert desk.reads(BOSS) == []
    assert "And close it." in desk.read(CLEO)


def test_who_is_copied_in_reads_no_agents_name_unless_the_desk_shows_them(
    desk: Conversation, new_world: Callable[..., World]
) -> None:
    """An answer comes from the desk; a colleague who follows reads whose it is."""
    plain = policy()
    named = {name: replace(brand, agent_names=True) for name, brand in plain.brands.items()}
    for each, shown in ((desk, False), (Conversation(new_world(replace(plain, brands=named))), True)):
        each.write(CLEO, "It says PC LOAD LETTER.")
        each.reply(BEN, "#take", each.boxes[BEN][-1])
        each.everybody_has_read()
        each.reply(ANA, f"#cc {BOSS}\n\nPlease open the tray.")
        assert ("Ana Ruiz" in each.reads(BOSS)[-1].as_string()) is shown
        assert "Ana Ruiz wrote:" in text_of(each.reads(BEN)[-1])


def test_waiting_until_a_day(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#take\n#pending fri\n\nI shall look again on Friday.")
    assert desk.ticket().status is Status.WAITING_CUSTOMER
    desk.everybody_has_read()
    desk.later(2 * 86_400_000)
    assert desk.ticket().status is Status.OPEN
    assert "Printer broken" in desk.read(ANA)


def test_a_canned_reply_stands_above_the_agents_words(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#canned tray\n\nBest,\nAna")
    answer = desk.read(CLEO)
    assert answer.index("Dear Cleo, open the tray.") < answer.index("Best,")


def test_S31_what_nobody_sees_commands_nothing(desk: Conversation) -> None:
    """Hidden text of an HTML mail, whoever put it there."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    news = desk.boxes[ANA][-1]
    desk.everybody_has_read()
    hidden = '<div style="display:none">#spam</div><p hidden>#close</p><p>Please open the tray.</p>'
    desk.write(ANA, "", f"Re: {news['Subject']}", back(news), html=hidden)
    assert desk.ticket().status is Status.WAITING_CUSTOMER
    assert "Please open the tray." in desk.read(CLEO)


def test_what_a_telephone_says_of_itself_stays_in_the_house(desk: Conversation) -> None:
    """Only as a line at the end: an answer about telephones loses no word."""
    desk.write(CLEO, "Which app do I need?")
    desk.everybody_has_read()
    desk.reply(ANA, "Take the one below.\nDownload the Outlook app.\n\nSent from my iPhone")
    answer = desk.read(CLEO)
    assert answer.splitlines()[:2] == ["Take the one below.", "Download the Outlook app."]
    assert "iPhone" not in answer


def test_an_answer_quotes_the_question_and_not_the_asking_for_news_or_the_thanks(desk: Conversation) -> None:
    """What comes after the question without being one is not what the answer is about."""
    desk.write(CLEO, "It says PC LOAD LETTER.")
    for word in ("Any news?", "Thanks!"):
        desk.reply(CLEO, word)
        desk.everybody_has_read()
        desk.reply(ANA, f"Please open the tray ({word}).")
        answer = desk.read(CLEO)
        assert "> It says PC LOAD LETTER." in answer
        assert f"> {word}" not in answer


def test_a_reopened_ticket_counts_as_open_in_the_news_of_it(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#resolve\n\nThe tray was empty.")
    desk.everybody_has_read()
    desk.reply(CLEO, "No, it still says so.")
    assert "1 ticket, 1 open" in desk.read(BEN)
