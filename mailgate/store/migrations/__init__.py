"""The numbered steps that a database has taken, oldest first; each is one file and never changes once released.

A step is SQL with a few words that differ by dialect: ``{rowid}`` a primary key of whole numbers, ``{blob}`` octets,
``{clustered}`` a SQLite table kept in the order of its key. ``only`` limits a statement to ``sqlite`` or ``postgres``.
"""

from __future__ import annotations

from mailgate.store.migrations import m0001_first
from mailgate.store.migrations.step import Step

STEPS: tuple[Step, ...] = (m0001_first.STEP,)

SCHEMA = STEPS[-1].number
"""The schema that this mailgate knows."""
