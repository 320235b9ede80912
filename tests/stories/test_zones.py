"""Agents who work elsewhere: they write and read times as their clocks show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.desk.conversation import policy
from tests.duties.desk import World
from tests.stories.conversation import ANA, BEN, CLEO, Conversation


@pytest.fixture
def desk(new_world: Callable[..., World]) -> Conversation:
    """The desk goes by UTC; Ana is in New York (UTC-5 in November), Ben in Shanghai (UTC+8)."""
    plain = policy()
    zones = {"ana": "America/New_York", "ben": "Asia/Shanghai"}
    agents = {name: replace(each, timezone=zones.get(name, "")) for name, each in plain.agents.items()}
    return Conversation(new_world(replace(plain, agents=agents)))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_time_in_a_command_is_the_agents_and_so_is_that_of_the_transcript(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.everybody_has_read()
    desk.reply(ANA, "#due 2026-11-27 14:00")
    assert desk.ticket().due_ms == at("2026-11-27 19:00")
    assert "due 2026-11-27 14:00" in desk.read(ANA)


def test_one_moment_is_read_by_each_on_their_own_clock(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    desk.reply(ANA, "#due 2026-11-27 14:00")
    desk.everybody_has_read()
    desk.reply(ANA, "#show")
    desk.reply(BEN, "#show")
    assert "due Fri 27 Nov 14:00" in desk.read(ANA)
    assert "due Sat 28 Nov 03:00" in desk.read(BEN)


def test_the_day_that_a_vacation_notice_names_begins_where_the_agent_is(desk: Conversation) -> None:
    """Until the 27th in New York is until the morning of the 28th there, which is five hours later than at the desk."""
    notice = (("Auto-Submitted", "auto-replied"),)
    desk.write(ANA, "I am out of the office until 27 November 2026.", "Out of office", headers=notice)
    with desk.world.store.transaction() as tx:
        assert tx.roster().absences["ana"] == at("2026-11-28 05:00")
