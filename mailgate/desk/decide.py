"""What becomes of a mail: a pure function of the mail, the desk's state, the rules and the hour.

The same function answers a live mail, ``explain``, a rule's dry run over last month's mail and a test. It acts on
nothing; the ``Plan`` that it returns says everything that shall be done, and why. Read ``_decided`` downward: that is
the order in which a mail's fate is settled, and every mail ends at exactly one of its lines (promise 1).
"""

from __future__ import annotations

from collections.abc import Callable

from mailgate.desk.case import Case
from mailgate.desk.commands import confirm
from mailgate.desk.commands.obey import obey
from mailgate.desk.commands.tally import Orders
from mailgate.desk.commands.vocabulary import opens_none
from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import Cause
from mailgate.desk.facts import Facts
from mailgate.desk.identity.trust import Commands, Place
from mailgate.desk.outcome import alerting, answer, customer, data_claim, freshly, report, solved, thanks, vacation
from mailgate.desk.outcome.opening import open_ticket
from mailgate.desk.outcome.rated import rated
from mailgate.desk.outcome.reply import append, belongs
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy
from mailgate.desk.routing.route import Router
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Reading, VerdictKind

__all__ = ["Delivery", "decide"]


def decide(reading: Reading, delivery: Delivery, facts: Facts, policy: Policy, router: Router, now_ms: int) -> Plan:
    """The plan for one delivery. Never raises over what is in the mail; ``now_ms`` is the hour of the decision."""
    case = Case(reading, delivery, facts, policy, router, now_ms)
    return vacation.returned(case, _decided(case))


def _decided(case: Case) -> Plan:
    if case.delivery.released:
        return _requester(case)
    return (
        _duplicate(case)
        or _held(case)
        or alerting.sighted(case)
        or report.bounced(case)
        or report.reported(case)
        or report.automatic(case)
        or _authorless(case)
        or confirm.confirmed(case)
        or rated(case)
        or _agent(case)
        or solved.confirmed(case)
        or thanks.thanked(case)
        or customer.wished(case)
        or data_claim.told_admins(case, _requester(case))
    )


def _duplicate(case: Case) -> Plan | None:
    if not case.facts.duplicate_of:
        return None
    said = f"duplicate: of the delivery {case.facts.duplicate_of}"
    return Plan(Outcome.DUPLICATE, trace=(said,), acknowledge="it came before", generation=case.policy.generation)


def _held(case: Case) -> Plan | None:
    """Mail that is kept aside whatever its clues say."""
    found = _unread(case) or next(((cause, why) for cause, why, holds in HELD if holds(case)), None)
    if found is None:
        return None
    cause, why = found
    evidence = case.reading.trouble or case.reading.verdict.evidence
    return case.hold(cause, "; ".join((why, *evidence[:3])))


def _authorless(case: Case) -> Plan | None:
    """Nobody can be answered, nothing be proved: a person has to look at it."""
    if case.author is not None:
        return None
    cause = Cause.TOO_COMPLEX if case.mail.minimal else Cause.AUTHOR_UNKNOWN
    return case.hold(cause, case.mail.author_unknown or "no author can be read")


def _agent(case: Case) -> Plan | None:
    """An enrolled agent (or one who was) where the trust table lets them be more than a requester."""
    place = case.trust.treatment.place
    if place is Place.CONFIRM or (place is Place.SPEAK and confirm.is_stale(case)):
        return confirm.ask_to_confirm(case)
    if place is Place.HOLD:
        return confirm.refuse(case)
    if case.agent is None:
        return None
    if place is Place.SPEAK and (asked := confirm.once_more(case, case.agent)):
        return asked
    if place is Place.SPEAK and case.ticket:
        return answer.speak(case, case.agent, case.ticket)
    # Elsewhere a proved agent's fresh mail may carry commands, but is no order where it asks nothing of the desk.
    harmless = place is Place.NEW and case.trust.treatment.commands is Commands.HARMLESS
    asks = harmless and opens_none(case.commands, case.has_words)
    return freshly.speak(case, case.agent) if place is Place.SPEAK or asks else None


def _requester(case: Case) -> Plan:
    """Anybody else: on the ticket that they belong to, else on a new one, linked to what the clues pointed at."""
    ticket = belongs(case)
    if ticket is not None:
        return append(case, ticket)
    return open_ticket(case, case.ticket.id if case.ticket else None, _shaped)


def _shaped(case: Case, draft: Ticket) -> Orders | None:
    """The ticket of an agent's own fresh mail, as those of its commands want it that destroy nothing."""
    if case.agent is None or not case.commands or case.trust.treatment.commands is Commands.NONE:
        return None
    return obey(case, case.agent, draft, together=False)


def _is_empty(case: Case) -> bool:
    mail = case.mail
    return not (mail.subject.strip() or mail.text.strip() or mail.attachments or mail.html.strip() or mail.minimal)


def _unread(case: Case) -> tuple[Cause, str] | None:
    """A mail that was not read whole: a stub of what IMAP could not fetch, one that the parser refused, since no
    honest mail is like it, or one whose author cannot be read either. Else a readable author makes it a minimal ticket
    (promise 7): a worker may die of a mail that somebody meant well."""
    named = next((Cause(word) for word in case.reading.trouble if word in _CAUSES), None)
    if named in (Cause.TOO_LARGE, Cause.UNFETCHABLE):
        return named, "only its headers are here; the mail is still in the mailbox that it came to"
    if named in (Cause.TOO_COMPLEX, Cause.UNPARSEABLE):
        return named, "no mail program writes such a mail"
    if case.mail.minimal and case.reading.verdict.kind is VerdictKind.UNSAFE:
        return named or Cause.TOO_COMPLEX, "it could not be read whole"
    return None


_CAUSES = frozenset(Cause)

HELD: tuple[tuple[Cause, str, Callable[[Case], bool]], ...] = (
    (Cause.LOOP, "our own mail comes back", lambda case: case.reading.verdict.kind is VerdictKind.LOOP),
    (Cause.UNSAFE, "it is unsafe", lambda case: case.reading.verdict.kind is VerdictKind.UNSAFE),
    (Cause.SPAM, "it is spam", lambda case: case.reading.verdict.kind is VerdictKind.SPAM),
    (Cause.EMPTY, "there is nothing in it", _is_empty),
)
"""Why a mail is held before its clues count, in order."""
