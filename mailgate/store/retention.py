"""What is kept too long goes, brand by brand (``[retention]``): some hundreds of rows a transaction, oldest first.

Done-marks, dedupe keys, Message-IDs, metadata and macs of the histories outlive it all: nothing counts twice because it
was forgotten, and the chains still verify.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.desk.policy import Retention
from mailgate.store.erasure import NOBODY, empty_entries, empty_tickets
from mailgate.store.rows import Rows, key_of
from mailgate.store.sql import among

AT_ONCE = 200


def retain(rows: Rows, retention: Mapping[str, Retention], now_ms: int) -> int:
    """Take the next group of what is kept too long; returns how many tickets and mails were emptied (0: all done)."""
    rows.connect()
    done = 0
    for brand, kept in retention.items():
        steps = (
            (kept.tickets_ms, _tickets, "closed_ms <= ?"),
            (kept.spam_ms, _tickets, "status = 'spam' AND closed_ms <= ?"),
            (kept.raws_ms, _raws, ""),
            (kept.held_ms, _held, ""),
        )
        for length_ms, step, condition in steps:
            if length_ms:
                with rows.transaction():
                    done += step(rows, brand, now_ms - length_ms, now_ms, condition)
    return done


def _tickets(rows: Rows, brand: str, before_ms: int, now_ms: int, condition: str) -> int:
    found = rows.all(
        f"SELECT id FROM tickets WHERE brand = ? AND {condition} AND requester_key <> ? ORDER BY id LIMIT {AT_ONCE}",  # noqa: S608
        (brand, before_ms, key_of(NOBODY)),
    )
    empty_tickets(rows, [ticket for (ticket,) in found])
    return len(found)


def _raws(rows: Rows, brand: str, before_ms: int, now_ms: int, condition: str) -> int:
    """Raw mails and letters' octets of closed tickets; what was said stays on the ticket."""
    entries = rows.all(
        "SELECT d.entry_key FROM deliveries d JOIN tickets t ON t.id = d.ticket_id JOIN raws r "  # noqa: S608
        "ON r.entry_key = d.entry_key WHERE t.brand = ? AND t.closed_ms <= ? AND r.data IS NOT NULL "
        f"ORDER BY d.ticket_id LIMIT {AT_ONCE}",
        (brand, before_ms),
    )
    keys = [key for (key,) in entries]
    if keys:
        rows.run(f"UPDATE raws SET data = NULL WHERE {among('entry_key', keys)}", keys)  # noqa: S608
    letters = rows.all(
        "SELECT l.id FROM letters l JOIN tickets t ON t.id = l.ticket_id JOIN letter_data d ON d.letter_id = l.id "  # noqa: S608
        "WHERE t.brand = ? AND t.closed_ms <= ? AND l.state NOT IN ('queued', 'retry', 'handing') "
        f"ORDER BY l.id LIMIT {AT_ONCE}",
        (brand, before_ms),
    )
    ids = [letter for (letter,) in letters]
    if ids:
        rows.run(f"DELETE FROM letter_data WHERE {among('letter_id', ids)}", ids)  # noqa: S608
    return len(keys) + len(ids)


def _held(rows: Rows, brand: str, before_ms: int, now_ms: int, condition: str) -> int:
    """Held mails that nobody has looked at are dropped, as ``held drop`` does."""
    found = rows.all(
        "UPDATE held SET state = 'dropped', settled_ms = ? WHERE id IN (SELECT id FROM held WHERE brand = ? "  # noqa: S608
        f"AND state = 'held' AND received_ms <= ? ORDER BY id LIMIT {AT_ONCE}) RETURNING entry_key",
        (now_ms, brand, before_ms),
    )
    empty_entries(rows, [key for (key,) in found])
    return len(found)
