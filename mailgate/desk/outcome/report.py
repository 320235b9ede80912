"""Mail that no person wrote: delivery reports, vacation replies, receipts, complaints.

A report about a letter of ours becomes an event on its ticket; only its Message-ID or its token says so, since anybody
can write "your mail to X failed" with a ticket's number in the subject (L-17). It never opens a ticket, never reopens
one, and no automatic letter ever answers it (RFC 3834, promise 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mailgate.desk import gate
from mailgate.desk.case import Case
from mailgate.desk.effect import AddEvent, AddMessage, Cause, Direction, Effect, RecordBounce, Spend, Visibility
from mailgate.desk.facts import LetterFact
from mailgate.desk.gate import is_role_account
from mailgate.desk.identity.token import split_address
from mailgate.desk.identity.trust import Held, Who
from mailgate.desk.letter import LetterKind, LetterOrder
from mailgate.desk.outcome import vacation
from mailgate.desk.outcome.opening import open_ticket
from mailgate.desk.outcome.orders import to_agent
from mailgate.desk.outcome.reply import belongs
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.routing.assign import audience
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Action, Bounce, ReportedRecipient, VerdictKind

HEADERS_READ = 20
"""Addresses of ``To`` that are looked at."""

SPOKEN = frozenset(kind.value for kind in (LetterKind.ANSWER, LetterKind.COPY, LetterKind.RESOLUTION, LetterKind.ASK))
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
    if letter and any(who.action is Action.FAILED for who in _about(bounce, letter)):
        effects.append(Spend(gate.bounced(letter.recipient, case.now_ms)))
    letters, spent = _undelivered(case, bounce, letter, ticket)
    effects += spent
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
    """A robot's mail on a ticket is put there for agents; an answer to some other mail is held; what stands for itself
    (monitoring, a newsletter, another desk's word that it has our question) opens a ticket of which nobody outside is
    told."""
    kind = case.reading.verdict.kind
    if kind not in (VerdictKind.AUTO_REPLY, VerdictKind.BULK):
        return None
    answers = next((why for why, holds in ANSWERS if holds(case)), "")
    if case.agent and kind is VerdictKind.AUTO_REPLY:
        return vacation.away(case, case.agent, answers)
    where = case.placement
    known = where.as_requester is Who.PARTICIPANT or where.held is not Held.NONE
    ticket = where.ticket if known else None
    if ticket is not None:
        marks = ("automatic", *case.marks)
        effects = (AddMessage(ticket.id, Direction.ROBOT, Visibility.AGENTS, marks=marks),)
        said = f"robot: put on ticket {ticket.number}, which stays {ticket.status.value}"
        return case.plan(Outcome.APPEND, effects, (), (said,), acknowledge="a robot wrote it", ticket=ticket.id)
    meant = next((why for why, holds in ELSEWHERE if holds(case)), "")
    if kind is VerdictKind.AUTO_REPLY and answers and meant:
        return case.hold(Cause.ROBOT, f"an automatic reply that belongs to no ticket: {answers}; {meant}")
    return open_ticket(case)


RESPONDERS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autorespond",
    "x-mail-autoreply",
    "x-vacation",
    "x-autogenerated: reply",
)
MACHINES = ("auto-submitted:", "x-", "from:", "the envelope")
"""How the evidence begins that shows a machine and says nothing of an answer."""

ANSWERS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("Auto-Submitted: auto-replied", lambda case: _submitted(case).startswith("auto-replied")),
    ("it answers a mail", lambda case: bool(case.mail.in_reply_to)),
    ("it says until when somebody is away", lambda case: case.reading.verdict.away_until_ms is not None),
    ("a header of auto-responders", lambda case: any(seen.startswith(RESPONDERS) for seen in _evidence(case))),
    ("it reads like a vacation notice", lambda case: not all(seen.startswith(MACHINES) for seen in _evidence(case))),
)
"""What shows that a machine answers somebody, rather than having something to say (an alarm, a report, a new order).
Where nothing does, a ticket is opened: a needless ticket costs a moment, an alarm that is kept aside may cost more."""

ELSEWHERE: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("it leads to a ticket that is not its sender's", lambda case: case.ticket is not None),
    ("it names the mail that it answers", lambda case: bool(case.mail.in_reply_to or case.mail.references)),
    ("it came to an address that only a letter of ours can have told", lambda case: _extended(case)),
)
"""What shows that an answer means a letter of ours that is on no ticket of theirs, or a mail that somebody sent in our
name; spam with a forged sender brings such answers by the thousand. Any other might be what somebody waits for."""


def _extended(case: Case) -> bool:
    plain = {box.address.lower() for box in case.policy.mailboxes}
    written = (address.email for address in case.mail.to[:HEADERS_READ])
    ours = (one.lower() for one in (*case.delivery.recipients, *written) if split_address(one, case.policy.mailboxes))
    return any(one not in plain for one in ours)


def _submitted(case: Case) -> str:
    return case.mail.header("Auto-Submitted").strip().lower()


def _evidence(case: Case) -> tuple[str, ...]:
    return tuple(seen.lower() for seen in case.reading.verdict.evidence) or ("",)


REPORTS: Mapping[str, str] = {
    "mdn": "a read receipt",
    "arf": "a spam complaint",
    "calendar": "an answer of a calendar",
    "challenge": "a challenge that wants an answer",
}
"""Reports that are never a message; ``list`` is bulk mail and goes that way."""


def _letter(case: Case) -> LetterFact | None:
    """The letter of ours that the report is about: the first id that the store knows."""
    bounce = case.reading.verdict.bounce
    ids = bounce.message_ids if bounce else (*case.mail.in_reply_to, *reversed(case.mail.references))
    return next((case.facts.letters[one] for one in ids if one in case.facts.letters), None)


def _reported_ticket(case: Case, letter: LetterFact | None) -> Ticket | None:
    """The ticket of the letter, or of a token that verifies; a tag in a subject is nobody's word for anything."""
    own = next((t for t in case.facts.tickets.values() if letter and t.id == letter.ticket_id), None)
    clue = case.placement.clue
    known = clue is not None and (clue.mac or (letter is not None and clue.message_id))
    return own or (case.ticket if known else None)


def _about(bounce: Bounce, letter: LetterFact | None) -> Iterator[ReportedRecipient]:
    """What is said of our letter's recipient; all of it when the report names other addresses only (forwarders)."""
    own = [who for who in bounce.recipients if letter and who.email.lower() == letter.recipient.lower()]
    yield from own or bounce.recipients[: gate.REPORTED]


def _undelivered(
    case: Case, bounce: Bounce, letter: LetterFact | None, ticket: Ticket | None
) -> tuple[tuple[LetterOrder, ...], tuple[Spend, ...]]:
    """Agents are told that words did not arrive, and what that spends: not for a delay, not for a robot's letter, not
    at the dead address, not for ever."""
    failed = [who for who in _about(bounce, letter) if who.action is Action.FAILED]
    if not failed or ticket is None or (letter and letter.kind not in SPOKEN):
        return (), ()
    leave = gate.undelivered(failed[0].email, case.facts.spent, case.now_ms)
    if leave.reason:
        return (), ()
    values: dict[str, object] = {"recipient": failed[0].email, "reason": failed[0].reason, "status": failed[0].status}
    dead = {who.email.lower() for who in failed} | ({letter.recipient.lower()} if letter else set())
    told = (
        agent
        for agent in audience(case.policy, ticket.team, ticket.assignee)
        if agent.address.lower() not in dead and not is_role_account(agent.address)
    )
    orders = (to_agent(case, LetterKind.UNDELIVERED, agent, ticket, values, None) for agent in told)
    return tuple(replace(order, ticket=ticket.id) for order in orders), tuple(Spend(key) for key in leave.keys)
