"""A desk's backup, taken while it runs, and the way back from it.

A backup is one folder, mode 0700, that appears whole or not at all:

==================  ==============================================================================================
``manifest.json``   what wrote it and when, the kind of database, and size and SHA-256 of every other file
``database.db``     the SQLite database at one moment; ``database.dump`` for PostgreSQL (``pg_dump``)
``spool.db``        the spool, copied after the database: every mail that the database may lack is in it
``config/``         the config's folder without the state and backups: rules, templates, keys
``anchors/``        the signed heads of the histories
==================  ==============================================================================================

``restore`` never touches a spool that is there: it holds mail that was accepted since, and what the restored database
does not know is settled again from it. Letters of the at-most-once sort that waited in the backup may have gone out
meanwhile, so they become ``unknown``; all others are sent again under the same Message-ID. Ticket numbers jump, since
customers may have been told numbers that the backup has not seen.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailgate import __version__
from mailgate.assembly import open_store
from mailgate.clock import Clock
from mailgate.config.settings import Settings
from mailgate.edges.spool.lock import SpoolLock
from mailgate.errors import Refused
from mailgate.store.dump import dump, load

MANIFEST = "manifest.json"
PARTIAL = ".partial"
PAGES = 4096
JUMP = 1000
"""How many ticket numbers a restore skips: more than a desk opens between two backups of one day."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: letters nobody may send by themselves now, and where what was there before lies."""

    letters_unknown: int
    spool_kept: bool
    replaced: tuple[Path, ...]


def back_up(settings: Settings, target: Path, clock: Clock, say: Say) -> Path:
    """Write a backup of the desk into the new folder ``target`` and return it; ``say`` hears of each step.

    Raises ``Refused`` when ``target`` exists, ``Temporary`` while the database is away.
    """
    if target.exists():
        raise Refused(f"{target} is there already: name a folder that is not")
    partial = target.with_name(f"{target.name}{PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    _database(settings, clock, partial, say)
    if settings.spool_path.exists():
        _copy_sqlite(settings.spool_path, partial / "spool.db", "spool", say)
    _copy_tree(settings.path.parent, partial / "config", settings.state_dir, linked=True)
    _copy_tree(settings.state_dir / "anchors", partial / "anchors", None)
    _write_manifest(partial, clock)
    partial.rename(target)
    _sync(target.parent)
    return target


def place_config(backup: Path, config: Path, say: Say) -> None:
    """On a new machine: put the backup's config folder where ``config`` should be; nothing where that is there."""
    check(backup)
    if config.exists():
        return
    folder = config.resolve().parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _copy_tree(backup / "config", folder, None)
    say(f"config: from the backup to {folder}")


def restore(backup: Path, settings: Settings, clock: Clock, say: Say, *, replace: bool) -> Restored:
    """Put the backup in the place of the desk's database. With ``replace`` one that is there is moved aside
    (PostgreSQL: overwritten in one transaction).

    Raises ``Refused`` when the daemon runs, when the backup is not whole, or when a database is there and ``replace``
    is not set.
    """
    kind = check(backup)
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = SpoolLock(settings.spool_path)
    lock.take()
    try:
        replaced = _place_database(backup, kind, settings, clock, say, replace)
        kept = settings.spool_path.exists()
        if not kept and (backup / "spool.db").exists():
            _copy_private(backup / "spool.db", settings.spool_path)
        say("spool: the one that is here is kept; what it took since is settled again" if kept else "spool: restored")
        if not (settings.state_dir / "anchors").exists():
            _copy_tree(backup / "anchors", settings.state_dir / "anchors", None)
        store = open_store(settings, clock, announce=say)
        store.jump_numbers(JUMP)
        unknown = store.doubt_letters(clock.now_ms())
        store.close()
    finally:
        lock.release()
    return Restored(unknown, kept, replaced)


def check(backup: Path) -> str:
    """The kind of database in a backup. Raises ``Refused`` when a file is missing or is not what was written."""
    try:
        manifest = json.loads((backup / MANIFEST).read_text("utf-8"))
        kind, files = str(manifest["database"]), dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"{backup} is no backup: {MANIFEST} cannot be read") from error
    for name, known in files.items():
        path = backup / name
        if not path.is_file() or _digest(path) != known["sha256"]:
            raise Refused(f"{path} is missing or is not what was backed up")
    return kind


