"""``rules diff`` over stored mail against plainly parsing the same mails: speed, and whether memory stays flat.

A thousand mails are settled; their raws and deliveries are then copied under new keys, so that the database holds as
many as are wanted. Both run in this process, in turn, on processor time. ``memory`` is how much the process has grown
from the first thousand mails to the last, in MiB.
"""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.growth import _batches, open_desk
from mailgate.desk.routing.rule import Actions, Condition, Rule
from mailgate.mail.classify import classify
from mailgate.mail.parse import parse
from mailgate.rule_diff import RuleDiff
from mailgate.store.replay import count_stored, stored
from mailgate.store.rows import Rows

FIRST = 1000
KEYWORDS = (*((f"gadget{n}", f"part number {n}") for n in range(99)), ("printer invoice",))
"""A hundred keyword rules; the last one meets every eighth mail or so."""

RULES = tuple(
    Rule(f"rule {n}", Condition("test", (), "text", "words", words), Actions(tags=(f"t{n}",)))
    for n, words in enumerate(KEYWORDS)
)


def run(mails: int) -> dict[str, object]:
    """The figure over so many stored mails."""
    with tempfile.TemporaryDirectory(prefix="bench-diff-") as folder:
        bench = open_desk(Path(folder) / "desk", "")
        for batch in _batches(FIRST, "diff"):
            bench.settle(batch)
        rows = bench.store.rows
        _copy(rows, -(-mails // count_stored(rows, 0)) - 1)
        policy = bench.desk.policy
        diff = RuleDiff(policy, replace(policy, rules=RULES))
        marks: list[int] = []
        start = time.process_time()
        for _ in diff.differences(rows, 0, lambda done, total: _mark(marks, done)):
            pass
        compared = time.process_time() - start
        start = time.process_time()
        for one in stored(rows, 0):
            classify(parse(one.raw), one.envelope, bench.desk.ours)
        plain = time.process_time() - start
        count = diff.sums.mails
        return {
            "figure": "diff",
            "mails": count,
            "changed": diff.sums.changed,
            "mails_per_second": round(count / compared),
            "parsed_per_second": round(count / plain),
            "share_of_parsing_speed": round(plain / compared, 3),
            "memory_mib": round((marks[-1] - marks[0]) / 1024, 1) if marks else 0.0,
        }


def _mark(marks: list[int], done: int) -> None:
    if done % FIRST == 0:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        marks.append(pages * resource.getpagesize() // 1024)


def _copy(rows: Rows, times: int) -> None:
    """The first thousand again, so many times, under keys of their own."""
    with rows.transaction():
        for place in range(times):
            for table in ("raws", "deliveries"):
                columns = [row[1] for row in rows.all(f"PRAGMA table_info({table})") if row[1] != "entry_key"]
                names = ", ".join(columns)
                rows.run(
                    f"INSERT INTO {table} (entry_key, {names}) SELECT entry_key || ?, {names} FROM {table} "
                    "WHERE entry_key NOT LIKE '%~%'",
                    (f"~{place}",),
                )
