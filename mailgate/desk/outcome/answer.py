"""A proved agent writes: the commands run, and the words go where they belong.

===========  ====================================================  ===================================================
the words    when                                                  what becomes of them
===========  ====================================================  ===================================================
SENT         there are any, and nothing below stands against it    to the requester and the watchers, copies to agents
NOTE         ``#note``, ``#refuse``, or who may not reply          for agents only
TAKEN        ``#ask``, ``#child``, ``#new``: a command's own       where the command wants them
KEPT         a command is unknown or refused                       for agents only, until the mail is sent again, mended
NONE         nothing was said beyond commands and a signature      —
===========  ====================================================  ===================================================

An answer is never swallowed: the transcript says what became of it. Commands count together, or none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import REMINDER, remind
from mailgate.desk.commands.obey import obey
from mailgate.desk.commands.people import as_desk
from mailgate.desk.commands.tally import Line, Orders
from mailgate.desk.effect import AddEvent, AddMessage, ChangeTicket, ClearTimer, Direction, Effect, Visibility
from mailgate.desk.identity.rights import Act, allowed
from mailgate.desk.identity.token import scrub
from mailgate.desk.letter import LetterKind, LetterOrder
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.outcome.news import handed_over, handed_to, noted, readers, resolved, transcript
from mailgate.desk.outcome.orders import answer, to_agent
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent
from mailgate.desk.ticket import Status, Ticket


class Fate(StrEnum):
    """What becomes of an agent's words; the table above says when."""

    SENT = "sent"
    NOTE = "a note for agents"
    TAKEN = "taken by a command"
    KEPT = "not sent, a command was not understood or refused"
    NONE = "there are none"


def speak(case: Case, agent: Agent, ticket: Ticket) -> Plan:
    """A proved agent with a token of the ticket: commands first, then the words."""
    objection = allowed(Act.SEE, agent, ticket, case.policy)
    if objection:
        return _denied(case, agent, ticket, objection)
    orders = obey(case, agent, ticket)
    fate, why = _fate(case, agent, orders)
    if fate is Fate.NOTE and why and allowed(Act.NOTE, agent, ticket, case.policy):
        return _denied(case, agent, ticket, why)
    after = orders.ticket or ticket
    text = _text(case, agent, orders, after, fate)
    effects = [*_said(agent, after, text, fate), *_done(case, agent, orders, after, fate)]
    letters = [*_sent(case, agent, orders, after, text, fate), *orders.letters]
    letters += handed_over(case, agent, orders, ticket, text if fate is Fate.SENT else "")
    letters += noted(case, agent, orders, after, fate is Fate.NOTE)
    told, spent = transcript(case, agent, ticket, orders, *_remarks(case, orders, fate, why))
    message = any(isinstance(effect, AddMessage) for effect in effects)
    trace = (f"trust: {case.trust.row}", f"words: {fate.value}{f': {why}' if why else ''}", *_spoken(orders))
    plan = case.plan(
        Outcome.APPEND if message else Outcome.EVENT, (*effects, *spent), (*letters, *told), trace, ticket=ticket.id
    )
    return replace(plan, more=orders.more)


def _fate(case: Case, agent: Agent, orders: Orders) -> tuple[Fate, Phrase]:
    """What becomes of the words, and why where it is not what the agent meant."""
    if not orders.settled:
        return (Fate.KEPT if case.has_words else Fate.NONE), NOTHING
    if orders.note:
        return Fate.NOTE, NOTHING
    if orders.takes_text:
        return Fate.TAKEN, NOTHING
    if not (case.has_words or orders.words):
        return Fate.NONE, NOTHING
    objection = allowed(Act.REPLY, agent, orders.ticket, case.policy)
    return (Fate.NOTE, objection) if objection else (Fate.SENT, NOTHING)


def _text(case: Case, agent: Agent, orders: Orders, ticket: Ticket, fate: Fate) -> str:
    if fate is Fate.SENT:
        return "\n\n".join(part for part in (orders.words, as_desk(case.text, agent, ticket)) if part)
    behind = [command.argument for command, result in orders.results if result.note]
    return "\n".join(part for part in (*behind, scrub(case.text).strip()) if part)


