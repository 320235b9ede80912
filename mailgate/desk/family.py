"""A ticket that waits for others goes on when the last of them has ended, whoever or whatever ended it.

``#child`` gives a part of a ticket to another team, as a ticket of its own; the parent is then ``waiting-child``. Every
plan passes here: an agent's command may end a child, a customer's yes, or the hour.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.desk.effect import NEW_TICKET, ChangeTicket
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.phrase import phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy
from mailgate.desk.routing.assign import audience
from mailgate.desk.routing.handover import handover
from mailgate.desk.ticket import Status, Ticket


def ends(plan: Plan, ticket: Ticket | None) -> bool:
    """Whether the plan ends a ticket that another one may wait for; ``ticket`` is as it was before."""
    if ticket is None or ticket.parent is None or ticket.status in ENDED:
        return False
    return any(
        isinstance(effect, ChangeTicket)
        and effect.ticket in (ticket.id, NEW_TICKET)
        and effect.changes.get("status") in ENDED
        for effect in plan.effects
    )


def resume(
    ended: Ticket, parent: Ticket | None, children: Iterable[Ticket], policy: Policy, now_ms: int
) -> Plan | None:
    """The parent's plan, now that this child has ended: open again, and its agents told; None while it waits for
    another of its ``children``, or for none at all."""
    waits = parent is not None and parent.status is Status.WAITING_CHILD
    if parent is None or not waits or any(each.id != ended.id and each.status not in ENDED for each in children):
        return None
    why = phrase(
        "ticket {number}, which it waited for, has ended: {subject}", number=ended.number, subject=ended.subject
    )
    change = ChangeTicket(parent.id, changes(parent, Happening.CHILDREN_ENDED, now_ms), Happening.CHILDREN_ENDED.value)
    told = audience(policy, parent.team, parent.assignee)
    letters = tuple(handover(agent, (parent,), policy, why) for agent in told)
    return Plan(Outcome.EVENT, (change,), letters, (f"child: {ended.number} has ended",), ticket=parent.id)
