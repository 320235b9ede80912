"""Which ticket an alert of monitoring has, by its fingerprint.

Two appliers that meet the first mails of one alert at once wait for each other at its row, so that a storm opens one
ticket however many daemons take it in.
"""

from __future__ import annotations

from mailgate.desk.effect import RecordAlert
from mailgate.desk.ticket import Ticket
from mailgate.store.draft import Draft
from mailgate.store.read import tickets_by_id
from mailgate.store.work import Work

NONE_YET = 0


def alert(work: Work, brand: str, fingerprint: str, *, lock: bool) -> Ticket | None:
    """The ticket of that alert, or None; with ``lock`` nobody else can give it one until the transaction ends."""
    rows = work.rows
    if lock:
        rows.run(
            "INSERT INTO alerts (brand, fingerprint, ticket_id, seen, updated_ms) VALUES (?, ?, ?, 0, 0) "
            "ON CONFLICT (brand, fingerprint) DO NOTHING",
            (brand, fingerprint, NONE_YET),
        )
    held = "FOR UPDATE" if lock and rows.postgres else ""
    sql = f"SELECT ticket_id FROM alerts WHERE brand = ? AND fingerprint = ? {held}"  # noqa: S608
    row = rows.one(sql, (brand, fingerprint))
    if row is None or row[0] == NONE_YET:
        return None
    found = tickets_by_id(rows, (row[0],), lock=lock)
    work.remember(found, lock=lock)
    return work.tickets.get(row[0])


def record_alert(draft: Draft, effect: RecordAlert) -> None:
    """The alert has this ticket, and was seen once more; its row is there since the facts were gathered."""
    ticket = draft.resolve(effect.ticket)
    draft.work.rows.run(
        "INSERT INTO alerts (brand, fingerprint, ticket_id, seen, updated_ms) VALUES (?, ?, ?, 1, ?) "
        "ON CONFLICT (brand, fingerprint) DO UPDATE SET ticket_id = excluded.ticket_id, seen = alerts.seen + 1, "
        "updated_ms = excluded.updated_ms",
        (ticket.brand, effect.fingerprint, ticket.id, draft.now_ms),
    )