def _said(agent: Agent, ticket: Ticket, text: str, fate: Fate) -> Iterator[Effect]:
    """The words, on the ticket."""
    if fate is Fate.SENT:
        yield AddMessage(ticket.id, Direction.AGENT, Visibility.PUBLIC, agent.id, text=text)
    elif fate in (Fate.NOTE, Fate.KEPT):
        marks = ("unsent",) if fate is Fate.KEPT else ()
        yield AddMessage(ticket.id, Direction.AGENT, Visibility.AGENTS, agent.id, marks, text)


def _done(case: Case, agent: Agent, orders: Orders, ticket: Ticket, fate: Fate) -> Iterator[Effect]:
    """What the commands and the answer change."""
    if fate is Fate.NONE:
        names = [command.name for command in case.commands]
        yield AddEvent(ticket.id, "commands", {"agent": agent.id, "commands": names})
    changed = {**orders.changed, **_answered(case, orders, ticket)} if fate is Fate.SENT else orders.changed
    if changed:
        why = Happening.AGENT_ANSWERED.value if fate is Fate.SENT else "by command"
        yield ChangeTicket(ticket.id, changed, why, agent.id)
    yield from orders.effects
    yield from orders.record()
    if fate is Fate.SENT or (orders.happenings and ticket.status in ENDED):
        yield ClearTimer(ticket.id, REMINDER)
    elif Happening.REOPENED in orders.happenings:
        yield from remind(case.policy, ticket.team, ticket.id, case.now_ms)


def _answered(case: Case, orders: Orders, ticket: Ticket) -> dict[str, object]:
    """What an answer changes after the commands above it: where they said what comes next, that stands; but what has
    been answered is new no more."""
    if orders.happenings and ticket.status is not Status.NEW:
        return {"answered_ms": case.now_ms, "waiting_since_ms": None}
    return changes(ticket, Happening.AGENT_ANSWERED, case.now_ms)


def _sent(case: Case, agent: Agent, orders: Orders, ticket: Ticket, text: str, fate: Fate) -> Iterator[LetterOrder]:
    """The answer, each reader once, and nobody whom the agent wrote to directly (S-36) or who has it with the ticket
    that they are given; a resolution is asked about also when it needs no words."""
    solved = Happening.RESOLVED in orders.happenings and ticket.status is Status.RESOLVED
    if fate is Fate.SENT:
        already = {address.key for address in (*case.mail.to, *case.mail.cc)}
        already |= {one.address.lower() for one in handed_to(case, agent, orders)}
        for to, kind in readers(case, ticket, agent):
            if to.key not in already:
                asked = LetterKind.RESOLUTION if solved and kind is LetterKind.ANSWER else kind
                yield answer(case, ticket, to, asked, agent, text)
    elif solved and fate is not Fate.KEPT and "status" in orders.changed:
        yield from resolved(case, agent, ticket)


def _remarks(case: Case, orders: Orders, fate: Fate, why: Phrase) -> Iterator[Line]:
    """Lines of the transcript about the mail itself."""
    if fate is Fate.NONE and not case.commands:
        yield remark(phrase("the mail has no text; nothing was sent"))
    if orders.words and fate is not Fate.SENT:
        yield remark(phrase("the ready reply was not sent, since nothing of this mail is for the customer"))
    if why:
        yield remark(phrase("{why}; your words are kept as a note, and nothing was sent", why=why))


def _denied(case: Case, agent: Agent, ticket: Ticket, objection: Phrase) -> Plan:
    """An agent without a right on this ticket (S-34): kept for agents' eyes, told, written down."""
    effects: list[Effect] = [
        AddMessage(ticket.id, Direction.AGENT, Visibility.AGENTS, agent.id, ("no right",), scrub(case.text)),
        AddEvent(ticket.id, "denied", {"agent": agent.id}),
    ]
    lines = (remark(phrase("{why}; nothing was sent", why=objection)),)
    letter = to_agent(case, LetterKind.TRANSCRIPT, agent, None, {"lines": lines}, None)
    return case.plan(
        Outcome.APPEND, effects, (replace(letter, ticket=ticket.id),), (f"denied: {objection}",), ticket=ticket.id
    )


def remark(why: Phrase) -> Line:
    """A line of a transcript about the mail itself, not about a command in it."""
    return {"command": "", "result": "refused", "detail": why, "answer": None, "title": NOTHING, "help": False}


def _spoken(orders: Orders) -> Iterator[str]:
    return (f"command: {line['command']}: {line['result']}: {line['detail']}" for line in orders.lines)
