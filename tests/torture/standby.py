"""A PostgreSQL server with a standby, and a line to it that a test can cut or lead elsewhere.

The desk connects to ``Line``, a Unix socket of ours that passes everything on to the server in its ``target`` folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import struct
import threading
from pathlib import Path

import psycopg

from tests.databases import Postgres

SOCKET = ".s.PGSQL.5432"
PIECE = 65_536


class Pair:
    """A primary and its standby, made by ``pg_basebackup``; with ``sync`` no COMMIT is answered before both have it."""

    def __init__(self, folder: Path, primary: Postgres, *, sync: bool) -> None:
        self.primary = primary
        self.folder = folder / "standby"
        self.folder.mkdir()
        if primary.user is not None:
            shutil.chown(self.folder, primary.user)
        self.data = self.folder / "data"
        primary.run(
            "pg_basebackup", "-D", str(self.data), "-R", "-h", str(primary.folder), "-U", "mailgate", "-c", "fast"
        )
        self.start()
        primary.stop()
        primary.start(*(("-c", "synchronous_commit=on", "-c", "synchronous_standby_names='*'") if sync else ()))

    def start(self) -> None:
        """The standby follows the primary."""
        words = f"-c listen_addresses='' -c fsync=off -c shared_buffers=64MB -k {self.folder}"
        self.primary.run("pg_ctl", "-D", str(self.data), "-o", words, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        """The standby falls behind."""
        self.primary.run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def promote(self) -> None:
        """The standby is the primary from now on."""
        self.primary.run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def level(self) -> bool:
        """Whether the standby has all that the primary has."""
        with psycopg.connect(self.primary.url("postgres")) as primary, psycopg.connect(self.url("postgres")) as standby:
            written = primary.execute("SELECT pg_current_wal_lsn()").fetchone()
            return standby.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", written).fetchone() == (True,)

    def url(self, database: str) -> str:
        """Where the standby has that database."""
        return f"postgresql://mailgate@/{database}?host={self.folder}"


class Line:
    """What the desk takes for its database server. ``cuts`` says how many more COMMITs are passed on, carried out, and
    never answered."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder, self.target, self.cuts, self.done = folder, target, 0, 0
        self.open: set[socket.socket] = set()
        self.guard = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / SOCKET))
        self.listener.listen(50)
        threading.Thread(target=self._listen, daemon=True).start()

    def url(self, database: str) -> str:
        """What the desk's config says."""
        return f"postgresql://mailgate@/{database}?host={self.folder}"

    def lead_to(self, target: Path) -> None:
        """Whoever connects from now on gets another server; lines to the old one are cut."""
        self.target = target
        self.cut()

    def cut(self) -> None:
        """Cut every line."""
        with self.guard:
            lines, self.open = self.open, set()
        for line in lines:
            _end(line)

    def close(self) -> None:
        """The end."""
        self.listener.close()
        self.cut()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(str(self.target / SOCKET))
        except OSError:
            near.close()
            return
        with self.guard:
            self.open |= {near, far}
        doomed = threading.Event()
        threading.Thread(target=self._back, args=(far, near, doomed), daemon=True).start()
        self._forth(near, far, doomed)

    def _forth(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        """What the desk says. A COMMIT that is to be cut dooms the line before it is passed on."""
        reader = Reader()
        with contextlib.suppress(OSError):
            while data := near.recv(PIECE):
                if reader.commits(data) and self._may_cut():
                    doomed.set()
                far.sendall(data)
        _end(near, far)

    def _back(self, far: socket.socket, near: socket.socket, doomed: threading.Event) -> None:
        """What the server says: on a doomed line nobody hears it."""
        with contextlib.suppress(OSError):
            while data := far.recv(PIECE):
                if doomed.is_set():
                    break
                near.sendall(data)
        _end(near, far)

    def _may_cut(self) -> bool:
        with self.guard:
            self.cuts -= 1
            self.done += self.cuts >= 0
            return self.cuts >= 0


class Reader:
    """Finds COMMIT among the messages of a client, sent as text or as a statement that was prepared before."""

    def __init__(self) -> None:
        self.rest, self.begun, self.named = b"", False, b"\0"

    def commits(self, data: bytes) -> bool:
        """Whether these octets complete a COMMIT."""
        self.rest += data
        found = False
        while (size := self._size()) and len(self.rest) >= size:
            message, self.rest = self.rest[:size], self.rest[size:]
            found |= self.begun and self._is_commit(message[:1], message[5:])
            self.begun = True
        return found

    def _size(self) -> int:
        """The length of the first message; that of the greeting has no type before it."""
        start = 1 if self.begun else 0
        if len(self.rest) < start + 4:
            return 0
        return start + int(struct.unpack("!I", self.rest[start : start + 4])[0])

    def _is_commit(self, kind: bytes, body: bytes) -> bool:
        if kind == b"Q":
            return body.startswith(b"COMMIT")
        if kind == b"P":
            name, _, rest = body.partition(b"\0")
            if rest.startswith(b"COMMIT\0"):
                self.named = name
            return False
        return kind == b"B" and body.split(b"\0")[1] == self.named


def _end(*lines: socket.socket) -> None:
    for line in lines:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()


def private(folder: Path) -> Path:
    """A folder that another account may enter too."""
    folder.mkdir(mode=0o755)
    os.chmod(folder, 0o755)
    return folder
