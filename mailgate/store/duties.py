"""What the duties ask beside due timers: what was said on a ticket, a team's queue, whose turn a daily letter is."""

from __future__ import annotations

from mailgate.desk.effect import Direction, Visibility
from mailgate.desk.facts import Spoken
from mailgate.desk.letter import LetterKind
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import VerdictKind
from mailgate.store.read import tickets_by_id
from mailgate.store.rows import Rows
from mailgate.store.work import Work


def due_kinds(rows: Rows, now_ms: int) -> list[str]:
    """The kinds of timers of which at least one is due; most often none, which costs one look at an index."""
    return [kind for (kind,) in rows.all("SELECT DISTINCT kind FROM timers WHERE due_ms <= ? ORDER BY kind", (now_ms,))]


def spoken(rows: Rows, ticket: Ticket) -> Spoken:
    """What was said on the ticket; see ``Spoken``."""
    first = rows.one(
        "SELECT direction, verdict, proof FROM messages WHERE ticket_id = ? ORDER BY id LIMIT 1", (ticket.id,)
    )
    last = rows.one(
        "SELECT COALESCE(new_text, text), created_ms FROM messages "
        "WHERE ticket_id = ? AND direction = ? AND visibility = ? ORDER BY id DESC LIMIT 1",
        (ticket.id, Direction.AGENT.value, Visibility.PUBLIC.value),
    )
    reminders = rows.one(
        "SELECT count(*) FROM letters WHERE ticket_id = ? AND kind = ? AND created_ms > COALESCE("
        "(SELECT max(created_ms) FROM messages WHERE ticket_id = ? AND visibility = ? AND direction IN (?, ?)), 0)",
        (
            *(ticket.id, LetterKind.CUSTOMER_REMINDER.value, ticket.id, Visibility.PUBLIC.value),
            *(Direction.CUSTOMER.value, Direction.AGENT.value),
        ),
    )
    robot = first is not None and (first[0] == Direction.ROBOT or first[1] not in ("", VerdictKind.GENUINE.value))
    return Spoken(
        text=(last[0] or "") if last else "",
        at_ms=last[1] if last else None,
        reminders=reminders[0] if reminders else 0,
        robot=robot,
        proof=first[2] if first else "",
    )


def queue(work: Work, team: str, limit: int) -> list[Ticket]:
    """The team's open tickets, in no order; not locked."""
    ids = work.rows.all("SELECT id FROM tickets WHERE team = ? AND closed_ms IS NULL LIMIT ?", (team, limit))
    found = tickets_by_id(work.rows, (id_ for (id_,) in ids), lock=False)
    return [ticket for ticket, _ in found.values()]


def turn(work: Work, name: str, now_ms: int, next_ms: int) -> int | None:
    """When the daily turn of that name was due, if it is due now and nobody else takes it; it is due again at
    ``next_ms``. None otherwise. A name that is new has its first turn then."""
    rows = work.rows
    rows.run(
        "INSERT INTO schedules (name, next_ms, last_key) VALUES (?, ?, '') ON CONFLICT (name) DO NOTHING",
        (name, next_ms),
    )
    lock = "FOR UPDATE SKIP LOCKED" if rows.postgres else ""
    row = rows.one(f"SELECT next_ms FROM schedules WHERE name = ? AND next_ms <= ? {lock}", (name, now_ms))  # noqa: S608
    if row is None:
        return None
    rows.run("UPDATE schedules SET next_ms = ? WHERE name = ?", (next_ms, name))
    return int(row[0])
