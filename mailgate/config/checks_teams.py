"""What teams, agents and ready replies must be together: a way of giving out tickets that can find nobody, a right that
nobody has, a state that is called as one of ours."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.config import canned
from mailgate.config.checks import Check, Subject, unknown
from mailgate.config.lines import Path
from mailgate.config.problems import Complaint
from mailgate.config.schema_teams import Agent, Team
from mailgate.desk.ticket import Status

RIGHTS = ("reply", "reassign", "close", "merge", "notes")


def _escalation(subject: Subject) -> Iterator[Complaint]:
    for index, team in enumerate(subject.config.teams):
        at: Path = ("teams", index, "escalate_to")
        yield from unknown(at, "team", team.escalate_to, subject.named["teams"])
        if team.escalate_to == team.id:
            yield Complaint(at, "it is the team itself", "name another one, or leave it out")


def _assignment(subject: Subject) -> Iterator[Complaint]:
    """A team that narrows by what none of its agents has gives its tickets to nobody, or to anybody."""
    for index, team in enumerate(subject.config.teams):
        at: Path = ("teams", index)
        members = _members(subject, team)
        workers = [agent for agent in members if agent.role != "watcher"]
        if team.assign != "manual" and members and not workers:
            yield Complaint((*at, "assign"), "only watchers are in the team", "add an agent", warning=True)
        narrowed = {
            "by_skill": (team.by_skill, "skills", any(agent.skills for agent in workers)),
            "by_language": (team.by_language, "languages", any(agent.languages for agent in workers)),
            "region_field": (bool(team.region_field), "regions", any(agent.regions for agent in workers)),
        }
        for key, (asked, what, some) in narrowed.items():
            if asked and workers and not some:
                wrong = f"no agent of the team has {what}"
                yield Complaint((*at, key), wrong, f"write {what} at its [[agents]]", warning=True)
            if asked and team.assign == "manual" and not team.sticky:
                wrong = "the team gives its tickets out by hand, so this chooses nobody"
                yield Complaint((*at, key), wrong, 'set assign = "round-robin" or "least-loaded"', warning=True)


def _rights(subject: Subject) -> Iterator[Complaint]:
    desk = any(agent.role in ("supervisor", "admin") and agent.active for agent in subject.config.agents)
    for index, team in enumerate(subject.config.teams):
        for key in RIGHTS:
            if getattr(team, key) == "supervisor" and not team.supervisors and not desk:
                wrong = "nobody may, since the desk has no supervisor"
                yield Complaint(("teams", index, key), wrong, "name the team's supervisors", warning=True)


def _states(subject: Subject) -> Iterator[Complaint]:
    """A state's own name is told apart as commands tell it: case, ``-``, ``_`` and spaces do not matter."""
    for index, team in enumerate(subject.config.teams):
        ours = {_plain(status.value) for status in Status}
        names = [_plain(name) for name in team.states]
        for name in team.states:
            if _plain(name) in ours:
                wrong = "is one of the desk's own states"
                yield Complaint(("teams", index, "states", name), wrong, "give it a name of its own")
            elif names.count(_plain(name)) > 1:
                yield Complaint(("teams", index, "states", name), "reads as another one", "give it a name of its own")


def _members(subject: Subject, team: Team) -> list[Agent]:
    return [agent for agent in subject.config.agents if agent.id in team.members and agent.active]


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


TEAM_CHECKS: tuple[Check, ...] = (_escalation, _assignment, _rights, _states, canned.check)
