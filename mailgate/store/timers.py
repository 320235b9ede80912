"""What time makes due: one row per ticket and kind, there only while something is due.

A duty takes due tickets in a transaction, settles them, and clears or moves their timers in the plans that it writes
(``ClearTimer``, ``SetTimer``). A crash in between leaves the timer due. Several daemons take timers side by side: a
timer is locked until the transaction ends, and the others skip it.
"""

from __future__ import annotations

from mailgate.desk.ticket import Ticket
from mailgate.store.read import tickets_by_id
from mailgate.store.rows import Rows
from mailgate.store.work import Work


def due_tickets(work: Work, kind: str, now_ms: int, limit: int) -> list[Ticket]:
    """The tickets whose timer of that kind is due, longest overdue first, locked with their timers."""
    skip = "FOR UPDATE SKIP LOCKED" if work.rows.postgres else ""
    due = work.rows.all(
        "SELECT ticket_id FROM timers WHERE kind = ? AND due_ms <= ? "  # noqa: S608
        f"ORDER BY due_ms, ticket_id LIMIT ? {skip}",
        (kind, now_ms, limit),
    )
    found = tickets_by_id(work.rows, (ticket_id for (ticket_id,) in due), lock=True)
    work.remember(found, lock=True)
    return [found[ticket_id][0] for (ticket_id,) in due if ticket_id in found]


def next_timer_ms(rows: Rows) -> int | None:
    """When the next timer is due; None when there is none."""
    row = rows.one("SELECT min(due_ms) FROM timers")
    return row[0] if row else None
