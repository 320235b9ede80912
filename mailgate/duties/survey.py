"""The survey: a ticket was closed, and the customer is asked once whether it helped.

The ``survey`` timer is set when a ticket closes (``clock.arming``). When it is due the ticket must still be closed and
never rated, and the customer must not have been asked within the desk's period; spam, merged tickets and those of
robots are not asked about. Then one letter goes out, at most once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.desk.clock import clocks
from mailgate.desk.effect import AddEvent, ClearTimer, SetTimer, Spend
from mailgate.desk.facts import Spoken
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Status, Ticket
from mailgate.duties.hour import HOUR_MS, Hour, Planned, customer_letter, never, to_customer

TIMER = clocks.SURVEY


def ask_ratings(due: Sequence[Ticket], hour: Hour) -> Iterator[Planned]:
    """The plans for all tickets whose survey is due; each is asked for when the one before is written, so that of one
    customer's tickets that are due together one is asked about."""
    for ticket in due:
        yield ticket, _plan(ticket, hour)


def _plan(ticket: Ticket, hour: Hour) -> Plan:
    spoken = hour.look.spoken(ticket)
    reason = _not_asked(ticket, spoken, hour)
    done = ClearTimer(ticket.id, TIMER)
    if reason:
        event = AddEvent(ticket.id, "survey not sent", {"why": reason})
        return Plan(Outcome.EVENT, (done, event), trace=(reason,), ticket=ticket.id)
    leave = to_customer(ticket, LetterKind.SURVEY, spoken, hour)
    if leave.reason:
        later = SetTimer(ticket.id, TIMER, hour.now_ms + HOUR_MS)
        return Plan(Outcome.EVENT, (later,), trace=(leave.reason,), ticket=ticket.id)
    values = {"answer_until_ms": hour.now_ms + hour.policy.survey.answer_within_ms}
    order = customer_letter(ticket, LetterKind.SURVEY, Purpose.SURVEY, hour.policy, values)
    spends = tuple(Spend(key) for key in leave.keys)
    return Plan(Outcome.EVENT, (done, AddEvent(ticket.id, "survey sent"), *spends), (order,), ticket=ticket.id)


def _not_asked(ticket: Ticket, spoken: Spoken, hour: Hour) -> str:
    """Why this customer is not asked; empty when the question goes out. The dice are thrown last."""
    survey = hour.policy.survey
    asked_ms = hour.look.survey_asked_ms(ticket)
    reasons = (
        (not survey.enabled, "surveys are off"),
        (ticket.status is not Status.CLOSED, f"the ticket is {ticket.status.value}"),
        (ticket.rating is not None, "it is rated already"),
        (
            asked_ms is not None and hour.now_ms - asked_ms < survey.every_ms,
            "this customer was asked a short while ago",
        ),
    )
    found = next((reason for holds, reason in reasons if holds), "") or never(ticket, spoken, hour.policy)
    return found or ("outside the share of tickets that are asked" if hour.draw() >= survey.share else "")