def _database(settings: Settings, clock: Clock, partial: Path, say: Say) -> None:
    """Opening the store first tells in our own words when the database is away."""
    store = open_store(settings, clock)
    path = store.rows.path
    store.close()
    if path is None:
        say("database: pg_dump")
        dump(settings.database_url, partial / "database.dump")
    else:
        _copy_sqlite(path, partial / "database.db", "database", say)


def _copy_sqlite(source: Path, target: Path, what: str, say: Say) -> None:
    """A copy as of one moment. The source is opened read-only, so that closing it never checkpoints its WAL (only one
    process may), and one read transaction holds the moment while the pages are copied."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    shown = [-1]

    def progress(_status: int, remaining: int, total: int) -> None:
        tenth = 10 - remaining * 10 // max(total, 1)
        if tenth != shown[0]:
            shown[0] = tenth
            say(f"{what}: {tenth * 10} % of {total * 4096 // 2**20} MB")

    with (
        contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as there,
        contextlib.closing(sqlite3.connect(target)) as here,
    ):
        there.execute("BEGIN")
        there.execute("SELECT count(*) FROM sqlite_master").fetchone()
        there.backup(here, pages=PAGES, progress=progress)
        there.execute("ROLLBACK")
    _sync(target)


def _place_database(
    backup: Path, kind: str, settings: Settings, clock: Clock, say: Say, replace: bool
) -> tuple[Path, ...]:
    """The database from the backup in its place; returns what was moved aside for it."""
    if settings.database_url.startswith("sqlite") != (kind == "sqlite"):
        raise Refused(f"the backup holds a {kind} database and the config names another kind: set [database] url")
    if kind != "sqlite":
        if _has_desk(settings, clock) and not replace:
            raise Refused("that database holds a desk already: --replace overwrites it")
        load(settings.database_url, backup / "database.dump")
        say("database: restored")
        return ()
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    there = [each for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")) if each.exists()]
    if there and not replace:
        raise Refused(f"{path} is there already: --replace moves it aside")
    mark = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).strftime("%Y%m%dT%H%M%S")
    moved = tuple(each.rename(each.with_name(f"{each.name}.replaced-{mark}")) for each in there)
    _copy_private(backup / "database.db", path)
    say(f"database: restored{''.join(f'; {each} is what was there' for each in moved[:1])}")
    return moved


def _has_desk(settings: Settings, clock: Clock) -> bool:
    """Whether tickets are in the database that a restore would overwrite."""
    store = open_store(settings, clock)
    row = store.rows.one("SELECT count(*) FROM tickets")
    store.close()
    return bool(row and row[0])


def _copy_tree(source: Path, target: Path, without: Path | None, *, linked: bool = False) -> None:
    """Every regular file below ``source`` but those below ``without`` and in backups; 0600 in folders of 0700. With
    ``linked`` a link to a file is that file, as where secrets are mounted; links to folders are followed nowhere."""
    for path in _files(source, without, linked=linked):
        place = target / path.relative_to(source)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy_private(path, place)


def _files(folder: Path, without: Path | None, *, linked: bool = False) -> Iterator[Path]:
    for root, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if _is_part(Path(root) / name, without))
        for path in (Path(root) / name for name in sorted(files)):
            if path.is_file() and (linked or not path.is_symlink()):
                yield path


def _is_part(folder: Path, without: Path | None) -> bool:
    """Backups are none, whole or not: who makes them in the config's folder would have each in all that follow."""
    return folder != without and folder.suffix != PARTIAL and not (folder / MANIFEST).exists()


def _copy_private(source: Path, target: Path) -> None:
    with (
        source.open("rb") as there,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as here,
    ):
        shutil.copyfileobj(there, here, 2**20)
        here.flush()
        os.fsync(here.fileno())
    _sync(target.parent)


def _write_manifest(partial: Path, clock: Clock) -> None:
    files = {
        str(path.relative_to(partial)): {"size": path.stat().st_size, "sha256": _digest(path)}
        for path in _files(partial, None)
    }
    manifest = {
        "mailgate": __version__,
        "created": datetime.fromtimestamp(clock.now_ms() / 1000, UTC).isoformat(timespec="seconds"),
        "database": "sqlite" if (partial / "database.db").exists() else "postgresql",
        "files": files,
    }
    path = partial / MANIFEST
    path.write_text(json.dumps(manifest, indent=1), "utf-8")
    path.chmod(0o600)
    _sync(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
