"""Answers to what agents and customers ask."""

from __future__ import annotations

from mailgate.desk.query import Answer, Query
from mailgate.desk.routing.standing import Tally
from mailgate.store.rows import Rows


def answer(rows: Rows, query: Query) -> Answer:
    """The answer to one question."""
    raise LookupError(f"nobody can answer {query.ask}")


def tally(rows: Rows, ticket: int) -> Tally:
    """How many messages the ticket's customer wrote, and when a person last wrote anything."""
    row = rows.one(
        "SELECT sum(CASE WHEN direction = 'customer' THEN 1 ELSE 0 END), "
        "max(CASE WHEN direction IN ('customer', 'agent', 'third-party') THEN created_ms ELSE 0 END) "
        "FROM messages WHERE ticket_id = ?",
        (ticket,),
    )
    return Tally(int(row[0] or 0), int(row[1] or 0)) if row else Tally()
