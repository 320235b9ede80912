"""Mails to our own running daemon, over its private socket in LMTP (RFC 2033): what ``ingest`` uses.

smtplib opens the line and reads the answers. It is not left to hand a mail over: it hears one answer after the data
where LMTP gives one a recipient, so that the next mail hears what was said of the last; it doubles dots behind a bare
LF, which nobody takes away again; and it cannot say an address that is not ASCII.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from pathlib import Path

from mailgate.edges.unix_path import within_reach
from mailgate.errors import Refused, Temporary

TIMEOUT_S = 60.0
CLOSING = 421


class Lmtp:
    """One connection for all mails, made anew where the daemon has read its config again and hangs up meanwhile."""

    def __init__(self, path: Path) -> None:
        """Raises ``Temporary`` when nobody answers at ``path``."""
        self._path = path
        self._line = self._connected()

    def hand_over(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Returns when the daemon has said 250: the mail is kept, for those of the recipients that it takes.

        The octets are those of ``raw``, and a CRLF where it does not end with one. ``Refused`` or ``Temporary`` where
        no recipient was taken, or the mail was not; the addresses must be such as ``smtp_in.address`` reads.
        """
        try:
            code = self._handed_over(sender, recipients, raw)
        except (OSError, smtplib.SMTPException) as error:
            raise Temporary("the running daemon closed the connection") from error
        if code >= 500:
            raise Refused(f"the daemon answered {code}")
        if code != 250:
            raise Temporary(f"the daemon answered {code}")

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _handed_over(self, sender: str, recipients: Sequence[str], raw: bytes) -> int:
        """The answer that decides: the worst after the data, or the one that the mail did not get past."""
        code = self._begun(sender)
        if code != 250:
            return code
        answers = [self._ask(f"RCPT TO:<{recipient}>") for recipient in recipients]
        code = self._ask("DATA") if 250 in answers else max(answers)
        if code != 354:
            self._ask("RSET")
            return code
        self._line.send(_on_the_wire(raw))
        return max(self._line.getreply()[0] for answer in answers if answer == 250)

    def _begun(self, sender: str) -> int:
        """The answer to MAIL; nothing of this mail was said before it, so the line may be made anew for it."""
        command = f"MAIL FROM:<{sender}> SMTPUTF8"
        try:
            code = self._ask(command)
        except smtplib.SMTPServerDisconnected:
            code = CLOSING
        if code != CLOSING:
            return code
        self._line.close()
        self._line = self._connected()
        return self._ask(command)

    def _ask(self, command: str) -> int:
        self._line.send(f"{command}\r\n".encode())
        return self._line.getreply()[0]

    def _connected(self) -> smtplib.LMTP:
        try:
            with within_reach(self._path) as name:
                line = smtplib.LMTP(name, local_hostname="localhost", timeout=TIMEOUT_S)
            line.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise Temporary(f"the running daemon does not answer at {self._path}") from error
        return line


def _on_the_wire(raw: bytes) -> bytes:
    """With a second dot where a line begins with one (RFC 5321 section 4.5.2), and the end of the data."""
    stuffed = (b"." if raw.startswith(b".") else b"") + raw.replace(b"\r\n.", b"\r\n..")
    return stuffed + (b".\r\n" if not raw or raw.endswith(b"\r\n") else b"\r\n.\r\n")
