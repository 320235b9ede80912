"""A proved agent writes: the answer goes to the customer, and the commands run.

A mail with a command that is not understood, or refused, sends nothing to the customer: it is kept as a note and the
transcript says what was wrong, so that the agent can send it again as it was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import REMINDER, SURVEY, remind
from mailgate.desk.commands.command import Result, Subject, line, run
from mailgate.desk.identity.token import scrub
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.outcome.orders import answer, notifications, to_agent
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
from mailgate.desk.routing.assign import audience, may_act
from mailgate.desk.ticket import ParticipantRole, Status, Ticket
from mailgate.mail.model import Address


@dataclass(frozen=True, slots=True)
class Orders:
    """What the commands of one mail come to: the ticket as they leave it, and a line of transcript each."""

    ticket: Ticket
    changed: dict[str, object]
    happenings: tuple[Happening, ...] = ()
    lines: tuple[dict[str, object], ...] = ()
    settled: bool = True


def speak(case: Case, agent: Agent) -> Plan:
    """A proved agent with a token: commands first, then the words."""
    ticket = case.ticket
    if ticket is None:
        lines = tuple(
            line(command, Result(refused="which ticket? Name it in the subject")) for command in case.commands
        )
        letter = to_agent(case, LetterKind.TRANSCRIPT, agent, None, {"lines": lines}, None)
        return case.plan(Outcome.EVENT, (), (letter,), ("commands: no ticket is named",))
    if not may_act(agent, ticket.team, ticket.brand, ticket.assignee, case.policy):
        return _denied(case, agent, ticket)
    orders = _obey(case, agent, ticket)
    text = scrub(case.text).strip()
    note = any(command.name == "note" for command in case.commands)
    if note:
        text = "\n".join(part for part in (_noted(case), text) if part)
    if not note and not case.has_words:
        return _only_commands(case, agent, ticket, orders)
    if note or not orders.settled:
        return _keep(case, agent, ticket, orders, text)
    return _send(case, agent, ticket, orders, text)


def _send(case: Case, agent: Agent, ticket: Ticket, orders: Orders, text: str) -> Plan:
    """The answer goes out to the requester and the watchers; nobody waits any more."""
    effects: list[Effect] = [
        AddMessage(ticket.id, Direction.AGENT, Visibility.PUBLIC, agent.id, text=text),
        ChangeTicket(ticket.id, _answered(case, orders), Happening.AGENT_ANSWERED.value, agent.id),
        ClearTimer(ticket.id, REMINDER),
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
    if orders.happenings and orders.ticket.status in ENDED:
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
        said: dict[str, object] = {
            "command": "",
            "result": "refused",
            "detail": "the mail has no text; nothing was sent",
        }
        orders = replace(orders, lines=(said,))
    names = [command.name for command in case.commands]
    effects: list[Effect] = [AddEvent(ticket.id, "commands", {"agent": agent.id, "commands": names})]
    effects += _changed(case, agent, orders)
    letters = [*_transcript(case, agent, ticket, orders), *_handed_over(case, agent, orders, ticket)]
    return case.plan(Outcome.EVENT, effects, letters, (f"trust: {case.trust.row}", *_spoken(orders)), ticket=ticket.id)


def _denied(case: Case, agent: Agent, ticket: Ticket) -> Plan:
    """An agent without a right on this ticket (S-34): kept for agents' eyes, told, written down."""
    told: dict[str, object] = {
        "command": "",
        "result": "refused",
        "detail": "you have no right on this ticket; nothing was sent",
    }
    effects: list[Effect] = [
        AddMessage(ticket.id, Direction.AGENT, Visibility.AGENTS, agent.id, ("no right",), scrub(case.text)),
        AddEvent(ticket.id, "denied", {"agent": agent.id}),
    ]
    letter = to_agent(case, LetterKind.TRANSCRIPT, agent, None, {"lines": (told,)}, None)
    return case.plan(
        Outcome.APPEND, effects, (replace(letter, ticket=ticket.id),), ("denied: no right",), ticket=ticket.id
    )


def _obey(case: Case, agent: Agent, ticket: Ticket) -> Orders:
    """Run the commands one after the other on values; all of them count, or none when one is refused."""
    orders = Orders(ticket, {})
    for command in case.commands:
        result = run(command, Subject(orders.ticket.tags, agent, case.policy))
        fields = dict(result.changes)
        if result.happening:
            fields |= changes(orders.ticket, result.happening, case.now_ms)
        orders = Orders(
            replace(orders.ticket, **fields),  # type: ignore[arg-type]
            {**orders.changed, **fields},
            (*orders.happenings, result.happening) if result.happening else orders.happenings,
            (*orders.lines, line(command, result)),
            orders.settled and not result.refused,
        )
    return orders if orders.settled else Orders(ticket, {}, lines=tuple(map(_waiting, orders.lines)), settled=False)


def _waiting(said: dict[str, object]) -> dict[str, object]:
    """What would have been done is not, so that the same mail, mended, can be sent again as a whole."""
    if said["result"] != "done":
        return said
    return {**said, "result": "refused", "detail": "not done yet, since another line was refused"}


def _changed(case: Case, agent: Agent, orders: Orders) -> Iterator[Effect]:
    if orders.changed:
        yield ChangeTicket(orders.ticket.id, orders.changed, "by command", agent.id)
    yield from _ending(case, orders)
    if orders.ticket.status in ENDED and orders.happenings:
        yield ClearTimer(orders.ticket.id, REMINDER)
    if Happening.REOPENED in orders.happenings and orders.ticket.status not in ENDED:
        yield from remind(case.policy, orders.ticket.team, orders.ticket.id, case.now_ms)


def _ending(case: Case, orders: Orders) -> Iterator[Effect]:
    """A ticket that ends well is asked about; ``duties`` see to the share and to how often one customer is asked."""
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
    if not orders.lines:
        return []
    values: dict[str, object] = {"lines": orders.lines, "unsent": case.has_words and not orders.settled}
    return [to_agent(case, LetterKind.TRANSCRIPT, agent, ticket, values, Purpose.AGENT)]


def _handed_over(case: Case, agent: Agent, orders: Orders, ticket: Ticket) -> list[LetterOrder]:
    """The agent or team that a command gave the ticket to hears of it."""
    if not {"assignee", "team"} & orders.changed.keys():
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
