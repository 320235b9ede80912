"""We wait for a customer: a reminder after each wait that the admin chose, then the ticket closes, with notice.

The ``customer`` timer is set when a ticket begins to wait for its customer (``clock.arming``) and moves on with each
reminder. How many there were is asked of the outbox, so that nothing is counted twice; each wait begins with the
reminder before it, so that a daemon that was down skips none and hurries none. Whatever the customer answers opens the
ticket again, before and after it was closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.desk.clock.arming import CUSTOMER as TIMER
from mailgate.desk.effect import AddEvent, ChangeTicket, ClearTimer, Effect, SetTimer, Spend
from mailgate.desk.facts import Spoken
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.lifecycle import Happening, changes
from mailgate.desk.outcome.orders import shorten
from mailgate.desk.phrase import phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Status, Ticket
from mailgate.duties.hour import HOUR_MS, Hour, Planned, customer_letter, never, to_customer

QUOTED = 600
"""How much of what was asked a reminder repeats."""


def ask_again(due: Sequence[Ticket], hour: Hour) -> Iterator[Planned]:
    """The plans for all tickets whose customer has not answered in time; each is asked for when the one before is
    written, so that budgets count it."""
    for ticket in due:
        yield ticket, _plan(ticket, hour)


def _plan(ticket: Ticket, hour: Hour) -> Plan:
    spoken = hour.look.spoken(ticket)
    over = "" if ticket.status is Status.WAITING_CUSTOMER else f"the ticket is {ticket.status.value}"
    reason = over or never(ticket, spoken, hour.policy)
    waits, close_ms = hour.policy.closing.remind_after_ms, hour.policy.closing.close_after_ms
    left = waits[spoken.reminders :]
    if reason or not (left or close_ms):
        return Plan(Outcome.EVENT, (ClearTimer(ticket.id, TIMER),), trace=(reason,), ticket=ticket.id)
    kind = LetterKind.CUSTOMER_REMINDER if left else LetterKind.CLOSING
    leave = to_customer(ticket, kind, spoken, hour)
    if leave.reason:
        later = SetTimer(ticket.id, TIMER, hour.now_ms + HOUR_MS)
        return Plan(Outcome.EVENT, (later,), trace=(leave.reason,), ticket=ticket.id)
    next_ms = (left[1] if len(left) > 1 else close_ms) if left else 0
    effects, letter = _reminded(ticket, spoken, next_ms, len(left) == 1, hour) if left else _closed(ticket, hour)
    spends = tuple(Spend(key) for key in leave.keys)
    return Plan(Outcome.EVENT, (*effects, *spends), (letter,), ticket=ticket.id)


def _reminded(
    ticket: Ticket, spoken: Spoken, next_ms: int, last: bool, hour: Hour
) -> tuple[tuple[Effect, ...], LetterOrder]:
    """One more reminder, and the next wait; the last says when the ticket will be closed."""
    again: Effect = SetTimer(ticket.id, TIMER, hour.now_ms + next_ms) if next_ms else ClearTimer(ticket.id, TIMER)
    values = {
        "text": shorten(spoken.text, QUOTED),
        "asked_ms": spoken.at_ms,
        "close_at_ms": hour.now_ms + next_ms if last and next_ms else None,
    }
    event = AddEvent(ticket.id, "customer reminded", {"times": spoken.reminders + 1})
    letter = customer_letter(ticket, LetterKind.CUSTOMER_REMINDER, Purpose.CUSTOMER, hour.policy, values)
    return (again, event), letter


def _closed(ticket: Ticket, hour: Hour) -> tuple[tuple[Effect, ...], LetterOrder]:
    """Nobody answered: it is over until somebody does."""
    change = ChangeTicket(ticket.id, changes(ticket, Happening.SILENCE, hour.now_ms), Happening.SILENCE.value)
    why = phrase("we have not heard from you")
    values = {"why": why, "reopen_days": hour.policy.reopen_days}
    letter = customer_letter(ticket, LetterKind.CLOSING, Purpose.CUSTOMER, hour.policy, values)
    return (ClearTimer(ticket.id, TIMER), change), letter
