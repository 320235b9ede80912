"""P-08: clients that hold every place they can get, and waste our time, do not keep an honest one waiting."""

from __future__ import annotations

import smtplib
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.settings import SmtpIn
from mailgate.edges.spool.spool import Spool
from tests.edges.smtp_server import Front
from tests.flow.world import PATIENCE_S, letter
from tests.torture.promised import within

GREEDY = 10
EACH = 20
HONEST_MAILS = 40
SOON_S = 10.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """The servers with the limits that a desk has."""
    spool = Spool.open(tmp_path / "spool.db", SystemClock(), checkpoints=True)
    running = Front(spool, SystemClock(), SmtpIn(min_free=0), tmp_path)
    yield running
    running.stop()
    spool.close()


def connect(front: Front, source: str) -> socket.socket:
    """A connection from one of the many addresses of this machine."""
    line = socket.create_connection(front.places["smtp"], PATIENCE_S, source_address=(source, 0))
    line.recv(200)
    return line


class Waster(threading.Thread):
    """Says things that bring no mail, on all its connections in turn, until it is told to stop."""

    def __init__(self, lines: list[socket.socket]) -> None:
        super().__init__(daemon=True)
        self.lines, self.enough = lines, threading.Event()

    def run(self) -> None:
        """A third drips into a mail's data, a third floods commands, the others only hold their place."""
        for line in self.lines[::3]:
            self._begin(line)
        while not self.enough.wait(0.02):
            for at, line in enumerate(self.lines):
                try:
                    line.sendall((b"x", b"NOOP\r\n" * 20, b"")[at % 3])
                except OSError:
                    continue  # it was cut off

    def _begin(self, line: socket.socket) -> None:
        """As far as the data, where it was let in."""
        for command in (b"EHLO x", b"MAIL FROM:<x@x.example>", b"RCPT TO:<support@help.example>", b"DATA"):
            try:
                line.sendall(command + b"\r\n")
                line.recv(1000)
            except OSError:
                return


def waits(front: Front) -> list[float]:
    """The seconds from connecting to the 250 of each mail of somebody honest; every one must come."""
    found = []
    for number in range(HONEST_MAILS):
        began = time.monotonic()
        with smtplib.SMTP(*front.places["smtp"], timeout=PATIENCE_S, source_address=("127.0.0.99", 0)) as client:
            raw = letter("h@honest.example", f"Question {number}", "Are you open?")
            assert client.sendmail("h@honest.example", ["support@help.example"], raw) == {}
        found.append(time.monotonic() - began)
    return found


def test_P08_two_hundred_greedy_connections_do_not_keep_an_honest_one_waiting(front: Front) -> None:
    """Ten addresses take all the places they get; whoever comes from elsewhere is let in, and soon answered."""
    alone = waits(front)
    lines = [connect(front, f"127.0.1.{number}") for _ in range(EACH) for number in range(GREEDY)]
    waster = Waster(lines)
    waster.start()
    crowded = waits(front)
    waster.enough.set()
    waster.join(PATIENCE_S)
    for line in lines:
        line.close()
    before, after = statistics.median(alone), statistics.median(crowded)
    print(
        f"an honest mail beside {len(lines)} greedy clients: {after * 1000:.0f} ms, {after / before:.1f} times as alone"
    )
    assert within(SOON_S, max(crowded))
    assert len([entry for entry in front.kept() if entry.envelope.mail_from == "h@honest.example"]) == 2 * HONEST_MAILS
