"""Answers to what agents, admins and customers ask by mail (``desk.query``), and to ``mailgate search``.

Each sort of question has its function in ``ANSWERS``. Nothing is locked and nothing is changed; what the one who asks
may not see is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailgate.desk.query import Answer, Ask, Query, Terms
from mailgate.desk.routing.standing import Tally
from mailgate.store.glance import health, held_mail
from mailgate.store.listing import tickets
from mailgate.store.rows import Rows
from mailgate.store.showing import decisions, history, whole

ANSWERS: Mapping[Ask, Callable[[Rows, Query, Terms], Answer]] = {
    Ask.TICKETS: tickets,
    Ask.CUSTOMERS_OWN: tickets,
    Ask.TICKET: lambda rows, query, _: whole(rows, query),
    Ask.HISTORY: lambda rows, query, _: history(rows, query),
    Ask.WHY: lambda rows, query, _: decisions(rows, query),
    Ask.HELD: lambda rows, query, _: held_mail(rows, query),
    Ask.HEALTH: health,
}


def answer(rows: Rows, query: Query, terms: Terms) -> Answer:
    """The answer to one question."""
    if query.ask is Ask.CUSTOMERS_OWN and not query.requester:
        return Answer()
    return ANSWERS[query.ask](rows, query, terms)


def tally(rows: Rows, ticket: int) -> Tally:
    """How many messages the ticket's customer wrote, and when a person last wrote anything."""
    row = rows.one(
        "SELECT sum(CASE WHEN direction = 'customer' THEN 1 ELSE 0 END), "
        "max(CASE WHEN direction IN ('customer', 'agent', 'third-party') THEN received_ms ELSE 0 END) "
        "FROM messages WHERE ticket_id = ?",
        (ticket,),
    )
    return Tally(int(row[0] or 0), int(row[1] or 0)) if row else Tally()
