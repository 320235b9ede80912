"""Letters to those who work here: to the enrolled address, in the agent's own language, else in the brand's."""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.desk.effect import NEW_TICKET
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.policy import Agent, Brand, Policy, Role
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Address


def for_agent(
    kind: LetterKind,
    agent: Agent,
    brand: Brand,
    values: Mapping[str, object],
    *,
    ticket: int = NEW_TICKET,
    mailbox: str = "",
    purpose: Purpose | None = None,
    rows: tuple[Ticket, ...] = (),
    attach: tuple[str, ...] = (),
    in_reply_to: str = "",
) -> LetterOrder:
    """A letter to one agent, from the ``mailbox``, by default the brand's own; see ``LetterOrder`` for the rest."""
    return LetterOrder(
        kind=kind,
        to=Address(agent.address, agent.name),
        ticket=ticket,
        language=agent.language or brand.language,
        brand=brand.id,
        mailbox=mailbox or brand.address,
        purpose=purpose,
        agent=agent.id,
        values=values,
        rows=rows,
        attach=attach,
        in_reply_to=in_reply_to,
    )


def for_admins(
    brand: Brand, values: Mapping[str, object], policy: Policy, ticket: int = NEW_TICKET
) -> tuple[LetterOrder, ...]:
    """An alert to every admin: something that only they can mend."""
    admins = (agent for agent in policy.agents.values() if agent.active and agent.role is Role.ADMIN)
    return tuple(for_agent(LetterKind.ALERT, admin, brand, values, ticket=ticket) for admin in admins)
