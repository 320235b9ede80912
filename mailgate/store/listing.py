"""Lists of tickets: by urgency, by age, by words; each with how many there are.

A queue is read from an index that has its order: one look a priority and team, the most urgent first, until there are
enough. Words go to the search index, newest message first; of what is found a few hundred are looked at, and those with
the words in their subject stand first. Counting stops at ``COUNTED``: a list that long is narrowed, not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from mailgate.desk.query import Answer, Ask, Order, Query, Terms, TicketRow
from mailgate.desk.ticket import Status, Ticket
from mailgate.store.read import FINISHED, tickets_in_order
from mailgate.store.rows import Rows, key_of, to_json
from mailgate.store.search import Hit, hits, snippets
from mailgate.store.sql import among, literal
from mailgate.store.words import words_of

COUNTED = 1000
"""No list counts further."""

LOOKED_AT = 300
"""How many tickets with the words are looked at for the best."""


Condition = tuple[str, tuple[object, ...]]


def _requested(query: Query) -> Condition | None:
    """By whom it was asked for. A customer's own tickets are also those in which one of theirs went on, however often
    it was merged."""
    key = key_of(query.requester)
    if not query.requester:
        return None
    if query.ask is not Ask.CUSTOMERS_OWN:
        return "requester_key = ?", (key,)
    own, named = (
        ("brand = ? AND requester_key = ?", (query.brand, key)) if query.brand else ("requester_key = ?", (key,))
    )
    merged = "SELECT t.merged_into FROM went w JOIN tickets t ON t.id = w.id WHERE t.merged_into IS NOT NULL"
    went = f"WITH RECURSIVE went (id) AS (SELECT id FROM tickets WHERE {own} UNION {merged}) SELECT id FROM went"  # noqa: S608
    return f"id IN ({went})", named


FILTERS: tuple[Callable[[Query], Condition | None], ...] = (
    lambda q: ("brand = ?", (q.brand,)) if q.brand else None,
    lambda q: ("team = ?", (q.team,)) if q.team else None,
    lambda q: ("assignee = ''", ()) if q.assignee == "-" else None,
    lambda q: ("assignee = ? AND assignee <> ''", (q.assignee,)) if q.assignee not in ("", "-") else None,
    lambda q: (among("status", q.statuses), q.statuses) if q.statuses else None,
    lambda q: ("priority = ?", (q.priority,)) if q.priority else None,
    lambda q: ("tags <> '[]' AND tags LIKE ? ESCAPE '!'", (f"%{literal(to_json(q.tag))}%",)) if q.tag else None,
    _requested,
    lambda q: ("updated_ms >= ?", (q.since_ms,)) if q.since_ms is not None else None,
)
"""What each field of a question asks of a ticket's row."""


OPEN: Condition = ("closed_ms IS NULL", ())
ANY: Condition = ("1 = 1", ())


def tickets(rows: Rows, query: Query, terms: Terms) -> Answer:
    """The tickets that the question asks for; nothing for an agent who may see no team."""
    if query.teams is not None and not query.teams:
        return Answer()
    if words_of(query.words):
        return _with_words(rows, query)
    wanted = _wanted(query)
    ids = list(islice(_ids(rows, query, wanted, terms.priorities), query.limit))
    total = len(ids) if len(ids) < query.limit else _count(rows, query, wanted)
    return Answer(tuple(map(row_of, tickets_in_order(rows, ids))), total)


def row_of(ticket: Ticket) -> TicketRow:
    """A ticket as one line of a list."""
    return TicketRow(
        number=ticket.number,
        subject=ticket.subject,
        status=ticket.status.value,
        team=ticket.team,
        assignee=ticket.assignee,
        priority=ticket.priority,
        requester=ticket.requester.email,
        created_ms=ticket.created_ms,
        updated_ms=ticket.updated_ms,
        waiting_since_ms=ticket.waiting_since_ms,
        due_ms=ticket.next_due_ms,
        tags=ticket.tags,
        state=ticket.state,
    )


def may_see(ticket: Ticket, query: Query) -> bool:
    """Whether who asks may see this ticket."""
    ours = query.teams is None or ticket.team in query.teams
    return ours and query.brand in ("", ticket.brand) and query.requester in ("", ticket.requester.email.lower())


def _ids(rows: Rows, query: Query, wanted: list[Condition], priorities: Sequence[str]) -> Iterator[int]:
    """Ids in the order of the question: what is open before what is over."""
    if query.order is Order.NEWEST:
        conditions = [*wanted, *_teams(query), *([OPEN] if query.open_only else [])]
        yield from _select(rows, conditions, "id DESC", query.limit)
        return
    statuses = frozenset(map(Status, query.statuses))
    if not statuses or statuses - FINISHED:
        yield from _queue(rows, query, wanted, priorities)
    if not query.open_only and (not statuses or statuses & FINISHED):
        ended = [*wanted, ("closed_ms IS NOT NULL", ()), *_teams(query)]
        if not statuses:
            finished = tuple(sorted(status.value for status in FINISHED))
            ended.append((among("status", finished), finished))
        yield from _select(rows, ended, "closed_ms DESC, id DESC", query.limit)


