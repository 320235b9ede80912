"""One mail's octets on their way into the spool's file and out of it.

SQLite makes two copies of a value that is bound to a statement, one of which stays as long as the connection does, and
a copy of a value that is read. For a mail of 25 MB that is more than a desk needs for everything else, so what is
``LARGE`` is written and read in place (https://sqlite.org/c3ref/blob_open.html), and what comes in slowly waits on disk
(``Aside``) instead of in memory.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailgate.edges.spool.file import in_words

LARGE = 1_048_576
"""Octets; up to here copies cost less than the way around them."""


class Aside:
    """A mail that is too large for memory: ``head``, then what was written, in a file without a name.

    The file is on the spool's disk, so that it is full when that is, and gone with the process, however that ends.
    """

    def __init__(self, spool: Path) -> None:
        """Nothing is written yet; ``Temporary`` (``SpoolFull``) where no file can be made beside ``spool``."""
        self.head = b""
        self._spool, self._size = spool, 0
        try:
            self._file = tempfile.TemporaryFile(dir=spool.parent)  # noqa: SIM115 - ``close`` is the caller's
        except OSError as error:
            raise in_words(spool, error) from error

    def __len__(self) -> int:
        """The octets of all of it."""
        return len(self.head) + self._size

    def write(self, octets: bytes) -> None:
        """Add octets at the end; ``Temporary`` (``SpoolFull``) where they cannot be."""
        try:
            self._file.write(octets)
        except OSError as error:
            raise in_words(self._spool, error) from error
        self._size += len(octets)

    def pieces(self) -> Iterator[bytes]:
        """All of it, some at a time. Raises OSError."""
        yield self.head
        self._file.seek(0)
        while piece := self._file.read(LARGE):
            yield piece

    def close(self) -> None:
        """Give the room on the disk back."""
        self._file.close()


Octets = bytes | Aside


def after(head: bytes, octets: Octets) -> Octets:
    """The mail with ``head`` before it."""
    if isinstance(octets, Aside):
        octets.head = head
        return octets
    return head + octets


def keep_octets(db: sqlite3.Connection, seq: int, octets: Octets) -> None:
    """Write the mail of entry ``seq``, within the caller's transaction."""
    if isinstance(octets, bytes) and len(octets) <= LARGE:
        db.execute("INSERT INTO raw (seq, octets) VALUES (?, ?)", (seq, octets))
        return
    db.execute("INSERT INTO raw (seq, octets) VALUES (?, zeroblob(?))", (seq, len(octets)))
    with db.blobopen("raw", "octets", seq) as place:
        for piece in octets.pieces() if isinstance(octets, Aside) else (octets,):
            place.write(piece)


def octets_among(db: sqlite3.Connection, entries: Sequence[int]) -> dict[int, bytes]:
    """The mails of those of these entries (some hundreds, by number) that are not ``LARGE``."""
    small = f"SELECT seq, octets FROM raw WHERE length(octets) <= {LARGE}"  # noqa: S608
    return dict(db.execute(f"{small} AND seq IN ({', '.join('?' * len(entries))})", entries).fetchall())


def octets_of(db: sqlite3.Connection, key: str) -> bytes | None:
    """The mail of the entry with that key; None when there is none."""
    small = f"CASE WHEN length(octets) <= {LARGE} THEN octets END"
    query = f"SELECT seq, {small} FROM raw WHERE seq = (SELECT seq FROM entry WHERE key = ?)"  # noqa: S608
    row = db.execute(query, (key,)).fetchone()
    if row is None:
        return None
    if row[1] is not None:
        return bytes(row[1])
    with db.blobopen("raw", "octets", row[0], readonly=True) as place:
        return place.read()
