"""Whom a ticket is given to, why, and who is told of it.

``choose`` is the whole of assignment: a team's way of giving tickets out, who is in it, who is there, what each can do
and holds already, looked at in this order. It is a pure function of values; who is chosen and the sentence that says
why are kept on the ticket. Nobody is ever chosen who is not an active agent of the team, is away, or holds as many
tickets as they can; when nobody is left the ticket is the team's, and the sentence says at what it failed.

====================  =================================================================================================
setting of the team   what it does
====================  =================================================================================================
``assign``            manual: nobody is chosen; round-robin: who was given none for longest; least-loaded: who holds the
                      fewest open tickets (then as round-robin)
``by_skill``          those tags of the ticket that are somebody's skill must all be the agent's
``by_language``       the requester's language must be one of the agent's (an agent without any serves all)
``region_field``      the ticket's field of that name must be one of the agent's regions (without any: serves all)
``sticky``            who served this customer last is preferred among those who are left, in a manual team too
====================  =================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailgate.desk.effect import OpenTicket
from mailgate.desk.facts import Crew
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.policy import Agent, Assign, Policy, Role, Team
from mailgate.desk.ticket import Participant, ParticipantRole, Ticket


@dataclass(frozen=True, slots=True)
class Needs:
    """What of a ticket bears on who should have it; ``without`` are agents who shall not get it."""

    tags: tuple[str, ...] = ()
    language: str = "und"
    fields: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, ticket: Ticket | OpenTicket, without: Iterable[str] = ()) -> Needs:
        """What a ticket needs that is there or about to be opened."""
        return cls(ticket.tags, ticket.language, ticket.fields, frozenset(without))


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the ticket (empty: nobody, the team sees to it), and why."""

    agent: str = ""
    reason: Phrase = NOTHING


def choose(team: str, needs: Needs, crew: Crew, absent: Mapping[str, int], policy: Policy, now_ms: int) -> Choice:
    """The agent of the team for a ticket that needs this. ``absent`` maps agents to when they are back, in ms."""
    found = policy.teams.get(team)
    if found is None or not found.gives_out:
        return Choice()
    look = Look(found, needs, crew, absent, policy, now_ms)
    left: Sequence[Agent] = [agent for agent in policy.members(team) if agent.role is not Role.WATCHER]
    for narrowing in NARROWINGS:
        fitting = [agent for agent in left if narrowing.fits(look, agent)]
        if not fitting:
            return Choice(reason=narrowing.objection(look))
        left = fitting
    return _preferred(look, left) or _in_turn(look, left)


