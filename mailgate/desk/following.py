"""What comes of a plan: its ticket as it leaves it, and the plans that it brings with it (``Plan.more``)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from mailgate.desk.effect import NEW_TICKET, ChangeTicket, Effect, LinkTickets, OpenTicket
from mailgate.desk.plan import Plan
from mailgate.desk.ticket import Ticket


def following(plan: Plan, ticket: Ticket | None) -> tuple[Plan, ...]:
    """``plan.more`` with ``ticket`` put where a parent or the other side of a link names ``NEW_TICKET``."""
    if ticket is None or not plan.more:
        return plan.more
    return tuple(replace(more, effects=tuple(_told(each, ticket.id) for each in more.effects)) for more in plan.more)


def as_left(plan: Plan, ticket: Ticket | None) -> Ticket | None:
    """The ticket as the plan's changes leave it: what its letters say of it."""
    if ticket is None:
        return None
    changes: dict[str, Any] = {}
    for effect in plan.effects:
        if isinstance(effect, ChangeTicket) and effect.ticket in (ticket.id, NEW_TICKET):
            changes |= {name: value for name, value in effect.changes.items() if name in _FIELDS}
    return replace(ticket, **changes) if changes else ticket


_FIELDS = frozenset(each.name for each in fields(Ticket))


def _told(effect: Effect, first: int) -> Effect:
    if isinstance(effect, OpenTicket):
        links = tuple((first if other == NEW_TICKET else other, why) for other, why in effect.links)
        return replace(effect, links=links, parent=first if effect.parent == NEW_TICKET else effect.parent)
    if isinstance(effect, LinkTickets) and effect.other == NEW_TICKET:
        return replace(effect, other=first)
    return effect
