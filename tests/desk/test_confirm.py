"""What an agent says to a confirmation: yes, no, or something that is neither."""

from __future__ import annotations

import pytest

from mailgate.desk.effect import AddEvent, ReleaseHeld
from mailgate.desk.facts import Facts
from mailgate.desk.letter import LetterKind, Purpose
from tests.desk.conversation import ASKED, Desk, effects, letters
from tests.desk.test_answer import ANA, WAITING


@pytest.mark.parametrize("text", ["#health", "Which mail?", "I will look at it tomorrow"])
def test_neither_yes_nor_no_does_nothing_and_is_told(text: str) -> None:
    """A mail that went to the wrong letter is not swallowed in silence."""
    plan = Desk(tickets=(WAITING,), facts=Facts(asked=(ASKED,))).answer(text, Purpose.CONFIRMATION, ANA)
    assert not effects(plan, ReleaseHeld)
    [letter] = letters(plan, LetterKind.TRANSCRIPT)
    [line] = letter.values["lines"]
    assert "neither yes nor no" in str(line["detail"])
    assert [event.kind for event in effects(plan, AddEvent)] == ["confirmation unclear"]


@pytest.mark.parametrize("text", ["no", "No, that was not me.", "否"])
def test_a_no_is_taken_as_it_is(text: str) -> None:
    plan = Desk(tickets=(WAITING,), facts=Facts(asked=(ASKED,))).answer(text, Purpose.CONFIRMATION, ANA)
    assert not plan.letters
    assert not effects(plan, ReleaseHeld)
