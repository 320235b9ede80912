"""One database, two dialects: rows in and out, and transactions.

SQL is written once, with ``?`` for parameters; PostgreSQL reads ``$1``. The hot path hands its own SQL to a cursor of
Peewee's connection: building a query out of expressions costs more than running it. Each thread has a connection of its
own, opened at first use and never before a fork.

SQLite's writers queue on a ``Turnstile``. PostgreSQL gets all rows of one mail as one statement (``write``): pipelining
a dozen of them was measured, and costs more. What a driver raises is raised in the words of ``connection``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg

from mailgate.errors import Temporary
from mailgate.store import in_place
from mailgate.store.connection import (
    FAILED,
    IN_OUR_WORDS,
    compress_quickly,
    create_private,
    postgres_at,
    remember_statements,
    sqlite_at,
)
from mailgate.store.sql import Part, among, insert_into, numbered
from mailgate.turnstile import Turnstile

Row = tuple[Any, ...]

FEW = 100
"""Rows that PostgreSQL gets in one statement over several tables: those of one mail, with its letters and files."""

PARAMETERS = 60_000
"""Of one statement; its protocol ends at 65,535."""


class Rows:
    """Runs SQL on one database. ``postgres`` says which of the two dialects is spoken."""

    def __init__(self, url: str, *, checkpoints: bool = False) -> None:
        """``url`` is ``sqlite:///PATH`` or ``postgresql://…``, else ``ValueError``; nothing is opened yet."""
        self.postgres = url.startswith(("postgresql://", "postgres://"))
        self.path: Path | None = None
        self.connections = 0
        if self.postgres:
            self.peewee = postgres_at(url)
        elif url.startswith("sqlite:///"):
            self.path = Path(url.removeprefix("sqlite:///"))
            self._turnstile = Turnstile(self.path)
            self.peewee = sqlite_at(self.path, checkpoints)
        else:
            raise ValueError('a database is "sqlite:///PATH" or "postgresql://…"')

    def connect(self) -> None:
        """Connect this thread unless it is; a connection that broke is replaced. Raises ``Temporary``."""
        if not self.peewee.is_closed():
            if not self.postgres or not self.peewee.connection().broken:
                return
            self._forget()
        if self.path is not None and not self.path.exists():
            create_private(self.path)
        with IN_OUR_WORDS:
            self.peewee.connect()
        self.connections += 1
        if self.postgres:
            remember_statements(self.peewee.connection())
            with IN_OUR_WORDS:
                compress_quickly(self.peewee.connection())

    def close(self) -> None:
        """Close this thread's connection."""
        if not self.peewee.is_closed():
            with contextlib.suppress(*FAILED):
                self.peewee.close()

    def all(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Every row of the answer."""
        with IN_OUR_WORDS:
            return list(self._execute(sql, params).fetchall())

    def planned(self, sql: str, params: Sequence[object]) -> list[Row]:
        """Every row of the answer to a statement whose best way depends on its parameters: PostgreSQL plans it anew
        each time, where it would take one plan for all once it has met a statement five times."""
        if not self.postgres:
            return self.all(sql, params)
        with IN_OUR_WORDS:
            return list(self._raw().execute(numbered(sql), params, prepare=False).fetchall())

    def one(self, sql: str, params: Sequence[object] = ()) -> Row | None:
        """The first row of the answer, or None."""
        with IN_OUR_WORDS:
            row: Row | None = self._execute(sql, params).fetchone()
            return row

    def run(self, sql: str, params: Sequence[object] = ()) -> None:
        """Run a statement whose answer nobody reads."""
        with IN_OUR_WORDS:
            self._execute(sql, params)

    def data(self, table: str, key: str, ids: Sequence[int]) -> dict[int, bytes]:
        """The octets of rows, by the numbers that their column ``key`` has."""
        if self.postgres:
            return dict(self.all(f"SELECT {key}, data FROM {table} WHERE {among(key, ids)}", ids))  # noqa: S608
        with IN_OUR_WORDS:
            return in_place.read(self.peewee.connection(), table, key, ids)

    def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement once per row, in order."""
        if not rows:
            return
        if len(rows) == 1:
            self.run(sql, rows[0])
            return
        with IN_OUR_WORDS:
            if self.postgres:
                self._raw().executemany(numbered(sql), rows)
            else:
                self.peewee.cursor().executemany(sql, rows)

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[object]], conflict: str = "") -> None:
        """Insert rows; ``columns`` is the list as SQL writes it, ``conflict`` an ``ON CONFLICT`` clause or nothing."""
        if rows:
            self.write((Part(table, columns, rows, conflict),))

    def insert_returning(
        self, table: str, columns: str, rows: Sequence[Sequence[object]], conflict: str, returning: str
    ) -> list[Row]:
        """Insert rows in one statement and answer ``returning`` of those that were written (at most 500 rows)."""
        if not rows:
            return []
        sql = f"{insert_into(table, columns, len(rows), conflict)} RETURNING {returning}"
        return self.all(sql, [value for row in rows for value in row])

    def write(self, parts: Sequence[Part]) -> None:
        """Write what belongs together, in order.

        PostgreSQL gets what one mail brings as one statement, each part a ``WITH`` query: it costs one answer to wait
        for instead of a dozen. So no row may be touched by two parts. A batch is written part by part.
        """
        if not self.postgres:
            self._write_each(parts)
        elif sum(len(part.rows) for part in parts) > FEW or any(len(part.rows) > 1 for part in parts if part.statement):
            self._write_batch(parts)
        else:
            self._write_at_once(parts)

    def _write_at_once(self, parts: Sequence[Part]) -> None:
        inner = ", ".join(f"w{place} AS ({part.sql(len(part.rows))})" for place, part in enumerate(parts[:-1]))
        sql = f"{'WITH ' if inner else ''}{inner} {parts[-1].sql(len(parts[-1].rows))}"
        params = [value for part in parts for row in part.rows for value in row]
        with IN_OUR_WORDS:
            self._raw().execute(numbered(sql), params)

    def _write_batch(self, parts: Sequence[Part]) -> None:
        with IN_OUR_WORDS:
            cursor = self._raw()
            for part in parts:
                if part.statement:
                    cursor.executemany(numbered(part.statement), part.rows)
                    continue
                most = PARAMETERS // len(part.rows[0])
                for start in range(0, len(part.rows), most):
                    some = part.rows[start : start + most]
                    cursor.execute(numbered(part.sql(len(some))), [value for row in some for value in row])

    def _write_each(self, parts: Sequence[Part]) -> None:
        with IN_OUR_WORDS:
            cursor = self.peewee.cursor()
            for part in parts:
                if in_place.has_large(part):
                    in_place.write(self.peewee.connection(), part)
                elif len(part.rows) == 1:
                    cursor.execute(part.sql(1), part.rows[0])
                else:
                    cursor.executemany(part.sql(1), part.rows)

    def hear(self, channel: str, seconds: float) -> bool:
        """PostgreSQL only: whether somebody notifies that channel within so many seconds."""
        self.connect()
        with IN_OUR_WORDS:
            connection = self.peewee.connection()
            connection.execute(f"LISTEN {channel}")
            return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))

    def select(self, query: Any) -> list[dict[str, Any]]:
        """The rows of a Peewee query as dictionaries; for the cold paths, where reading well counts."""
        self.connect()
        with IN_OUR_WORDS:
            return list(query.dicts().execute(self.peewee))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A write transaction around the body: committed at its end, rolled back when it raises.

        On SQLite the body holds the writers' lock. Raises ``Temporary`` when the database is away, ``Conflict`` when
        another transaction stood in the way; then nothing of the body has happened.
        """
        self.connect()
        with self._turnstile.held() if self.path is not None else nullcontext():
            try:
                self.run("BEGIN" if self.postgres else "BEGIN IMMEDIATE")
                yield
                self.run("COMMIT")
            except BaseException as error:
                self._roll_back(error)
                raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that fails alone: when the body raises, only its own rows are undone."""
        self.run("SAVEPOINT mail")
        try:
            yield
            self.run("RELEASE SAVEPOINT mail")
        except BaseException:
            with contextlib.suppress(*FAILED, Temporary):
                self.run("ROLLBACK TO SAVEPOINT mail")
                self.run("RELEASE SAVEPOINT mail")
            raise

    def _execute(self, sql: str, params: Sequence[object]) -> Any:
        """The cursor that has run it. Peewee's own ``execute_sql`` would take a tenth of the time of a mail."""
        if self.postgres:
            return self._raw().execute(numbered(sql), params)
        return self.peewee.cursor().execute(sql, params)

    def _raw(self) -> psycopg.RawCursor[Any]:
        """A cursor that takes a statement as it is. Psycopg's usual one reads each long statement anew, to find its
        parameters, and that costs more than running it. Asked of Peewee's cursor, for ``connection()`` would connect
        where a connection was lost, and what follows would run outside of its transaction."""
        return psycopg.RawCursor(self.peewee.cursor().connection)

    def _roll_back(self, error: BaseException) -> None:
        """Undo the transaction. Where even that fails the connection is given up, which undoes it too; and after any
        trouble on SQLite, for what it opened while the disk was read-only stays read-only."""
        spoilt = self.path is not None and isinstance(error, Temporary)
        with contextlib.suppress(*FAILED):
            self._execute("ROLLBACK", ())
            if not spoilt:
                return
        self._forget()

    def _forget(self) -> None:
        """Drop a connection that is of no more use."""
        connection = self.peewee.connection()
        with contextlib.suppress(Exception):
            connection.close()
        self.peewee.dispose()


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)


def to_json(value: object) -> str:
    """The one JSON text of a value: keys sorted, no spaces, so that equal values make equal bytes."""
    return _encoder.encode(value)


def from_json(text: str | None) -> Any:
    """What ``to_json`` wrote; None for no text."""
    return json.loads(text) if text else None


def key_of(text: str) -> str:
    """What stands in an index for a text of strangers: in lower case, and long ones by their hash, since PostgreSQL
    refuses index entries over 2,704 octets."""
    return text.lower() if len(text) <= 320 else "sha256:" + _sha256(text)


def id_key(message_id: str) -> str:
    """What stands in an index for a Message-ID: itself, or its hash when it is absurdly long."""
    return message_id if len(message_id) <= 320 else "sha256:" + _sha256(message_id)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
