"""A PostgreSQL database to a file and back, by PostgreSQL's own tools: they know what a consistent copy of a running
server is. The URL's password travels in the environment, where ``ps`` does not show it.

Both raise ``Temporary`` with the tool's own last words when it fails, and ``Refused`` when it is not installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from mailgate.errors import Refused, Temporary

_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
}


def dump(url: str, target: Path) -> None:
    """Write the whole database, as it is at one moment, into ``target`` (PostgreSQL's custom format)."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def load(url: str, source: Path) -> None:
    """Put a dump in place of everything of ours that the database holds, in one transaction: all of it or nothing."""
    database = str(conninfo_to_dict(url).get("dbname") or "")
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
    _run("pg_restore", url, *options, f"--dbname={database}", str(source))


def _run(tool: str, url: str, *arguments: str) -> None:
    if shutil.which(tool) is None:
        raise Refused(f"{tool} is not installed: it comes with PostgreSQL's client programs")
    said = {_VARIABLES[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in _VARIABLES}
    ended = subprocess.run([tool, *arguments], env={**os.environ, **said}, capture_output=True, text=True, check=False)
    if ended.returncode:
        words = ended.stderr.strip().splitlines() or ["it said nothing"]
        raise Temporary(f"{tool} failed: {words[-1]}")
