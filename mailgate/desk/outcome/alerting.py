"""A mail of monitoring: one ticket per alert, opened, updated and resolved by mail (L-14).

==========================  =====================================  ==============================================
the mail says               the alert's ticket is                  what happens
==========================  =====================================  ==============================================
trouble                     not there, or closed long ago          a ticket, and word to its team, as for any mail
trouble                     open                                   the mail is put on it; nobody is told again
trouble                     resolved or closed                     it reopens, and its owner hears of it
over                        open                                   the mail is put on it, and it is resolved
over                        resolved, closed or not there          the mail is kept, and nobody is told
==========================  =====================================  ==============================================

No customer gets a letter of all this. A mail whose sender is proved to be forged is no alert.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.clock.clocks import REMINDER
from mailgate.desk.effect import (
    NEW_TICKET,
    AddMessage,
    ChangeTicket,
    ClearTimer,
    Direction,
    Effect,
    OpenTicket,
    RecordAlert,
)
from mailgate.desk.letter import LetterOrder
from mailgate.desk.lifecycle import Happening, changes
from mailgate.desk.outcome.opening import open_ticket
from mailgate.desk.outcome.orders import tell
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.routing.alerts import Sighting
from mailgate.desk.routing.assign import audience
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Proof

DAY_MS = 86_400_000
OVER = frozenset({Status.RESOLVED, Status.CLOSED})
GONE = frozenset({Status.SPAM, Status.MERGED})


def sighted(case: Case) -> Plan | None:
    """What becomes of a mail about an alert; None for any other mail."""
    found, ticket = case.sighting, case.facts.alert
    if found is None or case.author is None or case.sender.proof is Proof.FAIL:
        return None
    if ticket is None or ticket.status in GONE or _long_over(case, ticket):
        return _opened(case, found)
    if found.over:
        return _plan(case, ticket, found, Happening.RESOLVED if ticket.status not in OVER else None)
    if ticket.status not in OVER:
        return _plan(case, ticket, found, None)
    told, spent, line = tell(case, audience(case.policy, ticket.team, ticket.assignee), ticket, "reply", ticket.reason)
    return _plan(case, ticket, found, Happening.REOPENED, told, spent, line)


def _long_over(case: Case, ticket: Ticket) -> bool:
    closed_ms = ticket.closed_ms
    return closed_ms is not None and case.now_ms - closed_ms > case.policy.reopen_days * DAY_MS


def _opened(case: Case, found: Sighting) -> Plan:
    """A ticket of its own; what is over already is resolved from the start, and nobody is told."""
    plan = open_ticket(case)
    if plan.outcome is Outcome.HOLD:
        return plan
    effects = (*plan.effects, RecordAlert(NEW_TICKET, found.fingerprint))
    if not found.over:
        return replace(plan, effects=effects, trace=(*plan.trace, f"alert: {found.shown}"))
    settled = tuple(replace(e, status=Status.RESOLVED) if isinstance(e, OpenTicket) else e for e in effects)
    return replace(plan, effects=settled, letters=(), trace=(*plan.trace, f"alert: {found.shown}: over already"))


def _plan(
    case: Case,
    ticket: Ticket,
    found: Sighting,
    happening: Happening | None,
    letters: Iterable[LetterOrder] = (),
    spent: Iterable[Effect] = (),
    line: str = "",
) -> Plan:
    """The mail on its alert's ticket, and what it does to the state."""
    effects: list[Effect] = [
        AddMessage(ticket.id, Direction.ROBOT, marks=case.marks),
        RecordAlert(ticket.id, found.fingerprint),
    ]
    changed = changes(ticket, happening, case.now_ms) if happening else {}
    if changed:
        effects.append(ChangeTicket(ticket.id, changed, f"rule {found.rule}: alert {found.shown}"))
    if happening is Happening.RESOLVED:
        effects.append(ClearTimer(ticket.id, REMINDER))
    said = f"alert: {found.shown}: {happening.value if happening else 'nothing new'}"
    trace = (f"rule {found.rule}", said, *((line,) if line else ()))
    return case.plan(Outcome.APPEND, (*effects, *spent), letters, trace, "a mail of monitoring", found.rule, ticket.id)
