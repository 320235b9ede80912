"""Large values of SQLite, written where they will lie.

SQLite makes two copies of a value that is bound to a statement, and keeps one of them until the statement is used
again: a mail of 25 MB and the letter that carries it on would be in memory six times. So the row is written with a hole
of the right size, and the hole is filled (https://sqlite.org/c3ref/blob_open.html).
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from mailgate.store.sql import Part

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
