"""Commands: where they stand, what they are called, what they do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.commands.line import LIMIT, split
from mailgate.desk.commands.tally import line
from mailgate.desk.commands.vocabulary import COMMANDS, run
from mailgate.desk.lifecycle import Happening
from tests.desk.conversation import scene, ticket

HERE = scene(ticket(tags=("old", "trial")))


@pytest.mark.parametrize(
    ("text", "names", "rest"),
    [
        ("#close", ["close"], ""),
        ("#assign ben\n#tag vip\n\nHello", ["assign", "tag"], "Hello"),
        ("\n\n  #note\nthe rest\n#close", ["note"], "the rest\n#close"),
        ("Hello\n#close", [], "Hello\n#close"),
        ("#1042 is the number", [], "#1042 is the number"),
        ("# heading", [], "# heading"),
        ("#", [], "#"),
        ("＃关闭", ["close"], ""),
        ("#关闭\n#转给 ben", ["close", "assign"], ""),
        ("#Assign: ben", ["assign"], ""),
        ("#CLOSE", ["close"], ""),
        ("", [], ""),
    ],
)
def test_commands_are_the_lines_at_the_top(text: str, names: list[str], rest: str) -> None:
    commands, left = split(text)
    assert [command.name for command in commands] == names
    assert left == rest


def test_a_word_that_is_nearly_a_command_is_met_with_the_command() -> None:
    [command], _ = split("#clsoe")
    assert str(run(command, HERE).refused) == 'not understood; did you mean "#close"?'
    assert line(command, run(command, HERE))["result"] == "unknown"


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("#assign ben", {"assignee": "ben"}),
        ("#assign Ben Okafor", {"assignee": "ben"}),
        ("#assign ben@acme.example", {"assignee": "ben"}),
        ("#assign me", {"assignee": "ana"}),
        ("#assign none", {"assignee": ""}),
        ("#take", {"assignee": "ana"}),
        ("#认领", {"assignee": "ana"}),
        ("#team Billing", {"team": "billing", "assignee": ""}),
        ("#priority HIGH", {"priority": "high"}),
        ("#优先级 紧急", {"priority": "urgent"}),
        ("#tag vip, -trial", {"tags": ("old", "vip")}),
        ("#tag OLD2 -Old", {"tags": ("trial", "OLD2")}),
    ],
)
def test_a_command_changes_what_it_names(text: str, changes: dict[str, object]) -> None:
    [command], _ = split(text)
    result = run(command, HERE)
    assert not result.refused
    assert {name: result.changes[name] for name in changes} == changes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#assign bne", 'did you mean "ben"?'),
        ("#assign gone", "there is no agent"),
        ("#assign", "to whom?"),
        ("#team marketing", "there are: help, billing"),
        ("#priority enormous", "there is no priority"),
        ("#tag", "which tag?"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_could(text: str, said: str) -> None:
    [command], _ = split(text)
    assert said in str(run(command, HERE).refused)


@pytest.mark.parametrize(
    ("text", "happening"),
    [
        ("#close", Happening.CLOSED),
        ("#solved", Happening.RESOLVED),
        ("#spam", Happening.MARKED_SPAM),
        ("#reopen", Happening.REOPENED),
    ],
)
def test_some_commands_move_the_ticket(text: str, happening: Happening) -> None:
    [command], _ = split(text)
    assert run(command, HERE).happening is happening


def test_no_word_means_two_commands() -> None:
    words = [word for meaning in COMMANDS for word in meaning.words]
    assert len(words) == len(set(words))


def test_a_mail_of_a_thousand_commands_is_cut_off() -> None:
    assert len(split("#tag a\n" * 1000)[0]) == LIMIT


@given(st.text(max_size=400))
def test_any_text_splits_and_every_command_answers(text: str) -> None:
    commands, rest = split(text)
    assert isinstance(rest, str)
    for command in commands:
        result = run(command, HERE)
        assert result.said or result.refused
