"""The plain letters that go out when a template fails."""

from __future__ import annotations

import pytest

from mailgate.desk.letter import LetterKind
from mailgate.letters import builtin, values


@pytest.mark.parametrize("kind", list(LetterKind))
def test_there_is_one_of_every_kind_in_both_languages(kind):
    sample = values.sample(kind)
    english, chinese = builtin.letter(kind, "en", sample), builtin.letter(kind, "zh-Hans", sample)
    for letter in (english, chinese):
        assert "[#1042]" in letter.subject
        assert sample["reference"] in letter.text
    if kind not in (LetterKind.ANSWER, LetterKind.ASK, LetterKind.NOTICE):  # nothing but a person's words
        assert english.text != chinese.text


@pytest.mark.parametrize("kind", list(LetterKind))
def test_it_needs_nothing(kind):
    assert builtin.letter(kind, "en", {}).text


@pytest.mark.parametrize("kind", [LetterKind.NEUTRAL_ACKNOWLEDGEMENT, LetterKind.CONFIRMATION])
def test_it_repeats_nothing_unproved(kind):
    letter = builtin.letter(kind, "en", {**values.sample(kind), "subject": "BUY", "quote": "BUY"})
    assert "BUY" not in letter.subject + letter.text


def test_the_agents_words_and_the_text_of_a_mail_are_in_it():
    for kind in (LetterKind.ANSWER, LetterKind.COPY, LetterKind.NOTIFICATION):
        assert values.sample(kind)["text"] in builtin.letter(kind, "en", values.sample(kind)).text
