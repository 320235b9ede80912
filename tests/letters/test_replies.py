"""What people do with our letters: they answer them, and our own reader must find their words and the way back."""

from __future__ import annotations

import pytest

from mailgate.desk.identity.token import find_reference, split_message_id
from mailgate.desk.letter import LetterKind
from mailgate.mail.parse import parse
from tests.letters.conftest import html_of, order, read, text_of, write

MARKED = (
    LetterKind.ACKNOWLEDGEMENT,
    LetterKind.NEUTRAL_ACKNOWLEDGEMENT,
    LetterKind.NOTIFICATION,
    LetterKind.SURVEY,
    LetterKind.CONFIRMATION,
    LetterKind.STATUS,
    LetterKind.RESOLUTION,
    LetterKind.CLOSING,
    LetterKind.CUSTOMER_REMINDER,
    LetterKind.WARNING,
    LetterKind.HANDOVER,
    LetterKind.REMINDER,
    LetterKind.NOTICE,
)
VALUES = {
    "text": "My printer is broken, good or bad.",
    "quote": "My printer is broken.",
    "why": "Nobody wrote for a week.",
    "tickets": ({"number": 1042, "subject": "Printer", "promise": "first answer", "left_ms": 60_000},),
    "lines": ({"command": "#take", "result": "done", "detail": "assigned to Bo Chen"},),
    "undoable": True,
    "would": ("Ticket 1042 would be closed.",),
}
WORDS = "Thank you, it works now."


def reply(letter, text: str, html: str = "") -> bytes:
    """The answer of a mail program to ``letter``, in the plainest MIME there is."""
    to = read(letter)
    head = (
        f"From: Ana Lee <{letter.recipient}>\r\nTo: {to['Reply-To']}\r\nSubject: Re: x\r\nDate: {to['Date']}\r\n"
        f"Message-ID: <answer@cust.example>\r\nIn-Reply-To: {to['Message-ID']}\r\nReferences: {to['Message-ID']}\r\n"
        "MIME-Version: 1.0\r\n"
    )
    kind, content = ("html", html) if html else ("plain", text)
    return (
        f"{head}Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{content}".encode()
    )


def quoting(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("kind", [*MARKED, LetterKind.ANSWER, LetterKind.ASK, LetterKind.TRANSCRIPT])
def test_a_quoting_reply_gives_back_its_new_words_and_the_reference(composer, kind, language):
    letter = write(composer, order(kind, language=language, values=VALUES))
    mail = parse(
        reply(letter, f"{WORDS}\n\nOn Sat, 21 Nov 2026 Acme Support wrote:\n{quoting(text_of(letter))}\n")
    ).mail
    assert mail.reply_text.strip() == WORDS
    assert find_reference(mail.text) == split_message_id(letter.message_id)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("kind", MARKED)
def test_the_marker_serves_where_a_program_quotes_without_any_sign(composer, kind, language):
    letter = write(composer, order(kind, language=language, values=VALUES))
    mail = parse(reply(letter, f"{WORDS}\n\n{text_of(letter)}\n")).mail
    assert mail.reply_text.strip() == WORDS


@pytest.mark.parametrize("kind", MARKED)
def test_the_marker_serves_in_html_too(composer, kind):
    letter = write(composer, order(kind, values=VALUES))
    inner = html_of(letter).split("<body", 1)[1].split(">", 1)[1].split("</body>")[0]
    mail = parse(reply(letter, "", f"<html><body><div>{WORDS}</div><br><div>{inner}</div></body></html>")).mail
    assert mail.reply_text.strip() == WORDS
    assert find_reference(mail.text) == split_message_id(letter.message_id)
