"""Tables of phrases, and looking for them in a text."""

from __future__ import annotations

import pytest

from mailgate.mail.quotes.phrase_table import phrases

TABLE = phrases(
    """
    # English, Chinese
    out of office | 自动回复 |
    # twice, and with a word that is longer
    out of office | office
    """
)


def test_a_table_has_each_phrase_once_in_order() -> None:
    assert TABLE == ("out of office", "自动回复", "office")


@pytest.mark.parametrize(
    ("text", "holds"), [("the office", True), ("您的自动回复", True), ("自动", False), ("", False)]
)
def test_a_phrase_is_found_in_any_script(text: str, holds: bool) -> None:
    assert TABLE.any_in(text) is holds


def test_a_text_in_ascii_can_only_hold_phrases_in_ascii() -> None:
    assert TABLE.possible("plain") == ("out of office", "office")
    assert TABLE.possible("größer") == TABLE
