"""Whatever the desk says is said in Chinese too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import mailgate
from mailgate.desk.phrase import Phrase, phrase
from mailgate.letters import phrases
from mailgate.letters.phrases import CHINESE, SECTIONS, spoken

SOURCES = Path(mailgate.__file__).parent
MAKERS = {"phrase", "Phrase"}


def _texts(argument: ast.expr) -> Iterator[str | None]:
    """The literals that the first argument of a call may be; None for what is no literal."""
    match argument:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)
        case _:
            yield None


def _said() -> Iterator[tuple[str, str | None]]:
    """Where each phrase of the program stands, and its text."""
    for path in sorted(SOURCES.rglob("*.py")):
        if path.name == "phrase.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS and node.args:
                for text in _texts(node.args[0]):
                    yield f"{path.relative_to(SOURCES)}:{node.lineno}", text


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


SAID = list(_said())


def test_every_phrase_is_a_literal_of_the_program() -> None:
    """So that somebody's words are never taken for a sentence with names to fill, and all can be translated."""
    assert [where for where, text in SAID if text is None] == []


def test_every_phrase_has_its_chinese() -> None:
    assert sorted(f"{where}: {text}" for where, text in SAID if text and text not in CHINESE) == []


def test_no_chinese_stands_for_what_nobody_says() -> None:
    assert sorted(set(CHINESE) - {text for _, text in SAID if text}) == []


def test_a_phrase_has_the_same_names_in_both_languages() -> None:
    assert [english for english, chinese in CHINESE.items() if _names(english) != _names(chinese)] == []


def test_no_phrase_stands_in_two_tables() -> None:
    assert sum(len(section) for section in SECTIONS) == len(CHINESE)


def test_a_phrase_is_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Phrases within phrases too; a name's own braces are words like any other; other languages read English."""
    monkeypatch.setattr(phrases, "CHINESE", {"{who} took it": "{who}已接手", "the team {name}": "团队{name}"})
    taken = phrase("{who} took it", who=phrase("the team {name}", name="{who}"))
    assert spoken(taken, "zh-Hans") == "团队{who}已接手"
    assert spoken(taken, "en") == spoken(taken, "de") == str(taken) == "the team {who} took it"
    assert spoken("as it is {}", "zh") == "as it is {}"


def test_states_and_priorities_in_a_phrase_are_the_readers_words_and_an_admins_own_are_as_they_are() -> None:
    waits = phrase("it is {state} now", state="waiting-customer")
    assert spoken(waits, "zh") == "现在的状态是等待客户回复"
    assert spoken(waits, "en") == "it is waiting for the customer now"
    assert spoken(phrase("it is {state} now", state="in test"), "zh") == "现在的状态是 in test"
    assert spoken(phrase("priority {priority}", priority="urgent"), "zh") == "优先级：紧急"


def test_nothing_said_is_nothing_in_any_language() -> None:
    assert spoken(Phrase(""), "zh") == ""
