"""A customer asks the desk itself: where things stand, for news, or to be left out.

==============  ========================================  ==========================================================
wish            who may                                   what follows
==============  ========================================  ==========================================================
status          proved, or with an own token              a letter with the own tickets, or the one that is meant;
                                                          no ticket is opened
status          neither                                   a letter that shows nothing, the same for everybody
nudge           a participant, on an open ticket          the mail is on the ticket, which is marked; owner and
                                                          supervisors are told, at a limited rate; the status comes
                                                          back
unsubscribe     a watcher, proved or with own token       that watcher is taken off the ticket
==============  ========================================  ==========================================================

Whoever asks is answered at their own address and about their own tickets only; that a ticket of somebody else exists
is told to nobody. A mail that says anything beyond its wish is none (``wish``) and goes the ordinary way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import answer_by as answer_by_ms
from mailgate.desk.clock.clocks import remind
from mailgate.desk.effect import (
    NEW_TICKET,
    AddEvent,
    AddMessage,
    ChangeTicket,
    Direction,
    Effect,
    RemoveParticipant,
    Spend,
)
from mailgate.desk.gate import allow, nudges
from mailgate.desk.identity.trust import Held, Place, Who
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.outcome.orders import notifications
from mailgate.desk.outcome.wish import Wish, WishKind, own_tickets, wish
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Role
from mailgate.desk.query import ROWS, TicketRow
from mailgate.desk.routing.assign import audience
from mailgate.desk.ticket import ParticipantRole, Status, Ticket
from mailgate.mail.model import Address, Proof

_HIDDEN = frozenset({Status.SPAM.value, Status.MERGED.value})
_ELSEWHERE = frozenset({Status.WAITING_THIRD, Status.WAITING_CHILD})
"""Somebody else has the ball, and a nudge does not take it from them."""


def wished(case: Case) -> Plan | None:
    """What becomes of a mail that is one wish; None for every other mail."""
    if case.agent or case.author is None or not case.genuine or case.sender.proof is Proof.FAIL:
        return None
    found = wish(case.mail)
    return _WISHES[found.kind](case, found) if found else None


def _status(case: Case, asked: Wish) -> Plan | None:
    """The letter about the author's own tickets; nothing is opened, whatever the mail names."""
    ticket = _own_ticket(case)
    rows = _shown(case, asked, ticket)
    letters, effects, said = _status_letter(case, ticket, rows)
    if ticket:
        effects = [AddEvent(ticket.id, "status asked", {"proof": case.sender.proof.value}), *effects]
    return case.plan(Outcome.EVENT, effects, letters, (said,), ticket=ticket.id if ticket else None)


def _nudge(case: Case, asked: Wish) -> Plan | None:
    """The mail goes on its open ticket, which is marked and moves up; the right people hear of it, now and then."""
    ticket, treatment = case.ticket, case.trust.treatment
    if ticket is None or treatment.place is not Place.APPEND or not treatment.changes_state or ticket.status in ENDED:
        return None
    leave = nudges(ticket.number, case.facts.spent, case.now_ms)
    told = () if leave.reason else _responsible(case, ticket)
    effects: list[Effect] = [
        AddMessage(ticket.id, Direction.CUSTOMER, treatment.visibility, marks=case.marks),
        ChangeTicket(ticket.id, _nudged(case, ticket), "the customer asks for news", "requester"),
    ]
    if ticket.waiting_since_ms is None and ticket.status not in _ELSEWHERE:
        effects += remind(case.policy, ticket.team, ticket.id, case.now_ms)
    effects += [Spend(key) for key in leave.keys if told]
    rows = (_row(case, ticket),)
    letters, spent, said = _status_letter(case, ticket, rows) if _knows(case) else ([], [], "status: none")
    news = notifications(case, told, ticket, "nudge", ticket.reason)
    whom = ", ".join(agent.id for agent in told) or leave.reason or "nobody"
    lines = (f"nudge: number {ticket.nudges + 1} on ticket {ticket.number}", f"notified: {whom}", said)
    return case.plan(
        Outcome.APPEND, (*effects, *spent), (*news, *letters), lines, "it is on a known ticket", ticket=ticket.id
    )


def _unsubscribe(case: Case, asked: Wish) -> Plan | None:
    """A watcher is let go; a requester who wants out has something to say to a person."""
    ticket, author = _own_ticket(case), case.author
    if ticket is None or author is None or ticket.requester.email.lower() == author.key:
        return None
    found = ticket.participant(author.email)
    if found is None or found.role is not ParticipantRole.WATCHER:
        return None
    effect = RemoveParticipant(ticket.id, found.email, "the watcher asked to be left out")
    return case.plan(Outcome.EVENT, (effect,), trace=("watcher: left out at their own wish",), ticket=ticket.id)


_WISHES: Mapping[WishKind, Callable[[Case, Wish], Plan | None]] = {
    WishKind.STATUS: _status,
    WishKind.NUDGE: _nudge,
    WishKind.UNSUBSCRIBE: _unsubscribe,
}


