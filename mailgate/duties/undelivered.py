"""A letter of ours will never arrive: the ticket shows it, and whoever can do something about it is told.

The relay refused it for good, or five days of trying are over. Only what a person wrote to a customer is worth a letter
to agents; everything else is an event on the ticket. An ``undelivered`` letter that fails itself is an event only, so
that no letter about a letter ever begets another.
"""

from __future__ import annotations

from mailgate.desk.agent_letter import for_agent
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Policy
from mailgate.desk.routing.assign import audience
from mailgate.desk.ticket import Ticket

WORTH_TELLING = frozenset(
    kind.value for kind in (LetterKind.ANSWER, LetterKind.COPY, LetterKind.RESOLUTION, LetterKind.ASK)
)


def report(kind: str, recipient: str, reason: str, ticket: Ticket, policy: Policy) -> Plan:
    """The plan for one letter that failed for good; the store has written that on letter and ticket already."""
    told = audience(policy, ticket.team, ticket.assignee) if kind in WORTH_TELLING else ()
    letters = tuple(_letter(agent, recipient, reason, ticket, policy) for agent in told)
    return Plan(Outcome.EVENT, letters=letters, ticket=ticket.id)


def _status(reason: str) -> str:
    """The enhanced status code (RFC 3463) where the relay's answer begins with one."""
    words = reason.split()
    return next((word for word in words[:3] if word.count(".") == 2 and word.replace(".", "").isdigit()), "")


def _letter(agent: Agent, recipient: str, reason: str, ticket: Ticket, policy: Policy) -> LetterOrder:
    brand = policy.brands[ticket.brand]
    return for_agent(
        LetterKind.UNDELIVERED,
        agent,
        brand,
        {"recipient": recipient, "reason": reason, "status": _status(reason)},
        ticket=ticket.id,
        mailbox=ticket.mailbox,
        purpose=Purpose.AGENT,
    )
