"""The answer to "is it solved?", which a customer gives to the letter about a resolved ticket.

==============================  ==========================================================================
the mail says                   what follows
==============================  ==========================================================================
yes, or thank you, and no more  the ticket closes, at once; nobody is written to
no, whatever else               it is open again with the same owner, who is told that it is not solved
anything else                   an ordinary mail, which opens the ticket as any question does (``reply``)
==============================  ==========================================================================

It counts from the requester alone, in the new text of a genuine mail, with the requester's own token or with proof of
the sender: a vacation reply that quotes our letter says nothing, nor does somebody who knows the ticket's number.
"""

from __future__ import annotations

from mailgate.desk.case import Case
from mailgate.desk.effect import AddMessage, ChangeTicket, Direction, Effect
from mailgate.desk.identity.trust import Held
from mailgate.desk.lifecycle import Happening, changes
from mailgate.desk.outcome.courtesy import asks, phrases, substance, thanks
from mailgate.desk.outcome.reply import append, belongs
from mailgate.desk.outcome.solved_words import SOLVED, UNSOLVED
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Proof

_YES, _NO = phrases(SOLVED), phrases(UNSOLVED)


def read(new_text: str, names: tuple[str, ...] = ()) -> Happening | None:
    """What a new text says of a resolved ticket: agreed, thanked, objected, or None for none of these.

    Yes and thanks must be all that the mail says beside politeness and the writer's ``names``; a no needs only to come
    first, since it leads to a person in any case.
    """
    said = substance(new_text, names)
    if said and said[0] in _NO:
        return Happening.CUSTOMER_OBJECTED
    if asks(new_text) or any(each not in _YES for each in said):
        return None
    if said:
        return Happening.CUSTOMER_AGREED
    return Happening.CUSTOMER_THANKED if thanks(new_text) else None


def confirmed(case: Case) -> Plan | None:
    """The customer's yes or no to a resolved ticket; None where the mail is none, or not the customer's."""
    ticket = belongs(case)
    if ticket is None or ticket.status is not Status.RESOLVED or not _counts(case, ticket):
        return None
    names = (ticket.requester.name, case.author.name if case.author else "", *_agents(case, ticket))
    said = read(case.mail.reply_text_nosig or case.mail.reply_text, names)
    if said is Happening.CUSTOMER_OBJECTED:
        return append(case, ticket, said)
    return _close(case, ticket, said) if said else None


def _counts(case: Case, ticket: Ticket) -> bool:
    """From whom it was asked, by that person, with nothing enclosed."""
    author = case.author
    proved = case.sender.proof is Proof.PASS or (
        case.placement.held is Held.OWN and case.sender.proof is not Proof.FAIL
    )
    asked = author is not None and author.key == ticket.requester.email.lower()
    return asked and proved and case.genuine and case.trust.treatment.changes_state and not case.attachments


def _agents(case: Case, ticket: Ticket) -> tuple[str, ...]:
    """Whom the customer may thank by name."""
    owner = case.policy.agents.get(ticket.assignee)
    return (owner.name,) if owner else ()


def _close(case: Case, ticket: Ticket, said: Happening) -> Plan:
    effects: tuple[Effect, ...] = (
        AddMessage(ticket.id, Direction.CUSTOMER, case.trust.treatment.visibility, marks=case.marks, waits=False),
        ChangeTicket(ticket.id, changes(ticket, said, case.now_ms), said.value, "requester"),
    )
    lines = (f"trust: {case.trust.row}", f"solved: {said.value}")
    return case.plan(Outcome.APPEND, effects, (), lines, acknowledge="it says that it is solved", ticket=ticket.id)
