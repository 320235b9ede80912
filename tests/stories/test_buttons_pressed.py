"""A button is pressed: the mail that opens gets whatever the agent's mail program puts under every mail."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.stories.conversation import ANA, CLEO, Conversation

SIGNATURES = (
    "",
    "Ana Ruiz",
    "Ana Ruiz\nSupport Engineer\nAcme GmbH | Main Street 1 | Berlin\nTel. +49 30 123456 | ana@acme.example",
    "Ana Ruiz, Support Engineer\nAcme GmbH",
    "Ana Ruiz | Acme",
    "-- \nAna Ruiz\nAcme GmbH",
    "Mit freundlichen Grüßen\nAna Ruiz\nAcme GmbH",
    "Sent from my iPhone",
    "发自我的iPhone",
    "来自我的小米手机",
)


def press(desk: Conversation, who: str, word: str, signature: str) -> None:
    """The button with that word on it, in the newest letter, and Send."""
    page = str(desk.boxes[who][-1].get_body(("html",)).get_content())
    links = re.findall(r'href="(mailto:[^"]*)"[^>]*>([^<]*)</a>', page)
    found = urlsplit(next(html.unescape(link) for link, shown in links if shown == word))
    given = parse_qs(found.query)
    desk.write(who, f"{given['body'][0]}\r\n{signature}", given["subject"][0], to=unquote(found.path))


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_pressed_button_says_nothing_to_the_customer(desk: Conversation, signature: str) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    press(desk, ANA, "Take it", signature)
    assert desk.ticket().assignee == "ana"
    assert desk.ticket().status == "new"
    assert desk.reads(CLEO) == []


def test_words_above_the_name_are_an_answer(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    press(desk, ANA, "Take it", "Please open the tray.\n\nAna Ruiz\nSupport Engineer")
    assert "Please open the tray." in desk.read(CLEO)
