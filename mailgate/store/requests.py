"""What mails, and the desk itself, asked the clock process to do, each once (``mailgate.requests`` does it).

A reload concerns every daemon on the database: whoever did not take the request sees that one more is done.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.store.rows import Rows
from mailgate.store.work import Work

AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``kind`` is ``reload``, ``leave``, ``export`` or ``erase``; ``about`` the agent who left, or the
    person's address; ``asked_by`` the admin, empty where the desk asks itself."""

    id: int
    kind: str
    about: str
    asked_by: str


def waiting(rows: Rows) -> list[Request]:
    """Requests that nobody has done yet, oldest first."""
    rows.connect()
    found = rows.all(
        "SELECT id, kind, about, asked_by FROM requests WHERE done_ms IS NULL ORDER BY id LIMIT ?", (AT_ONCE,)
    )
    return [Request(number, kind, about, asked_by) for number, kind, about, asked_by in found]


def reloads(rows: Rows) -> int:
    """How many reloads were asked for and done, by any daemon, since the desk began."""
    rows.connect()
    row = rows.one("SELECT count(*) FROM requests WHERE kind = 'reload' AND done_ms IS NOT NULL")
    return int(row[0]) if row else 0


def ask(work: Work, kind: str, about: str, now_ms: int) -> None:
    """The desk asks something of itself; not twice for what is still to be done."""
    work.rows.run(
        "INSERT INTO requests (id, kind, about, asked_by, at_ms) SELECT ?, ?, ?, '', ? WHERE NOT EXISTS "
        "(SELECT 1 FROM requests WHERE kind = ? AND about = ? AND done_ms IS NULL)",
        (work.ids.take("row_ids"), kind, about, now_ms, kind, about),
    )


def finish(rows: Rows, request: int, now_ms: int) -> bool:
    """Say that it is done, in the transaction that does it; False where another daemon was quicker."""
    found = rows.all("UPDATE requests SET done_ms = ? WHERE id = ? AND done_ms IS NULL RETURNING id", (now_ms, request))
    return bool(found)
