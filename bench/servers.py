"""Other people's servers that a figure needs: PostgreSQL, Dovecot. Those of the tests, in scratch folders.

PostgreSQL runs here with all its durability, which the tests turn off. ``Missing`` says in a sentence what is not
installed; ``python -m bench`` prints it in place of the figure.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from tests.databases import Postgres, start_postgres
from tests.real.dovecot import Dovecot, start

DURABLE = tuple(word for each in ("fsync", "full_page_writes", "synchronous_commit") for word in ("-c", f"{each}=on"))
__all__ = ["PASSWORD", "Database", "Dovecot", "Missing", "Postgres", "database", "dovecot", "imap_section"]

PASSWORD = "pass word"
SERVER_MEMORY = ("-c", "shared_buffers=128MB")


T = TypeVar("T")


class Missing(Exception):
    """Something that the figure needs is not on this machine."""


@dataclass(frozen=True)
class Database:
    """A database of a server that is ours alone (``server``), or somebody else's (None)."""

    url: str
    server: Postgres | None = None

    def cpu(self) -> float:
        """CPU seconds of the server so far, all its processes; 0 where it is not ours."""
        if self.server is None:
            return 0.0
        return family_cpu(int((self.server.data / "postmaster.pid").read_text().split()[0]))


def family_cpu(pid: int) -> float:
    """CPU seconds so far of a process, its children, and those that have ended: their time went to the parent."""
    parent = psutil.Process(pid)
    return float(
        sum(parent.cpu_times()[:4]) + sum(sum(each.cpu_times()[:2]) for each in parent.children(recursive=True))
    )


@contextmanager
def database(url: str) -> Iterator[Database]:
    """A URL and "sqlite" stand for themselves; "postgresql" is an empty database of a server made for it."""
    if url != "postgresql":
        yield Database(url)
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    try:
        server = _found(lambda: start_postgres(folder))
        server.stop()
        server.start(*DURABLE, *SERVER_MEMORY)
        try:
            yield Database(server.url(server.fresh("template0")), server)
        finally:
            server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def dovecot(users: int = 1) -> Iterator[Dovecot]:
    """A running Dovecot with that many users, ``u0`` and on, whose password is ``PASSWORD``."""
    server = _found(start)
    try:
        for number in range(users):
            server.add_user(f"u{number}", PASSWORD)
        yield server
    finally:
        server.stop()


def imap_section(server: Dovecot, user: int, after: str = "nothing") -> str:
    """The lines of a desk's config that fetch a user's mail; they belong below a [[mailboxes]] entry."""
    return (
        f'[mailboxes.imap]\nhost = "{server.host}"\nport = {server.port}\nsecurity = "none"\nuser = "u{user}"\n'
        f'password = "{PASSWORD}"\nafter = "{after}"\n'
    )


def _found(start_it: Callable[[], T]) -> T:
    """The server, or ``Missing`` where a test would be skipped."""
    try:
        return start_it()
    except pytest.skip.Exception as error:
        raise Missing(str(error)) from error
