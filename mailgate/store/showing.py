"""One ticket whole, its history, and how its mails were decided: the newest of each, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mailgate.desk.query import Answer, DecisionRow, EventRow, Fact, MessageRow, Query
from mailgate.desk.ticket import Ticket
from mailgate.store.listing import may_see, row_of
from mailgate.store.read import MERGE_HOPS, tickets_where
from mailgate.store.rows import Rows, from_json
from mailgate.store.search import files_of
from mailgate.store.sql import among

QUIET = frozenset({"message", "fields", "waiting_since_ms", "target"})
"""What an event's metadata say to machines only."""

TICKETS = ("merged_into", "parent", "other")
"""Those that name another ticket, by its id."""


def whole(rows: Rows, query: Query) -> Answer:
    """The ticket and its messages, each with what is new in it; those of tickets that were merged into it too, marked
    with their number."""
    ticket = _asked(rows, query)
    if ticket is None:
        return Answer()
    numbers = {ticket.id: ticket.number, **merged_numbers(rows, ticket.id)}
    tickets = tuple(numbers)
    where = among("ticket_id", tickets)
    [(total,)] = rows.all(f"SELECT count(*) FROM messages WHERE {where}", tickets)  # noqa: S608
    found = rows.all(
        "SELECT id, received_ms, author_name, author_email, agent, direction, visibility, "  # noqa: S608
        f"COALESCE(new_text, text, ''), marks, ticket_id FROM messages WHERE {where} "
        "ORDER BY received_ms DESC, id DESC LIMIT ?",
        (*tickets, query.limit),
    )
    files = files_of(rows, [row[0] for row in found], noise=False) if found else {}
    shown = tuple(
        MessageRow(
            at_ms=at_ms,
            author=name or email or agent,
            email=email,
            direction=direction,
            internal=visibility != "public",
            text=text,
            attachments=tuple(files.get(message, ())),
            marks=(*from_json(marks), *([] if of == ticket.id else [f"#{numbers[of]}"])),
        )
        for message, at_ms, name, email, agent, direction, visibility, text, marks, of in reversed(found)
    )
    return Answer(shown, int(total), row_of(ticket))


def merged_numbers(rows: Rows, ticket_id: int) -> dict[int, int]:
    """The tickets that were merged into one, and into those, as far as mail follows them: id → number. A merge is a
    link too, and links are found quickly."""
    known: dict[int, int] = {}
    around = [ticket_id]
    for _ in range(MERGE_HOPS):
        linked = (
            f"SELECT ticket_id FROM links WHERE {among('other_id', around)} "  # noqa: S608
            f"UNION SELECT other_id FROM links WHERE {among('ticket_id', around)}"
        )
        sql = f"SELECT id, number FROM tickets WHERE id IN ({linked}) AND {among('merged_into', around)}"  # noqa: S608
        new = {id_: number for id_, number in rows.all(sql, (*around, *around, *around)) if id_ not in known}
        if not new or ticket_id in new:
            break
        known |= new
        around = list(new)
    return known


def history(rows: Rows, query: Query) -> Answer:
    """The ticket and its events, each in a few words."""
    ticket = _asked(rows, query)
    if ticket is None:
        return Answer()
    found = rows.all(
        "SELECT at_ms, kind, actor, meta, payload FROM events WHERE ticket_id = ? ORDER BY seq DESC LIMIT ?",
        (ticket.id, query.limit),
    )
    total = _count(rows, "SELECT count(*) FROM events WHERE ticket_id = ?", ticket.id)
    entries = [(*row[:3], from_json(row[3]) or {}, from_json(row[4]) or {}) for row in reversed(found)]
    numbers = _numbers(rows, [meta for *_, meta, _ in entries])
    shown = tuple(
        EventRow(at_ms, kind, actor, tuple(_facts(kind, meta, numbers)), _words(payload))
        for at_ms, kind, actor, meta, payload in entries
    )
    return Answer(shown, total, row_of(ticket))


def _facts(kind: str, meta: Mapping[str, Any], numbers: Mapping[object, int]) -> Iterator[Fact]:
    """What an entry says; a change has the value before and the one after."""
    for name, value in meta.items():
        if name in QUIET:
            continue
        if kind == "changed" and isinstance(value, list) and len(value) == 2:
            before, now = (numbers.get(one, one) for one in value) if name in TICKETS else value
            yield Fact(name, now, before, moved=True)
        elif isinstance(value, list):
            several = tuple(filter(None, value))
            yield from (Fact(name, several),) if several else ()
        elif value not in (None, "", False):
            yield Fact(name, numbers.get(value, value) if name in TICKETS else value)


def _numbers(rows: Rows, metas: Iterable[Mapping[str, Any]]) -> dict[object, int]:
    """The numbers of the tickets that entries name by their ids."""
    named = [meta[name] for meta in metas for name in TICKETS if name in meta]
    ids = [one for each in named for one in (each if isinstance(each, list) else [each]) if isinstance(one, int)]
    return dict(rows.all(f"SELECT id, number FROM tickets WHERE {among('id', ids)}", ids)) if ids else {}  # noqa: S608


def _words(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """To whom, about what, and why."""
    names = ("from", "to", "email", "subject", "why", "error")
    return tuple(str(payload[name]) for name in names if payload.get(name))


def decisions(rows: Rows, query: Query) -> Answer:
    """How each mail of the ticket was decided, with what the decision looked at."""
    ticket = _asked(rows, query)
    if ticket is None:
        return Answer()
    found = rows.all(
        "SELECT d.received_ms, COALESCE(m.author_email, ''), d.outcome, d.rule, d.generation, d.acknowledge, d.trace "
        "FROM deliveries d LEFT JOIN messages m ON m.id = d.message_id WHERE d.ticket_id = ? "
        "ORDER BY d.received_ms DESC, d.entry_key DESC LIMIT ?",
        (ticket.id, query.limit),
    )
    total = _count(rows, "SELECT count(*) FROM deliveries WHERE ticket_id = ?", ticket.id)
    shown = tuple(
        DecisionRow(at_ms, author, outcome, rule, generation, acknowledge, tuple(from_json(trace)))
        for at_ms, author, outcome, rule, generation, acknowledge, trace in reversed(found)
    )
    return Answer(shown, total, row_of(ticket))


def _asked(rows: Rows, query: Query) -> Ticket | None:
    """The ticket of that number, where the one who asks may see it."""
    found = tickets_where(rows, "number", [query.number], lock=False) if 0 < query.number < 2**63 else {}
    ticket = next((ticket for ticket, _ in found.values()), None)
    return ticket if ticket and may_see(ticket, query) else None


def _count(rows: Rows, sql: str, ticket_id: int) -> int:
    row = rows.one(sql, (ticket_id,))
    return int(row[0]) if row else 0
