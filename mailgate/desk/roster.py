"""Who works at the desk now: what the config says, and what admins and agents have changed by mail since.

The config names the desk's first agents. ``#agent add`` and ``#agent remove`` change the ``Roster``, which the store
keeps; ``with_roster`` makes the policy in force of both, so that nothing else in the desk need know that there are two.
Who was dismissed is in no team, writes from no known address, and no token of theirs is good any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailgate.desk.policy import Agent, Policy, Role, Team


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An agent who was added by mail, or whom a mail changed; ``teams`` are those that the agent joins."""

    agent: str
    name: str
    address: str
    role: str
    teams: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class Roster:
    """What was changed by mail. ``version`` grows with every change, so that two of one version are the same.

    ``former`` are those of ``dismissed`` whom a mail had added: their mail is known for that of a former agent.
    ``absences`` maps agents to when they are back, in ms; ``paused`` are the teams and mailboxes that admins stopped.
    """

    version: int = 0
    added: tuple[Enrolled, ...] = ()
    dismissed: frozenset[str] = frozenset()
    absences: Mapping[str, int] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    former: tuple[Enrolled, ...] = ()


def with_roster(policy: Policy, roster: Roster) -> Policy:
    """The policy in force: the same one where the roster changes nobody."""
    if not roster.added and not roster.dismissed:
        return policy
    agents = {name: _dismissed(agent, roster) for name, agent in policy.agents.items()}
    for enrolled in roster.added:
        agents[enrolled.agent] = _agent(enrolled, agents.get(enrolled.agent))
    for former in roster.former:
        agents.setdefault(former.agent, replace(_agent(former, None), active=False))
    return replace(policy, agents=agents, teams={name: _team(team, roster) for name, team in policy.teams.items()})


def _dismissed(agent: Agent, roster: Roster) -> Agent:
    return replace(agent, active=False) if agent.id in roster.dismissed else agent


def _agent(enrolled: Enrolled, known: Agent | None) -> Agent:
    """The agent as the mail said; what the config knows beyond that (a login, skills) stays."""
    role = Role(enrolled.role)
    if known is None:
        return Agent(enrolled.agent, enrolled.name, enrolled.address, role=role, language=enrolled.language)
    return replace(
        known,
        role=role,
        active=True,
        name=enrolled.name or known.name,
        address=enrolled.address or known.address,
        language=enrolled.language or known.language,
    )


def _team(team: Team, roster: Roster) -> Team:
    """The team without who was dismissed, and with who joined."""
    joined = tuple(each.agent for each in roster.added if team.id in each.teams and each.agent not in team.members)
    members = tuple(name for name in team.members if name not in roster.dismissed) + joined
    supervisors = tuple(name for name in team.supervisors if name not in roster.dismissed)
    return replace(team, members=members, supervisors=supervisors)
