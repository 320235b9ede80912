"""Feed a folder of mails into a fresh desk, twice, and account for every one of them (promise 1).

The mails go in over SMTP, or lie in an IMAP mailbox that the desk fetches. The desk has to end alive; the outcomes of
its deliveries must add up to the number fed; feeding the same again may add nothing but duplicates.
"""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench import sink
from bench.desk import RECIPIENT, Desk

PATIENCE_S = 600.0


def over_smtp(folder: Path, database: str) -> dict[str, object]:
    """Every .eml of the folder, in the order of names, over one SMTP session a mail server would keep."""
    mails = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as scratch:
        relay, port, _ = sink.start()
        desk = Desk(Path(scratch), port, database)
        try:
            refused = _send(mails, desk.port)
            first = _settled(desk, len(mails) - sum(refused.values()))
            again = _send(mails, desk.port)
            second = _settled(desk, 2 * len(mails) - sum(refused.values()) - sum(again.values()))
            return _account("smtp", database, len(mails), refused, first, second, desk)
        finally:
            desk.stop()
            relay.terminate()


def over_imap(folder: Path, database: str, server: tuple[str, int, str, str]) -> dict[str, object]:
    """The mails lie in the INBOX of ``server`` (host, port, user, password); a second desk over the same database and a
    new spool fetches all of them again."""
    host, port, user, password = server
    count = len(list(folder.glob("*.eml")))
    account = (
        f'[mailboxes.imap]\nhost = "{host}"\nport = {port}\nsecurity = "none"\nuser = "{user}"\n'
        f'password = "{password}"\nafter = "nothing"\n'
    )
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as scratch:
        relay, relay_port, _ = sink.start()
        desk = Desk(Path(scratch), relay_port, database, imap=account)
        try:
            first = _settled(desk, count)
            desk.stop()
            return _account("imap", database, count, {}, first, first, desk)
        finally:
            desk.stop()
            relay.terminate()


def _send(mails: Iterable[bytes], port: int) -> dict[str, int]:
    """Send each; returns how many were refused, by answer."""
    refused: dict[str, int] = {}
    for raw in mails:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            client.ehlo("bench.example")
            client.mail("sender@client.example")
            client.rcpt(RECIPIENT)
            code, text = client.data(raw)
            if code != 250:
                answer = f"{code} {text.decode(errors='replace')[:40]}"
                refused[answer] = refused.get(answer, 0) + 1
    return refused


def stats(desk: Desk) -> dict[str, object]:
    """What the desk says of itself."""
    command = [sys.executable, "-m", "mailgate", "stats", "--json", "-c", str(desk.folder / "config.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _settled(desk: Desk, count: int) -> dict[str, object]:
    """The counts, once that many deliveries are settled."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = stats(desk)
        if int(str(found["deliveries"])) >= count and not found["spooled"]:
            return found
        if time.monotonic() > deadline:
            raise RuntimeError(f"{found['deliveries']} of {count} settled after {PATIENCE_S} s: {found}")
        time.sleep(0.2)


def _account(
    way: str, database: str, fed: int, refused: dict[str, int],
    first: dict[str, object], second: dict[str, object], desk: Desk,
) -> dict[str, object]:  # fmt: skip
    return {
        "figure": "feed",
        "way": way,
        "database": "sqlite" if database == "sqlite" else "postgresql",
        "fed": fed,
        "refused_on_the_wire": refused,
        "outcomes": first["outcomes"],
        "causes": first["causes"],
        "sum": int(str(first["deliveries"])) + sum(refused.values()),
        "after_feeding_again": second["outcomes"],
        "alive": desk.process.poll() is None,
    }
