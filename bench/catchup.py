"""Catching up with a full IMAP folder: 5,000 mails from Dovecot into the spool, against imapclient that only fetches.

The floor is imapclient in this process: the same mails in fifties, thrown away. The desk does the same over the same
server in a process of its own, and keeps them: its clock starts at the desk's start, when Dovecot logs its login, and
stops when the last mail is in the spool; a second one when the last letter is at the relay.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imapclient

from bench import sink
from bench.desk import RECIPIENT, Desk
from bench.ingest import wait_for
from bench.load import Load, make
from bench.servers import PASSWORD, Dovecot, dovecot, imap_section

BATCH = 50


def run(mails: int) -> dict[str, object]:
    """Mails a second of both, and their ratio."""
    load = make(mails, RECIPIENT)
    with dovecot() as server:
        _fill(server, load)
        plain = _plain(server, mails)
        desk = _desk(server, load)
        again = _plain(server, mails)
    rate = float(str(desk["spooled_per_s"]))
    floor = (plain + again) / 2
    return {
        "figure": "catchup",
        "mails": mails,
        **desk,
        "imapclient_per_s": round(floor, 1),
        "ratio": round(rate / floor, 3),
    }


def _fill(server: Dovecot, load: Load) -> None:
    """Put the mails into the Maildir, as a mail server's delivery would, in their order."""
    with server.client("u0") as client:
        client.select("INBOX")  # which makes the Maildir
    new = next((server.root / "mail" / "u0").rglob("new"))
    for number, (_, raw) in enumerate(load.mails):
        path = new / f"{1_700_000_000 + number}.M{number}.bench"
        path.write_bytes(raw)
        os.chown(path, *server.owner)
    with server.client("u0") as client:  # and let it number them, which it does once
        client.select("INBOX", readonly=True)


def _plain(server: Dovecot, mails: int) -> float:
    """Mails a second that imapclient fetches in fifties."""
    client = imapclient.IMAPClient(server.host, server.port, ssl=False)
    client.login("u0", PASSWORD)
    client.select_folder("INBOX", readonly=True)
    start = time.monotonic()
    uids = client.search("UID 1:*")
    fetched = sum(
        len(client.fetch(uids[first : first + BATCH], ["BODY.PEEK[]"])) for first in range(0, len(uids), BATCH)
    )
    taken = time.monotonic() - start
    client.logout()
    assert fetched == mails, f"{fetched} of {mails} fetched"
    return mails / taken


def _desk(server: Dovecot, load: Load) -> dict[str, object]:
    count = len(load.mails)
    with tempfile.TemporaryDirectory(prefix="bench-catchup-") as folder:
        relay, port, letters = sink.start()
        desk = Desk(Path(folder), port, imap=imap_section(server, 0))
        try:
            spooled = _spooled(next(Path(folder).rglob("spool*.db")))
            first, start = spooled(), time.monotonic()
            wait_for(lambda: spooled() >= count, "mails in the spool")
            in_spool = time.monotonic() - start
            wait_for(lambda: letters.value >= load.letters, "letters at the relay")
            whole = time.monotonic() - start
            return {
                "spooled_per_s": round((count - first) / in_spool, 1),
                "tickets_per_s": round((count - first) / whole, 1),
                "cpu_ms_per_mail": round(1000 * desk.cpu()["all"] / count, 2),
                "pss_mb": round(desk.pss(), 1),
            }
        finally:
            desk.stop()
            relay.terminate()


def _spooled(path: Path) -> Callable[[], int]:
    """How many mails the spool has taken so far."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    return lambda: int(connection.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()[0])
