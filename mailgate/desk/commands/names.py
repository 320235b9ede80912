"""Finding what an agent named: a colleague, a team, a priority; and saying what there is where it is none."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.policy import Agent, Policy, Team

_PLAIN = r"[^\s@<>,;:\"()\[\]\\]"
_ADDRESS = re.compile(rf"(?<!{_PLAIN}){_PLAIN}+@{_PLAIN}+\.{_PLAIN}+")
_NUMBER = re.compile(r"[#＃]?(\d{1,12})\b")


def agent_named(word: str, policy: Policy) -> Agent | None:
    """The active agent of that id, name or address, with or without an ``@`` in front."""
    wanted = word.strip().removeprefix("@").removeprefix("＠").casefold()
    agents = (agent for agent in policy.agents.values() if agent.active)
    return next((a for a in agents if wanted in (a.id.casefold(), a.name.casefold(), *a.addresses)), None)


def team_named(word: str, policy: Policy) -> Team | None:
    """The team of that id or name, in any language that it has one in."""
    wanted = word.strip().casefold()
    named = ((team, (team.id, team.name, *team.names.values())) for team in policy.teams.values())
    return next((team for team, names in named if wanted in {name.casefold() for name in names}), None)


def addresses(text: str) -> tuple[str, ...]:
    """The mail addresses in a line, domains in lower case, each once."""
    found = (one.strip(".,，、。") for one in _ADDRESS.findall(text.replace("＠", "@")))
    split = (one.rpartition("@") for one in found)
    return tuple(dict.fromkeys(f"{local}@{domain.lower()}" for local, _, domain in split))


def numbers(text: str) -> tuple[int, ...]:
    """The ticket numbers in a line, each once, at most ten."""
    return tuple(dict.fromkeys(int(one) for one in _NUMBER.findall(text)))[:10]


def no_agent(given: str, policy: Policy) -> Phrase:
    """That there is no such agent, and who is meant or there."""
    return no_such(phrase("agent"), given, [agent.id for agent in policy.agents.values() if agent.active])


def no_such(what: Phrase, given: str, known: Iterable[str]) -> Phrase:
    """That there is no such thing, with the nearest one, or all."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(given.casefold()[:40], folded, 1, 0.5)
    if near:
        return phrase(
            'there is no {what} "{given}"; did you mean "{near}"?', what=what, given=given[:40], near=folded[near[0]]
        )
    there = tuple(names[:20])
    return phrase('there is no {what} "{given}"; there are: {known}', what=what, given=given[:40], known=there)