def _knows(case: Case) -> bool:
    """Whether it is known well enough who asks: proved, or with the own token."""
    return case.sender.proof is Proof.PASS or case.placement.held is Held.OWN


def _own_ticket(case: Case) -> Ticket | None:
    """The ticket of the mail, if its author is known and has a part in it."""
    own = _knows(case) and case.placement.who is Who.PARTICIPANT
    return case.ticket if own and case.ticket and case.ticket.status.value not in _HIDDEN else None


def _shown(case: Case, asked: Wish, ticket: Ticket | None) -> tuple[dict[str, object], ...]:
    """The rows of the letter: the one that is named if it is the author's own, else all that are theirs."""
    found = [_listed(row) for row in _own_rows(case)]
    if asked.number is not None:
        named = [row for row in found if row["number"] == asked.number]
        if named:
            return tuple(named)
        return (_row(case, ticket),) if ticket and ticket.number == asked.number else tuple(found)
    return (_row(case, ticket),) if ticket else tuple(found)


def _own_rows(case: Case) -> tuple[TicketRow, ...]:
    """The author's tickets, as the store knows them; none where nobody has proved to be the author."""
    if case.author is None or case.sender.proof is not Proof.PASS:
        return ()
    answer = case.facts.answers.get(own_tickets(case.brand.id, case.author.key))
    rows = answer.rows if answer else ()
    return tuple(row for row in rows if isinstance(row, TicketRow) and row.status not in _HIDDEN)


def _total(case: Case) -> int:
    """How many tickets the author has, where the letter shows only the newest."""
    answer = case.facts.answers.get(own_tickets(case.brand.id, case.author.key)) if case.author else None
    return answer.total if answer else ROWS


def _status_letter(
    case: Case, ticket: Ticket | None, rows: tuple[dict[str, object], ...]
) -> tuple[list[LetterOrder], list[Effect], str]:
    """The letter, what it spends, and the line of the trace; none where the gate says no."""
    author = case.author
    if author is None:
        return [], [], "status: none"
    number, spent = ticket.number if ticket else None, case.facts.spent
    leave = allow(case.reading, author.email, number, spent, case.policy, case.now_ms, LetterKind.STATUS)
    if leave.reason:
        return [], [], f"status: none: {leave.reason}"
    order = LetterOrder(
        kind=LetterKind.STATUS,
        to=Address(author.email, author.name),
        ticket=ticket.id if ticket else NEW_TICKET,
        language=case.language,
        brand=case.brand.id,
        mailbox=ticket.mailbox if ticket else case.delivery.mailbox.address,
        purpose=Purpose.CUSTOMER if ticket else None,
        values={
            "tickets": rows,
            "one": ticket is not None and len(rows) == 1,
            "total": len(rows) if len(rows) < ROWS else _total(case),
            "proved": _knows(case),
        },
        in_reply_to=case.mail.message_id,
    )
    return [order], [Spend(key) for key in leave.keys], f"status: of {len(rows)} tickets to their own address"


def _row(case: Case, ticket: Ticket) -> dict[str, object]:
    """One ticket as the letter lists it; a time that is past is no news to anybody."""
    answer_by = answer_by_ms(ticket, case.policy, case.now_ms)
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status.value,
        "state": ticket.state,
        "created_ms": ticket.created_ms,
        "updated_ms": ticket.updated_ms,
        "we_owe": ticket.waiting_since_ms is not None,
        "answer_by_ms": answer_by if answer_by and answer_by > case.now_ms else None,
    }


def _listed(row: TicketRow) -> dict[str, object]:
    return {
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "state": row.state,
        "created_ms": row.created_ms,
        "updated_ms": row.updated_ms,
        "we_owe": row.waiting_since_ms is not None,
        "answer_by_ms": None,
    }


def _nudged(case: Case, ticket: Ticket) -> dict[str, object]:
    """What the nudge changes; the question stays the one that answers will quote."""
    marked: dict[str, object] = {"nudged_ms": case.now_ms, "nudges": ticket.nudges + 1, "asked": ticket.asked}
    if ticket.status in _ELSEWHERE:
        return marked
    return {**changes(ticket, Happening.CUSTOMER_WROTE, case.now_ms), **marked}


def _responsible(case: Case, ticket: Ticket) -> tuple[Agent, ...]:
    """The owner (else the team), and who supervises: the team's own supervisors, else the desk's."""
    team = case.policy.teams.get(ticket.team)
    ids = team.supervisors if team else ()
    above = [agent for one in ids if (agent := case.policy.agents.get(one)) and agent.active]
    if not above:
        above = [agent for agent in case.policy.agents.values() if agent.active and agent.role is Role.SUPERVISOR]
    people = (*audience(case.policy, ticket.team, ticket.assignee), *above)
    return tuple({agent.id: agent for agent in people}.values())
