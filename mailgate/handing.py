"""What the sender has in its hands at this moment, on disk beside a SQLite database.

There the applier holds the writers' lock for a batch of mails at a time, and a sender that had to commit each ten
letters would send ten letters a batch. So it claims a hundred in one commit, and notes here, before each ten, which
they are and which of the hundred the relay has already. Nobody else reads this file while the sender lives.

=====================  ===============================  ==============================================
a claimed letter is    meaning                          after a crash
=====================  ===============================  ==============================================
named nowhere          the relay has not seen it        queued again
in ``hands``           one of the ten under way, or     as the outbox says of ``handing``: repeated, or
                       given without an answer          ``unknown``
in ``given``           the relay said 250 to it         sent
=====================  ===============================  ==============================================

The file has two slots, written in turn, each with a number and a checksum: where a power cut tears a record, the one
before it still counts, and says too much rather than too little. A note names the claim that it is about, by its time:
about letters claimed later it says that none has been touched.
"""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailgate.durable import sync_folder
from mailgate.errors import Temporary
from mailgate.turnstile import open_private

SLOT = 65_536
"""Octets of a record; a hundred letters with relay's Message-IDs of 300 characters fit."""


@dataclass(frozen=True, slots=True)
class Note:
    """Of the claim made at ``claimed_ms``: the ids of the letters under way, and of those that the relay has, each with
    the Message-ID that the relay gave it (empty: ours)."""

    claimed_ms: int
    hands: frozenset[int]
    given: Mapping[int, str] = field(default_factory=dict)


class Handing:
    """The file at ``path``; one process writes it."""

    def __init__(self, path: Path) -> None:
        """Nothing is touched yet."""
        self.path = path
        self._file = -1
        self._number = 0

    def write(self, note: Note) -> None:
        """On disk when this returns; ``Temporary`` when it could not be written, and then no letter may be given."""
        whole = [note.claimed_ms, sorted(note.hands), {str(letter): name for letter, name in note.given.items()}]
        try:
            if self._file < 0:
                self._open()
            self._number += 1
            text = json.dumps([self._number, *whole], separators=(",", ":")).encode("ascii")
            record = b"%08x %s\n" % (zlib.crc32(text), text)
            if os.pwrite(self._file, record, SLOT * (self._number % 2)) < len(record):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fdatasync(self._file)
        except OSError as error:
            self.close()
            raise Temporary(f"{self.path} cannot be written: {error.strerror}") from error

    def read(self) -> Note | None:
        """The newest whole note; None where there is none, so that nothing is known. ``Temporary`` when the file is
        there and cannot be read."""
        try:
            octets = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Temporary(f"{self.path} cannot be read: {error.strerror}") from error
        found = [_record(octets[start : start + SLOT]) for start in (0, SLOT)]
        number, note = max(found, key=lambda each: each[0])
        self._number = max(self._number, number)
        return note

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        """With its whole size on disk from the start, so that a record costs no change of the file system's own."""
        self._file = open_private(self.path)
        if os.fstat(self._file).st_size < 2 * SLOT:
            os.pwrite(self._file, b" " * (2 * SLOT), 0)
            os.fsync(self._file)
            sync_folder(self.path.parent)


def _record(slot: bytes) -> tuple[int, Note | None]:
    """The number and note of a slot; 0 and None for one that is empty or torn."""
    checksum, _, rest = slot.partition(b" ")
    text = rest.partition(b"\n")[0]
    if checksum != b"%08x" % zlib.crc32(text) or not text:
        return 0, None
    number, claimed_ms, hands, given = json.loads(text)
    return number, Note(claimed_ms, frozenset(hands), {int(letter): name for letter, name in given.items()})
