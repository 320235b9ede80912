"""What one migration is, as a value."""

from __future__ import annotations

from dataclasses import dataclass

SQLITE = {"rowid": "INTEGER PRIMARY KEY", "blob": "BLOB", "clustered": "WITHOUT ROWID"}
POSTGRES = {"rowid": "BIGINT PRIMARY KEY", "blob": "BYTEA", "clustered": ""}


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step. ``what`` is announced to the admin; ``both`` runs on either dialect, then its own part."""

    number: int
    what: str
    both: tuple[str, ...] = ()
    sqlite: tuple[str, ...] = ()
    postgres: tuple[str, ...] = ()

    def statements(self, *, postgres: bool) -> tuple[str, ...]:
        """The SQL of this step in one dialect, in order."""
        words = POSTGRES if postgres else SQLITE
        return tuple(sql.format(**words) for sql in (*self.both, *(self.postgres if postgres else self.sqlite)))
