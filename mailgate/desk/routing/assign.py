"""Whom a ticket is given to, and who is told of it."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.desk.policy import Agent, Policy, Role
from mailgate.desk.ticket import Participant, ParticipantRole


def assignee(wanted: str, policy: Policy) -> str:
    """The agent id that a rule names, if such an agent is active; else nobody, and the team sees to it."""
    agent = policy.agents.get(wanted)
    return wanted if agent and agent.active else ""


def audience(policy: Policy, team: str, assigned: str = "", without: str = "") -> tuple[Agent, ...]:
    """Who is told of news on a ticket: its assignee, else the team, else (so that nobody's ticket is nobody's) the
    supervisors and admins of the desk. ``without`` is the agent who made the news."""
    agent = policy.agents.get(assigned)
    if agent and agent.active:
        told: tuple[Agent, ...] = (agent,)
    else:
        leaders = (a for a in policy.agents.values() if a.active and a.role in (Role.SUPERVISOR, Role.ADMIN))
        told = policy.members(team) or tuple(leaders) or tuple(a for a in policy.agents.values() if a.active)
    return tuple(agent for agent in told if agent.id != without)


def followers(ticket_people: Iterable[Participant], policy: Policy) -> tuple[Agent, ...]:
    """The agents who follow a ticket: they are told of everything, whoever holds it."""
    found = (policy.agent_by_address(p.email) for p in ticket_people if p.role is ParticipantRole.FOLLOWER)
    return tuple(agent for agent in found if agent)


def may_act(agent: Agent, team: str, brand: str, assigned: str, policy: Policy) -> bool:
    """Whether an agent may answer and command on a ticket (S-34): not a watcher, and of this brand.

    Of the brand is who supervises the desk, holds the ticket, or sits in the ticket's team or any team that serves the
    brand.
    """
    if not agent.active or agent.role is Role.WATCHER:
        return False
    if agent.role in (Role.SUPERVISOR, Role.ADMIN) or agent.id == assigned:
        return True
    serving = (t for t in policy.teams.values() if agent.id in t.members or agent.id in t.supervisors)
    return any(found.id == team or found.brand in ("", brand) for found in serving)
