"""Mail that no person wrote: delivery reports, vacation replies, receipts, complaints.

A report about a letter of ours becomes an event on its ticket; only its Message-ID or its token says so, since anybody
can write "your mail to X failed" with a ticket's number in the subject (L-17). It never opens a ticket, never reopens
one, and no automatic letter ever answers it (RFC 3834, promise 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mailgate.desk.assign import audience
from mailgate.desk.case import Case
from mailgate.desk.facts import Carrier, LetterFact
from mailgate.desk.gate import is_role_account
from mailgate.desk.opening import open_ticket
from mailgate.desk.orders import to_agent
from mailgate.desk.plan import (
    AddEvent,
    AddMessage,
    Cause,
    Direction,
    Effect,
    LetterKind,
    LetterOrder,
    Outcome,
    Plan,
    RecordBounce,
    Visibility,
)
from mailgate.desk.reply import belongs
from mailgate.desk.ticket import Ticket
from mailgate.desk.trust import Held, Who
from mailgate.mail.model import Action, Bounce, ReportedRecipient, VerdictKind

SPOKEN = frozenset({LetterKind.ANSWER.value, LetterKind.COPY.value})
"""Letters whose failure agents are told of: somebody's words did not arrive. Of the others the ticket shows it."""


def bounced(case: Case) -> Plan | None:
    """A delivery report: written on the letter it is about, or held when it is about none of ours."""
    bounce = case.reading.verdict.bounce
    if case.reading.verdict.kind is not VerdictKind.BOUNCE:
        return None
    letter = _letter(case)
    ticket = _reported_ticket(case, letter)
    if bounce is None or (letter is None and ticket is None):
        return case.hold(Cause.BOUNCE_UNKNOWN, "no letter of ours is named in it")
    effects: list[Effect] = []
    ticket_id = letter.ticket_id if letter and letter.ticket_id is not None else ticket.id if ticket else None
    for who in _about(bounce, letter):
        if letter:
            effects.append(RecordBounce(letter.id, ticket_id, who))
        elif ticket_id is not None:
            meta: dict[str, object] = {"action": who.action.value, "status": who.status}
            effects.append(AddEvent(ticket_id, "bounce", meta, {"recipient": who.email, "reason": who.reason}))
    letters = tuple(_undelivered(case, bounce, letter, ticket))
    failed = sum(who.action is Action.FAILED for who in bounce.recipients)
    said = f"bounce: of our letter ({letter.kind if letter else 'known by its token'}): {failed} failed"
    return case.plan(Outcome.BOUNCE, effects, letters, (said,), ticket=ticket_id)


def reported(case: Case) -> Plan | None:
    """Receipts, complaints and answers of calendars and challengers: an event where they belong to a letter, else
    held."""
    report = case.reading.verdict.report
    if report not in REPORTS:
        return None
    ticket = _reported_ticket(case, _letter(case)) or belongs(case)
    if ticket is None:
        return case.hold(Cause.ROBOT, REPORTS[report])
    event = AddEvent(ticket.id, report, {"proof": case.sender.proof.value})
    return case.plan(Outcome.EVENT, (event,), trace=(f"report: {REPORTS[report]}",), ticket=ticket.id)


def automatic(case: Case) -> Plan | None:
    """A robot's mail on a ticket is put there for agents; a vacation reply without one is held; a machine's own mail
    (monitoring, a newsletter) opens a ticket of which nobody outside is told."""
    kind = case.reading.verdict.kind
    if kind not in (VerdictKind.AUTO_REPLY, VerdictKind.BULK):
        return None
    if case.agent and kind is VerdictKind.AUTO_REPLY:
        return _agent_away(case)
    where = case.placement
    known = where.as_requester is Who.PARTICIPANT or where.held is not Held.NONE
    ticket = where.ticket if known else None
    if ticket is not None:
        marks = ("automatic", *case.marks)
        effects = (AddMessage(ticket.id, Direction.ROBOT, Visibility.AGENTS, marks=marks),)
        said = f"robot: put on ticket {ticket.number}, which stays {ticket.status.value}"
        return case.plan(Outcome.APPEND, effects, (), (said,), acknowledge="a robot wrote it", ticket=ticket.id)
    if kind is VerdictKind.AUTO_REPLY:
        return case.hold(Cause.ROBOT, "an automatic reply that belongs to no ticket")
    return open_ticket(case)


REPORTS: Mapping[str, str] = {
    "mdn": "a read receipt",
    "arf": "a spam complaint",
    "calendar": "an answer of a calendar",
    "challenge": "a challenge that wants an answer",
}
"""Reports that are never a message; ``list`` is bulk mail and goes that way."""


def _agent_away(case: Case) -> Plan:
    """An agent's vacation reply to a notification: no customer sees it, the ticket remembers that it came (L-28)."""
    until = case.reading.verdict.away_until_ms
    if case.ticket is None or case.agent is None:
        return case.hold(Cause.ROBOT, "an agent's automatic reply that belongs to no ticket")
    event = AddEvent(case.ticket.id, "agent away", {"agent": case.agent.id, "until_ms": until})
    return case.plan(Outcome.EVENT, (event,), trace=("robot: an agent is away",), ticket=case.ticket.id)


def _letter(case: Case) -> LetterFact | None:
    """The letter of ours that the report is about: the first id that the store knows."""
    bounce = case.reading.verdict.bounce
    ids = bounce.message_ids if bounce else (*case.mail.in_reply_to, *reversed(case.mail.references))
    return next((case.facts.letters[one] for one in ids if one in case.facts.letters), None)


def _reported_ticket(case: Case, letter: LetterFact | None) -> Ticket | None:
    """The ticket of the letter; a token that verifies names it too, a subject's tag never does."""
    clue = case.placement.clue
    if case.placement.ticket and clue and clue.carrier is not Carrier.TAG and (letter or clue.mac):
        return case.placement.ticket
    return next((t for t in case.facts.tickets.values() if letter and t.id == letter.ticket_id), None)


def _about(bounce: Bounce, letter: LetterFact | None) -> Iterator[ReportedRecipient]:
    """What is said of our letter's recipient; all of it when the report names other addresses only (forwarders)."""
    own = [who for who in bounce.recipients if letter and who.email.lower() == letter.recipient.lower()]
    yield from own or bounce.recipients[:20]


def _undelivered(case: Case, bounce: Bounce, letter: LetterFact | None, ticket: Ticket | None) -> Iterator[LetterOrder]:
    """Agents are told that words did not arrive: not for a delay, not for a robot's letter, not at the dead address."""
    failed = [who for who in _about(bounce, letter) if who.action is Action.FAILED]
    if not failed or ticket is None or (letter and letter.kind not in SPOKEN):
        return
    values: dict[str, object] = {"recipient": failed[0].email, "reason": failed[0].reason, "status": failed[0].status}
    dead = {who.email.lower() for who in failed} | ({letter.recipient.lower()} if letter else set())
    for agent in audience(case.policy, ticket.team, ticket.assignee):
        if agent.address.lower() not in dead and not is_role_account(agent.address):
            yield replace(to_agent(case, LetterKind.UNDELIVERED, agent, ticket, values, None), ticket=ticket.id)


STAGES: tuple[Callable[[Case], Plan | None], ...] = (bounced, reported, automatic)
"""In order; the first that answers decides."""
