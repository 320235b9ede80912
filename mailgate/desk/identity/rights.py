"""Which of the enrolled may do what: roles, brands, and what each team leaves to whom.

``trust`` says whether a mail is an agent's at all; here it is known who acts, and asked whether they may. ``allowed``
answers with the sentence that the transcript shows, and with nothing where the act is allowed. It asks in order, and
the first objection is told:

1. is the person enrolled still;
2. is the role enough: a watcher reads, an agent answers and commands, an admin changes the desk;
3. does the ticket concern them (S-34): they supervise the desk, hold it, or sit in its team or in one that serves its
   brand; who was let in on it as a follower may read it;
4. does its team leave the act to them: ``Team.reply``, ``reassign``, ``close``, ``merge`` and ``notes`` each say
   anyone, the ticket's owner, or supervisors. Supervisors of the team or the desk, and admins, always may.

A ticket that nobody holds can be taken by anyone of the team, whatever ``reassign`` says; answering it where only the
owner may needs ``#take`` first, in the same mail or before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.policy import Agent, May, Policy, Role, Team
from mailgate.desk.ticket import ParticipantRole, Ticket


class Act(StrEnum):
    """What somebody wants to do. OPEN is a new ticket on a customer's behalf, COMMAND all that has no word of its
    own."""

    SEE = "see it"
    SEE_NOTES = "see notes"
    NOTE = "note"
    REPLY = "reply"
    OPEN = "open"
    COMMAND = "command"
    ASSIGN = "assign"
    CLOSE = "close"
    MERGE = "merge"
    SPAM = "spam"
    ADMIN = "administer"


RANK: Mapping[Role, int] = {Role.WATCHER: 0, Role.AGENT: 1, Role.SUPERVISOR: 2, Role.ADMIN: 3}
"""Each role may what the ones below it may."""

LEAST: Mapping[Act, Role] = {
    **dict.fromkeys(Act, Role.AGENT),
    Act.SEE: Role.WATCHER,
    Act.SEE_NOTES: Role.WATCHER,
    Act.ADMIN: Role.ADMIN,
}
"""The role that an act needs at least."""

BY_TEAM: Mapping[Act, tuple[Callable[[Team], May], Phrase]] = {
    Act.REPLY: (lambda team: team.reply, phrase("answer the customer")),
    Act.ASSIGN: (lambda team: team.reassign, phrase("give the ticket to somebody else")),
    Act.CLOSE: (lambda team: team.close, phrase("close the ticket")),
    Act.SPAM: (lambda team: team.close, phrase("close the ticket")),
    Act.MERGE: (lambda team: team.merge, phrase("merge the ticket")),
    Act.SEE_NOTES: (lambda team: team.notes, phrase("see its notes")),
}
"""What each team decides for itself: where it stands, and how the act is called in a refusal."""


def allowed(act: Act, agent: Agent, ticket: Ticket | None, policy: Policy) -> Phrase:
    """Why the agent may not do that to the ticket (None: to none in particular); nothing where it is allowed.

    The ticket is taken as the commands before have left it: ``#take`` makes an owner of who writes it.
    """
    return (
        _enrolled(agent, policy)
        or _role(act, agent)
        or (NOTHING if ticket is None else _concerned(act, agent, ticket, policy) or _left(act, agent, ticket, policy))
    )


def visible_teams(agent: Agent, policy: Policy) -> tuple[str, ...] | None:
    """The teams whose queues the agent may look into: their own and those of the same brands; None for all of them."""
    if _supervises_desk(agent):
        return None
    own = tuple(policy.serving(agent.id))
    brands = {team.brand for team in own}
    if "" in brands:
        return None
    names = {team.id for team in own}
    return tuple(team.id for team in policy.teams.values() if team.id in names or team.brand in brands)


def leads(agent: Agent, team: str, policy: Policy) -> bool:
    """Whether the agent is a supervisor of that team, of the whole desk, or an admin."""
    found = policy.teams.get(team)
    return _supervises_desk(agent) or (found is not None and agent.id in found.supervisors)


def _enrolled(agent: Agent, policy: Policy) -> Phrase:
    known = policy.agents.get(agent.id)
    return NOTHING if known and known.active else phrase("you are no agent of this desk any more")


def _role(act: Act, agent: Agent) -> Phrase:
    least = LEAST[act]
    if RANK[agent.role] >= RANK[least]:
        return NOTHING
    return phrase("only admins may do that") if least is Role.ADMIN else phrase("watchers read, and do nothing else")


def _concerned(act: Act, agent: Agent, ticket: Ticket, policy: Policy) -> Phrase:
    if _supervises_desk(agent) or agent.id == ticket.assignee:
        return NOTHING
    if any(team.id == ticket.team or team.brand in ("", ticket.brand) for team in policy.serving(agent.id)):
        return NOTHING
    if LEAST[act] is Role.WATCHER and _follows(agent, ticket):
        return NOTHING
    return phrase("you have no right on this ticket")


def _left(act: Act, agent: Agent, ticket: Ticket, policy: Policy) -> Phrase:
    team = policy.teams.get(ticket.team)
    if team is None or act not in BY_TEAM or leads(agent, ticket.team, policy):
        return NOTHING
    setting, what = BY_TEAM[act]
    who = setting(team)
    if who is May.ANYONE or (who is May.OWNER and _owns(act, agent, ticket, policy)):
        return NOTHING
    if who is May.OWNER and not ticket.assignee:
        return phrase("in {team} only the ticket's owner may {what}; take it first (#take)", team=team.name, what=what)
    return phrase("in {team} only {who} may {what}", team=team.name, who=_WHO[who], what=what)


def _owns(act: Act, agent: Agent, ticket: Ticket, policy: Policy) -> bool:
    if agent.id == ticket.assignee:
        return True
    owner = policy.agents.get(ticket.assignee)
    return act is Act.ASSIGN and (owner is None or not owner.active)


def _follows(agent: Agent, ticket: Ticket) -> bool:
    followers = {who.email.lower() for who in ticket.participants if who.role is ParticipantRole.FOLLOWER}
    return not followers.isdisjoint(agent.addresses)


def _supervises_desk(agent: Agent) -> bool:
    return RANK[agent.role] >= RANK[Role.SUPERVISOR]


_WHO: Mapping[May, Phrase] = {
    May.OWNER: phrase("the ticket's owner"),
    May.SUPERVISOR: phrase("supervisors"),
}
