"""A ticket's history reads in the reader's language, whatever happened to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailgate
from mailgate.desk.clock.moments import BROKEN, WARNING
from mailgate.desk.clock.wind import KEPT, LATE
from mailgate.desk.effect import Direction
from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Role
from mailgate.desk.ticket import Status
from mailgate.letters.vocabulary import said, told
from mailgate.store.outbox import LetterState

SOURCES = Path(mailgate.__file__).parent


def _events() -> Iterator[str]:
    """The kinds of events that the program writes down, as far as they are literals."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("AddEvent", "p.AddEvent", "draft.event"):
                yield from (
                    one.value for one in node.args[1:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )


NAMES = {
    "events": sorted({*_events(), BROKEN, WARNING, KEPT, LATE, *(f"letter-{state.value}" for state in LetterState)}),
    "states": [status.value for status in Status],
    "outcomes": [outcome.value for outcome in Outcome if outcome is not Outcome.BOUNCE],
    "authors": [direction.value for direction in Direction],
    "roles": [role.value for role in Role],
}


@pytest.mark.parametrize("sort", NAMES)
def test_every_word_of_the_desk_has_its_chinese(sort: str) -> None:
    assert [name for name in NAMES[sort] if said(name, "zh-Hans") == name] == []


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_customer_is_told_of_a_state_in_words_for_customers(language: str) -> None:
    assert told("waiting-customer", language) != said("waiting-customer", language)
    assert told("testing", language) == "testing", "a team's own name for a state is its own"
