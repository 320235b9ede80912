"""The demo's desk: a scratch folder with a config, ``mailgate serve`` in it, and what one sees of it from outside."""

from __future__ import annotations

import email
import email.policy
import re
import select
import smtplib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

from mailgate.assembly import open_store
from mailgate.clock import Clock
from mailgate.config.keys import new_secret
from mailgate.config.load import load
from mailgate.errors import Temporary
from mailgate.store.deliveries import DeliveryStory, stories

T = TypeVar("T")

PATIENCE_S = 60.0
DESK = "support@acme.example"
PASSWORD = "demo"  # noqa: S105 - of a desk that lives for a minute on loopback

CONFIG = """\
[desk]
name = "Acme Support"
address = "support@acme.example"
dns = false

[smtp.in]
listen = "127.0.0.1:0"
submission = "127.0.0.1:0"
trusted_relays = ["127.0.0.0/8"]

[smtp.out]
kind = "maildir"
path = "letters"

[[mailboxes]]
address = "support@acme.example"
team = "support"
proof = { authserv_id = "mx.acme.example", trusted_relays = ["127.0.0.0/8"] }

[[mailboxes]]
address = "billing@acme.example"
team = "billing"

[[teams]]
id = "support"
name = "Support"
names = { zh = "客户服务" }
members = ["anna"]

[[teams]]
id = "billing"
name = "Billing"
names = { zh = "财务部" }
members = ["anna"]

[[agents]]
id = "anna"
name = "Anna Schmidt"
address = "anna@acme.example"
login = "anna"
password = "demo"

[[rules]]
name = "money"
when = { subject = ["refund", "invoice", "退款", "发票"] }
team = "billing"
priority = "high"
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail of the demo: what it is, in words, and its bytes."""

    title: str
    sender: str
    raw: bytes
    recipient: str = DESK
    login: bool = False


class Stage:
    """The running desk: its folder, its process, its ports."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Write the config and the secret; nothing runs yet."""
        self.folder, self.clock = folder, clock
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG, "utf-8")
        secret = folder / "secret"
        secret.touch(0o600)
        secret.write_text(new_secret(clock), "utf-8")
        self.ports: dict[str, int] = {}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start ``mailgate serve`` and wait for its ready line; its log goes to a file in the folder."""
        log = (self.folder / "log").open("w+", encoding="utf-8")
        command = [sys.executable, "-m", "mailgate", "serve", "-c", str(self.config)]
        self.process = subprocess.Popen(command, stderr=log, text=True, start_new_session=True)
        found = self._until(lambda: re.findall(r"(\w+) 127\.0\.0\.1:(\d+)", self._ready_line()))
        self.ports = {name: int(port) for name, port in found}

    def _ready_line(self) -> str:
        lines = (self.folder / "log").read_text("utf-8").splitlines()
        return next((line for line in lines if line.startswith("mailgate is ready")), "")

    def send(self, sample: Sample) -> None:
        """Hand one mail in, over SMTP, as its sender's server would."""
        port = self.ports["submission" if sample.login else "smtp"]
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S) as client:
            if sample.login:
                client.login("anna", PASSWORD)
            client.sendmail(sample.sender, [sample.recipient], sample.raw)

    def letters(self) -> list[EmailMessage]:
        """What the desk has sent so far, oldest first."""
        paths = sorted((self.folder / "letters" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [_parsed(path.read_bytes()) for path in paths]

    def wait_for_letter(self, address: str, count: int) -> EmailMessage:
        """The ``count``-th letter to an address."""

        def so_far() -> list[EmailMessage]:
            return [each for each in self.letters() if address in str(each["To"])]

        return self._until(lambda: so_far()[count - 1 : count])[0]

    def wait_for_quiet(self, letters: int) -> None:
        """Until the desk has sent that many letters in all."""
        self._until(lambda: ["enough"] if len(self.letters()) >= letters else [])

    def wait_for_story(self, place: int) -> DeliveryStory:
        """What became of the ``place``-th mail, counted from 0."""
        return self._until(lambda: self.stories()[place : place + 1])[0]

    def stories(self) -> list[DeliveryStory]:
        """What became of every mail so far, in the order of acceptance."""
        store = open_store(load(self.config, self.clock), self.clock)
        try:
            return stories(store.rows)
        finally:
            store.close()

    def stop(self) -> None:
        """End the desk in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)

    def _until(self, look: Callable[[], list[T]]) -> list[T]:
        """Look until something is there; ``Temporary`` with the desk's own last words when it takes too long."""
        deadline = self.clock.monotonic() + PATIENCE_S
        while self.clock.monotonic() < deadline:
            found = look()
            if found:
                return found
            if self.process is not None and self.process.poll() is not None:
                break
            select.select([], [], [], 0.02)
        raise Temporary("the demo desk does not answer:\n" + (self.folder / "log").read_text("utf-8")[-2000:])


def _parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message
