"""A proved agent writes: the answer goes to the customer, and the commands run.

A mail with a command that is not understood, or refused, sends nothing to the customer: it is kept as a note and the
transcript says what was wrong, so that the agent can send it again as it was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import REMINDER, SURVEY, remind
from mailgate.desk.commands.obey import Line, Orders, obey
from mailgate.desk.identity.rights import Act, allowed
from mailgate.desk.identity.token import scrub
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.outcome.orders import answer, notifications, to_agent
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.plan import (
    AddEvent,
    AddMessage,
    ChangeTicket,
    ClearTimer,
    Direction,
    Effect,
    LetterKind,
    LetterOrder,
    Outcome,
    Plan,
    Purpose,
    SetTimer,
    Visibility,
)
from mailgate.desk.policy import Agent
from mailgate.desk.routing.assign import audience
from mailgate.desk.ticket import ParticipantRole, Status, Ticket
from mailgate.mail.model import Address


def speak(case: Case, agent: Agent) -> Plan:
    """A proved agent with a token: commands first, then the words."""
    ticket = case.ticket
    if ticket is None:
        return speak_freshly(case, agent)
    objection = allowed(Act.SEE, agent, ticket, case.policy)
    if objection:
        return _denied(case, agent, ticket, objection)
    orders = obey(case, agent, ticket)
    text = scrub(case.text).strip()
    note = any(command.name == "note" for command in case.commands)
    if note:
        text = "\n".join(part for part in (_noted(case), text) if part)
    if not note and not case.has_words:
        return _only_commands(case, agent, ticket, orders)
    if note or not orders.settled:
        return _keep(case, agent, ticket, orders, text)
    return _send(case, agent, ticket, orders, text)


def speak_freshly(case: Case, agent: Agent) -> Plan:
    """Commands that need no ticket, in a mail that is on none."""
    orders = obey(case, agent, None)
    letter = to_agent(case, LetterKind.TRANSCRIPT, agent, None, _said(case, orders), Purpose.CONTROL)
    return case.plan(Outcome.EVENT, orders.effects, (*orders.letters, letter), _spoken(orders))


def _send(case: Case, agent: Agent, ticket: Ticket, orders: Orders, text: str) -> Plan:
    """The answer goes out to the requester and the watchers; nobody waits any more."""
    effects: list[Effect] = [
        AddMessage(ticket.id, Direction.AGENT, Visibility.PUBLIC, agent.id, text=text),
        ChangeTicket(ticket.id, _answered(case, orders), Happening.AGENT_ANSWERED.value, agent.id),
        ClearTimer(ticket.id, REMINDER),
        *orders.effects,
        *orders.record(),
        *_ending(case, orders),
    ]
    already = {address.key for address in (*case.mail.to, *case.mail.cc)}
    readers = [(to, kind) for to, kind in _readers(ticket, agent) if to.key not in already]
    letters = [answer(case, ticket, to, kind, agent, text) for to, kind in readers]
    letters += _transcript(case, agent, ticket, orders)
    letters += _handed_over(case, agent, orders, ticket)
    sent = any(kind is LetterKind.ANSWER for _, kind in readers)
    said = f"answer: {'sent to the requester' if sent else 'the agent has written to the requester directly'}"
    trace = (f"trust: {case.trust.row}", said, *_spoken(orders))
    return case.plan(Outcome.APPEND, effects, letters, trace, ticket=ticket.id)


def _answered(case: Case, orders: Orders) -> dict[str, object]:
    """What an answer changes after the commands above it: ``#close`` with words below closes, it does not wait."""
    if orders.ticket is None or (orders.happenings and orders.ticket.status in ENDED):
        return {**orders.changed, "answered_ms": case.now_ms}
    return {**orders.changed, **changes(orders.ticket, Happening.AGENT_ANSWERED, case.now_ms)}


def _keep(case: Case, agent: Agent, ticket: Ticket, orders: Orders, text: str) -> Plan:
    """A note, or words whose commands were not understood: for agents' eyes, with the transcript."""
    effects: list[Effect] = [AddMessage(ticket.id, Direction.AGENT, Visibility.AGENTS, agent.id, text=text)]
    letters: list[LetterOrder] = []
    if orders.settled:
        effects += _changed(case, agent, orders)
        told = audience(case.policy, ticket.team, ticket.assignee, agent.id) if ticket.assignee else ()
        letters += notifications(case, told, ticket, "note", ticket.reason)
        letters += _handed_over(case, agent, orders, ticket)
    letters += _transcript(case, agent, ticket, orders)
    why = "note: kept for agents" if orders.settled else "answer: not sent, a command was not understood or refused"
    return case.plan(
        Outcome.APPEND, effects, letters, (why, f"trust: {case.trust.row}", *_spoken(orders)), ticket=ticket.id
    )


def _only_commands(case: Case, agent: Agent, ticket: Ticket, orders: Orders) -> Plan:
    """Nothing to say to the customer: what the commands change, and the transcript."""
    if not case.commands:
        return _empty(case, agent, ticket)
    names = [command.name for command in case.commands]
    effects: list[Effect] = [AddEvent(ticket.id, "commands", {"agent": agent.id, "commands": names})]
    effects += _changed(case, agent, orders)
    letters = [*_transcript(case, agent, ticket, orders), *_handed_over(case, agent, orders, ticket)]
    return case.plan(Outcome.EVENT, effects, letters, (f"trust: {case.trust.row}", *_spoken(orders)), ticket=ticket.id)


