"""Large values of SQLite, written and read where they lie.

SQLite makes two copies of a value that is bound to a statement, and keeps one of them until the statement is used
again: a mail of 25 MB and the letter that carries it on would be in memory six times. So the row is written with a hole
of the right size, and the hole is filled; a value that is read is not copied either
(https://sqlite.org/c3ref/blob_open.html).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from mailgate.store.sql import Part, among

LARGE = 1_048_576
"""Octets; up to here copies cost less than the way around them."""

DATA = "data"
TABLES = frozenset({"raws", "letter_data"})
"""Those with a column ``data``, the last of those that are written, which may be large."""


def has_large(part: Part) -> bool:
    """Whether a row of the part is better written by ``write``."""
    return part.table in TABLES and any(len(row[-1]) > LARGE for row in part.rows)  # type: ignore[arg-type]


def write(db: sqlite3.Connection, part: Part) -> None:
    """Write the rows of a part, in order. Raises what SQLite raises."""
    *columns, _ = part.columns.split(", ")
    hole = replace(part, values=f"{'?, ' * len(columns)}zeroblob(?)").sql(1)
    for *others, data in part.rows:
        assert isinstance(data, bytes)
        if len(data) <= LARGE:
            db.execute(part.sql(1), (*others, data))
            continue
        cursor = db.execute(hole, (*others, len(data)))
        if cursor.rowcount and cursor.lastrowid:  # else the row is there already, and stays
            with db.blobopen(part.table, DATA, cursor.lastrowid) as place:
                place.write(data)


def read(db: sqlite3.Connection, table: str, key: str, ids: Sequence[int]) -> dict[int, bytes]:
    """The data of rows by the column ``key``, which is SQLite's own row id. Raises what SQLite raises."""
    small = f"CASE WHEN length({DATA}) <= {LARGE} THEN {DATA} END"
    found: dict[int, bytes] = {}
    for number, data in db.execute(f"SELECT {key}, {small} FROM {table} WHERE {among(key, ids)}", ids).fetchall():  # noqa: S608
        if data is not None:
            found[number] = data
            continue
        with db.blobopen(table, DATA, number, readonly=True) as place:
            found[number] = place.read()
    return found
