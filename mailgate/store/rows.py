"""One database, two dialects: rows in and out, transactions, and what went wrong in our own words.

SQL is written once, with ``?`` for parameters; PostgreSQL reads ``%s``. The hot path hands its own SQL to a cursor of
Peewee's connection: building a query out of expressions costs more than running it. Each thread has a connection of its
own, opened at first use and never before a fork.

SQLite runs in WAL with ``synchronous=FULL``; its file is 0600; writers queue on a ``Turnstile``. Only a store opened
with ``checkpoints=True`` moves the WAL into the file (two connections that do so at once can corrupt it before
3.51.3). PostgreSQL runs at READ COMMITTED, and gets all rows of one mail as one statement (``write``): pipelining a
dozen of them was measured, and costs more.

==============================================  =======================================================
what the driver says                            what is raised here
==============================================  =======================================================
away, locked, full, connection lost             ``Temporary``; the next transaction connects anew
serialisation failure, deadlock                 ``Conflict``: the same transaction, run again, may pass
anything else (a value that does not fit, SQL)  the driver's own exception: a bug of ours
==============================================  =======================================================
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import peewee
import psycopg
from psycopg.types.numeric import Int8BinaryDumper

from mailgate.errors import Temporary
from mailgate.store import in_place
from mailgate.store.sql import Part, among, dialect, insert_into, numbered
from mailgate.turnstile import Turnstile

Row = tuple[Any, ...]

PAGE_SIZE = 8192
"""Octets of a page of a new SQLite file. Mails and letters take several pages, and each page costs two writes into the
log, and a read and a write at the checkpoint; a file that is there keeps the size that it was made with."""

CHECKPOINT_PAGES = 1000
FEW = 100
"""Rows that PostgreSQL gets in one statement over several tables: those of one mail, with its letters and files."""

PARAMETERS = 60_000
"""Of one statement; its protocol ends at 65,535."""

CACHE_KB = 32_768
SMALL_CACHE_KB = 8_192
"""Of the processes that write little: what they had read is void as soon as another process has committed."""

BUSY_S = 5
CONFLICTS = frozenset({"40001", "40P01"})
FAILED = (peewee.DatabaseError, peewee.InterfaceError, sqlite3.Error, psycopg.Error)
AWAY = (
    *(peewee.OperationalError, peewee.InterfaceError),
    *(sqlite3.OperationalError, sqlite3.InterfaceError),
    *(psycopg.OperationalError, psycopg.InterfaceError),
)
UNREADABLE = (peewee.DatabaseError, sqlite3.DatabaseError)
"""Raised as such, and not as one of their kinds, they say that the file is damaged or no database."""
LOST = frozenset({"57P01", "57P02", "57P03", "25P03"})


class Conflict(Temporary):
    """Two transactions stood in each other's way; the same one, run again, may pass."""


class Rows:
    """Runs SQL on one database. ``postgres`` says which of the two dialects is spoken."""

    def __init__(self, url: str, *, checkpoints: bool = False) -> None:
        """``url`` is ``sqlite:///PATH`` or ``postgresql://…``, else ``ValueError``; nothing is opened yet."""
        self.postgres = url.startswith(("postgresql://", "postgres://"))
        self.path: Path | None = None
        self.connections = 0
        if self.postgres:
            self.peewee = _postgres(url)
        elif url.startswith("sqlite:///"):
            self.path = Path(url.removeprefix("sqlite:///"))
            self._turnstile = Turnstile(self.path)
            self.peewee = _sqlite(self.path, checkpoints)
        else:
            raise ValueError('a database is "sqlite:///PATH" or "postgresql://…"')

    def connect(self) -> None:
        """Connect this thread unless it is; a connection that broke is replaced. Raises ``Temporary``."""
        if not self.peewee.is_closed():
            if not self.postgres or not self.peewee.connection().broken:
                return
            self._forget()
        if self.path is not None and not self.path.exists():
            _create_private(self.path)
        with IN_OUR_WORDS:
            self.peewee.connect()
        self.connections += 1
        if self.postgres:
            _remember_statements(self.peewee.connection())

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
            cursor = self.peewee.cursor()
            cursor.execute(dialect(sql), params, prepare=False)
            return list(cursor.fetchall())

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
            self.peewee.cursor().executemany(dialect(sql) if self.postgres else sql, rows)

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[object]], conflict: str = "") -> None:
        """Insert rows; ``columns`` is the list as SQL writes it, ``conflict`` an ``ON CONFLICT`` clause or nothing."""
        if rows:
            self.many(insert_into(table, columns, 1, conflict), rows)

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
            # Psycopg reads a statement this long anew each time, which costs more than running it; raw is as it is.
            psycopg.RawCursor(self.peewee.connection()).execute(numbered(sql), params)

    def _write_batch(self, parts: Sequence[Part]) -> None:
        with IN_OUR_WORDS:
            cursor, raw = self.peewee.cursor(), psycopg.RawCursor(self.peewee.connection())
            for part in parts:
                if part.statement:
                    cursor.executemany(dialect(part.statement), part.rows)
                    continue
                most = PARAMETERS // len(part.rows[0])
                for start in range(0, len(part.rows), most):
                    some = part.rows[start : start + most]
                    raw.execute(numbered(part.sql(len(some))), [value for row in some for value in row])

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
            self.run("BEGIN" if self.postgres else "BEGIN IMMEDIATE")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                self._roll_back()
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
        cursor = self.peewee.cursor()
        cursor.execute(dialect(sql) if self.postgres else sql, params)
        return cursor

    def _roll_back(self) -> None:
        """Undo the transaction; where even that fails the connection is given up, which undoes it too."""
        try:
            self._execute("ROLLBACK", ())
        except FAILED:
            self._forget()

    def _forget(self) -> None:
        """Drop a connection that is of no more use."""
        connection = self.peewee.connection()
        with contextlib.suppress(Exception):
            connection.close()
        self.peewee.dispose()