def _empty(case: Case, agent: Agent, ticket: Ticket) -> Plan:
    line = _refused(phrase("the mail has no text; nothing was sent"))
    letter = to_agent(case, LetterKind.TRANSCRIPT, agent, ticket, {"lines": (line,)}, Purpose.AGENT)
    event = AddEvent(ticket.id, "commands", {"agent": agent.id, "commands": []})
    return case.plan(Outcome.EVENT, (event,), (letter,), (f"trust: {case.trust.row}", "empty"), ticket=ticket.id)


def _denied(case: Case, agent: Agent, ticket: Ticket, objection: Phrase) -> Plan:
    """An agent without a right on this ticket (S-34): kept for agents' eyes, told, written down."""
    effects: list[Effect] = [
        AddMessage(ticket.id, Direction.AGENT, Visibility.AGENTS, agent.id, ("no right",), scrub(case.text)),
        AddEvent(ticket.id, "denied", {"agent": agent.id}),
    ]
    line = _refused(phrase("{why}; nothing was sent", why=objection))
    letter = to_agent(case, LetterKind.TRANSCRIPT, agent, None, {"lines": (line,)}, None)
    return case.plan(
        Outcome.APPEND, effects, (replace(letter, ticket=ticket.id),), (f"denied: {objection}",), ticket=ticket.id
    )


def _refused(why: Phrase) -> Line:
    """A line about the mail itself, not about a command in it."""
    return {"command": "", "result": "refused", "detail": why, "answer": None, "title": NOTHING}


def _changed(case: Case, agent: Agent, orders: Orders) -> Iterator[Effect]:
    if orders.ticket is None:
        return
    if orders.changed:
        yield ChangeTicket(orders.ticket.id, orders.changed, "by command", agent.id)
    yield from orders.effects
    yield from orders.record()
    yield from _ending(case, orders)
    if orders.ticket.status in ENDED and orders.happenings:
        yield ClearTimer(orders.ticket.id, REMINDER)
    if Happening.REOPENED in orders.happenings and orders.ticket.status not in ENDED:
        yield from remind(case.policy, orders.ticket.team, orders.ticket.id, case.now_ms)


def _ending(case: Case, orders: Orders) -> Iterator[Effect]:
    """A ticket that ends well is asked about; ``duties`` see to the share and to how often one customer is asked."""
    if orders.ticket is None:
        return
    ended = orders.happenings and orders.ticket.status in (Status.RESOLVED, Status.CLOSED)
    if ended and case.policy.survey.enabled and orders.ticket.rating is None:
        yield SetTimer(orders.ticket.id, SURVEY, case.now_ms)


def _readers(ticket: Ticket, agent: Agent) -> Iterator[tuple[Address, LetterKind]]:
    """Who gets the words: the requester, then watchers and following agents, each once, never the speaker."""
    yield Address(ticket.requester.email, ticket.requester.name), LetterKind.ANSWER
    seen = {ticket.requester.email.lower(), agent.address.lower(), *(alias.lower() for alias in agent.aliases)}
    for person in ticket.participants:
        if person.role is ParticipantRole.THIRD_PARTY or person.email.lower() in seen:
            continue
        seen.add(person.email.lower())
        yield Address(person.email, person.name), LetterKind.COPY


def _transcript(case: Case, agent: Agent, ticket: Ticket, orders: Orders) -> list[LetterOrder]:
    """No letter when there was nothing to say."""
    if not orders.results:
        return []
    return [to_agent(case, LetterKind.TRANSCRIPT, agent, ticket, _said(case, orders), Purpose.AGENT)]


def _said(case: Case, orders: Orders) -> dict[str, object]:
    """The values of a transcript."""
    unsent = case.has_words and not orders.settled
    return {"lines": orders.lines, "unsent": unsent, "undoable": bool(orders.undo)}


def _handed_over(case: Case, agent: Agent, orders: Orders, ticket: Ticket) -> list[LetterOrder]:
    """The agent or team that a command gave the ticket to hears of it."""
    if orders.ticket is None or not {"assignee", "team"} & orders.changed.keys():
        return []
    told = audience(case.policy, orders.ticket.team, orders.ticket.assignee, agent.id)
    asks = f"{ticket.requester.name} <{ticket.requester.email}>".strip()
    given = {"text": ticket.asked, "quoted": "", "author": asks, "attachments": (), "cc": ()}
    news = notifications(case, told, ticket, "reply", f"handed over by {agent.name or agent.id}", given)
    return [replace(order, attach=()) for order in news]


def _noted(case: Case) -> str:
    """What stands behind ``#note`` on its own line."""
    return "\n".join(command.argument for command in case.commands if command.name == "note" and command.argument)


def _spoken(orders: Orders) -> Iterator[str]:
    return (f"command: {line['command']}: {line['result']}: {line['detail']}" for line in orders.lines)
