"""Our letters are answered in the mail programs that people use: their words arrive, ours do not."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailgate.desk.commands.line import split
from mailgate.desk.identity.token import find_reference, split_message_id
from mailgate.desk.letter import LetterKind
from mailgate.mail.parse import parse
from tests.letters.clients import PROGRAMS
from tests.letters.conftest import html_of, order, text_of, write

NEWS = {
    "what": "reply",
    "author": "Ana Lee <ana@cust.example>",
    "text": "Hello,\n\nthe printer is broken. #close is what I would write.\n\nAna",
    "quoted": "Please open the tray.",
    "customer": {"name": "Ana Lee", "email": "ana@cust.example", "tickets": 3, "open": 1},
    "history": ({"number": 1007, "subject": "Scanner", "status": "closed"},),
}
ORDERS = ("#take", "#tag printer", "", "Hello Ana,", "", "please open the tray.", "Bo")
OURS = (
    "The printer is broken",
    "the printer is broken",
    "Your reply goes to",
    "Scanner",
    "Ref:",
    "write above",
    "此行上方",
)


def answer(program: str, lines: tuple[str, ...], letter, *, text: bool = True, html: bool = True) -> bytes:
    """The mail that ``program`` sends."""
    plain, markup = PROGRAMS[program](lines, text_of(letter), html_of(letter))
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = f"Bo Chen <{letter.recipient}>", "support@acme.example"
    mail["Subject"], mail["In-Reply-To"] = f"Re: {letter.subject}", f"<{letter.message_id}>"
    mail["Message-ID"], mail["Date"] = "<answer@acme.example>", "Sat, 21 Nov 2026 13:40:00 +0100"
    if text or not markup:
        mail.set_content(plain)
    if html and markup:
        if text:
            mail.add_alternative(markup, subtype="html")
        else:
            mail.set_content(markup, subtype="html")
    return mail.as_bytes()


@pytest.mark.parametrize("parts", ["text and html", "text", "html"])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_agents_commands_and_words_are_found_and_our_notification_is_not(composer, program, language, parts):
    letter = write(composer, order(LetterKind.NOTIFICATION, language=language, values=NEWS))
    mail = parse(answer(program, ORDERS, letter, text="text" in parts, html="html" in parts)).mail
    commands, rest = split(mail.reply_text)
    assert [command.line for command in commands] == ["#take", "#tag printer"]
    assert rest.startswith("Hello Ana,")
    assert rest.replace("Sent from my iPhone", "").split() == ["Hello", "Ana,", "please", "open", "the", "tray.", "Bo"]
    assert [words for words in OURS if words in rest] == []


@pytest.mark.parametrize("kind", [LetterKind.RESOLUTION, LetterKind.ANSWER, LetterKind.CUSTOMER_REMINDER])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_customers_one_word_is_all_that_is_new(composer, program, kind):
    letter = write(composer, order(kind, text="We changed the tray.\n\nBo", values={"quote": "It is broken."}))
    mail = parse(answer(program, ("Yes, thanks!",), letter)).mail
    assert mail.reply_text_nosig.strip() == "Yes, thanks!"


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "without a quote"])
def test_the_quote_brings_the_way_back(composer, program):
    """Where a gateway took address and Message-ID away, the reference line at the end still leads to the ticket."""
    letter = write(composer, order(LetterKind.ANSWER, text="We changed the tray."))
    mail = parse(answer(program, ("Thanks",), letter)).mail
    assert find_reference(mail.text) == split_message_id(letter.message_id)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_transcript_that_is_answered_runs_only_what_is_new(composer, program):
    """Its lines begin with commands; they are ours, and quoted."""
    lines = ({"command": "#close", "result": "done", "detail": "closed"}, {"command": "#help", "help": True})
    letter = write(composer, order(LetterKind.TRANSCRIPT, agent="bo", values={"lines": lines, "undoable": True}))
    commands, rest = split(parse(answer(program, ("#undo",), letter)).mail.reply_text_nosig)
    assert [command.line for command in commands] == ["#undo"]
    assert rest == ""
