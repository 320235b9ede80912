"""Numbers that are never given twice: tickets' numbers, and the ids of messages, letters and held mails.

They are handed out here, before their rows are written, so that a whole transaction can be written without asking the
database for each. On SQLite the two counters are rows that the transaction reads once and writes back at its end, so
that a rollback gives its numbers back. On PostgreSQL they are sequences: a rollback loses what it took, and several
daemons may give numbers slightly out of order; gaps are harmless. What is left of a block is let go with the connection
that brought it: another server may answer the next one, and give those numbers to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.store.rows import Rows

BLOCKS = {"ticket_numbers": 8, "row_ids": 128}
"""How many numbers one question to PostgreSQL brings; unused ones serve the next transaction of this process."""


class Ids:
    """Hands out numbers. One per store; ``begin`` and ``end`` frame each transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._next: dict[str, int] = {}
        self._blocks: dict[str, list[int]] = {name: [] for name in BLOCKS}
        self._connections = 0

    def begin(self) -> None:
        """Forget what an earlier transaction knew of the counters, and numbers that an earlier connection brought."""
        self._next.clear()
        if self._connections != self._rows.connections:
            self._connections = self._rows.connections
            self._blocks = {name: [] for name in BLOCKS}

    def take(self, name: str) -> int:
        """The next number of ``ticket_numbers`` or ``row_ids``."""
        return self._from_sequence(name) if self._rows.postgres else self._from_counter(name)

    def reserve(self, name: str, count: int) -> None:
        """So many will be taken: on PostgreSQL one question for all of them. What is left over serves the next."""
        missing = count - len(self._blocks[name])
        if self._rows.postgres and missing > 0:
            self._fetch(name, max(missing, BLOCKS[name]))

    def end(self) -> None:
        """Write the counters back; called before the commit."""
        self._rows.many("UPDATE sequences SET next = ? WHERE name = ?", [(n, name) for name, n in self._next.items()])

    def _from_counter(self, name: str) -> int:
        if name not in self._next:
            row = self._rows.one("SELECT next FROM sequences WHERE name = ?", (name,))
            assert row is not None
            self._next[name] = row[0]
        number = self._next[name]
        self._next[name] = number + 1
        return number

    def _from_sequence(self, name: str) -> int:
        if not self._blocks[name]:
            self._fetch(name, BLOCKS[name])
        return self._blocks[name].pop()

    def _fetch(self, name: str, count: int) -> None:
        """So many more numbers; the smallest goes first."""
        asked: Iterable[tuple[int]] = self._rows.all(
            "SELECT nextval(CAST(? AS regclass)) FROM generate_series(1, ?)", (name, count)
        )
        self._blocks[name] = sorted((*self._blocks[name], *(number for (number,) in asked)), reverse=True)


def jump(rows: Rows, by: int) -> None:
    """Let the ticket numbers skip ``by``: after a failover that lost transactions, numbers already told to customers
    must not be given again. Runs inside a transaction of the caller."""
    if rows.postgres:
        rows.all("SELECT setval('ticket_numbers', nextval('ticket_numbers') + ?)", (by,))
    else:
        rows.run("UPDATE sequences SET next = next + ? WHERE name = 'ticket_numbers'", (by,))