@dataclass(frozen=True)
class Look:
    """Everything that the choice looks at."""

    team: Team
    needs: Needs
    crew: Crew
    absent: Mapping[str, int]
    policy: Policy
    now_ms: int

    @property
    def skills(self) -> frozenset[str]:
        """The ticket's tags that are a skill of anybody on the desk: other tags ask for nobody in particular."""
        known = {skill.casefold() for agent in self.policy.agents.values() for skill in agent.skills}
        return frozenset(tag.casefold() for tag in self.needs.tags) & known

    @property
    def language(self) -> str:
        """The requester's language without its region; empty when it is not known."""
        tag = self.needs.language.partition("-")[0].lower()
        return "" if tag == "und" else tag

    @property
    def region(self) -> str:
        """What stands in the field that names the region."""
        return self.needs.fields.get(self.team.region_field, "").strip() if self.team.region_field else ""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Who may be chosen: ``fits`` is asked of each one left; ``objection`` is said when it leaves nobody."""

    fits: Callable[[Look, Agent], bool]
    objection: Callable[[Look], Phrase]


def _fits_language(look: Look, agent: Agent) -> bool:
    spoken = {tag.partition("-")[0].lower() for tag in agent.languages}
    return not look.team.by_language or not look.language or not spoken or look.language in spoken


def _fits_region(look: Look, agent: Agent) -> bool:
    regions = {region.casefold() for region in agent.regions}
    return not look.region or not regions or look.region.casefold() in regions


NARROWINGS: tuple[Narrowing, ...] = (
    Narrowing(
        lambda look, agent: agent.id not in look.needs.without,
        lambda look: phrase("nobody else is in {team}", team=look.team.name),
    ),
    Narrowing(
        lambda look, agent: look.absent.get(agent.id, 0) <= look.now_ms,
        lambda look: phrase("everybody of {team} is away", team=look.team.name),
    ),
    Narrowing(
        lambda look, agent: not agent.capacity or look.crew.open_tickets.get(agent.id, 0) < agent.capacity,
        lambda look: phrase("everybody of {team} who is there holds as many tickets as they can", team=look.team.name),
    ),
    Narrowing(
        lambda look, agent: not look.team.by_skill or look.skills <= {skill.casefold() for skill in agent.skills},
        lambda look: phrase(
            "nobody of {team} who is free has the skill: {skills}",
            team=look.team.name,
            skills=tuple(sorted(look.skills)),
        ),
    ),
    Narrowing(
        _fits_language,
        lambda look: phrase(
            "nobody of {team} who is free speaks {language}", team=look.team.name, language=look.language
        ),
    ),
    Narrowing(
        _fits_region,
        lambda look: phrase("nobody of {team} who is free serves {region}", team=look.team.name, region=look.region),
    ),
)
"""In order; each is asked of those whom the ones before have left."""


def _preferred(look: Look, left: Sequence[Agent]) -> Choice | None:
    """The one who served the customer last; nobody where a manual team has nobody to prefer."""
    last = next((agent for agent in left if look.team.sticky and agent.id == look.crew.sticky), None)
    if last:
        return Choice(last.id, phrase("given to {agent}, who served this customer last", agent=last.name))
    manual = look.team.assign is Assign.MANUAL
    return Choice(reason=phrase("{team} gives its tickets out by hand", team=look.team.name)) if manual else None


def _in_turn(look: Look, left: Sequence[Agent]) -> Choice:
    """``min`` takes the first of equals, so that the order of the config settles what nothing else does."""
    given, holds = look.crew.last_given_ms, look.crew.open_tickets
    if look.team.assign is Assign.ROUND_ROBIN:
        turn = min(left, key=lambda agent: given.get(agent.id, 0))
        return Choice(turn.id, phrase("given to {agent}, whose turn it is", agent=turn.name))
    least = min(left, key=lambda agent: (holds.get(agent.id, 0), given.get(agent.id, 0)))
    count = holds.get(least.id, 0)
    return Choice(least.id, phrase("given to {agent}, who holds the fewest ({count})", agent=least.name, count=count))


def first(
    ticket: Ticket | OpenTicket,
    crew: Crew | None,
    absent: Mapping[str, int],
    policy: Policy,
    now_ms: int,
    without: Iterable[str] = (),
) -> Choice:
    """Who gets a ticket that is being opened: whom a rule has named, else whom the team's way finds. A rule that names
    somebody who is away has named nobody. ``crew`` is None where no team gives out its tickets."""
    named = policy.agents.get(ticket.assignee)
    if named and absent.get(named.id, 0) <= now_ms:
        return Choice(named.id)
    found = choose(ticket.team, Needs.of(ticket, without), crew, absent, policy, now_ms) if crew else Choice()
    if named and not found.agent:
        return Choice(reason=phrase("{agent}, who is to have it, is away", agent=named.name))
    return found


def given(opened: OpenTicket, crew: Crew, absent: Mapping[str, int], policy: Policy, now_ms: int) -> OpenTicket:
    """A ticket that no mail opens, with its agent and why; what nobody gets stays its team's."""
    choice = first(opened, crew, absent, policy, now_ms)
    why = "; ".join(part for part in (opened.reason, str(choice.reason)) if part)
    return replace(opened, assignee=choice.agent, reason=why)


def crew_with(crew: Crew, agent: str, now_ms: int) -> Crew:
    """The crew after one more ticket was given to that agent."""
    return Crew(
        {**crew.open_tickets, agent: crew.open_tickets.get(agent, 0) + 1},
        {**crew.last_given_ms, agent: max(now_ms, max(crew.last_given_ms.values(), default=0) + 1)},
        crew.sticky,
    )


def assignee(wanted: str, policy: Policy) -> str:
    """The agent id that a rule names, if such an agent is active; else nobody, and the team sees to it."""
    agent = policy.agents.get(wanted)
    return wanted if agent and agent.active else ""


def audience(policy: Policy, team: str, assigned: str = "", without: str = "") -> tuple[Agent, ...]:
    """Who is told of news on a ticket, to see to it: its assignee, else the team, else (so that nobody's ticket is
    nobody's) the supervisors and admins of the desk. ``without`` is the agent who made the news."""
    agent = policy.agents.get(assigned)
    if agent and agent.active:
        told: tuple[Agent, ...] = (agent,)
    else:
        leaders = (a for a in policy.agents.values() if a.active and a.role in (Role.SUPERVISOR, Role.ADMIN))
        able = tuple(a for a in policy.members(team) if a.role is not Role.WATCHER)
        told = able or tuple(leaders) or tuple(a for a in policy.agents.values() if a.active)
    return tuple(agent for agent in told if agent.id != without)


def watchers(policy: Policy, team: str) -> tuple[Agent, ...]:
    """The team's watchers: they read whatever comes in, whoever holds it."""
    return tuple(agent for agent in policy.members(team) if agent.role is Role.WATCHER)


def followers(ticket_people: Iterable[Participant], policy: Policy) -> tuple[Agent, ...]:
    """The agents who follow a ticket: they are told of everything, whoever holds it."""
    found = (policy.agent_by_address(p.email) for p in ticket_people if p.role is ParticipantRole.FOLLOWER)
    return tuple(agent for agent in found if agent)
