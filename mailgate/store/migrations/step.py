"""What one migration is, as a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailgate.store.rows import Rows

SQLITE = {"rowid": "INTEGER PRIMARY KEY", "blob": "BLOB", "clustered": "WITHOUT ROWID"}
POSTGRES = {"rowid": "BIGINT PRIMARY KEY", "blob": "BYTEA", "clustered": ""}


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step. ``what`` is announced to the admin; ``both`` runs on either dialect, then its own part,
    then ``fill``, which may announce how far it is."""

    number: int
    what: str
    both: tuple[str, ...] = ()
    sqlite: tuple[str, ...] = ()
    postgres: tuple[str, ...] = ()
    fill: Callable[[Rows, Callable[[str], None]], None] | None = None

    def statements(self, *, postgres: bool) -> tuple[str, ...]:
        """The SQL of this step in one dialect, in order."""
        words = POSTGRES if postgres else SQLITE
        return tuple(sql.format(**words) for sql in (*self.both, *(self.postgres if postgres else self.sqlite)))
