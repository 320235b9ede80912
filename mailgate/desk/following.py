"""The plans that a plan brings with it (``Plan.more``), told which ticket the first one was about."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.plan import NEW_TICKET, Effect, LinkTickets, OpenTicket, Plan
from mailgate.desk.ticket import Ticket


def following(plan: Plan, ticket: Ticket | None) -> tuple[Plan, ...]:
    """``plan.more`` with ``ticket`` put where a parent or the other side of a link names ``NEW_TICKET``."""
    if ticket is None or not plan.more:
        return plan.more
    return tuple(replace(more, effects=tuple(_told(each, ticket.id) for each in more.effects)) for more in plan.more)


def _told(effect: Effect, first: int) -> Effect:
    if isinstance(effect, OpenTicket):
        links = tuple((first if other == NEW_TICKET else other, why) for other, why in effect.links)
        return replace(effect, links=links, parent=first if effect.parent == NEW_TICKET else effect.parent)
    if isinstance(effect, LinkTickets) and effect.other == NEW_TICKET:
        return replace(effect, other=first)
    return effect
