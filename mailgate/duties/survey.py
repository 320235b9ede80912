"""The survey: a ticket was closed, and the customer is asked once whether it helped.

The ``survey`` timer is set when a ticket closes. When it is due the ticket must still be closed and never rated, and
the customer must not have been asked within the brand's period; then one letter goes out, at most once.
"""

from __future__ import annotations

from mailgate.desk.clock import clocks
from mailgate.desk.plan import AddEvent, ClearTimer, Effect, LetterKind, LetterOrder, Outcome, Plan, Purpose
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Address

TIMER = clocks.SURVEY


def ask_rating(ticket: Ticket, asked_ms: int | None, policy: Policy, now_ms: int, draw: float) -> Plan:
    """The plan for one ticket whose survey is due. ``asked_ms`` is when its requester was last asked, ``draw`` a random
    number from 0 to 1 that decides whether this ticket is in the share that is asked."""
    done: Effect = ClearTimer(ticket.id, TIMER)
    reason = _not_asked(ticket, asked_ms, policy, now_ms, draw)
    if reason:
        return Plan(Outcome.EVENT, (done, AddEvent(ticket.id, "survey not sent", {"why": reason})), trace=(reason,))
    order = LetterOrder(
        kind=LetterKind.SURVEY,
        to=Address(ticket.requester.email, ticket.requester.name),
        ticket=ticket.id,
        language=ticket.language,
        brand=ticket.brand,
        mailbox=ticket.mailbox,
        purpose=Purpose.SURVEY,
    )
    return Plan(Outcome.EVENT, (done, AddEvent(ticket.id, "survey sent")), (order,))


def _not_asked(ticket: Ticket, asked_ms: int | None, policy: Policy, now_ms: int, draw: float) -> str:
    """Why this customer is not asked; empty when the question goes out."""
    survey = policy.survey
    reasons = (
        (not survey.enabled, "surveys are off"),
        (ticket.status is not Status.CLOSED, f"the ticket is {ticket.status.value}"),
        (ticket.rating is not None, "it is rated already"),
        (asked_ms is not None and now_ms - asked_ms < survey.every_ms, "this customer was asked a short while ago"),
        (draw >= survey.share, "outside the share of tickets that are asked"),
    )
    return next((reason for holds, reason in reasons if holds), "")
