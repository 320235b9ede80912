"""The front is killed in the middle of everything: what it said 250 to is in the spool, once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from pathlib import Path

import uvloop

from mailgate.clock import SystemClock
from mailgate.edges.settings import SmtpIn
from mailgate.edges.smtp_in.group_commit import GroupCommit
from mailgate.edges.smtp_in.server import serve_mail
from mailgate.edges.spool.spool import Spool
from tests.edges.smtp_server import Desk, Wire

KILLS = 20
SENDERS = 4
PATIENCE_S = 60.0


def front(listener: socket.socket, spool_path: Path) -> int:
    """Fork a front; its process id."""
    pid = os.fork()
    if not pid:
        commits = GroupCommit(Spool.open(spool_path, SystemClock()), lambda _: None)
        serving = (SmtpIn(min_free=0), Desk(), commits, SystemClock(), asyncio.Event(), lambda: None)
        try:
            uvloop.run(serve_mail(*serving, (("smtp", listener),)))
        finally:
            os._exit(0)
    return pid


def send(place: tuple[str, int], name: str, said: list[str], enough: threading.Semaphore) -> None:
    """Send mails until the front dies; note each that was acknowledged."""
    try:
        wire = Wire(place)
        wire.answer()
        wire.say("EHLO client.example")
        for number in range(10_000):
            if wire.mail(b"%s-%d" % (name.encode(), number)).startswith("250"):
                said.append(f"{name}-{number}")
            if number == 5:
                enough.release()
    except (OSError, AssertionError):
        pass


def test_D01_twenty_kills_lose_nothing_and_double_nothing(spool_path: Path) -> None:
    """Four senders at once; each has at least six mails in before the kill, which hits wherever it hits."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    said: list[str] = []
    for turn in range(KILLS):
        pid = front(listener, spool_path)
        enough = threading.Semaphore(0)
        senders = [
            threading.Thread(target=send, args=(listener.getsockname(), f"{turn}{letter}", said, enough))
            for letter in "abcd"
        ]
        for sender in senders:
            sender.start()
        assert all(enough.acquire(timeout=PATIENCE_S) for _ in senders)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        for sender in senders:
            sender.join(PATIENCE_S)
            assert not sender.is_alive()
    listener.close()
    spool = Spool.open(spool_path, SystemClock())
    entries = spool.pending(0, 1_000_000, 1 << 40)
    stored = [spool.raw(entry.key).rpartition(b"\r\n")[0].rpartition(b"\n")[2].decode() for entry in entries]
    assert len(said) >= KILLS * SENDERS * 6
    assert set(said) <= set(stored)
    assert len(set(stored)) == len(stored)
    spool.close()
