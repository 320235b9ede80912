"""Tickets that lose their agent: given to somebody else, or offered to those who can take them.

``leave`` is for an agent who is one no more: every open ticket goes back to its team, which gives it out in its own way
(``assign.choose``). ``offer`` is for one who is away: the tickets stay, and the others may take them. ``stand_in`` is
for a customer who writes while the owner is away. Everybody who gets or is offered something gets one HANDOVER letter
with all of it, most urgent first; tickets of a team in which nobody is there are offered to its supervisors, then to
those of the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mailgate.desk.agent_letter import for_agent
from mailgate.desk.effect import ChangeTicket
from mailgate.desk.facts import Crew, Facts
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.lifecycle import ENDED
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Policy, Role
from mailgate.desk.routing.assign import Choice, Needs, choose, crew_with
from mailgate.desk.ticket import Ticket

NOBODY: Mapping[str, int] = {}


def leave(
    tickets: Iterable[Ticket],
    agent: str,
    policy: Policy,
    now_ms: int,
    crew: Crew | None = None,
    absent: Mapping[str, int] = NOBODY,
) -> list[tuple[Ticket | None, Plan]]:
    """The plans for what an agent who leaves held: one a ticket, then one a person who gets or is offered something.

    ``crew`` is as ``Facts.crew``, for the agents of ``Policy.crew``. A ticket that is over keeps its agent's name.
    """
    crew = crew or Crew()
    name = _name(agent, policy)
    plans: list[tuple[Ticket | None, Plan]] = []
    given: dict[str, list[Ticket]] = {}
    offered: dict[str, list[Ticket]] = {}
    for ticket in by_urgency((one for one in tickets if one.status not in ENDED and one.assignee == agent), policy):
        choice = choose(ticket.team, Needs.of(ticket, (agent,)), crew, absent, policy, now_ms)
        if choice.agent:
            crew = crew_with(crew, choice.agent, now_ms)
            given.setdefault(choice.agent, []).append(ticket)
        else:
            for free in able(policy, ticket.team, absent, now_ms, agent):
                offered.setdefault(free.id, []).append(ticket)
        plans.append((ticket, Plan(Outcome.EVENT, (_handed(ticket, choice, name),))))
    for one in dict.fromkeys((*given, *offered)):
        mine, others = given.get(one, []), offered.get(one, [])
        why = (
            phrase("{agent} has left; these tickets need somebody", agent=name)
            if others
            else phrase("{agent} has left; these tickets are yours now", agent=name)
        )
        letter = handover(policy.agents[one], (*mine, *others), policy, why)
        plans.append((letter.rows[0], Plan(Outcome.EVENT, letters=(letter,))))
    return plans


def offer(
    tickets: Iterable[Ticket], agent: str, policy: Policy, absent: Mapping[str, int], now_ms: int, why: Phrase
) -> list[LetterOrder]:
    """The letters by which the tickets are offered to the others of their teams; each stays as it is."""
    offered: dict[str, list[Ticket]] = {}
    for ticket in by_urgency(tickets, policy):
        for one in able(policy, ticket.team, absent, now_ms, agent):
            offered.setdefault(one.id, []).append(ticket)
    return [handover(policy.agents[one], found, policy, why) for one, found in offered.items()]


def stand_in(ticket: Ticket, facts: Facts, policy: Policy, now_ms: int) -> Choice | None:
    """Who takes over from an owner who is away or has left; nobody (an empty choice) where the team is to see to it,
    None where nobody need."""
    owner = policy.agents.get(ticket.assignee)
    if not ticket.assignee or (owner and owner.active and facts.absent.get(owner.id, 0) <= now_ms):
        return None
    if facts.crew is None:
        return Choice()
    return choose(ticket.team, Needs.of(ticket, (ticket.assignee,)), facts.crew, facts.absent, policy, now_ms)


def able(policy: Policy, team: str, absent: Mapping[str, int], now_ms: int, without: str = "") -> tuple[Agent, ...]:
    """Who can take a ticket of the team: its members who are there, else its supervisors, else those of the desk."""
    found = policy.teams.get(team)
    leaders = tuple(policy.agents[one] for one in (found.supervisors if found else ()) if one in policy.agents)
    desk = tuple(agent for agent in policy.agents.values() if agent.role in (Role.SUPERVISOR, Role.ADMIN))
    for circle in (policy.members(team), leaders, desk):
        there = tuple(
            agent
            for agent in circle
            if agent.active
            and agent.role is not Role.WATCHER
            and agent.id != without
            and absent.get(agent.id, 0) <= now_ms
        )
        if there:
            return there
    return ()


def by_urgency(tickets: Iterable[Ticket], policy: Policy) -> list[Ticket]:
    """The highest priority first, then as every queue is sorted (``Ticket.urgency``)."""
    rank = {name: place for place, name in enumerate(policy.priorities)}
    return sorted(tickets, key=lambda ticket: (-rank.get(ticket.priority, 0), ticket.urgency, ticket.number))


def handover(agent: Agent, tickets: Sequence[Ticket], policy: Policy, why: Phrase) -> LetterOrder:
    """One letter with all of the tickets; about a single one it can be answered like a notification."""
    first = tickets[0]
    brand = policy.brands[first.brand]
    return for_agent(
        LetterKind.HANDOVER,
        agent,
        brand,
        {"why": why, "total": len(tickets)},
        ticket=first.id,
        mailbox=first.mailbox,
        purpose=Purpose.AGENT if len(tickets) == 1 else None,
        rows=tuple(tickets),
    )


def _handed(ticket: Ticket, choice: Choice, name: str) -> ChangeTicket:
    left = f"{name} has left"
    why = f"{left}; {choice.reason}" if choice.reason else left
    return ChangeTicket(ticket.id, {"assignee": choice.agent, "given_by": ""}, why)


def _name(agent: str, policy: Policy) -> str:
    found = policy.agents.get(agent)
    return found.name or agent if found else agent
