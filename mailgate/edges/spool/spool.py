"""The spool: where accepted mail is safe before anything else happens to it (promises 1, 2 and 4).

One SQLite file beside each daemon, apart from the desk's database, so that mail is accepted while that one is locked,
migrating or away. An *entry* is one accepted mail: its raw bytes, its envelope, and a random 128-bit key by which the
database remembers it. Entries are numbered in the order of their commits.

======== ============================= ============================================ ===============================
state    which row says so             what it promises                             what a crash there costs
======== ============================= ============================================ ===============================
none     no row                        nothing: nobody was told "accepted"          the sender tries again
pending  ``entry.done_ms`` is NULL     on disk (fsync) before the key is returned;  nothing; it is settled later,
                                       will be settled in order                     and the done-mark in the
                                                                                    database keeps it from doubling
done     ``done_ms`` set, ``raw`` row  settled; kept for a replay after a restore   the mark may be lost: pending
                                                                                    again, found done in the database
swept    ``done_ms`` set, no ``raw``   nothing but that this origin was seen        nothing
======== ============================= ============================================ ===============================

An *origin* is the intake's own name for a mail (for IMAP: account, folder, UIDVALIDITY and UID). Accepting an origin
again answers with the key of the first time and stores nothing; swept rows are kept for it.

Several processes work on one spool: each opens its own ``Spool`` after the fork; threads of one process may share it.
Writers queue at a ``Turnstile``. SQLite before 3.51.3 can corrupt a WAL when two connections checkpoint at once
(sqlite.org/wal.html#walresetbug), so exactly one process opens with ``checkpoints=True``.

Whatever goes wrong with the file or the disk is a ``Temporary``, ``SpoolFull`` where room would help. The connection
is thrown away then and made anew for the next call, so the spool heals by itself once the disk does, and a commit
whose fsync failed is never taken for a good one.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mailgate.clock import Clock
from mailgate.edges.spool.file import SpoolFull, connect, in_words, pack, unpack
from mailgate.edges.spool.octets import Aside, Octets, keep_octets, octets_among, octets_of
from mailgate.errors import Permanent
from mailgate.mail.model import Envelope
from mailgate.turnstile import Turnstile

__all__ = ["Entry", "Spool", "SpoolFull"]

CHUNK = 500
WAL_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted mail without its bytes. ``seq`` grows in the order of acceptance; ``deaths`` counts the workers
    that died while they read it alone (promise 7); ``size`` is in octets."""

    seq: int
    key: str
    size: int
    envelope: Envelope
    deaths: int = 0


