"""Commands that set what a ticket is: whose, of which team, how urgent, its tags and fields."""

from __future__ import annotations

import re

from mailgate.desk.commands.names import agent_named, no_agent, no_such, team_named
from mailgate.desk.commands.scene import Meaning, Result, Scene, refuse
from mailgate.desk.identity.rights import Act
from mailgate.desk.phrase import phrase
from mailgate.desk.policy import Agent, Team

NOBODY = frozenset({"none", "nobody", "-", "无", "没人", "無"})
ME = frozenset({"me", "我", "自己"})
PRIORITIES = {"低": "low", "普通": "normal", "正常": "normal", "高": "high", "紧急": "urgent", "緊急": "urgent"}
LONGEST = 200
"""Characters of a field's value."""


def _assign(argument: str, scene: Scene) -> Result:
    """To an agent, to nobody, or to a team."""
    wanted = argument.casefold()
    if not wanted:
        return refuse(phrase("to whom?"))
    if wanted in NOBODY:
        return Result({"assignee": "", "given_by": ""}, said=phrase("assigned to nobody"))
    agent = scene.agent if wanted in ME else agent_named(argument, scene.policy)
    if agent:
        return _given(agent, scene)
    team = team_named(argument, scene.policy)
    return _moved(team, scene) if team else refuse(no_agent(argument, scene.policy))


def _take(argument: str, scene: Scene) -> Result:
    return _given(scene.agent, scene)


def _given(agent: Agent, scene: Scene) -> Result:
    giver = "" if agent.id == scene.agent.id else scene.agent.id
    return Result(
        {"assignee": agent.id, "given_by": giver}, said=phrase("assigned to {name}", name=agent.name or agent.id)
    )


def _team(argument: str, scene: Scene) -> Result:
    team = team_named(argument, scene.policy)
    return _moved(team, scene) if team else refuse(no_such(phrase("team"), argument, scene.policy.teams))


def _moved(team: Team, scene: Scene) -> Result:
    return Result(
        {"team": team.id, "assignee": "", "given_by": scene.agent.id, "state": ""},
        said=phrase("moved to {team}", team=team.name),
    )


def _priority(argument: str, scene: Scene) -> Result:
    wanted = PRIORITIES.get(argument, argument.casefold())
    if wanted not in scene.policy.priorities:
        return refuse(no_such(phrase("priority"), argument, scene.policy.priorities))
    return Result({"priority": wanted}, said=phrase("priority {priority}", priority=wanted))


def _tag(argument: str, scene: Scene) -> Result:
    """``#tag vip -trial`` adds the one and removes the other."""
    return _tagged(_words(argument), scene)


def _untag(argument: str, scene: Scene) -> Result:
    return _tagged([f"-{word.lstrip('+-')}" for word in _words(argument)], scene)


def _words(argument: str) -> list[str]:
    return [word for word in re.split(r"[\s,，、]+", argument)[:20] if word.strip("+-")]


def _tagged(given: list[str], scene: Scene) -> Result:
    if not given or scene.ticket is None:
        return refuse(phrase("which tag?"))
    removed = {word[1:].casefold() for word in given if word.startswith("-")}
    added = [word.removeprefix("+")[:60] for word in given if not word.startswith("-")]
    kept = [tag for tag in dict.fromkeys((*scene.ticket.tags, *added)) if tag.casefold() not in removed]
    said = phrase("tags: {tags}", tags=", ".join(kept)) if kept else phrase("no tags left")
    return Result({"tags": tuple(kept)}, said=said)


def _field(argument: str, scene: Scene) -> Result:
    """``#field order=1234``; an empty value clears it."""
    name, sign, value = argument.replace("＝", "=").partition("=")
    name, value = name.strip(), value.strip()[:LONGEST]
    if not sign or not re.fullmatch(r"[\w][\w .-]{0,39}", name) or scene.ticket is None:
        return refuse(phrase("write it as #field name=value"))
    fields = {key: kept for key, kept in scene.ticket.fields.items() if key != name}
    if not value:
        return Result({"fields": fields}, said=phrase("{name} is cleared", name=name))
    return Result({"fields": {**fields, name: value}}, said=phrase("{name} is {value}", name=name, value=value))


COMMANDS: tuple[Meaning, ...] = (
    Meaning("assign", _assign, Act.ASSIGN, example="ana"),
    Meaning("take", _take, Act.ASSIGN),
    Meaning("team", _team, Act.ASSIGN, example="billing"),
    Meaning("priority", _priority, example="high"),
    Meaning("tag", _tag, example="vip -trial"),
    Meaning("untag", _untag, example="trial"),
    Meaning("field", _field, example="order=1234"),
)
