"""What a question found can be read on a phone, in a terminal and in both languages, and gives nobody's token away."""

from __future__ import annotations

import pytest

from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.phrase import phrase
from mailgate.desk.query import AgentRow, Answer, DecisionRow, EventRow, Fact, HeldRow, MessageRow, TicketRow
from tests.letters.conftest import BO, NOW_MS, POLICY, TICKET, html_of, order, read, text_of, write
from tests.letters.test_nasty import EVIL, assert_inert

HOUR = 3_600_000
PRINTER = TicketRow(
    1042,
    "Printer broken",
    "open",
    "it",
    "bo",
    "urgent",
    "ana@cust.example",
    NOW_MS - 9 * HOUR,
    NOW_MS - HOUR,
    NOW_MS - 5 * HOUR,
    NOW_MS + HOUR,
)
INVOICE = TicketRow(
    7, "发票", "waiting-customer", "it", "", "normal", "wang@cust.example", NOW_MS - 48 * HOUR, NOW_MS - 40 * HOUR
)


def transcript(composer, *answers: Answer, language: str = "en", **line):
    lines = tuple({"command": "#list", "result": "done", "answer": answer, **line} for answer in answers)
    return write(composer, order(LetterKind.TRANSCRIPT, language=language, values={"lines": lines}))


def test_tickets_are_short_blocks_of_what_matters(composer):
    """Number and subject; state, whose, since when: no table that a phone would break."""
    letter = transcript(composer, Answer((PRINTER, INVOICE), total=214), title=phrase("open tickets"))
    body = text_of(letter)
    assert "#1042 Printer broken\nopen, urgent priority · ana@cust.example, with Bo Chen · waiting 5 hours" in body
    assert "due today 14:30" in body
    assert "#7 发票\nwaiting for the customer · wang@cust.example, for Second Floor IT · Thu 19 Nov 21:30" in body
    assert "These are 2 of 214." in body
    assert html_of(letter).count('class="row"') == 2


def test_they_are_told_in_chinese_too(composer):
    body = text_of(transcript(composer, Answer((PRINTER, INVOICE), total=214), language="zh-Hans"))
    assert "处理中，优先级：紧急 · ana@cust.example，处理人：Bo Chen · 已等待5小时，应于今天14:30前答复" in body
    assert "团队：二楼技术组" in body
    assert "共 214 条，以上为其中 2 条。" in body


def test_a_held_mails_cause_and_what_rules_would_do_are_told_in_chinese(composer):
    held = HeldRow(12, "spam", "it is spam; x-spam-flag: YES", "x@spam.example", "WIN", NOW_MS)
    trace = ("route: no rule matched: the default team", "priority: high", "status: closed", "acknowledgement: none")
    tried = DecisionRow(NOW_MS, "ana@cust.example", "new", "default", "g1", "", trace)
    body = text_of(transcript(composer, Answer((held,)), Answer((tried,)), language="zh"))
    assert "12 垃圾邮件：WIN" in body
    assert "判为垃圾邮件；x-spam-flag: YES" in body
    for line in ("分派：没有匹配的规则：默认团队", "优先级：高", "状态：已关闭", "确认信：无"):
        assert f"> {line}" in body


def test_nothing_found_is_said(composer):
    assert "Nothing found." in text_of(transcript(composer, Answer()))
    assert "没有找到。" in text_of(transcript(composer, Answer(), language="zh"))


def test_a_ticket_whole_has_its_messages_in_order_notes_set_apart_and_files_named(composer):
    rows = (
        MessageRow(
            NOW_MS - HOUR, "Ana Lee <ana@cust.example>", "customer", False, "It is broken.", ("a.pdf", "图.png")
        ),
        MessageRow(NOW_MS, "bo", "agent", True, "Tray 2 again."),
        MessageRow(NOW_MS, "ana@cust.example", "customer", False, "Hello?", marks=("unverified",)),
    )
    letter = transcript(composer, Answer(rows, ticket=PRINTER), command="#show 1042")
    body = text_of(letter)
    assert body.index("#1042 Printer broken") < body.index("> It is broken.") < body.index("> Tray 2 again.")
    assert "Files: a.pdf, 图.png" in body
    assert "Bo Chen\ntoday 13:30 · internal note\n> Tray 2 again." in body
    assert "The sender could not be verified" in body
    assert html_of(letter).count("font-style: italic") == 1, "the note, and only it"


