"""A desk in the world: ``mailgate serve`` as a process, a relay that keeps what it is handed, people who write mail.

Nothing in here is a mock: SMTP by real sockets, the real command line, real files. Waiting is by condition with a
deadline, never by sleeping.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import json
import os
import re
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE_S = 60.0
DESK = "support@acme.example"
BILLING = "billing@acme.example"
AUTHSERV = "mx.acme.example"
ANNA = "anna@acme.example"
BEN = "ben@acme.example"
PASSWORD = "correct horse"
BORDER = (
    "from mail.client.example (mail.client.example [93.184.216.34]) by mx.acme.example; Sat, 21 Nov 2026 10:00:00 +0000"
)
"""The line that our provider's border writes: where the mail came in from outside."""


@dataclass
class Handed:
    """One letter as the relay got it."""

    mail_from: str
    recipient: str
    data: bytes

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed by somebody else's parser."""
        parsed = email.message_from_bytes(self.data, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """Its text part."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass
class Relay:
    """The far side of the outbox. ``answer`` may give another reply than 250 to a letter, and what it ``loses`` it
    keeps without a word: the connection is gone."""

    letters: list[Handed] = field(default_factory=list)
    answer: Callable[[Handed], str] = lambda _letter: "250 2.0.0 taken"
    loses: Callable[[Handed], bool] = lambda _letter: False
    changed: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep every letter, under the condition that tests wait on."""
        assert isinstance(envelope.content, bytes)
        replies = []
        for recipient in envelope.rcpt_tos:
            letter = Handed((envelope.mail_from or "").strip("<>"), recipient, envelope.content)
            replies.append(self.answer(letter))
            if replies[-1].startswith("250"):
                with self.changed:
                    self.letters.append(letter)
                    self.changed.notify_all()
            if self.loses(letter) and server.transport is not None:
                server.transport.abort()
        return replies[0]

    def to(self, address: str) -> list[Handed]:
        """Everything that went to this address so far."""
        with self.changed:
            return [letter for letter in self.letters if letter.recipient == address]

    def wait(self, address: str, count: int = 1, timeout: float = PATIENCE_S) -> list[Handed]:
        """The letters to this address, once there are ``count`` of them."""
        with self.changed:
            arrived = self.changed.wait_for(
                lambda: len([each for each in self.letters if each.recipient == address]) >= count, timeout
            )
        found = self.to(address)
        assert arrived, (
            f"{len(found)} of {count} letters to {address}; all: {[each.recipient for each in self.letters]}"
        )
        return found

    def answers(self, message_id: str, count: int = 1) -> list[Handed]:
        """The letters that answer the mail of this id, once there are ``count`` of them, whatever else comes."""

        def found() -> list[Handed]:
            return [each for each in self.letters if each.message["In-Reply-To"] == message_id]

        with self.changed:
            arrived = self.changed.wait_for(lambda: len(found()) >= count, PATIENCE_S)
            assert arrived, f"{len(found())} of {count} answers; all: {[each.recipient for each in self.letters]}"
            return found()


def a_place() -> socket.socket:
    """A port on loopback where nobody listens yet, and that nobody else can have meanwhile."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    return place


@contextmanager
def relay(place: socket.socket | None = None) -> Iterator[Relay]:
    """A relay on loopback, in a thread with a loop of its own; in a place that was kept for it, if there is one."""
    handler, loop, place = Relay(), asyncio.new_event_loop(), place or a_place()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(handler, loop=loop), sock=place)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(PATIENCE_S)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)


CONFIG = """
[desk]
name = "Acme Support"
address = "{desk}"
timezone = "Europe/Berlin"
dns = false

[database]
url = "{database}"

[smtp.in]
listen = "127.0.0.1:0"
submission = "127.0.0.1:0"
lmtp = "127.0.0.1:0"
trusted_relays = ["127.0.0.0/8"]
messages_per_minute_per_ip = 1000000

[smtp.out]
host = "127.0.0.1"
port = {relay}

[[mailboxes]]
address = "{desk}"
team = "support"
[mailboxes.proof]
authserv_id = "{authserv}"
trusted_relays = ["127.0.0.0/8"]
{imap}

[[mailboxes]]
address = "{billing}"
team = "billing"
[mailboxes.proof]
authserv_id = "{authserv}"
trusted_relays = ["127.0.0.0/8"]

[[teams]]
id = "support"
name = "Support"
names = {{ zh = "客户服务" }}
members = ["anna"]

[[teams]]
id = "billing"
name = "Billing"
members = ["ben"]

[[agents]]
id = "anna"
name = "Anna Schmidt"
address = "{anna}"
role = "admin"
login = "anna"
password = "{password}"

[[agents]]
id = "ben"
name = "Ben Li"
address = "{ben}"
login = "ben"
password = "{password}"

[[rules]]
name = "refunds"
when = {{ subject = "refund" }}
team = "billing"
priority = "high"
tags = ["money"]

[survey]
every = "1 s"
{more}
"""


@dataclass
class Desk:
    """A running (or stopped) ``mailgate serve`` in its own folder."""

    folder: Path
    relay: Relay
    program: tuple[str, ...] = ("-m", "mailgate")
    process: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None
    ports: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    said: threading.Condition = field(default_factory=threading.Condition)

    @property
    def config(self) -> Path:
        """Its config file."""
        return self.folder / "config.toml"

    def start(self) -> None:
        """Start it and wait for its ready line."""
        self.process = subprocess.Popen(
            [sys.executable, *self.program, "serve", "-c", str(self.config)],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        ready = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(self.process, ready), daemon=True)
        self.reader.start()
        deadline = time.monotonic() + PATIENCE_S
        while not ready.wait(0.1) and self.process.poll() is None and time.monotonic() < deadline:
            pass
        assert ready.is_set(), "no ready line:\n" + "\n".join(self.lines[-30:])

    def _read(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            with self.said:
                self.lines.append(line.rstrip())
                self.said.notify_all()
            if line.startswith("mailgate is ready"):
                self.ports = {name: int(port) for name, port in re.findall(r"(\w+) 127\.0\.0\.1:(\d+)", line)}
                ready.set()

    def wait_for_line(self, words: str, since: int = 0) -> None:
        """Until the log says these words, in its lines from ``since`` on."""
        with self.said:
            heard = self.said.wait_for(lambda: any(words in line for line in self.lines[since:]), PATIENCE_S)
        assert heard, f"the log never said {words!r}:\n" + "\n".join(self.lines[-30:])

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Until something is so, looked at again and again."""
        deadline, tick = time.monotonic() + PATIENCE_S, threading.Event()
        while not holds():
            assert time.monotonic() < deadline, "it never was so:\n" + "\n".join(self.lines[-30:])
            tick.wait(0.02)

    def wait_until_settled(self) -> None:
        """Until everything that was accepted so far is settled, and the spool knows. To wait for the answer to a later
        mail is not enough: what a worker takes long to read may be overtaken."""
        spool = self.folder / "state" / "spool.db"
        with closing(sqlite3.connect(f"file:{spool}?mode=ro", uri=True, timeout=PATIENCE_S)) as look:
            self.wait_until(lambda: look.execute("SELECT 1 FROM entry WHERE done_ms IS NULL").fetchone() is None)

    def reload(self, text: str) -> None:
        """SIGHUP with this config, and wait until the daemon has said what it thinks of it."""
        self.config.write_text(text)
        assert self.process is not None
        with self.said:
            before = len(self.lines)
            self.process.send_signal(signal.SIGHUP)
            heard = self.said.wait_for(lambda: any("config " in line for line in self.lines[before:]), PATIENCE_S)
        assert heard, "SIGHUP was not answered:\n" + "\n".join(self.lines[-30:])

    def stop(self) -> int:
        """SIGTERM, and the exit code; all that it said is in ``lines`` then."""
        assert self.process is not None
        assert self.reader is not None
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        return code

    def kill(self) -> None:
        """SIGKILL to every process of it at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of ``mailgate`` on this desk's config."""
        return subprocess.run(
            [sys.executable, "-m", "mailgate", *arguments, "-c", str(self.config)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def json(self, *arguments: str) -> object:
        """What a command prints with ``--json``."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def send(self, raw: bytes, sender: str, recipients: Sequence[str] = (DESK,)) -> None:
        """Deliver a mail as the provider's border would."""
        with smtplib.SMTP("127.0.0.1", self.ports["smtp"], timeout=PATIENCE_S) as client:
            client.sendmail(sender, list(recipients), raw)

    def insist(self, raw: bytes, sender: str, recipients: Sequence[str] = (DESK,)) -> None:
        """Deliver as a mail server does: again after 4xx, or when the connection is lost, as in a reload."""
        deadline, tick = time.monotonic() + PATIENCE_S, threading.Event()
        while True:
            try:
                return self.send(raw, sender, recipients)
            except (smtplib.SMTPException, ConnectionError) as trouble:
                code = getattr(trouble, "smtp_code", 421)
                if code >= 500 or time.monotonic() > deadline:
                    raise
            tick.wait(0.02)

    def submit(self, raw: bytes, user: str, sender: str, recipient: str) -> None:
        """An agent sends through our submission port."""
        with smtplib.SMTP("127.0.0.1", self.ports["submission"], timeout=PATIENCE_S) as client:
            client.login(user, PASSWORD)
            client.sendmail(sender, [recipient], raw)


def write_config(folder: Path, relay_port: int, database: str = "sqlite", imap: str = "", more: str = "") -> Path:
    """The config and the secret of a desk in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.toml"
    path.write_text(
        CONFIG.format(
            desk=DESK,
            billing=BILLING,
            authserv=AUTHSERV,
            anna=ANNA,
            ben=BEN,
            password=PASSWORD,
            database=database,
            relay=relay_port,
            imap=imap,
            more=more,
        )
    )
    secret = folder / "secret"
    secret.write_text(f"audit {'1' * 64}\ntoken {'2' * 64}\n")
    secret.chmod(0o600)
    return path


def letter(
    sender: str,
    subject: str,
    text: str,
    *,
    to: str = DESK,
    message_id: str = "",
    reply_to: Handed | None = None,
    proved: bool = True,
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail as a person's program writes it; ``proved`` puts our provider's DMARC pass on top."""
    message = EmailMessage()
    if proved:
        domain = sender.partition("@")[2].rstrip(">")
        message["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={domain}"
        message["Received"] = BORDER
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate()  # the daemon's clock is the machine's, and it refuses commands of last week
    message["Message-ID"] = (
        message_id or f"<{hashlib.sha256((sender + subject + text).encode()).hexdigest()[:20]}@client.example>"
    )
    if reply_to is not None:
        answered = reply_to.message
        message["In-Reply-To"] = answered["Message-ID"]
        message["References"] = " ".join(filter(None, [answered["References"], answered["Message-ID"]]))
    for name, value in headers:
        message[name] = value
    message.set_content(text)
    return message.as_bytes(policy=email.policy.SMTP)


def id_of(raw: bytes) -> str:
    """The Message-ID of a mail."""
    return str(email.message_from_bytes(raw)["Message-ID"])


def quoted(answered: Handed) -> str:
    """The letter as a mail program quotes it under the new text."""
    return "\n\nOn Sat, 21 Nov 2026 at 11:00, Acme Support wrote:\n" + "\n".join(
        f"> {line}" for line in answered.text.splitlines()
    )
