"""Brings a database to the schema that this mailgate knows, at start.

==================  =======================================================================================
the database is     what happens
==================  =======================================================================================
empty               all steps run, in one transaction
older               it is announced; SQLite is copied to ``FILE.before-N`` first (PostgreSQL cannot be copied from
                    here, which is said); the missing steps run in one transaction, so that a death half-way leaves
                    the old schema whole
as we know it       nothing
newer               ``Temporary``, in words: this daemon only spools until it is upgraded
==================  =======================================================================================

On PostgreSQL an advisory lock lets one daemon migrate while the others wait for it; on SQLite the writers' lock does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from mailgate.errors import Temporary
from mailgate.store.migrations import STEPS
from mailgate.store.migrations.step import Step
from mailgate.store.rows import Rows

ADVISORY_LOCK = 0x6D61696C67617465
"""``mailgate`` in ASCII: nobody else's lock on the same server."""


def migrate(rows: Rows, announce: Callable[[str], None], steps: Sequence[Step] = STEPS) -> int:
    """Take the steps that are missing and return the schema's number. Raises ``Temporary`` for a newer schema."""
    rows.connect()
    known = steps[-1].number
    found = schema_of(rows)
    if 0 < found < known:
        announce(f"the database has schema {found}, this mailgate knows {known}: migrating")
        if rows.path is not None:
            announce(f"a copy of the database as it was is in {_back_up(rows, rows.path, found)}")
        else:
            announce("PostgreSQL is not copied from here: to be able to go back, stop, and run pg_dump first")
    if found < known:
        with rows.transaction():
            if rows.postgres:
                rows.all("SELECT pg_advisory_xact_lock(?)", (ADVISORY_LOCK,))
            found = _take_steps(rows, schema_of(rows), steps, announce)
    if found > known:
        raise Temporary(
            f"the database has schema {found}, newer than {known} which this mailgate knows: upgrade mailgate"
        )
    return found


def schema_of(rows: Rows) -> int:
    """The number of the last step that the database has taken; 0 for an empty one."""
    if rows.postgres:
        there = rows.one("SELECT to_regclass('meta')")
    else:
        there = rows.one("SELECT name FROM sqlite_master WHERE name = 'meta'")
    if there is None or there[0] is None:
        return 0
    row = rows.one("SELECT value FROM meta WHERE key = 'schema'")
    return int(row[0]) if row else 0


def _take_steps(rows: Rows, found: int, steps: Sequence[Step], announce: Callable[[str], None]) -> int:
    """Run every step after ``found``; returns the number of the last one that the database then has."""
    missing = [step for step in steps if step.number > found]
    if found == 0:
        rows.run("CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        rows.run("INSERT INTO meta (key, value) VALUES ('schema', '0')")
    for step in missing:
        for sql in step.statements(postgres=rows.postgres):
            rows.run(sql)
        if step.fill is not None:
            step.fill(rows, announce)
        announce(f"schema {step.number}: {step.what}")
        found = step.number
    rows.run("UPDATE meta SET value = ? WHERE key = 'schema'", (str(found),))
    return found


def _back_up(rows: Rows, path: Path, schema: int) -> Path:
    """A whole copy of a SQLite database beside it, mode 0600; an older copy of the same schema is replaced."""
    copy = path.with_name(f"{path.name}.before-{schema + 1}")
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    rows.run("VACUUM INTO ?", (str(copy),))
    return copy