def test_history_decisions_held_mail_and_health_have_a_line_each(composer):
    event = EventRow(NOW_MS, "changed", "bo", (Fact("status", "resolved", "open", moved=True),))
    decision = DecisionRow(NOW_MS, "ana@cust.example", "new", "printers", "3f2a91", "", ("subject has printer",))
    held = HeldRow(12, "spam", "score 9", "x@spam.example", "WIN", NOW_MS)
    body = text_of(
        transcript(
            composer,
            Answer((event,)),
            Answer((decision,)),
            Answer((held,)),
            Answer(counts={"letters_retry": 2, "open_it": 12, "waiting_ms": HOUR}),
        )
    )
    assert "today 13:30 · changed · Bo Chen · status: open → resolved" in body
    assert "rule printers, rules 3f2a91\n> subject has printer" in body
    assert "12 spam: WIN" in body
    assert "letters, to be tried again: 2\nopen tickets of Second Floor IT: 12\nlongest wait: 1 hour" in body


def test_who_works_here_is_a_block_each_in_the_readers_words(composer):
    answer = Answer((AgentRow("bo", "Bo Chen", "bo@acme.example", "supervisor", ("it",)),), 1)
    assert "Bo Chen\nbo, supervisor · bo@acme.example · Second Floor IT" in text_of(transcript(composer, answer))
    assert "bo，主管 · bo@acme.example" in text_of(transcript(composer, answer, language="zh"))


def test_figures_of_health_are_set_as_chinese_is(composer):
    body = text_of(transcript(composer, Answer(counts={"letters_retry": 2}), language="zh"))
    assert "邮件（待重试）：2" in body


def test_S36_what_a_message_quotes_of_our_letters_has_no_token_in_it(composer):
    """A customer's mail quotes the customer's token; an agent who reads it back must not get it."""
    tokens = Tokens(POLICY.secrets)
    address = tokens.address(POLICY.mailboxes[0], Purpose.CUSTOMER, TICKET.number, TICKET.rid, "ana@cust.example")
    row = MessageRow(NOW_MS, "ana@cust.example", "customer", False, f"> Reply to {address}")
    letter = transcript(composer, Answer((row,), ticket=PRINTER))
    mac = address.split("@")[0].rpartition("-")[2]
    assert mac not in text_of(letter) + html_of(letter)


def test_a_long_message_is_cut(composer):
    row = MessageRow(NOW_MS, "ana@cust.example", "customer", False, "word " * 100_000)
    letter = transcript(composer, Answer((row,), ticket=PRINTER))
    assert "[…]" in text_of(letter)
    assert len(letter.data) < 60_000


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_what_strangers_wrote_is_shown_and_does_nothing(composer, language):
    rows = (
        TicketRow(1, EVIL, "open", EVIL, EVIL, EVIL, EVIL, NOW_MS, NOW_MS, snippet=EVIL),
        MessageRow(NOW_MS, EVIL, EVIL, True, EVIL, (EVIL,), (EVIL,)),
        EventRow(NOW_MS, EVIL, EVIL, (Fact(EVIL, EVIL, EVIL, moved=True), Fact("rules", (EVIL,))), (EVIL,)),
        DecisionRow(NOW_MS, EVIL, EVIL, EVIL, EVIL, EVIL, (EVIL,)),
        HeldRow(1, EVIL, EVIL, EVIL, EVIL, NOW_MS, EVIL),
    )
    letter = transcript(composer, *(Answer((row,), ticket=PRINTER) for row in rows), language=language)
    assert letter.failed_template == ""
    assert read(letter)["Bcc"] is None
    assert_inert(html_of(letter))


def test_a_number_stays_before_a_subject_that_is_written_from_right_to_left(composer):
    row = TicketRow(998, "مرحبا", "open", "it", "", "normal", "a@b.example", NOW_MS, NOW_MS)
    assert "#998 <bdi>مرحبا</bdi>" in html_of(transcript(composer, Answer((row,))))


def test_help_lists_what_the_reader_may_and_tells_the_readers_own_address(composer):
    values = {"lines": ({"command": "#help", "result": "done", "help": True},)}
    letter = write(composer, order(LetterKind.TRANSCRIPT, agent="bo", values=values))
    body = text_of(letter)
    assert "#take – the ticket is yours" in body
    control = Tokens(POLICY.secrets).address(POLICY.mailboxes[0], Purpose.CONTROL, 0, "", BO.email)
    assert control in body
    assert control in html_of(letter)