def _queue(rows: Rows, query: Query, wanted: list[Condition], priorities: Sequence[str]) -> Iterator[int]:
    """Open tickets, the most urgent first; what has a priority that there is no more comes last."""
    if query.requester:
        yield from _of_one(rows, [*wanted, *_teams(query), OPEN], priorities)
        return
    ranks: list[Condition] = [("priority = ?", (name,)) for name in reversed(priorities)]
    ranks.append((f"NOT ({among('priority', priorities)})", tuple(priorities)))
    if query.priority:
        ranks = [ANY]
    teams = [("team = ?", (team,)) for team in query.teams] if query.teams and not query.team else _teams(query)
    for rank in ranks:
        found: list[tuple[int, int]] = []
        for team in teams or [ANY]:
            conditions = [*wanted, rank, team, OPEN]
            found += _pairs(rows, conditions, query.limit)
        yield from (ticket_id for _, ticket_id in sorted(found))


def _of_one(rows: Rows, conditions: list[Condition], priorities: Sequence[str]) -> list[int]:
    """One requester's open tickets, which are few: sorted here, so that they are found by the requester."""
    sql, params = _joined(conditions)
    found = rows.all(
        f"SELECT id, priority, urgency FROM tickets WHERE {sql} ORDER BY created_ms DESC LIMIT ?",  # noqa: S608
        (*params, COUNTED),
    )
    rank = {name: place for place, name in enumerate(priorities)}
    return [row[0] for row in sorted(found, key=lambda row: (-rank.get(row[1], -1), row[2], row[0]))]


def _wanted(query: Query) -> list[Condition]:
    return [condition for each in FILTERS if (condition := each(query)) is not None]


def _teams(query: Query) -> list[Condition]:
    """The condition that keeps out other people's tickets; none for who may see all."""
    return [] if query.teams is None else [(among("team", query.teams), query.teams)]


def _pairs(rows: Rows, conditions: list[Condition], limit: int) -> list[tuple[int, int]]:
    sql, params = _joined(conditions)
    found = rows.all(f"SELECT urgency, id FROM tickets WHERE {sql} ORDER BY urgency, id LIMIT ?", (*params, limit))  # noqa: S608
    return [(urgency, ticket_id) for urgency, ticket_id in found]


def _select(rows: Rows, conditions: list[Condition], order: str, limit: int) -> list[int]:
    sql, params = _joined(conditions)
    found = rows.all(f"SELECT id FROM tickets WHERE {sql} ORDER BY {order} LIMIT ?", (*params, limit))  # noqa: S608
    return [number for (number,) in found]


def _count(rows: Rows, query: Query, wanted: list[Condition]) -> int:
    """How many there are, as far as that is counted."""
    sql, params = _joined([*wanted, *_teams(query), *([OPEN] if query.open_only else [])])
    row = rows.one(
        f"SELECT count(*) FROM (SELECT 1 FROM tickets WHERE {sql} LIMIT ?) AS found",  # noqa: S608
        (*params, max(COUNTED, query.limit)),
    )
    return int(row[0]) if row else 0


def _joined(conditions: Sequence[Condition]) -> Condition:
    sql = " AND ".join(f"({each})" for each, _ in conditions) or "1 = 1"
    return sql, tuple(value for _, params in conditions for value in params)


def _with_words(rows: Rows, query: Query) -> Answer:
    """The tickets of the newest messages with all the words, as far as the other conditions hold for them."""
    wanted = [*_wanted(query), *_teams(query), *([OPEN] if query.open_only else [])]
    found = hits(rows, query.words, LOOKED_AT)
    if wanted and found:
        ids = [hit.ticket_id for hit in found]
        allowed = set(_select(rows, [(among("id", ids), tuple(ids)), *wanted], "id", len(ids)))
        found = [hit for hit in found if hit.ticket_id in allowed]
    if query.order is Order.RELEVANCE:
        found = _best_first(rows, found, query.words)
    shown = found[: query.limit]
    by_id = {ticket.id: ticket for ticket in tickets_in_order(rows, [hit.ticket_id for hit in shown])}
    seen = snippets(rows, [hit.message_id for hit in shown], query.words)
    listed = (replace(row_of(by_id[hit.ticket_id]), snippet=seen.get(hit.message_id, "")) for hit in shown)
    return Answer(tuple(listed), len(found))


def _best_first(rows: Rows, found: list[Hit], words: str) -> list[Hit]:
    """Tickets with the most of the words in their subject first, then as they were."""
    ids = [hit.ticket_id for hit in found]
    wanted = set(words_of(words))
    subjects: dict[int, str] = {}
    if ids:
        subjects = dict(rows.all(f"SELECT id, subject FROM tickets WHERE {among('id', ids)}", ids))  # noqa: S608
    return sorted(found, key=lambda hit: -len(wanted & set(words_of(subjects.get(hit.ticket_id, "")))))
