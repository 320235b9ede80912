"""The kill run: a desk at work, its processes killed at random, and the books checked afterwards.

People send over SMTP and drop mail into a mailbox that the desk fetches; whoever was not answered 250 sends the same
again, as mail servers do. Meanwhile SIGKILL hits one process of the daemon after the other, the parent included,
which is then started again. In the end every mail must be there once.
"""

from __future__ import annotations

import email
import email.policy
import os
import random
import signal
import smtplib
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache

from mailgate.edges.spool.octets import LARGE
from tests.flow.world import DESK, PATIENCE_S, Desk, Handed, letter

SENDERS = 4
RETRY_S = 0.1


@dataclass
class Books:
    """What was said and what was found, to be compared."""

    accepted: set[str] = field(default_factory=set)
    kills: Counter[str] = field(default_factory=Counter)
    refused: list[int] = field(default_factory=list)


def person(number: int) -> str:
    """The address of the number-th customer."""
    return f"person{number}@client.example"


def message_id(number: int) -> str:
    """The Message-ID of the number-th mail, without brackets."""
    return f"kill.{number}@client.example"


@cache
def mail(number: int) -> bytes:
    """The number-th mail: its own sender, so that each may expect one acknowledgement; the same bytes at every try. One
    in a hundred is too large for memory."""
    raw = letter(
        f"P{number} <{person(number)}>", f"Question {number}", "Please help me.", message_id=f"<{message_id(number)}>"
    )
    return _with_file(raw) if number % 100 == 3 else raw


def _with_file(raw: bytes) -> bytes:
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    message.add_attachment(bytes(LARGE), maintype="application", subtype="octet-stream", filename="zeros.bin")
    return message.as_bytes()


def loses_acknowledgements(seed: int) -> Callable[[Handed], bool]:
    """A relay that takes one acknowledgement in twenty and is gone before it has said so: it must not come again."""
    chance = random.Random(seed)
    return lambda letter: letter.recipient.startswith("person") and chance.random() < 0.05


class Killer(threading.Thread):
    """SIGKILL to a random process of the desk, ``kills`` times, whenever the desk is up and at work."""

    def __init__(self, desk: Desk, kills: int, seed: int, books: Books) -> None:
        super().__init__(daemon=True)
        self.desk, self.kills, self.chance, self.books = desk, kills, random.Random(seed), books
        self.pause = threading.Event()

    def run(self) -> None:
        """Kill, wait a moment of random length, see to it that a parent runs, and again."""
        for _ in range(self.kills):
            self.pause.wait(self.chance.uniform(0.05, 0.35))
            self._strike()
            if self.desk.process is not None and self.desk.process.poll() is not None:
                self.desk.start()
        self.pause.wait(0.5)
        if self.desk.process is not None and self.desk.process.poll() is not None:
            self.desk.start()

    def _strike(self) -> None:
        assert self.desk.process is not None
        parent = self.desk.process.pid
        pids = children(parent)
        if self.chance.random() < 0.12 or not pids:
            _kill(parent)
            self.desk.process.wait(PATIENCE_S)
            self.books.kills["parent"] += 1
        elif self.chance.random() < 0.1:
            self.desk.kill()
            self.books.kills["all"] += 1
        else:
            _kill(self.chance.choice(pids))
            self.books.kills["child"] += 1


def children(parent: int) -> list[int]:
    """The process ids of the parent's children."""
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def send_all(desk: Desk, numbers: Sequence[int], books: Books, give_up: threading.Event) -> None:
    """Send these mails from several people at once, each until it is accepted."""
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda number: _send_until_accepted(desk, number, books, give_up), numbers))


def _send_until_accepted(desk: Desk, number: int, books: Books, give_up: threading.Event) -> None:
    while not give_up.is_set():
        try:
            with smtplib.SMTP("127.0.0.1", desk.ports["smtp"], timeout=PATIENCE_S) as client:
                client.sendmail(person(number), [DESK], mail(number))
                books.accepted.add(message_id(number))
                return
        except smtplib.SMTPRecipientsRefused as error:
            books.refused += [code for code, _ in error.recipients.values() if code >= 500]
        except smtplib.SMTPResponseException as error:
            books.refused += [error.smtp_code] if error.smtp_code >= 500 else []
        except (OSError, smtplib.SMTPException):
            pass
        give_up.wait(RETRY_S)


def doubled(keys: Iterator[str]) -> dict[str, int]:
    """Which of these stand more than once, and how often."""
    return {key: count for key, count in Counter(keys).items() if count > 1}
