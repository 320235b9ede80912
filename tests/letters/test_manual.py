"""The manual by mail and the agents' page tell of every command, in both languages, and of nothing else."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from mailgate.desk.commands.vocabulary import BY_NAME
from mailgate.desk.commands.words import WORDS, name_of
from mailgate.desk.policy import Agent, Role
from mailgate.letters.manual import CHINESE, ENGLISH, manual

PAGE = (Path(__file__).parents[2] / "docs" / "agents.md").read_text("utf-8")
COMMAND = re.compile(r"`#([^\W\d_][\w-]*)")


def word(usage: str) -> str:
    """The command's word of a usage: ``assign`` of ``#assign ana``."""
    return usage.split()[0].removeprefix("#")


def agent(role: Role) -> Agent:
    return Agent("x", "X", "x@acme.example", role=role)


def test_every_command_has_a_line_in_both_languages():
    assert set(BY_NAME) <= set(ENGLISH) == set(CHINESE) <= set(WORDS)


@pytest.mark.parametrize("lines", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_line_is_written_with_a_word_of_its_command(lines):
    assert [name for name, (usage, _) in lines.items() if name_of(word(usage)) != name] == []


def test_every_command_stands_on_the_agents_page_in_both_languages():
    written = {name_of(found) for found in COMMAND.findall(PAGE)}
    assert set(ENGLISH) - written == set()
    assert {name for name, (usage, _) in CHINESE.items() if f"`#{word(usage)}" not in PAGE} == set()


def test_the_agents_page_names_no_command_that_there_is_not():
    assert [found for found in COMMAND.findall(PAGE) if not name_of(found)] == []


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_each_role_is_told_of_what_it_may(language):
    lists = [set(manual(agent(role), language)) for role in (Role.WATCHER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN)]
    assert all(less <= more for less, more in pairwise(lists))
    assert lists[0] < lists[1]
    for role, told in zip((Role.WATCHER, Role.ADMIN), (lists[0], lists[-1]), strict=True):
        assert len(told) == sum(BY_NAME[name].open_to(agent(role)) for name in ENGLISH if name in BY_NAME)
