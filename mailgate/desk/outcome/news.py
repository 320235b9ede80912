"""Who hears of what an agent did: the readers of an answer, whom a ticket is given to, who is told of a note, and the
agent, by transcript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.commands.tally import Line, Orders
from mailgate.desk.effect import Effect, Spend
from mailgate.desk.gate import is_role_account, transcripts
from mailgate.desk.identity.rights import Act, allowed
from mailgate.desk.identity.token import scrub
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.outcome.orders import answer, notifications, to_agent
from mailgate.desk.phrase import phrase
from mailgate.desk.policy import Agent
from mailgate.desk.routing.assign import audience, followers
from mailgate.desk.ticket import ParticipantRole, Ticket
from mailgate.mail.model import Address


def readers(case: Case, ticket: Ticket, agent: Agent) -> Iterator[tuple[Address, LetterKind]]:
    """Who gets the words: the requester, then watchers, following agents and the ticket's owner, each once, never the
    speaker and never a third party."""
    yield Address(ticket.requester.email, ticket.requester.name), LetterKind.ANSWER
    seen = {ticket.requester.email.lower(), *agent.addresses}
    owner = case.policy.agents.get(ticket.assignee)
    owning = [(owner.address, owner.name)] if owner and owner.active else []
    people = [(who.email, who.name) for who in ticket.participants if who.role is not ParticipantRole.THIRD_PARTY]
    for email, name in (*people, *owning):
        if email.lower() not in seen:
            seen.add(email.lower())
            yield Address(email, name), LetterKind.COPY


def resolved(case: Case, agent: Agent, ticket: Ticket) -> Iterator[LetterOrder]:
    """The question whether it is solved, where the agent had no words for the customer: not to a machine (of which
    nothing stands in ``asked``), not to an address that nobody reads, and not from one who may not answer."""
    to = Address(ticket.requester.email, ticket.requester.name)
    if not ticket.asked or is_role_account(to.email) or allowed(Act.REPLY, agent, ticket, case.policy):
        return
    yield replace(answer(case, ticket, to, LetterKind.RESOLUTION, agent, ""), attach=())


def handed_to(case: Case, agent: Agent, orders: Orders) -> tuple[Agent, ...]:
    """Whom a command gave the ticket to, or whose team; nobody where none did."""
    ticket = orders.ticket
    if ticket is None or not {"assignee", "team"} & orders.changed.keys():
        return ()
    return audience(case.policy, ticket.team, ticket.assignee, agent.id)


def handed_over(case: Case, agent: Agent, orders: Orders, before: Ticket, answered: str = "") -> Iterator[LetterOrder]:
    """The agent or team that a command gave the ticket to hears of it, in one letter with what the same mail
    ``answered``, or noted."""
    said = "\n".join(part for part in (*_behind(orders), scrub(case.text).strip()) if part) if orders.note else ""
    told = tuple(each for each in handed_to(case, agent, orders) if not (said and each.id in orders.told))
    values: dict[str, object] = {
        "text": answered or said or before.asked,
        "quoted": before.asked if answered or said else "",
        "marks": ("answered",) if answered else case.marks,
        "author": agent.name or agent.id,
        "cc": (),
        **({} if answered else {"attachments": ()}),
    }
    why = phrase("handed over by {name}", name=agent.name or agent.id)
    what = "given" if orders.ticket and orders.ticket.assignee else "offer"
    for order in notifications(case, told, before, what, why, values):
        yield order if answered else replace(order, attach=())


def noted(case: Case, agent: Agent, orders: Orders, ticket: Ticket, note: bool) -> list[LetterOrder]:
    """Who is told of a note: those whom it names, else the owner and who follows the ticket."""
    if not note:
        return []
    given = {"text": "\n".join(part for part in (*_behind(orders), case.text) if part), "quoted": ticket.asked}
    if orders.told:
        told = tuple(case.policy.agents[one] for one in orders.told)
        return notifications(case, told, ticket, "note", ticket.reason, given)
    handed = bool({"assignee", "team"} & orders.changed.keys())  # whom it was given to has it with the ticket
    owner = audience(case.policy, ticket.team, ticket.assignee, agent.id) if ticket.assignee and not handed else ()
    everybody = dict.fromkeys((*owner, *followers(ticket.participants, case.policy)))
    told = tuple(each for each in everybody if each.id != agent.id)
    return notifications(case, told, ticket, "note", ticket.reason, given)


def transcript(
    case: Case, agent: Agent, ticket: Ticket | None, orders: Orders, *remarks: Line
) -> tuple[list[LetterOrder], list[Effect]]:
    """One letter a mail about what was done, refused or not understood, and what it spends; none when there was
    nothing to say, or a machine seems to answer each."""
    leave = transcripts(agent.id, case.facts.spent, case.now_ms)
    if leave.reason or not (orders.results or remarks):
        return [], []
    unsent = case.has_words and not orders.settled
    values: dict[str, object] = {
        "lines": (*orders.lines, *remarks),
        "unsent": unsent,
        "undoable": orders.undoable,
    }
    purpose = Purpose.AGENT if ticket else Purpose.CONTROL
    return [to_agent(case, LetterKind.TRANSCRIPT, agent, ticket, values, purpose)], [Spend(key) for key in leave.keys]


def _behind(orders: Orders) -> Iterator[str]:
    return (command.argument for command, result in orders.results if result.note and command.argument)
