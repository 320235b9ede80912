"""The tickets that a letter lists: what its order says of each, completed from the ticket, with buttons of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mailgate.desk.letter import LetterKind
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Ticket
from mailgate.letters.address import Return
from mailgate.letters.buttons import of_ticket
from mailgate.letters.headers import clean_line
from mailgate.letters.subject import customers_subject, tag_of

MOST = 50
"""Tickets in one letter; ``total`` says how many there are."""

LISTS = frozenset({LetterKind.REMINDER, LetterKind.WARNING, LetterKind.HANDOVER, LetterKind.DIGEST, LetterKind.STATUS})
"""The letters that can be about several tickets."""


def listed(
    kind: LetterKind,
    given: Sequence[Mapping[str, Any]],
    tickets: Sequence[Ticket],
    policy: Policy,
    language: str,
    now_ms: int,
    back: Callable[[Ticket], Return],
    reader: str = "",
) -> list[dict[str, Any]]:
    """The rows in the order given, else in that of ``tickets``, at most ``MOST``; a row wins over what its ticket says.

    An answer whose time is past is promised no more: it is ``late``. ``back`` tells where the reader's answer about a
    ticket goes; ``reader`` is the agent who reads it, who is not asked to take what is theirs.
    """
    known = {ticket.number: ticket for ticket in tickets}
    rows = given or [{"number": ticket.number} for ticket in tickets]
    found: list[dict[str, Any]] = []
    for row in rows[:MOST]:
        ticket = known.get(int(row.get("number") or 0))
        full = {**(_told(ticket, policy, language, now_ms) if ticket else {}), **row}
        by_ms = full.get("answer_by_ms")
        if by_ms is not None and by_ms < now_ms:
            full |= {"answer_by_ms": None, "late": True}
        full["subject"] = customers_subject(str(full.get("subject", "")), "", language)
        if ticket and len(rows) > 1:
            tagged = f"{tag_of(ticket.number, policy.brands.get(ticket.brand))} {full['subject']}"
            theirs = ticket.assignee == reader != ""
            full["buttons"] = of_ticket(kind, back(ticket), tagged.strip(), language, theirs)
        found.append(full)
    return found


def _told(ticket: Ticket, policy: Policy, language: str, now_ms: int) -> dict[str, Any]:
    """What a ticket says of itself in a list."""
    team = policy.teams.get(ticket.team)
    agent = policy.agents.get(ticket.assignee)
    since = ticket.waiting_since_ms
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status.value,
        "state": ticket.state,
        "requester": clean_line(ticket.requester.name) or ticket.requester.email,
        "priority": ticket.priority,
        "team": team.name_in(language) if team else "",
        "assignee": agent.name if agent else "",
        "waited_ms": now_ms - since if since is not None else None,
        "due_ms": ticket.next_due_ms,
        "created_ms": ticket.created_ms,
        "updated_ms": ticket.updated_ms,
    }
