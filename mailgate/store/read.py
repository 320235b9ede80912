"""Tickets, rows to values: the one place that knows how a ``Ticket`` lies in its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mailgate.desk.ticket import Participant, ParticipantRole, Status, Ticket
from mailgate.store.chain import Link
from mailgate.store.rows import Row, Rows, from_json, key_of, to_json
from mailgate.store.sql import among

COLUMNS = (
    "id, number, rid, brand, mailbox, subject, status, team, kind, assignee, priority, tags, language, fields, "
    "requester_email, requester_name, rule, reason, merged_into, created_ms, updated_ms, closed_ms, waiting_since_ms, "
    "answered_ms, rating, last_message_id, thread, asked, state, parent_id, due_ms, snoozed_ms, nudged_ms, nudges, "
    "given_by, sla, clock, events, head"
)

FINISHED = frozenset({Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.MERGED})
"""The states in which nobody is expected to do anything: ``closed_ms`` is set, and the ticket is in no queue."""

MERGE_HOPS = 8
"""How many merges are followed from a ticket to where it went."""


def tickets_by_id(rows: Rows, ids: Iterable[int], *, lock: bool) -> dict[int, tuple[Ticket, Link]]:
    """Whole tickets with the state of their chains, by id; locked in the order of their ids where asked (a SQLite
    writer already holds the only lock there is)."""
    return tickets_where(rows, "id", sorted(set(ids)), lock=lock)


def tickets_where(rows: Rows, column: str, values: list[Any], *, lock: bool) -> dict[int, tuple[Ticket, Link]]:
    """The same, chosen by any column."""
    return _tickets(rows, among(column, values), values, lock=lock) if values else {}


def tickets_in_order(rows: Rows, ids: Sequence[int]) -> list[Ticket]:
    """Whole tickets in the order of these ids, not locked; one that is not there is left out."""
    found = tickets_by_id(rows, ids, lock=False)
    return [found[ticket_id][0] for ticket_id in ids if ticket_id in found]


def tickets_among(
    rows: Rows, ids: Iterable[int], numbers: Iterable[int], *, lock: bool
) -> dict[int, tuple[Ticket, Link]]:
    """Tickets by id or by number, in one question, so that all are locked in one order."""
    wanted, named = sorted(set(ids)), sorted(set(numbers))
    conditions = [among(column, values) for column, values in (("id", wanted), ("number", named)) if values]
    return _tickets(rows, " OR ".join(conditions), [*wanted, *named], lock=lock) if conditions else {}


def _tickets(rows: Rows, condition: str, values: list[Any], *, lock: bool) -> dict[int, tuple[Ticket, Link]]:
    locking = " ORDER BY id FOR UPDATE" if lock and rows.postgres else ""
    found = rows.all(f"SELECT {COLUMNS} FROM tickets WHERE {condition}{locking}", values)  # noqa: S608
    people = _participants(rows, [row[0] for row in found])
    return {row[0]: (ticket_of(row, people.get(row[0], ())), Link(row[37], bytes(row[38]))) for row in found}


def ticket_of(row: Row, participants: tuple[Participant, ...]) -> Ticket:
    """One row of ``COLUMNS`` as a value."""
    return Ticket(
        id=row[0],
        number=row[1],
        rid=row[2],
        brand=row[3],
        mailbox=row[4],
        subject=row[5],
        status=Status(row[6]),
        team=row[7],
        kind=row[8],
        assignee=row[9],
        priority=row[10],
        tags=tuple(from_json(row[11])),
        language=row[12],
        fields=from_json(row[13]),
        requester=Participant(row[14], row[15]),
        participants=participants,
        rule=row[16],
        reason=row[17],
        merged_into=row[18],
        created_ms=row[19],
        updated_ms=row[20],
        closed_ms=row[21],
        waiting_since_ms=row[22],
        answered_ms=row[23],
        rating=row[24],
        last_message_id=row[25],
        references=tuple(from_json(row[26])),
        asked=row[27],
        state=row[28],
        parent=row[29],
        due_ms=row[30],
        snoozed_ms=row[31],
        nudged_ms=row[32],
        nudges=row[33],
        given_by=row[34],
        sla=row[35],
        clock={} if row[36] == "{}" else from_json(row[36]),
    )


def _participants(rows: Rows, ids: list[int]) -> Mapping[int, tuple[Participant, ...]]:
    if not ids:
        return {}
    condition = among("ticket_id", ids)
    found: dict[int, list[Participant]] = {}
    sql = f"SELECT ticket_id, email, name, role FROM participants WHERE {condition} ORDER BY since_ms, email_key"  # noqa: S608
    for ticket_id, email, name, role in rows.all(sql, ids):
        found.setdefault(ticket_id, []).append(Participant(email, name, ParticipantRole(role)))
    return {ticket_id: tuple(people) for ticket_id, people in found.items()}


def columns_of(changes: Mapping[str, object]) -> dict[str, object]:
    """New values of ``Ticket`` fields, by column. Raises ``ValueError`` for a name that is no field one may set."""
    columns: dict[str, object] = {}
    for name, value in changes.items():
        if name == "requester" and isinstance(value, Participant):
            columns |= {
                "requester_email": value.email,
                "requester_name": value.name,
                "requester_key": key_of(value.email),
            }
        elif name in ("tags", "references"):
            columns["thread" if name == "references" else name] = to_json(list(value))  # type: ignore[call-overload]
        elif name in ("fields", "clock"):
            columns[name] = to_json(value)
        elif name == "parent":
            columns["parent_id"] = value
        elif name in PLAIN_FIELDS:
            columns[name] = str(value) if isinstance(value, str) else value
        else:
            raise ValueError(f"a ticket has no field {name!r} that can be changed")
    return columns


PLAIN_FIELDS = frozenset(
    (
        *("mailbox", "subject", "status", "state", "team", "kind", "assignee", "given_by", "priority", "language"),
        *("rule", "reason", "merged_into", "closed_ms", "waiting_since_ms", "answered_ms", "rating", "updated_ms"),
        *("last_message_id", "asked", "due_ms", "snoozed_ms", "nudged_ms", "nudges", "sla"),
    )
)
