"""Letters out without a network: into a Maildir, or onto the console. For trying out, and for desks behind one machine.

A letter in the Maildir is written aside, synced and renamed, so that it is there whole or not at all, after a power cut
too. As final delivery does, it gets the envelope on top (RFC 5321 section 4.4).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from mailgate.clock import Clock
from mailgate.durable import sync_folder
from mailgate.edges.smtp_out.courier import Answer, Post, RelayAway, Sent, one_by_one


class MaildirCourier:
    """Puts each letter into ``path/new``; any mail program can open the folder."""

    def __init__(self, path: str, clock: Clock) -> None:
        """The folder is made with the first letter."""
        self._path = Path(path)
        self._clock = clock
        self._made = False

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        """``Sent`` once the letter is on the disk; ``RelayAway`` when the folder cannot be written."""
        name = f"{self._clock.now_ms()}.{self._clock.token_hex(8)}.mailgate"
        written = _enveloped(mail_from, recipient, data)
        try:
            self._make()
            _write_aside(self._path / "tmp" / name, written)
            os.rename(self._path / "tmp" / name, self._path / "new" / name)
            sync_folder(self._path / "new")
        except OSError as error:
            raise self._away(error) from error
        return Sent(f"kept as {name}")

    def send_all(self, letters: Sequence[Post]) -> list[Answer]:
        """One after the other."""
        return one_by_one(self.send, letters)

    def check(self) -> str:
        """Make the folder; ``RelayAway`` when that cannot be done."""
        try:
            self._make()
        except OSError as error:
            raise self._away(error) from error
        return ""

    def idle(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""

    def _make(self) -> None:
        if not self._made:
            for folder in ("tmp", "new", "cur"):
                (self._path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._made = True

    def _away(self, error: OSError) -> RelayAway:
        self._made = False
        return RelayAway(f"the Maildir {self._path} cannot be written: {error.strerror}")


class ConsoleCourier:
    """Shows each letter on a stream, and says that it was sent."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Standard output, unless a stream is given."""
        self._stream = stream or sys.stdout

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        """Write the letter out, with its envelope."""
        shown = _enveloped(mail_from, recipient, data).decode("utf-8", "replace")
        self._stream.write(f"{shown}\n{'-' * 72}\n")
        self._stream.flush()
        return Sent("shown")

    def send_all(self, letters: Sequence[Post]) -> list[Answer]:
        """One after the other."""
        return one_by_one(self.send, letters)

    def check(self) -> str:
        """The console is always there."""
        return ""

    def idle(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""


def _enveloped(mail_from: str, recipient: str, data: bytes) -> bytes:
    lines = f"Return-Path: <{_one_line(mail_from)}>\nDelivered-To: {_one_line(recipient)}\n"
    return lines.encode("utf-8", "replace") + data.replace(b"\r\n", b"\n")


def _one_line(address: str) -> str:
    return "".join(address.split())


def _write_aside(path: Path, content: bytes) -> None:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
