"""Somebody who is no agent writes on a ticket: it is put there, and what follows depends on what was proved."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import remind
from mailgate.desk.effect import AddEvent, AddMessage, ChangeTicket, Direction, Effect, RememberCustomer
from mailgate.desk.identity.trust import Place
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.outcome.orders import customer_of, tell
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.routing.assign import audience, followers, watchers
from mailgate.desk.routing.handover import stand_in
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Proof


def append(case: Case, ticket: Ticket, happening: Happening = Happening.CUSTOMER_WROTE) -> Plan:
    """The mail goes on the ticket; agents are told. Only a trusted one reopens it and starts its clock. ``happening``
    is what a trusted one means: an objection to what was resolved is marked as one."""
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
        effects += _moved(case, ticket, happening)
    elif treatment.answers and ticket.status is Status.WAITING_THIRD:
        moved = changes(ticket, Happening.THIRD_ANSWERED, case.now_ms)
        effects.append(ChangeTicket(ticket.id, moved, Happening.THIRD_ANSWERED.value, "third party"))
    else:
        effects.append(AddEvent(ticket.id, "appended", {"trust": case.trust.row, "state": "unchanged"}))
    if case.author and moves and case.sender.proof is not Proof.FAIL:
        effects.append(RememberCustomer(case.author.email, case.author.name, case.mail.language))
    holder, handed = _holder(case, ticket) if moves else (ticket.assignee, ())
    effects += handed
    readers = (*followers(ticket.participants, case.policy), *watchers(case.policy, ticket.team))
    everybody = (*audience(case.policy, ticket.team, holder), *readers)
    told = () if ticket.status is Status.SPAM else everybody
    given: dict[str, object] = {"customer": customer_of(case, ticket, int(moves and ticket.closed_ms is not None))}
    if happening is Happening.CUSTOMER_OBJECTED:
        given["marks"] = ("not solved", *case.marks)
    letters, spent, told_line = tell(case, told, ticket, "reply", handed[0].why if handed else ticket.reason, given)
    effects += spent
    said = (f"trust: {case.trust.row}: {treatment.name}", f"placed: on ticket {ticket.number}", told_line)
    return case.plan(Outcome.APPEND, effects, letters, said, acknowledge="it is on a known ticket", ticket=ticket.id)


def _moved(case: Case, ticket: Ticket, happening: Happening) -> Iterator[Effect]:
    changed = changes(ticket, happening, case.now_ms)
    if changed:
        yield ChangeTicket(ticket.id, changed, happening.value, "requester")
    if ticket.waiting_since_ms is None or ticket.status in ENDED:
        yield from remind(case.policy, ticket.team, ticket.id, case.now_ms)


def _holder(case: Case, ticket: Ticket) -> tuple[str, tuple[ChangeTicket, ...]]:
    """Whose the ticket is now: a customer does not wait for who is away. Where nobody takes over it stays as it is, and
    the whole team hears of it."""
    choice = stand_in(ticket, case.facts, case.policy, case.now_ms)
    if choice is None:
        return ticket.assignee, ()
    if not choice.agent:
        return "", ()
    owner = case.policy.agents.get(ticket.assignee)
    gone = f"{owner.name or owner.id} is away" if owner and owner.active else f"{ticket.assignee} has left"
    why = f"{gone}; {choice.reason}"
    return choice.agent, (ChangeTicket(ticket.id, {"assignee": choice.agent}, why),)


def belongs(case: Case) -> Ticket | None:
    """The ticket that the mail is appended to by the trust table; None where it opens one."""
    if case.trust.treatment.place is Place.APPEND and not case.placement.long_closed:
        return case.ticket
    return None
