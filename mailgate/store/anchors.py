"""Daily anchors of the audit chains: signed heads and counts, in a file that an admin carries elsewhere.

Whoever can write the database and knows the key could shorten a chain; an anchor that lies outside knows better
(promise 9). One file a day, ``anchors/2026-11-21.jsonl`` in the state folder, one line a chain that moved since the
last one; the log says the file's hash, so that the log is an anchor too. ``mailgate audit verify --anchors FILE``
reads it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailgate.store.audit import anchors
from mailgate.store.rows import Rows, from_json, to_json


@dataclass(frozen=True, slots=True)
class Written:
    """A day's file: where it is, how many chains stand in it, and its SHA-256 in hex."""

    path: Path
    chains: int
    sha256: str


def write_anchors(rows: Rows, key: bytes, folder: Path, now_ms: int) -> Written | None:
    """Write today's file unless it is there; None then, and on days on which no chain moved."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{datetime.fromtimestamp(now_ms / 1000, UTC).date().isoformat()}.jsonl"
    if path.exists():
        return None
    moved = anchors(rows, key, _last_ms(folder), now_ms)
    if not moved:
        return None
    data = "".join(f"{to_json(asdict(anchor))}\n" for anchor in moved).encode()
    aside = path.with_suffix(".new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
    return Written(path, len(moved), hashlib.sha256(data).hexdigest())


def _last_ms(folder: Path) -> int:
    """When the newest anchors were made; 0: never."""
    files = sorted(folder.glob("*.jsonl"))
    first = files[-1].read_text("utf-8").partition("\n")[0] if files else ""
    return int(from_json(first)["at_ms"]) if first else 0
