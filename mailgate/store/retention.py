"""What is kept too long goes, brand by brand (``[retention]``): some hundreds of rows a transaction, oldest first.

Done-marks, dedupe keys, Message-IDs, metadata and macs of the histories outlive it all: nothing counts twice because it
was forgotten, and the chains still verify. A mail that went to several brands is kept once, for all of them: its raw
goes when the last of them lets it go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from mailgate.desk.policy import Retention
from mailgate.store.erasure import NOBODY, empty_tickets
from mailgate.store.held import drop
from mailgate.store.rows import Rows, key_of
from mailgate.store.sql import among

AT_ONCE = 200

NEVER_MS = -1
"""Before all times: nothing was closed by then."""

HELD_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM held h WHERE h.entry_key = deliveries.entry_key AND h.state IN ('held', 'confirmed'))"
)
ON_TICKET_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM deliveries o JOIN tickets t ON t.id = o.ticket_id WHERE o.entry_key = deliveries.entry_key "
    "AND o.brand <> deliveries.brand AND {kept})"
)
"""Conditions on a delivery: that another brand's delivery of the same mail still needs the raw."""


def retain(rows: Rows, retention: Mapping[str, Retention], now_ms: int) -> int:
    """Take the next group of what is kept too long; returns how many tickets and mails were emptied (0: all done)."""
    rows.connect()
    lengths = [kept.raws_ms for kept in retention.values()]
    longest_ms = now_ms - max(lengths) if lengths and all(lengths) else NEVER_MS
    done = 0
    for brand, kept in retention.items():
        steps: tuple[tuple[int, Callable[[int], int]], ...] = (
            (kept.tickets_ms, partial(_tickets, rows, brand, "closed_ms <= ?")),
            (kept.spam_ms, partial(_tickets, rows, brand, "status = 'spam' AND closed_ms <= ?")),
            (kept.raws_ms, partial(_raws, rows, brand, longest_ms)),
            (kept.held_ms, partial(_held, rows, brand, now_ms)),
        )
        for length_ms, step in steps:
            if length_ms:
                with rows.transaction():
                    done += step(now_ms - length_ms)
    return done


def _tickets(rows: Rows, brand: str, condition: str, before_ms: int) -> int:
    found = rows.all(
        f"SELECT id FROM tickets WHERE brand = ? AND {condition} AND requester_key <> ? ORDER BY id LIMIT {AT_ONCE}",  # noqa: S608
        (brand, before_ms, key_of(NOBODY)),
    )
    whole = ON_TICKET_ELSEWHERE.format(kept=f"t.requester_key <> '{key_of(NOBODY)}'")
    empty_tickets(rows, [ticket for (ticket,) in found], unless=f"{whole} OR {HELD_ELSEWHERE}")
    return len(found)


def _raws(rows: Rows, brand: str, longest_ms: int, before_ms: int) -> int:
    """Raw mails and letters' octets of closed tickets; what was said stays on the ticket."""
    wanted = ON_TICKET_ELSEWHERE.format(kept="(t.closed_ms IS NULL OR t.closed_ms > ?)")
    entries = rows.all(
        "SELECT deliveries.entry_key FROM deliveries JOIN tickets own ON own.id = deliveries.ticket_id "  # noqa: S608
        "JOIN raws r ON r.entry_key = deliveries.entry_key WHERE own.brand = ? AND own.closed_ms <= ? "
        f"AND r.data IS NOT NULL AND NOT ({wanted} OR {HELD_ELSEWHERE}) ORDER BY deliveries.ticket_id LIMIT {AT_ONCE}",
        (brand, before_ms, longest_ms),
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


def _held(rows: Rows, brand: str, now_ms: int, before_ms: int) -> int:
    """Held mails that nobody has looked at are dropped, as ``held drop`` does, and what was said of them goes too."""
    found = rows.all(
        "SELECT id, entry_key FROM held WHERE brand = ? AND state = 'held' AND received_ms <= ? "  # noqa: S608
        f"ORDER BY id LIMIT {AT_ONCE}",
        (brand, before_ms),
    )
    for held, entry_key in found:
        drop(rows, held, "", now_ms)
        rows.run("UPDATE held SET detail = '' WHERE id = ?", (held,))
        rows.run("UPDATE deliveries SET trace = '[]' WHERE entry_key = ? AND brand = ?", (entry_key, brand))
    return len(found)
