"""The desk at a glance: held mail, and what waits where."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.query import Answer, HeldRow, Query, Terms
from mailgate.store.rows import Rows

SHOWN = 4000
"""Octets of a held mail that are shown."""

LETTERS = ("state IN ('queued', 'retry')", "state = 'handing'", "state IN ('failed', 'unknown')")
"""The letters that are on their way or in trouble, as the indices of the outbox have them."""

HELD = "id, cause, detail, author, subject, received_ms"


def held_mail(rows: Rows, query: Query) -> Answer:
    """Mails that are held and wait for somebody, oldest first, or the one with the id that is asked for."""
    brand = "AND brand = ?" if query.brand else ""
    params: tuple[object, ...] = (query.brand,) if query.brand else ()
    if query.held:
        found = rows.all(f"SELECT {HELD} FROM held WHERE id = ? AND state = 'held' {brand}", (query.held, *params))  # noqa: S608
        return Answer(tuple(replace(HeldRow(*row), text=_beginning(rows, row[0])) for row in found), len(found))
    found = rows.all(
        f"SELECT {HELD} FROM held WHERE state = 'held' {brand} ORDER BY id LIMIT ?",  # noqa: S608
        (*params, query.limit),
    )
    counted = rows.one(f"SELECT count(*) FROM held WHERE state = 'held' {brand}", params)  # noqa: S608
    return Answer(tuple(HeldRow(*row) for row in found), int(counted[0]) if counted else 0)


def _beginning(rows: Rows, held_id: int) -> str:
    """The first characters of a held mail as it came: it is not parsed here, where nothing could kill the parser."""
    row = rows.one(
        "SELECT substr(r.data, 1, CAST(? AS INTEGER)) FROM raws r JOIN held h ON h.entry_key = r.entry_key "
        "WHERE h.id = ?",
        (SHOWN, held_id),
    )
    return bytes(row[0]).decode("utf-8", "replace").replace("\r\n", "\n") if row and row[0] is not None else ""


def health(rows: Rows, query: Query, terms: Terms) -> Answer:
    """The figures that ``Answer.counts`` describes."""
    counts: dict[str, int] = {}
    for states in LETTERS:
        found = rows.all(f"SELECT state, count(*) FROM letters WHERE {states} GROUP BY state ORDER BY state")  # noqa: S608
        counts |= {f"letters_{state}": count for state, count in found}
    for cause, count in rows.all("SELECT cause, count(*) FROM held WHERE state = 'held' GROUP BY cause ORDER BY cause"):
        counts[f"held_{cause}"] = count
    waiting = "SELECT team, count(*) FROM tickets WHERE closed_ms IS NULL GROUP BY team ORDER BY team"
    for team, count in rows.all(waiting):
        if query.teams is None or team in query.teams:
            counts[f"open_{team}"] = count
    # By priority, since an index that knows when somebody began to wait is in that order.
    waited = "SELECT priority, min(waiting_since_ms) FROM tickets WHERE closed_ms IS NULL GROUP BY priority"
    since = min((since_ms for _, since_ms in rows.all(waited) if since_ms is not None), default=None)
    if since is not None:
        counts["waiting_ms"] = max(0, terms.now_ms - since)
    return Answer(counts=counts)
