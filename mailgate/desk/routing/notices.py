"""The letters of rules on events: what is offered to agents, and what a rule says by itself to whomever it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from mailgate.desk import gate
from mailgate.desk.agent_letter import for_agent
from mailgate.desk.budget import Leave
from mailgate.desk.canned import Filling, fill
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.phrase import Phrase, phrase
from mailgate.desk.policy import Agent, Policy, Role
from mailgate.desk.roster import Roster
from mailgate.desk.routing.assign import audience
from mailgate.desk.routing.rule import Actions, On, Send
from mailgate.desk.routing.standing import Tally
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Address, Reading


class Look(Protocol):
    """What the store is asked while rules on events are carried out; nothing where no such rule speaks."""

    def spent(self, keys: Iterable[str]) -> Mapping[str, int]:
        """What each budget has let out."""
        ...

    def tally(self, ticket: int) -> Tally:
        """What the ticket's messages come to."""
        ...

    def roster(self) -> Roster:
        """Who works at the desk now, and what admins have stopped."""
        ...


@dataclass(frozen=True)
class Cause:
    """Why something is done to ``ticket``: the event, the rules' names and their evidence; with the mail that made the
    event, where one did."""

    on: On
    rules: tuple[str, ...]
    reason: str
    ticket: Ticket
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """The letters that one action sends, the budget keys that they spend, and the line of the trace."""

    letters: tuple[LetterOrder, ...] = ()
    keys: tuple[str, ...] = ()
    said: str = ""


def offer(cause: Cause, actions: Actions, policy: Policy, look: Look, now_ms: int) -> Notice:
    """Who could take an escalated or returned ticket is offered it: once each, however it comes."""
    if not (actions.escalate or actions.reassign):
        return Notice()
    ticket = cause.ticket
    found = policy.teams.get(ticket.team)
    team = (found.escalate_to if found and actions.escalate else "") or ticket.team
    told = {agent.id: agent for agent in audience(policy, team)}
    if actions.escalate:
        told |= {agent.id: agent for agent in supervisors(policy, ticket.team)}
    values = {"tickets": (_row(ticket),), "why": _why(cause, actions)}
    letters = tuple(_to_agent(agent, LetterKind.HANDOVER, ticket, policy, values) for agent in told.values())
    return _to_agents(letters, "offered", cause, policy, look, now_ms)


def _why(cause: Cause, actions: Actions) -> Phrase:
    if actions.escalate:
        return phrase("the rule {rule} escalates it", rule=cause.rules[0])
    return phrase("the rule {rule} gives it back to its team", rule=cause.rules[0])


def supervisors(policy: Policy, team: str) -> tuple[Agent, ...]:
    """Who supervises the team; where nobody does, whoever supervises the desk."""
    found = policy.teams.get(team)
    own = [policy.agents[one] for one in (found.supervisors if found else ()) if one in policy.agents]
    leaders = (agent for agent in policy.agents.values() if agent.role in (Role.SUPERVISOR, Role.ADMIN))
    return tuple(agent for agent in (own or leaders) if agent.active)


def send(cause: Cause, send: Send, policy: Policy, look: Look, now_ms: int) -> Notice:
    """A letter of the rule, to whom it names: to customers and other strangers through the gate, to agents as far as
    the notifications about one sender go (L-27)."""
    ticket = cause.ticket
    readers: Mapping[str, Callable[[], tuple[Agent, ...]]] = {
        "assignee": lambda: audience(policy, ticket.team, ticket.assignee),
        "team": lambda: audience(policy, ticket.team),
        "supervisors": lambda: supervisors(policy, ticket.team),
    }
    if send.to in readers:
        agents = readers[send.to]()
        letters = tuple(_notice(Address(agent.address, agent.name), agent, cause, send, policy) for agent in agents)
        return _to_agents(letters, "letter", cause, policy, look, now_ms)
    customer = send.to == "requester"
    to = Address(ticket.requester.email, ticket.requester.name) if customer else Address(send.to)
    leave = _leave(cause, to, customer, policy, look, now_ms)
    if leave.reason:
        return Notice(said=f"letter to {send.to}: none: {leave.reason}")
    return Notice((_notice(to, None, cause, send, policy),), leave.keys, f"letter: to {send.to}")


def _to_agents(
    letters: tuple[LetterOrder, ...], what: str, cause: Cause, policy: Policy, look: Look, now_ms: int
) -> Notice:
    author = cause.ticket.requester.email
    spent = look.spent(gate.budget_keys(author, (), now_ms, True))
    leave = gate.news(author, spent, policy.budgets, now_ms)
    if leave.reason:
        return Notice(said=f"{what}: none: {leave.reason}")
    told = ", ".join(letter.agent for letter in letters)
    return Notice(letters, leave.keys if letters else (), f"{what}: to {told or 'nobody'}")


def _leave(cause: Cause, to: Address, customer: bool, policy: Policy, look: Look, now_ms: int) -> Leave:
    """Whether the gate lets a notice out, and no admin has stopped them."""
    ticket = cause.ticket
    paused = look.roster().paused & {ticket.team, ticket.mailbox.lower()}
    if paused:
        return Leave(f"paused: {sorted(paused)[0]}")
    known = look.spent(gate.budget_keys(to.email, (ticket.number,), now_ms, True, LetterKind.NOTICE))
    if customer and cause.reading is not None and cause.on in (On.CREATED, On.CUSTOMER_REPLIED):
        return gate.allow(cause.reading, to.email, ticket.number, known, policy, now_ms, LetterKind.NOTICE)
    if customer and not look.tally(ticket.id).replies:
        return Leave("no person wrote on this ticket")
    return gate.unasked(to.email, ticket.number, True, known, policy, now_ms, LetterKind.NOTICE)


def _notice(to: Address, agent: Agent | None, cause: Cause, send: Send, policy: Policy) -> LetterOrder:
    ticket = cause.ticket
    brand = policy.brands[ticket.brand]
    spoken = ticket.language if ticket.language != "und" else brand.language
    language = (agent.language or brand.language) if agent else spoken
    requester = to.email.lower() == ticket.requester.email.lower()
    return LetterOrder(
        kind=LetterKind.NOTICE,
        to=to,
        ticket=ticket.id,
        language=language,
        brand=brand.id,
        mailbox=ticket.mailbox,
        purpose=Purpose.AGENT if agent else Purpose.CUSTOMER if requester else None,
        agent=agent.id if agent else "",
        values={
            "text": fill(send.text, Filling(ticket, None, policy, language)),
            **({"agents": True, "due_ms": ticket.next_due_ms} if agent else {}),
        },
        template=send.template,
        in_reply_to=ticket.last_message_id if requester else "",
    )


def _to_agent(
    agent: Agent, kind: LetterKind, ticket: Ticket, policy: Policy, values: Mapping[str, object]
) -> LetterOrder:
    brand = policy.brands[ticket.brand]
    return for_agent(
        kind, agent, brand, values, ticket=ticket.id, mailbox=ticket.mailbox, purpose=Purpose.AGENT, rows=(ticket,)
    )


def _row(ticket: Ticket) -> Mapping[str, object]:
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "requester": ticket.requester.name or ticket.requester.email,
        "priority": ticket.priority,
        "waited_ms": 0,
    }
