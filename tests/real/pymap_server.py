"""pymap, an IMAP server in pure Python, on a free loopback port: there on every machine that runs the tests."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.real.port import reserve

PATIENCE_S = 60.0


@dataclass
class Pymap:
    """A running server with one user, whose mail lives in memory."""

    host: str
    port: int
    user: str
    password: str
    process: subprocess.Popen[bytes]

    def client(self) -> imaplib.IMAP4:
        """A connection as a person's mail client would open it."""
        client = imaplib.IMAP4(self.host, self.port, timeout=PATIENCE_S)
        client.login(self.user, self.password)
        return client

    def append(self, raws: Sequence[bytes], folder: str = "INBOX") -> None:
        """Put mails into a folder, in order."""
        with self.client() as client:
            for raw in raws:
                status, _ = client.append(folder, "", "", raw)  # type: ignore[arg-type]
                assert status == "OK"

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        self.process.kill()
        self.process.wait(PATIENCE_S)


def start(user: str = "support", password: str = "pass word") -> Pymap:
    """A pymap that answers."""
    port = reserve()
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-user", user]
    code = "import sys; from pymap.main import main; sys.argv[0] = 'pymap'; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words, "--demo-password", password],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as probe:
                probe.settimeout(PATIENCE_S)
                if probe.recv(4) == b"* OK":
                    return Pymap("127.0.0.1", port, user, password, process)
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)  # rather than take the machine from it
    process.kill()
    pytest.fail("pymap did not start")