class _InOurWords:
    """Around whatever speaks to a driver: what it raises is raised as the table at the head of this module says."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, FAILED):
            said = _translated(error)
            if said is not error:
                raise said from error


IN_OUR_WORDS = _InOurWords()


def _translated(error: Exception) -> Exception:
    """The driver's exception as ``Conflict``, ``Temporary`` or, for what is a bug of ours, itself."""
    cause = getattr(error, "orig", error)
    state = getattr(cause, "sqlstate", None) or ""
    if state in CONFLICTS:
        return Conflict("two transactions stood in each other's way")
    if isinstance(error, AWAY) or state in LOST or type(error) in UNREADABLE:
        first = next(iter(str(cause).splitlines()), type(cause).__name__)
        return Temporary(f"the database does not answer: {first}")
    return error


def _sqlite(path: Path, checkpoints: bool) -> Any:
    pragmas = (
        ("page_size", PAGE_SIZE),
        ("journal_mode", "wal"),
        ("synchronous", "full"),
        ("wal_autocheckpoint", CHECKPOINT_PAGES if checkpoints else 0),
        ("cache_size", -CACHE_KB if checkpoints else -SMALL_CACHE_KB),
        ("temp_store", "memory"),
        ("secure_delete", "fast"),
    )
    return peewee.SqliteDatabase(str(path), pragmas=pragmas, timeout=BUSY_S, cached_statements=256, autoconnect=False)


def _postgres(url: str) -> Any:
    return peewee.PostgresqlDatabase(
        "postgresql://" + url.partition("://")[2],
        prefer_psycopg3=True,
        autoconnect=False,
        connect_timeout=5,
        application_name="mailgate",
        client_encoding="utf8",
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )


def _remember_statements(connection: psycopg.Connection[Any]) -> None:
    """Let statements be prepared once and found again: every whole number is sent as a bigint, or its size would make
    another statement of the same text."""
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    connection.prepared_max = 400


def _create_private(path: Path) -> None:
    """An empty file of mode 0600: SQLite gives the same mode to its WAL."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise Temporary(f"the database file {path} cannot be made: {error.strerror}") from error


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)


def to_json(value: object) -> str:
    """The one JSON text of a value: keys sorted, no spaces, so that equal values make equal bytes."""
    return _encoder.encode(value)


def from_json(text: str | None) -> Any:
    """What ``to_json`` wrote; None for no text."""
    return json.loads(text) if text else None


def key_of(text: str) -> str:
    """What stands in an index for a text of strangers: ASCII case folded, and long ones by their hash, since
    PostgreSQL refuses index entries over 2,704 octets."""
    return text.lower() if len(text) <= 320 else "sha256:" + _sha256(text)


def id_key(message_id: str) -> str:
    """What stands in an index for a Message-ID: itself, or its hash when it is absurdly long."""
    return message_id if len(message_id) <= 320 else "sha256:" + _sha256(message_id)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
