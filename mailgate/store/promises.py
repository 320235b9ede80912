"""Open tickets one after the other, for promises that are worked out anew when the configuration has changed.

``meta.promises`` says for which configuration that was done, and how far: the mark, and the id of the last ticket, or
the mark alone once all are done. It is written in the transaction that renews the tickets up to there, so a restart
goes on where it was.
"""

from __future__ import annotations

from typing import Any

from mailgate.desk.ticket import Ticket
from mailgate.store.read import tickets_by_id
from mailgate.store.rows import Rows, from_json
from mailgate.store.sql import among
from mailgate.store.work import Work

KEEP = "INSERT INTO meta (key, value) VALUES ('promises', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


def renewed_to(rows: Rows, mark: str) -> int | None:
    """The id up to which open tickets follow the configuration of that mark, 0 for none; None: all of them do."""
    row = rows.one("SELECT value FROM meta WHERE key = 'promises'")
    known, _, last = str(row[0]).partition(" ") if row else ("", "", "")
    if known != mark:
        return 0
    return int(last) if last else None


def keep_renewed(rows: Rows, mark: str, last: int | None) -> None:
    """Remember how far it is; None: all of it is done."""
    rows.run(KEEP, (mark if last is None else f"{mark} {last}",))


def open_after(work: Work, last: int, limit: int) -> list[Ticket]:
    """The next open tickets by id, locked."""
    rows = work.rows.all("SELECT id FROM tickets WHERE closed_ms IS NULL AND id > ? ORDER BY id LIMIT ?", (last, limit))
    found = tickets_by_id(work.rows, (ticket_id for (ticket_id,) in rows), lock=True)
    work.remember(found, lock=True)
    return [found[ticket_id][0] for (ticket_id,) in rows if ticket_id in found]


def histories(rows: Rows, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """What the histories of these tickets say to machines, the oldest first: kind, time and metadata."""
    found: dict[int, list[dict[str, Any]]] = {ticket_id: [] for ticket_id in ids}
    if ids:
        sql = f"SELECT ticket_id, kind, at_ms, meta FROM events WHERE {among('ticket_id', ids)} ORDER BY ticket_id, seq"  # noqa: S608
        for ticket_id, kind, at_ms, meta in rows.all(sql, ids):
            found[ticket_id].append({"kind": kind, "at_ms": at_ms, "meta": from_json(meta)})
    return found
