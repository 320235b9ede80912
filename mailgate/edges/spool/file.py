"""The spool's file: how it is made and opened, how an envelope is written in it, and its troubles in words."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

from mailgate.errors import Temporary
from mailgate.mail.model import Envelope
from mailgate.turnstile import Turnstile, open_private

PAGE_SIZE = 8192
"""Octets of a page of a new spool: a mail takes several pages, and each costs a write or two."""

AUTOCHECKPOINT_PAGES = 1000
BUSY_MS = 10_000
FORMAT = 1

# The bytes have a table of their own: SQLite rewrites a whole row when a column changes, and a done-mark must not
# cost 30 MB. The partial index keeps the look for pending entries cheap however many are done.
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry ("
    "seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, origin TEXT, size INTEGER NOT NULL, "
    "envelope TEXT NOT NULL, accepted_ms INTEGER NOT NULL, deaths INTEGER NOT NULL DEFAULT 0, done_ms INTEGER)",
    "CREATE TABLE IF NOT EXISTS raw (seq INTEGER PRIMARY KEY, octets BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS entry_pending ON entry (seq) WHERE done_ms IS NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS entry_origin ON entry (origin) WHERE origin IS NOT NULL",
    f"PRAGMA user_version = {FORMAT}",
)

FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
ENVELOPE_FIELDS = tuple(field.name for field in fields(Envelope))
_values = attrgetter(*ENVELOPE_FIELDS)
_to_json = json.JSONEncoder(separators=(",", ":")).encode


class SpoolFull(Temporary):
    """There is no room on the spool's disk: ``452 4.3.1`` to a sender, who tries again."""


def connect(path: Path, turnstile: Turnstile, *, checkpoints: bool) -> sqlite3.Connection:
    """Open the file, making directory (0700), file (0600) and tables where they are missing.

    SQLite gives the log beside the file the file's own mode. Raises OSError, sqlite3.Error, and ``Temporary`` for a
    file that a newer mailgate has written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(open_private(path))
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, turnstile, path, checkpoints)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, turnstile: Turnstile, path: Path, checkpoints: bool) -> None:
    with turnstile.held():
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > FORMAT:
            raise Temporary(f"the spool {path} was written by a newer mailgate; run that one")
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {AUTOCHECKPOINT_PAGES if checkpoints else 0}").fetchall()
        if found < FORMAT:
            connection.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute("COMMIT")


def pack(envelope: Envelope) -> str:
    """The envelope as JSON, by the names of its fields."""
    return _to_json(dict(zip(ENVELOPE_FIELDS, _values(envelope), strict=True)))


def unpack(text: str) -> Envelope:
    """The envelope again; fields that only a newer mailgate knows are left out."""
    told = {name: value for name, value in json.loads(text).items() if name in ENVELOPE_FIELDS}
    told["recipients"] = tuple(told["recipients"])
    return Envelope(**told)


def in_words(path: Path, error: sqlite3.Error | OSError) -> Temporary:
    """What happened to the file at ``path``, for the admin: ``SpoolFull`` where room would help."""
    if isinstance(error, OSError):
        kind = SpoolFull if error.errno in FULL_ERRNOS else Temporary
        return kind(f"the spool {path} cannot be used: {error.strerror}")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return SpoolFull(f"the disk of the spool {path} is full")
    if code in DAMAGED:
        return Temporary(f"the spool {path} is damaged ({error}); `mailgate doctor` says what can be done")
    return Temporary(f"the spool {path} cannot be used: {error}")