class Spool:
    """The accepted mail of one daemon; see the head of this module."""

    def __init__(self, path: Path, clock: Clock, *, checkpoints: bool = False) -> None:
        """Nothing is touched yet; use ``Spool.open``."""
        self.path, self._folder = path, str(path.parent)
        self._clock = clock
        self._checkpoints = checkpoints
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._syncs = True
        self._turnstile = Turnstile(path)

    @classmethod
    def open(cls, path: Path, clock: Clock, *, checkpoints: bool = False) -> Spool:
        """The spool at ``path``, made where it is missing (file 0600, a new directory 0700).

        ``Temporary`` when the file is damaged or cannot be written.
        """
        spool = cls(path, clock, checkpoints=checkpoints)
        with spool._reading():
            pass
        return spool

    def close(self) -> None:
        """Let go of the file; what was accepted stays."""
        with self._lock:
            self._drop()

    def aside(self) -> Aside:
        """Where a mail that is too large for memory may wait until it is accepted."""
        return Aside(self.path)

    def accept(self, raw: Octets, envelope: Envelope, origin: str = "") -> str:
        """Keep one mail; see ``accept_many``."""
        return self.accept_many([(raw, envelope, origin)])[0]

    def accept_many(self, mails: Sequence[tuple[Octets, Envelope, str]]) -> list[str]:
        """Keep all of them in one commit and return their keys in the same order: when this returns they are on disk.

        ``received_ms`` of an envelope is filled in where it is 0. Raises ``Temporary`` (``SpoolFull`` where the disk is
        full), and then none of them was kept.
        """
        now_ms = self._clock.now_ms()
        with self._writing() as db:
            return [self._keep(db, raw, envelope, origin, now_ms) for raw, envelope, origin in mails]

    def _keep(self, db: sqlite3.Connection, raw: Octets, envelope: Envelope, origin: str, now_ms: int) -> str:
        if origin:
            known = db.execute("SELECT key FROM entry WHERE origin = ?", (origin,)).fetchone()
            if known:
                return str(known[0])
        key = self._clock.token_hex(16)
        envelope = envelope if envelope.received_ms else replace(envelope, received_ms=now_ms)
        row = (key, origin or None, len(raw), pack(envelope), now_ms)
        entry = db.execute("INSERT INTO entry (key, origin, size, envelope, accepted_ms) VALUES (?, ?, ?, ?, ?)", row)
        keep_octets(db, int(entry.lastrowid or 0), raw)
        return key

    def pending(self, after: int, limit: int, size: int) -> list[Entry]:
        """The entries that are not done and were accepted after number ``after``, oldest first.

        At most ``limit`` of them and ``size`` octets together, but always one where there is one.
        """
        query = (
            "SELECT seq, key, size, envelope, deaths FROM entry WHERE done_ms IS NULL AND seq > ? ORDER BY seq LIMIT ?"
        )
        entries: list[Entry] = []
        with self._reading() as db:
            for seq, key, octets, envelope, deaths in db.execute(query, (after, limit)):
                size -= octets
                if entries and size < 0:
                    break
                entries.append(Entry(seq, key, octets, unpack(envelope), deaths))
        return entries

    def raw(self, key: str) -> bytes:
        """The bytes of the mail exactly as they were accepted; ``Permanent`` when they were swept or never there."""
        with self._reading() as db:
            return _there(octets_of(db, key), key)

    def raws(self, entries: Sequence[Entry]) -> list[bytes]:
        """The mails of these entries (some hundreds), in their order; as ``raw``, with one question for the small."""
        with self._reading() as db:
            small = octets_among(db, [entry.seq for entry in entries])
            found = ((entry.key, small.get(entry.seq)) for entry in entries)
            return [_there(octets_of(db, key) if raw is None else raw, key) for key, raw in found]

    def done(self, keys: Sequence[str]) -> None:
        """Mark as settled. Not synced to disk: the database has the done-marks, and a mark lost here costs one look."""
        now_ms = self._clock.now_ms()
        with self._writing(durable=False) as db:
            db.executemany("UPDATE entry SET done_ms = ? WHERE key = ?", [(now_ms, key) for key in keys])

    def count_death(self, key: str) -> int:
        """Count one more worker that died of this entry, durably; returns how many that makes."""
        with self._writing() as db:
            row = db.execute("UPDATE entry SET deaths = deaths + 1 WHERE key = ? RETURNING deaths", (key,)).fetchall()
        return int(row[0][0]) if row else 0

    def unfinished(self) -> int:
        """How many entries are pending."""
        with self._reading() as db:
            return int(db.execute("SELECT count(*) FROM entry WHERE done_ms IS NULL").fetchone()[0])

    def sweep(self, before_ms: int) -> int:
        """Remove the raw mail of entries done before that time; returns how many. In small steps, so that intake hardly
        waits. Rows with an origin stay, emptied of their envelope, so that the same mail is not accepted twice."""
        swept, after = 0, 0
        while True:
            # Rows of ``raw`` stand in the order of acceptance and nothing is done before it was accepted: the walk from
            # the oldest ends at the first that is too young, and never reads the week's mail.
            query = (
                "SELECT raw.seq, entry.done_ms, entry.accepted_ms FROM raw JOIN entry USING (seq) "
                "WHERE raw.seq > ? ORDER BY raw.seq LIMIT ?"
            )
            with self._writing() as db:
                rows = db.execute(query, (after, CHUNK)).fetchall()
                old = [(seq,) for seq, done_ms, _ in rows if done_ms is not None and done_ms < before_ms]
                db.executemany("DELETE FROM raw WHERE seq = ?", old)
                db.executemany("DELETE FROM entry WHERE seq = ? AND origin IS NULL", old)
                db.executemany("UPDATE entry SET envelope = '' WHERE seq = ?", old)
            swept += len(old)
            if len(rows) < CHUNK or rows[-1][2] >= before_ms:
                return swept
            after = rows[-1][0]

    def forget(self, keys: Sequence[str]) -> int:
        """Remove the raw mail of these entries where they are done, before their week is over; returns how many were.
        What is pending stays: nobody has settled it yet."""
        forgotten = 0
        for start in range(0, len(keys), CHUNK):
            part = [(key,) for key in keys[start : start + CHUNK]]
            done = "(SELECT seq FROM entry WHERE key = ? AND done_ms IS NOT NULL)"
            with self._writing() as db:
                forgotten += db.executemany(f"DELETE FROM raw WHERE seq IN {done}", part).rowcount  # noqa: S608
                db.executemany(f"DELETE FROM entry WHERE seq IN {done} AND origin IS NULL", part)  # noqa: S608
                db.executemany(f"UPDATE entry SET envelope = '' WHERE seq IN {done}", part)  # noqa: S608
        return forgotten

    def reopen_done(self, known: Callable[[Sequence[str]], set[str]]) -> Iterator[int]:
        """Make pending again what is done here but not in the database, which ``known`` asks for the keys that have a
        done-mark there: after a restore or a failover that lost transactions. Some hundred entries a step, the newest
        first; yields how many of them were reopened."""
        for lost in self._lost(known):
            if lost:
                with self._writing() as db:
                    db.executemany("UPDATE entry SET done_ms = NULL WHERE seq = ?", lost)
            yield len(lost)

    def count_lost(self, known: Callable[[Sequence[str]], set[str]]) -> int:
        """How many ``reopen_done`` would make pending; nothing is changed."""
        return sum(len(lost) for lost in self._lost(known))

    def _lost(self, known: Callable[[Sequence[str]], set[str]]) -> Iterator[list[tuple[int]]]:
        """What is done here and not in the database, of some hundred entries at a time, the newest first. What was
        swept has no envelope; the mails themselves are not touched, which are most of the file."""
        before = 1 << 62
        query = (
            "SELECT seq, key FROM entry WHERE done_ms IS NOT NULL AND envelope <> '' AND seq < ? "
            "AND seq >= (SELECT min(seq) FROM raw) ORDER BY seq DESC LIMIT ?"
        )
        while True:
            with self._reading() as db:
                rows = db.execute(query, (before, CHUNK)).fetchall()
            if not rows:
                return
            marked = known([key for _, key in rows])
            yield [(seq,) for seq, key in rows if key not in marked]
            before = rows[-1][0]

    def known_origins(self, origins: Sequence[str]) -> set[str]:
        """Which of these origins were ever accepted here."""
        found: set[str] = set()
        for start in range(0, len(origins), CHUNK):
            part = origins[start : start + CHUNK]
            query = f"SELECT origin FROM entry WHERE origin IN ({', '.join('?' * len(part))})"  # noqa: S608
            with self._reading() as db:
                found |= {origin for (origin,) in db.execute(query, part)}
        return found

    def newest(self) -> int:
        """The number of the entry accepted last; 0 when there is none."""
        with self._reading() as db:
            return int(db.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()[0])

    def after(self, seq: int) -> list[Entry]:
        """The entries accepted after number ``seq``, done or not, oldest first, at most some hundreds."""
        query = (
            "SELECT seq, key, size, envelope, deaths FROM entry WHERE seq > ? AND envelope <> '' ORDER BY seq LIMIT ?"
        )
        with self._reading() as db:
            rows = db.execute(query, (seq, CHUNK)).fetchall()
        return [Entry(number, key, size, unpack(envelope), deaths) for number, key, size, envelope, deaths in rows]

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file; nothing happens in a process that does not checkpoint.

        With the writers kept out: one that lets the log start anew while a second checkpoint begins is what corrupts
        it. A log that has grown long is cut short.
        """
        if not self._checkpoints:
            return
        with self._reading() as db, self._turnstile.held():
            mode = "TRUNCATE" if self._log_size() > WAL_LIMIT else "PASSIVE"
            db.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()

    def _log_size(self) -> int:
        with contextlib.suppress(OSError):
            return os.stat(f"{self.path}-wal").st_size
        return 0

    def free_bytes(self) -> int:
        """How much room the disk under the spool has for us; ``Temporary`` when it cannot be asked."""
        try:
            disk = os.statvfs(self._folder)
        except OSError as error:
            raise in_words(self.path, error) from error
        return disk.f_bavail * disk.f_frsize

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._open()
            except (sqlite3.Error, OSError) as error:
                self._drop()
                raise in_words(self.path, error) from error

    @contextlib.contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction, begun when it is our turn. In WAL mode NORMAL commits without an fsync and FULL with one."""
        with self._reading() as db, self._turnstile.held():
            if durable is not self._syncs:
                db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._syncs = durable
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection, self._syncs = connect(self.path, self._turnstile, checkpoints=self._checkpoints), True
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _there(raw: bytes | None, key: str) -> bytes:
    if raw is None:
        raise Permanent("unfetchable", f"the spool no longer has the mail of entry {key}")
    return raw
