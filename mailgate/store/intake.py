"""What a mail meets first: the claim that makes it happen once.

A delivery is one mail to one brand. ``claim`` writes its done-mark and its dedupe key in the transaction that will
settle it:

===============================  ===========================  ================================================
the claim finds                  it answers                   what that means
===============================  ===========================  ================================================
neither mark nor dedupe key      ``""``                       fresh: settle it
the done-mark of this entry      ``"done"``                   a crash came after the commit: nothing to do
the dedupe key of another entry  that entry's key             it came twice by two ways: a duplicate
===============================  ===========================  ================================================

Two transactions that claim the same wait for each other, in the order of the keys, so that they cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.store.rows import Rows
from mailgate.store.sql import among, pieces
from mailgate.store.work import Work

DONE = "done"


@dataclass(frozen=True, slots=True)
class Mark:
    """What claims one delivery. ``dedupe_key`` is one short text for (brand, Message-ID, content hash), empty for none;
    ``dedupe_until_ms`` is when it stops counting (None: never)."""

    entry_key: str
    brand: str
    dedupe_key: str = ""
    dedupe_until_ms: int | None = None
    received_ms: int = 0


def claim(work: Work, marks: Sequence[Mark]) -> dict[Mark, str]:
    """Claim deliveries; the table at the head of this module says what comes back for each."""
    ordered = sorted(set(marks), key=lambda mark: (mark.entry_key, mark.brand))
    fresh = _insert_marks(work.rows, ordered)
    work.unsettled |= fresh
    answers = {mark: "" if (mark.entry_key, mark.brand) in fresh else DONE for mark in ordered}
    # In the order of their coming: ``marks`` is in that of acceptance, and sorting keeps it where times are the same.
    waiting = sorted(
        (mark for mark in dict.fromkeys(marks) if mark.dedupe_key and not answers[mark]),
        key=lambda mark: mark.received_ms,
    )
    while waiting:
        turn = {mark.dedupe_key: mark for mark in reversed(waiting)}
        answers |= _claim_contents(work.rows, sorted(turn.values(), key=lambda mark: mark.dedupe_key))
        waiting = [mark for mark in waiting if turn[mark.dedupe_key] is not mark]
    work.duplicates |= {(m.entry_key, m.brand): first for m, first in answers.items() if first not in ("", DONE)}
    return answers


def _insert_marks(rows: Rows, marks: Sequence[Mark]) -> set[tuple[str, str]]:
    """Write the done-marks that are not there yet; returns those."""
    found = rows.insert_returning(
        "deliveries",
        "entry_key, brand, mailbox, outcome, cause, duplicate_of, rule, generation, acknowledge, trace, received_ms, "
        "settled_ms",
        [(mark.entry_key, mark.brand, "", "", "", "", "", "", "", "[]", mark.received_ms, 0) for mark in marks],
        "ON CONFLICT (entry_key, brand) DO NOTHING",
        "entry_key, brand",
    )
    return {(entry_key, brand) for entry_key, brand in found}


def _claim_contents(rows: Rows, marks: Sequence[Mark]) -> dict[Mark, str]:
    """Write the dedupe keys (each at most once in ``marks``); answers "" or the entry that has the key already. A key
    whose time is over is taken over."""
    taken = rows.insert_returning(
        "dedupe",
        "dedupe_key, entry_key, brand, until_ms",
        [(mark.dedupe_key, mark.entry_key, mark.brand, mark.dedupe_until_ms) for mark in marks],
        "ON CONFLICT (dedupe_key) DO NOTHING",
        "dedupe_key",
    )
    ours = {key for (key,) in taken}
    theirs = [mark for mark in marks if mark.dedupe_key not in ours]
    holders = _holders(rows, [mark.dedupe_key for mark in theirs])
    answers = dict.fromkeys(marks, "")
    for mark in theirs:
        holder, until_ms = holders[mark.dedupe_key]
        if until_ms is not None and until_ms <= mark.received_ms:
            rows.run(
                "UPDATE dedupe SET entry_key = ?, brand = ?, until_ms = ? WHERE dedupe_key = ?",
                (mark.entry_key, mark.brand, mark.dedupe_until_ms, mark.dedupe_key),
            )
        elif holder != mark.entry_key:
            answers[mark] = holder
    return answers


def _holders(rows: Rows, keys: list[str]) -> dict[str, tuple[str, int | None]]:
    if not keys:
        return {}
    condition = among("dedupe_key", keys)
    found = rows.all(f"SELECT dedupe_key, entry_key, until_ms FROM dedupe WHERE {condition}", keys)  # noqa: S608
    return {key: (entry_key, until_ms) for key, entry_key, until_ms in found}


def known_entries(rows: Rows, keys: Sequence[str]) -> set[str]:
    """Which of these entries have a done-mark, for the spool's replay after a restore."""
    found: set[str] = set()
    for part in pieces(keys):
        sql = f"SELECT entry_key FROM deliveries WHERE {among('entry_key', part)}"  # noqa: S608
        found |= {key for (key,) in rows.all(sql, part)}
    return found
