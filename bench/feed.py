"""Feed a folder of mails into a fresh desk, twice, and account for every one of them (promise 1).

The mails go in over SMTP, or are put into an IMAP mailbox that the desk fetches. The desk has to end alive; the
outcomes of its deliveries and what was refused on the wire must add up to the number fed; feeding the same again may
add nothing but duplicates. Both are checked: what does not add up raises ``Unaccounted``.
"""

from __future__ import annotations

import contextlib
import imaplib
import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bench import sink
from bench.desk import RECIPIENT, Desk

PATIENCE_S = 600.0
LOOK_EVERY_S = 0.5
SENDER = "sender@client.example"

Refusals = Counter[str]
Feed = Callable[[Sequence[bytes], Desk], Refusals]


class Unaccounted(Exception):
    """Mail was lost or doubled, or the desk died of it."""


@dataclass(frozen=True)
class ImapServer:
    """A mailbox of an IMAP server without TLS, empty, that the desk may fetch from."""

    host: str
    port: int
    user: str
    password: str

    @classmethod
    def from_url(cls, url: str) -> ImapServer:
        """``imap://USER:PASSWORD@HOST:PORT``."""
        parts = urlsplit(url)
        return cls(
            parts.hostname or "127.0.0.1",
            parts.port or 143,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    @property
    def config(self) -> str:
        """The mailbox's section of the desk's config."""
        return (
            f'[mailboxes.imap]\nhost = "{self.host}"\nport = {self.port}\nsecurity = "none"\n'
            f'user = "{self.user}"\npassword = "{self.password}"\nafter = "nothing"\n'
        )

    def put(self, mails: Sequence[bytes], _desk: Desk) -> Refusals:
        """Append every mail to the INBOX; returns how many the server would not have, by answer."""
        refused: Refusals = Counter()
        with imaplib.IMAP4(self.host, self.port, timeout=60) as client:
            client.login(self.user, self.password)
            for raw in mails:
                status, said = client.append("INBOX", "", "", raw)
                refused[f"{status} {said[0].decode()[:40]}"] += status != "OK"
        return +refused


def run(folder: Path, database: str, server: ImapServer | None = None) -> dict[str, object]:
    """Feed every .eml of the folder, in the order of names, twice: over SMTP, or through an IMAP server.

    Returns the counts by outcome and cause; raises ``Unaccounted`` when they do not add up.
    """
    mails = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    feed = server.put if server else over_smtp
    with _desk(database, server.config if server else "") as desk:
        refused = feed(mails, desk)
        first = _settled(desk, len(mails) - refused.total())
        again = feed(mails, desk)
        second = _settled(desk, 2 * len(mails) - refused.total() - again.total())
        if desk.process.poll() is not None:
            raise Unaccounted("the desk died")
    _check(len(mails), refused, first, second)
    return {
        "figure": "feed",
        "way": "imap" if server else "smtp",
        "database": "sqlite" if database == "sqlite" else "postgresql",
        "fed": len(mails),
        "refused_on_the_wire": dict(refused),
        "outcomes": first["outcomes"],
        "causes": first["causes"],
        "letters": first["letters"],
        "outcomes_after_feeding_again": second["outcomes"],
    }


@contextlib.contextmanager
def _desk(database: str, imap: str) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as scratch:
        relay, port, _ = sink.start()
        desk = Desk(Path(scratch), port, database, imap=imap)
        try:
            yield desk
        finally:
            desk.stop()
            relay.terminate()
            relay.join()


def over_smtp(mails: Sequence[bytes], desk: Desk) -> Refusals:
    """Send every mail in a session of its own; returns how many were refused, by answer."""
    refused: Refusals = Counter()
    for raw in mails:
        with smtplib.SMTP("127.0.0.1", desk.port, timeout=60) as client:
            client.ehlo("bench.example")
            client.mail(SENDER)
            client.rcpt(RECIPIENT)
            code, text = client.data(raw)
            refused[f"{code} {text.decode(errors='replace')[:40]}"] += code != 250
    return +refused


def stats(desk: Desk) -> dict[str, Any]:
    """What the desk says of itself."""
    command = [sys.executable, "-m", "mailgate", "stats", "--json", "-c", str(desk.folder / "config.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _settled(desk: Desk, count: int) -> dict[str, Any]:
    """The counts, once that many deliveries are settled and nothing waits."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = stats(desk)
        if found["deliveries"] >= count and not found["spooled"]:
            return found
        if time.monotonic() > deadline or desk.process.poll() is not None:
            raise Unaccounted(f"{found['deliveries']} of {count} settled: {found}")
        time.sleep(LOOK_EVERY_S)


def _check(fed: int, refused: Refusals, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Every mail has one outcome or one refusal, and the second feeding added duplicates only."""
    if first["deliveries"] + refused.total() != fed:
        raise Unaccounted(f"{fed} fed, {refused.total()} refused, {first['deliveries']} settled: {first['outcomes']}")
    added = Counter(second["outcomes"]) - Counter(first["outcomes"])
    if set(added) - {"duplicate"} or added.total() + refused.total() != fed:
        raise Unaccounted(f"feeding again added {dict(added)}")
