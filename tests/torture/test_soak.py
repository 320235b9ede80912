"""D-31: a daemon that has worked for long holds no more files and not much more memory than one that has just begun.

``MAILGATE_SOAK_MAILS`` makes the run longer than 400 mails (100,000 take some minutes)."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.flow.world import Desk, Relay
from tests.torture.killing import Books, children, send_all
from tests.torture.ledger import Ledger

MAILS = int(os.environ.get("MAILGATE_SOAK_MAILS", "400"))
WARM = 300
DRAIN_S = 60.0 + MAILS / 50
GROWTH = 1.1
SLACK_KB = 4096
GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 1000000, news_per_sender_hour = 100000 }\n"


def look(desk: Desk) -> dict[int, tuple[int, int]]:
    """Each process: how many descriptors it has open, and its private memory in KB."""
    assert desk.process is not None
    found = {}
    for pid in (desk.process.pid, *children(desk.process.pid)):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        private = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
        found[pid] = (len(os.listdir(f"/proc/{pid}/fd")), private)
    return found


def send_while_nothing_is_settled(desk: Desk, numbers: Sequence[int], books: Books) -> None:
    """Let the mails pile up before the database: the daemon then has settled its largest batches, and holds what such
    a batch needs, however fast it is."""
    path = desk.folder / "state" / "mailgate.db"
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        send_all(desk, numbers, books, threading.Event())
        writer.execute("ROLLBACK")


def test_D31_neither_files_nor_memory_grow_with_the_mails(new_desk, far: Relay) -> None:  # type: ignore[no-untyped-def]
    desk, books = new_desk(more=GENEROUS), Books()
    ledger = Ledger(desk, "sqlite")
    send_while_nothing_is_settled(desk, range(WARM), books)
    ledger.wait_until_settled(WARM, DRAIN_S)
    before = look(desk)
    send_all(desk, range(WARM, WARM + MAILS), books, threading.Event())
    ledger.wait_until_settled(WARM + MAILS, DRAIN_S)
    desk.wait_until(lambda: _files(look(desk)) <= _files(before))
    after = look(desk)
    assert after.keys() == before.keys(), "a process was replaced"
    assert {pid: kb for pid, (_, kb) in after.items() if kb > before[pid][1] * GROWTH + SLACK_KB} == {}
    assert desk.stop() == 0


def _files(found: dict[int, tuple[int, int]]) -> int:
    return sum(files for files, _ in found.values())
