"""How each of the two databases is connected to, and what its driver raises, in our own words.

SQLite runs in WAL with ``synchronous=FULL``; its file is 0600. Only a store opened with ``checkpoints=True`` moves the
WAL into the file (two connections that do so at once can corrupt it before 3.51.3). PostgreSQL runs at READ COMMITTED.

==============================================  =======================================================
what the driver says                            what is raised here
==============================================  =======================================================
away, locked, full, connection lost             ``Temporary``; the next transaction connects anew
serialisation failure, deadlock                 ``Conflict``: the same transaction, run again, may pass
anything else (a value that does not fit, SQL)  the driver's own exception: a bug of ours
==============================================  =======================================================
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import peewee
import psycopg
from psycopg.types.numeric import Int8BinaryDumper

from mailgate.errors import Temporary

PAGE_SIZE = 8192
"""Octets of a page of a new SQLite file. Mails and letters take several pages, and each page costs two writes into the
log, and a read and a write at the checkpoint; a file that is there keeps the size that it was made with."""

CHECKPOINT_PAGES = 1000
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


def sqlite_at(path: Path, checkpoints: bool) -> Any:
    """A SQLite file, not opened yet."""
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


def postgres_at(url: str) -> Any:
    """A PostgreSQL database, not connected yet."""
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


def remember_statements(connection: psycopg.Connection[Any]) -> None:
    """Let statements be prepared once and found again: every whole number is sent as a bigint, or its size would make
    another statement of the same text."""
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    connection.prepared_max = 400


def compress_quickly(connection: psycopg.Connection[Any]) -> None:
    """Let mails and letters be compressed with LZ4, where the server knows it (14 and later, in nearly all builds): its
    own way takes a tenth of all that a mail costs the server."""
    connection.execute(
        "SELECT set_config(name, 'lz4', false) FROM pg_settings "
        "WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"
    )


def create_private(path: Path) -> None:
    """An empty file of mode 0600: SQLite gives the same mode to its WAL."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise Temporary(f"the database file {path} cannot be made: {error.strerror}") from error
