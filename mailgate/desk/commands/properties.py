"""Commands that set what a ticket is: whose, of which team, how urgent, its tags and fields."""

from __future__ import annotations

import re
from dataclasses import replace

from mailgate.desk.commands.names import agent_named, no_agent, no_such, team_named
from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.identity.rights import Act
from mailgate.desk.outcome.vacation import day_of
from mailgate.desk.phrase import phrase
from mailgate.desk.policy import Agent, Role, Team
from mailgate.desk.routing.assign import Choice, Needs, choose

NOBODY = frozenset({"none", "nobody", "-", "无", "没人", "無"})
ME = frozenset({"me", "我", "自己"})
PRIORITIES = {"低": "low", "普通": "normal", "正常": "normal", "高": "high", "紧急": "urgent", "緊急": "urgent"}
LONGEST = 200
"""Characters of a field's value."""


NOT_YOURS = phrase("it is not yours to give back")


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
    """Who is away can be given a ticket all the same; who gives it is told."""
    name = agent.name or agent.id
    if agent.role is Role.WATCHER:
        return refuse(phrase("{name} reads, and does nothing else", name=name))
    if agent.id == scene.agent.id:
        return Result({"assignee": agent.id, "given_by": ""}, said=phrase("it is yours"))
    back_ms = scene.facts.absent.get(agent.id, 0)
    away = phrase("assigned to {name}, who is away until {day}", name=name, day=day_of(back_ms, scene.zone))
    there = phrase("assigned to {name}", name=name)
    return Result({"assignee": agent.id, "given_by": scene.agent.id}, said=away if back_ms > scene.now_ms else there)


def _drop(argument: str, scene: Scene) -> Result:
    """Back into the team's queue, for anyone to take."""
    if scene.ticket is None or scene.ticket.assignee != scene.agent.id:
        return refuse(NOT_YOURS)
    return Result({"assignee": "", "given_by": scene.agent.id}, said=phrase("back with the team"))


def _refuse(argument: str, scene: Scene) -> Result:
    """Back to who gave it, with the reason as a note; to the team where nobody did."""
    if scene.ticket is None or scene.ticket.assignee != scene.agent.id:
        return refuse(NOT_YOURS)
    if not argument and not scene.case.has_words:
        return refuse(phrase("why? Write it behind #refuse"))
    giver = scene.policy.agents.get(scene.ticket.given_by)
    if giver is None or not giver.active or giver.id == scene.agent.id:
        return Result({"assignee": "", "given_by": scene.agent.id}, note=True, said=phrase("back with the team"))
    changes = {"assignee": giver.id, "given_by": scene.agent.id}
    return Result(changes, note=True, said=phrase("given back to {name}", name=giver.name or giver.id))


def _team(argument: str, scene: Scene) -> Result:
    team = team_named(argument, scene.policy)
    return _moved(team, scene) if team else refuse(no_such(phrase("team"), argument, scene.policy.teams))


def _moved(team: Team, scene: Scene) -> Result:
    """The team gives it to one of its own, if that is its way; never back to who moved it."""
    choice = choice_in(team.id, scene)
    changes = {"team": team.id, "assignee": choice.agent, "given_by": scene.agent.id, "state": ""}
    if choice.reason:
        return Result(changes, said=phrase("moved to {team}; {why}", team=team.name, why=choice.reason))
    return Result(changes, said=phrase("moved to {team}", team=team.name))


def choice_in(team: str, scene: Scene) -> Choice:
    """Whom the team's way of giving out finds for the ticket, but not the agent who writes."""
    if scene.ticket is None or scene.facts.crew is None:
        return Choice()
    needs = Needs.of(scene.ticket, (scene.agent.id,))
    crew = replace(scene.facts.crew, sticky="")  # whom the author's own tickets went to says nothing of the customer's
    return choose(team, needs, crew, scene.facts.absent, scene.policy, scene.now_ms)


def crew(argument: str, asker: Asker) -> Wants:
    """Whoever a team may give a ticket to."""
    return Wants(crew=asker.policy.crew)


def _priority(argument: str, scene: Scene) -> Result:
    wanted = PRIORITIES.get(argument, argument.casefold())
    if wanted not in scene.policy.priorities:
        return refuse(no_such(phrase("priority"), argument, scene.policy.priorities))
    shown = argument if argument in PRIORITIES else wanted  # in the word that the agent has for it
    return Result({"priority": wanted}, said=phrase("priority {priority}", priority=shown))


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
    said = phrase("tags: {tags}", tags=tuple(kept)) if kept else phrase("no tags left")
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
    Meaning("assign", _assign, Act.ASSIGN, wants=crew, example="ana"),
    Meaning("take", _take, Act.ASSIGN),
    Meaning("drop", _drop, Act.ASSIGN),
    Meaning("refuse", _refuse, Act.NOTE, silent=True, example="not ours"),
    Meaning("team", _team, Act.ASSIGN, wants=crew, example="billing"),
    Meaning("priority", _priority, example="high"),
    Meaning("tag", _tag, example="vip -trial"),
    Meaning("untag", _untag, example="trial"),
    Meaning("field", _field, example="order=1234"),
)
