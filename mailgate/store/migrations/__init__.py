"""The numbered steps that a database has taken, oldest first; each is one file and never changes once released.

A step is SQL with a few words that differ by dialect: ``{rowid}`` a primary key of whole numbers, ``{blob}`` octets,
``{clustered}`` a SQLite table kept in the order of its key. ``fill`` writes rows that SQL
cannot work out, once the statements have run.
"""

from __future__ import annotations

from mailgate.store.migrations import m0001_first, m0002_work_by_mail
from mailgate.store.migrations.step import Step

STEPS: tuple[Step, ...] = (m0001_first.STEP, m0002_work_by_mail.STEP)

SCHEMA = STEPS[-1].number
"""The schema that this mailgate knows."""
