"""The answer to a survey becomes a rating: one per ticket, with the free text; a later answer replaces it for a while.

It counts from whom it was asked, by the survey's own token, in a genuine mail and in time. A low one is told to the
supervisors and, where the admin wants that, opens the ticket again. What the customer says beside it, thanks
excepted, is told to whoever has the ticket, as the survey promises, and to the supervisors where nobody has. An answer
that asks for something is a rating and a mail on the ticket, which a person reads; one that is no rating at all is a
mail on the ticket alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.effect import AddEvent, ChangeTicket, Effect, RecordRating
from mailgate.desk.identity.trust import Held
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.lifecycle import Happening, changes
from mailgate.desk.outcome.courtesy import substance, thanks
from mailgate.desk.outcome.opening import open_ticket
from mailgate.desk.outcome.orders import tell
from mailgate.desk.outcome.reply import append, belongs
from mailgate.desk.outcome.survey import Rating, rating
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.routing.notices import supervisors
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Proof


def rated(case: Case) -> Plan | None:
    """The plan for an answer to a survey; None where the mail is none, comes too late, or not from whom it was
    asked."""
    where, ticket = case.placement, case.placement.ticket
    mine = where.purpose is Purpose.SURVEY and where.held is Held.OWN and case.sender.proof is not Proof.FAIL
    if not mine or ticket is None or case.author is None or not case.genuine or _too_late(case):
        return None
    found = rating(case.mail.reply_text_nosig or case.mail.reply_text, _names(case, ticket))
    if found is None:
        return None
    if _settled(case, ticket):
        return case.plan(
            Outcome.EVENT,
            (AddEvent(ticket.id, "rating came too late", {"score": found.score}, {"comment": found.comment}),),
            trace=(f"survey: rated {found.score}, but the first rating stands",),
            ticket=ticket.id,
        )
    return _recorded(case, ticket, found)


def _names(case: Case, ticket: Ticket) -> tuple[str, ...]:
    return ticket.requester.name, case.author.name if case.author else ""


def _recorded(case: Case, ticket: Ticket, found: Rating) -> Plan:
    by = case.author.email if case.author else ""
    effects: tuple[Effect, ...] = (RecordRating(ticket.id, found.score, found.comment, by),)
    said = f"survey: rated {found.score}"
    low = found.score <= case.policy.survey.low
    letters, spent, told = _told(case, ticket, found, low)
    if found.asks:
        return _both(case, ticket, found, effects, letters, said)
    if low:
        effects += tuple(_reopened(case, ticket))
    return case.plan(Outcome.EVENT, (*effects, *spent), tuple(letters), (said, told), ticket=ticket.id)


def _both(
    case: Case, ticket: Ticket, found: Rating, effects: tuple[Effect, ...], readers: Iterable[LetterOrder], said: str
) -> Plan:
    """The rating, and the mail as a question: who is told of it reads the rating too; nobody is told twice."""
    open_one = belongs(case)
    plan = append(case, open_one) if open_one else open_ticket(case, ticket.id)
    letters = tuple(_marked(order, found) for order in plan.letters)
    told = {order.agent for order in letters}
    return replace(
        plan,
        effects=(*effects, *plan.effects),
        letters=(*letters, *(order for order in readers if order.agent not in told)),
        trace=(*plan.trace, f"{said}, and something is asked"),
    )


def _marked(order: LetterOrder, found: Rating) -> LetterOrder:
    """The news of the mail, with the rating in it."""
    if order.kind is not LetterKind.NOTIFICATION:
        return order
    marks = order.values.get("marks")
    others = marks if isinstance(marks, tuple) else ()
    return replace(order, values={**order.values, "marks": (f"rated {found.score}", *others)})


def _too_late(case: Case) -> bool:
    asked = case.facts.survey_asked_ms
    return asked is not None and case.now_ms - asked > case.policy.survey.answer_within_ms


def _settled(case: Case, ticket: Ticket) -> bool:
    """Whether an earlier rating cannot be replaced any more."""
    before = case.facts.rated_ms
    late = before is not None and case.now_ms - before > case.policy.survey.change_within_ms
    return ticket.rating is not None and late


def _reopened(case: Case, ticket: Ticket) -> Iterator[Effect]:
    changed = changes(ticket, Happening.CUSTOMER_OBJECTED, case.now_ms)
    if case.policy.survey.reopen_low and changed:
        yield ChangeTicket(ticket.id, changed, "a low rating", "requester")


def _told(case: Case, ticket: Ticket, found: Rating, low: bool) -> tuple[list[LetterOrder], list[Effect], str]:
    """Who learns of the rating, with what the customer wrote."""
    given = {"marks": (f"rated {found.score}", *case.marks), "text": found.comment, "quoted": ""}
    owner = case.policy.agents.get(ticket.assignee)
    more = any(not thanks(each) for each in substance(found.comment, _names(case, ticket)))
    reads = [owner] if more and owner and owner.active else []
    leaders = supervisors(case.policy, ticket.team) if low or (more and not reads) else ()
    letters, spent, told = tell(case, (*leaders, *reads), ticket, "reply", ticket.reason, given)
    return [replace(order, attach=()) for order in letters], spent, told
