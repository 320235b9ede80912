"""What a button writes is what the desk reads: each is pressed, and the mail that comes of it is understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mailgate.desk.commands.line import split
from mailgate.desk.commands.when import moment
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.lifecycle import Happening
from mailgate.desk.outcome.solved import read as solved
from mailgate.desk.outcome.survey import rating
from mailgate.desk.outcome.wish import WishKind, wish
from mailgate.mail.model import Mail
from mailgate.mail.parse import parse
from tests.letters.conftest import NOW_MS, TICKET, html_of, order, write


def press(letter, number: int, signature: str = "") -> Mail:
    """The mail that the button opens, sent as it is (RFC 6068): its address, subject and text."""
    links = [unescape(link) for link in re.findall(r'href="(mailto:[^"]+\?[^"]+)"', html_of(letter))]
    link = urlsplit(links[number])
    fields = parse_qs(link.query, keep_blank_values=True)
    head = f"From: {letter.recipient}\r\nTo: {unquote(link.path)}\r\nSubject: {fields['subject'][0]}\r\n"
    rest = "Message-ID: <x@cust.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    return parse(f"{head}{rest}{fields['body'][0]}{signature}".encode()).mail


def wished(mail: Mail) -> object:
    found = wish(mail)
    return found.kind if found else None


def agreed(mail: Mail) -> object:
    return solved(mail.reply_text_nosig)


def scored(mail: Mail) -> object:
    found = rating(mail.reply_text_nosig)
    return found.score if found else None


def commanded(mail: Mail) -> object:
    return [command.name for command in split(mail.reply_text)[0]]


PRESSED: list[tuple[LetterKind, Callable[[Mail], object], list[object]]] = [
    (LetterKind.ACKNOWLEDGEMENT, wished, [WishKind.NUDGE, WishKind.STATUS]),
    (LetterKind.RESOLUTION, agreed, [Happening.CUSTOMER_AGREED, Happening.CUSTOMER_OBJECTED]),
    (LetterKind.SURVEY, scored, [5, 3, 1]),
    (LetterKind.NOTIFICATION, commanded, [["take"], ["resolve"], ["assign"], ["note"], ["snooze"]]),
]


@pytest.mark.parametrize("signature", ["", "\r\n\r\nSent from my iPhone\r\n", "\r\n-- \r\nAna Lee\r\n"])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize(("kind", "understood", "meant"), PRESSED, ids=[kind.value for kind, _, _ in PRESSED])
def test_what_a_button_writes_is_understood(composer, kind, understood, meant, language, signature):
    letter = write(composer, order(kind, language=language))
    assert [understood(press(letter, number, signature)) for number in range(len(meant))] == meant


@pytest.mark.parametrize(
    "kind", [LetterKind.NOTIFICATION, LetterKind.REMINDER, LetterKind.WARNING, LetterKind.HANDOVER]
)
def test_who_has_a_ticket_is_not_asked_to_take_it(composer, kind):
    """Nor where it is one of several."""
    held, other = replace(TICKET, assignee="bo"), replace(TICKET, id=8, number=1043)
    for ticket, offered in ((held, False), (TICKET, True)):
        letter = write(composer, order(kind, agent="bo", rows=(ticket,)), ticket)
        assert ("Take it" in html_of(letter)) is offered
        assert ("<p>\n</p>" in html_of(letter)) is False
    if kind is not LetterKind.NOTIFICATION:
        listed = html_of(write(composer, order(kind, agent="bo", rows=(held, other), purpose=None)))
        assert listed.count("Take it") == 1


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_status_letter_asks_for_news_of_its_ticket(composer, language):
    values = {"one": True, "tickets": ({"number": 1042, "we_owe": True},)}
    letter = write(composer, order(LetterKind.STATUS, language=language, rows=(TICKET,), values=values))
    assert wished(press(letter, 0)) is WishKind.NUDGE


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_until_tomorrow_is_a_day_that_the_desk_knows(composer, language):
    (command,), _ = split(press(write(composer, order(LetterKind.NOTIFICATION, language=language)), 4).reply_text)
    until_ms = moment(command.argument, NOW_MS, "Europe/Berlin")
    assert until_ms is not None
    assert 0 < until_ms - NOW_MS < 48 * 3_600_000


def test_an_alerts_commands_go_to_the_admins_own_control_address(composer):
    values = {"what": "x", "commands": ("#privacy export ana@cust.example",)}
    letter = write(composer, order(LetterKind.ALERT, purpose=None, agent="bo", values=values), None)
    mail = press(letter, 0)
    assert mail.reply_text.strip() == "#privacy export ana@cust.example"
    to = mail.to[0].email
    assert to.startswith(f"support+{Purpose.CONTROL.value}-")
    assert f"write one of these to {to}" in letter.text
