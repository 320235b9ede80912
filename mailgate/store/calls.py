"""Calls of webhooks on their way: the outbox of what is told to other programs.

The states are a letter's (``outbox``): queued, handing, sent, retry, failed. A call whose process died while it was
``handing`` is made again after ``STALE_MS``, with the same id, by which the other side knows it twice. On PostgreSQL
several daemons claim side by side (``SKIP LOCKED``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailgate.store.rows import Rows, from_json
from mailgate.store.schema import Calls
from mailgate.store.sql import among

STALE_MS = 300_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call; ``attempts`` counts those before this one."""

    id: int
    name: str
    ticket_id: int | None
    body: Mapping[str, object]
    attempts: int
    created_ms: int


def calls_due(rows: Rows, now_ms: int) -> bool:
    """Whether there is anything to claim; asked before the writers' lock is taken for it."""
    sql = (
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM calls WHERE state IN ('queued', 'retry') AND next_ms <= ?) "
        "OR EXISTS (SELECT 1 FROM calls WHERE state = 'handing' AND claimed_ms <= ?)"
    )
    return rows.one(sql, (now_ms, now_ms - STALE_MS)) is not None


def claim_calls(rows: Rows, holder: str, now_ms: int, limit: int) -> list[Call]:
    """Take at most ``limit`` calls that are due, oldest first; they are ``handing`` once the transaction commits."""
    skip = "FOR UPDATE SKIP LOCKED" if rows.postgres else ""
    due = rows.all(
        "SELECT id FROM calls WHERE (state IN ('queued', 'retry') AND next_ms <= ?) "  # noqa: S608
        f"OR (state = 'handing' AND claimed_ms <= ?) ORDER BY next_ms, id LIMIT ? {skip}",
        (now_ms, now_ms - STALE_MS, limit),
    )
    ids = [call_id for (call_id,) in due]
    if not ids:
        return []
    found = rows.all(
        f"UPDATE calls SET state = 'handing', claimed_by = ?, claimed_ms = ? WHERE {among('id', ids)} "  # noqa: S608
        "RETURNING id, name, ticket_id, body, attempts, created_ms",
        (holder, now_ms, *ids),
    )
    return [Call(row[0], row[1], row[2], from_json(row[3]), row[4], row[5]) for row in sorted(found)]


def settle_call(rows: Rows, call: Call, state: str, error: str, now_ms: int, next_ms: int = 0) -> None:
    """Write down what became of a claimed call: ``sent``, ``failed``, or ``retry`` at ``next_ms``."""
    settled = None if state == "retry" else now_ms
    rows.run(
        "UPDATE calls SET state = ?, error = ?, attempts = attempts + 1, next_ms = ?, settled_ms = ? "
        "WHERE id = ? AND state = 'handing'",
        (state, error[:500], next_ms, settled, call.id),
    )


def retry_calls(rows: Rows, ids: list[int], now_ms: int) -> list[int]:
    """Make failed or waiting calls due at once; returns the ids of those."""
    rows.connect()
    with rows.transaction():
        found = rows.all(
            "UPDATE calls SET state = 'queued', next_ms = ?, settled_ms = NULL "  # noqa: S608
            f"WHERE state IN ('failed', 'retry') AND {among('id', ids)} RETURNING id",
            (now_ms, *ids),
        )
    return sorted(call_id for (call_id,) in found)


def sweep_calls(rows: Rows, before_ms: int) -> None:
    """Forget calls that were settled before that."""
    rows.run("DELETE FROM calls WHERE settled_ms < ?", (before_ms,))


def failed_calls(rows: Rows) -> int:
    """How many calls have failed for good and can still be looked at."""
    row = rows.one("SELECT count(*) FROM calls WHERE state = 'failed'")
    return int(row[0]) if row else 0


def list_calls(rows: Rows, state: str, limit: int) -> list[dict[str, Any]]:
    """Calls, newest first: those of one state, else what waits or failed."""
    query = Calls.select().order_by(Calls.id.desc()).limit(limit)
    wanted = (state,) if state else ("queued", "handing", "retry", "failed")
    return rows.select(query.where(Calls.state.in_(wanted)))
