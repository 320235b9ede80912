"""A person's data, handed out or taken away: the whole job, for the command line and for admins' mails alike.

An export is a folder, or a ``.zip`` where its name ends so: JSON for what the desk knows, ``.eml`` for mails and
letters as they were. It appears whole or not at all, readable for its owner only. Erasing writes no export by
itself; whoever calls it sees to that first.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mailgate.carry import Desk, act
from mailgate.desk.effect import AddEvent
from mailgate.desk.plan import Outcome, Plan
from mailgate.duties.alert import served
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Refused
from mailgate.store import privacy
from mailgate.store.database import Store, Tx
from mailgate.store.privacy import Found
from mailgate.store.requests import Request, waiting


def export(store: Store, address: str, out: Path) -> int:
    """Write all that is held about the address; returns the number of files. Raises ``Refused`` where ``out`` is
    there already, ``OSError`` where it cannot be written."""
    if out.exists():
        raise Refused(f"{out} is there already")
    unfinished = out.with_name(f".{out.name}.unfinished")
    _remove(unfinished)
    files = privacy.records(store.rows, address)
    try:
        count = _zip(unfinished, files) if out.suffix == ".zip" else _folder(unfinished, files)
        os.rename(unfinished, out)
    finally:
        _remove(unfinished)
    return count


def erase(
    store: Store,
    spool: Spool | None,
    address: str,
    now_ms: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
    by: str = "command line",
) -> Found:
    """Take everything personal of the address out of database and spool; returns what there was. The histories of the
    tickets say that it was done, when, and ``by`` whom."""
    found, entries = privacy.erase(store.rows, address, now_ms, progress)
    if spool is not None:
        spool.forget(entries)
    for start in range(0, len(found.tickets), privacy.AT_ONCE):
        store.run(partial(_note, found.tickets[start : start + privacy.AT_ONCE], by, now_ms))
    return found


def _note(tickets: Sequence[int], by: str, now_ms: int, tx: Tx) -> None:
    for number, ticket in tx.known(tickets).items():
        event = AddEvent(number, "erased", {"actor": by})
        tx.write(None, None, None, Plan(Outcome.EVENT, (event,), ticket=number), ticket, (), now_ms)


def _folder(path: Path, files: Iterator[tuple[str, dict[str, Any] | bytes]]) -> int:
    path.mkdir(mode=0o700)
    count = 0
    for name, content in files:
        target = path / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.write_bytes(_octets(content))
        count += 1
    return count


def _zip(path: Path, files: Iterator[tuple[str, dict[str, Any] | bytes]]) -> int:
    count = 0
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(name, _octets(content))
                count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _octets(content: dict[str, Any] | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    return json.dumps(content, ensure_ascii=False, indent=1, default=str).encode()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def serve(store: Store, spool: Spool, desk: Desk, folder: Path, now_ms: int) -> bool:
    """Do what admins asked for by mail, and tell them; returns whether letters were written.

    An export goes into ``folder``; before erasing, one is written there too. A crash in between does it again.
    """
    written = False
    for request in waiting(store.rows):
        if request.kind not in ("export", "erase"):
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        out = folder / f"{request.kind}-{request.id}.zip"
        if not out.exists():
            export(store, request.about, out)
        if request.kind == "erase":
            erase(store, spool, request.about, now_ms, by=request.asked_by)
        written |= store.run(partial(_finish, request, str(out), desk, now_ms))
    return written


def _finish(request: Request, out: str, desk: Desk, now_ms: int, tx: Tx) -> bool:
    if not tx.finish_request(request.id, now_ms):
        return False
    tx.work.rows.run("UPDATE requests SET about = '' WHERE id = ? AND kind = 'erase'", (request.id,))
    plan = served(request.asked_by, request.kind, request.about, out, desk.under(tx.roster()).policy)
    return bool(act(tx, None, plan, desk, now_ms))
