"""Somebody who is no agent writes on a ticket: it is put there, and what follows depends on what was proved."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import remind
from mailgate.desk.identity.trust import Held, Place
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.outcome.orders import tell
from mailgate.desk.outcome.survey import rating
from mailgate.desk.plan import (
    AddEvent,
    AddMessage,
    ChangeTicket,
    Direction,
    Effect,
    Outcome,
    Plan,
    Purpose,
    RecordRating,
    RememberCustomer,
)
from mailgate.desk.routing.assign import audience, followers
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Proof


def rated(case: Case) -> Plan | None:
    """The answer to a survey: one word, from whom it was asked, in time, with the survey's own token; else None."""
    where = case.placement
    if where.purpose is not Purpose.SURVEY or where.held is not Held.OWN or not case.genuine or _too_late(case):
        return None
    found = rating(case.mail.reply_text_nosig or case.mail.reply_text)
    if found is None or where.ticket is None or case.author is None or case.sender.proof is Proof.FAIL:
        return None
    effect = RecordRating(where.ticket.id, found.score, found.comment, case.author.email)
    return case.plan(Outcome.EVENT, (effect,), trace=(f"survey: rated {found.score}",), ticket=where.ticket.id)


def _too_late(case: Case) -> bool:
    asked = case.facts.survey_asked_ms
    return asked is not None and case.now_ms - asked > case.policy.survey.answer_within_ms


def append(case: Case, ticket: Ticket) -> Plan:
    """The mail goes on the ticket; agents are told. Only a trusted one reopens it and starts its clock."""
    treatment = case.trust.treatment
    third = "third party" in treatment.marks
    moves = treatment.changes_state and ticket.status is not Status.SPAM
    effects: list[Effect] = [
        AddMessage(
            ticket.id,
            Direction.THIRD_PARTY if third else Direction.CUSTOMER,
            treatment.visibility,
            marks=case.marks,
        )
    ]
    if moves:
        effects += _moved(case, ticket)
    else:
        effects.append(AddEvent(ticket.id, "appended", {"trust": case.trust.row, "state": "unchanged"}))
    if case.author and moves and case.sender.proof is not Proof.FAIL:
        effects.append(RememberCustomer(case.author.email, case.author.name, case.mail.language))
    everybody = (*audience(case.policy, ticket.team, ticket.assignee), *followers(ticket.participants, case.policy))
    told = () if ticket.status is Status.SPAM else everybody
    letters, spent, told_line = tell(case, told, ticket, "reply", ticket.reason)
    effects += spent
    said = (f"trust: {case.trust.row}: {treatment.name}", f"placed: on ticket {ticket.number}", told_line)
    return case.plan(Outcome.APPEND, effects, letters, said, acknowledge="it is on a known ticket", ticket=ticket.id)


def _moved(case: Case, ticket: Ticket) -> Iterator[Effect]:
    changed = changes(ticket, Happening.CUSTOMER_WROTE, case.now_ms)
    if changed:
        yield ChangeTicket(ticket.id, changed, Happening.CUSTOMER_WROTE.value, "requester")
    if ticket.waiting_since_ms is None or ticket.status in ENDED:
        yield from remind(case.policy, ticket.team, ticket.id, case.now_ms)


def belongs(case: Case) -> Ticket | None:
    """The ticket that the mail is appended to by the trust table; None where it opens one."""
    if case.trust.treatment.place is Place.APPEND and not case.placement.long_closed:
        return case.ticket
    return None
