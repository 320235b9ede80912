"""What really stands in a desk's database, read beside the running daemon with plain SQL."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from tests.flow.world import Desk


class Ledger:
    """Read-only questions to the database of a desk, on either kind."""

    def __init__(self, desk: Desk, database: str) -> None:
        self.desk, self.database = desk, database

    def rows(self, query: str) -> list[Sequence[Any]]:
        """The answer to one query, on a connection of its own."""
        if self.database == "sqlite":
            path = self.desk.folder / "state" / "mailgate.db"
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()

    def message_ids(self) -> list[str]:
        """The Message-IDs of all messages on tickets, once for each time they are stored."""
        return [row[0] for row in self.rows("SELECT message_id FROM messages WHERE direction = 'customer'")]

    def held(self) -> list[str]:
        """The causes under which mail is held."""
        return [row[0] for row in self.rows("SELECT cause FROM deliveries WHERE outcome = 'hold'")]

    def unknown_letters(self) -> list[str]:
        """To whom letters were left ``unknown`` by a crash."""
        return [row[0] for row in self.rows("SELECT recipient FROM letters WHERE state = 'unknown'")]

    def wait_until_settled(self, messages: int, patience: float) -> None:
        """Until that many messages are stored and no letter waits; fails when nothing moves for so many seconds."""
        deadline, tick = time.monotonic() + patience, threading.Event()
        before = (-1, -1)
        while time.monotonic() < deadline:
            now = (self.stored(), self.waiting())
            if now[0] >= messages and not now[1]:
                return
            if now != before:
                before, deadline = now, time.monotonic() + patience
            tick.wait(0.2)
        raise AssertionError(f"{patience} s at {before[0]} of {messages} messages stored, {before[1]} letters waiting")

    def wait_until_stored(self, messages: int, patience: float) -> None:
        """Until that many messages are stored; fails when nothing is for so many seconds."""
        deadline, tick, before = time.monotonic() + patience, threading.Event(), -1
        while (now := self.stored()) < messages:
            if now != before:
                before, deadline = now, time.monotonic() + patience
            assert time.monotonic() < deadline, f"{patience} s at {now} of {messages} messages stored"
            tick.wait(0.1)

    def stored(self) -> int:
        """How many mails of customers are stored, each counted once."""
        return int(self.rows("SELECT count(DISTINCT message_id) FROM messages WHERE direction = 'customer'")[0][0])

    def waiting(self) -> int:
        """How many letters are still to be sent."""
        return int(self.rows("SELECT count(*) FROM letters WHERE state IN ('queued', 'handing', 'retry')")[0][0])
