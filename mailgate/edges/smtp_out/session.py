"""One SMTP connection to a relay: opened, protected and logged in, or not there at all.

smtplib speaks the protocol; what it lacks is here. Its timeout begins anew with every octet, so a relay that drips one
a second holds the sender for hours: here each answer has one deadline as a whole, and a number of lines. ``opened``
never goes on in the clear where TLS is required, and never says a password over an open line (RFC 8314 section 3).
``begin`` says MAIL, RCPT and DATA in one breath where the relay takes them so (RFC 2920). What is said for each letter
is written straight to the socket: smtplib's way of saying it reads each address with a parser for headers.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Any

from mailgate.clock import Clock
from mailgate.edges.settings import Relay, Security
from mailgate.edges.smtp_out.courier import RelayAway
from mailgate.errors import Temporary

MAX_REPLY_LINES = 128
MAX_REPLY_LINE = 2_048
SLACK_S = 0.05
"""A deadline may be missed by this: setting the socket's time to the rest of it at each look costs a system call."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Session(smtplib.SMTP):
    """smtplib's client with a deadline over each answer. ``wait`` are the seconds that each of the next answers
    may take, and each ``write``."""

    def __init__(self, relay: Relay, context: ssl.SSLContext | None, clock: Clock) -> None:
        self.wait = relay.timeout
        self._clock = clock
        self._context = context if relay.security is Security.TLS else None
        self._received = b""
        self._unsaid: list[bytes] = []
        self._unheard = 0
        self.greeting = ""
        super().__init__(relay.host, relay.port, relay.hostname, relay.timeout)

    def connect(self, *place: Any, **named: Any) -> tuple[int, bytes]:
        """As smtplib does it; what the relay said first is kept in ``greeting``."""
        code, text = super().connect(*place, **named)
        self.greeting = text.decode("ascii", "replace")
        return code, text

    def begin(self, sender: str, recipient: str, options: list[str]) -> None:
        """Say MAIL, with RCPT and DATA behind it where the relay takes commands in groups."""
        encoding = "utf-8" if "smtputf8" in options else "ascii"
        mail = " ".join((f"mail FROM:<{sender}>", *options))
        said = [f"{mail}\r\n".encode(encoding), f"rcpt TO:<{recipient}>\r\n".encode(encoding), b"data\r\n"]
        grouped = self.has_extn("pipelining")
        self._unsaid = [] if grouped else said[1:]
        self._unheard = len(said) if grouped else 1
        self.write(b"".join(said) if grouped else said[0])

    def go_on(self) -> bool:
        """Say what comes next of what ``begin`` began; False where it is said already."""
        if not self._unsaid:
            return False
        self._unheard += 1
        self.write(self._unsaid.pop(0))
        return True

    def abandon(self) -> None:
        """Hear the rest of what ``begin`` asked for. A relay that is ready for a letter whose only recipient it has
        refused gets an empty one, which it must refuse too (RFC 2920 section 3.1)."""
        code = 0
        self._unsaid = []
        while self._unheard:
            code, _ = self.getreply()
        if code == 354:
            self.write(b".\r\n")
            self.getreply()

    def write(self, octets: bytes) -> None:
        """Say all of it; ``SMTPServerDisconnected`` or ``OSError`` where the connection is gone."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("there is no connection to the relay")
        self._set_time(self.sock, self.wait)
        self.sock.sendall(octets)

    def getreply(self) -> tuple[int, bytes]:
        """The next answer, as (code, text); the code is -1 when it is none.

        ``SMTPServerDisconnected`` when the connection ends or the answer is not whole in time.
        """
        self._unheard = max(0, self._unheard - 1)
        deadline = self._clock.monotonic() + self.wait
        texts: list[bytes] = []
        for _ in range(MAX_REPLY_LINES):
            line = self._line(deadline)
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                code = int(line[:3]) if line[:3].isdigit() else -1
                return code, b"\n".join(texts)
        raise self._lost("the relay's answer has no end")

    def forget(self) -> None:
        """Drop what came before a TLS handshake: anybody on the way may have put it there (CVE-2011-0411)."""
        self._received = b""

    def hang_up(self) -> None:
        """Say QUIT if somebody listens, and close in any case."""
        self.wait = min(self.wait, 5.0)
        try:
            self.quit()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._context.wrap_socket(plain, server_hostname=host) if self._context else plain

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._received:
            if len(self._received) > MAX_REPLY_LINE:
                raise self._lost("the relay's answer is too long")
            self._received += self._some(deadline)
        line, _, self._received = self._received.partition(b"\n")
        return line

    def _some(self, deadline: float) -> bytes:
        left = deadline - self._clock.monotonic()
        if left <= 0 or self.sock is None:
            raise self._lost("the relay did not answer in time")
        try:
            self._set_time(self.sock, left)
            octets = self.sock.recv(4096)
        except TimeoutError as error:
            raise self._lost("the relay did not answer in time") from error
        except OSError as error:
            raise self._lost(f"the connection to the relay broke: {error.strerror or error}") from error
        if not octets:
            raise self._lost("the relay closed the connection")
        return octets

    def _set_time(self, sock: socket.socket, seconds: float) -> None:
        if not 0 <= (sock.gettimeout() or 0.0) - seconds <= SLACK_S:
            sock.settimeout(seconds)

    def _lost(self, why: str) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(why)


def opened(relay: Relay, clock: Clock) -> Session:
    """A connection that is ready for MAIL; ``RelayAway`` in the admin's words where there is none to be had."""
    place = f"{relay.host}:{relay.port}"
    try:
        context = _context(relay)
        session = Session(relay, context, clock)
    except (OSError, smtplib.SMTPException) as error:
        raise RelayAway(f"no connection to the relay {place}: {_said(error)}") from error
    try:
        _prepare(session, relay, context)
    except (OSError, smtplib.SMTPException) as error:
        session.close()
        raise RelayAway(f"the relay {place} does not let us in: {_said(error)}") from error
    except Temporary as error:  # RelayAway itself, or a password that cannot be read
        session.close()
        raise RelayAway(str(error)) from error
    return session


def _prepare(session: Session, relay: Relay, context: ssl.SSLContext | None) -> None:
    """EHLO, STARTTLS and EHLO again, AUTH: as much of it as the settings ask for."""
    session.ehlo_or_helo_if_needed()
    if relay.security is Security.STARTTLS:
        if not session.has_extn("starttls"):
            raise RelayAway(f"the relay {relay.host} offers no STARTTLS, which the settings require")
        session.starttls(context=context)
        session.forget()
        session.ehlo()
    if not relay.user:
        return
    if relay.security is Security.NONE and relay.host not in _LOOPBACK:
        raise RelayAway(f"no password goes to {relay.host} over an open line: set security to starttls or tls")
    if not session.has_extn("auth"):
        raise RelayAway(f"the relay {relay.host} offers no AUTH, but the settings name a user")
    session.login(relay.user, relay.password.read() if relay.password else "")


def _context(relay: Relay) -> ssl.SSLContext | None:
    if relay.security is Security.NONE:
        return None
    return ssl.create_default_context(cafile=relay.tls_ca or None)


def _said(error: Exception) -> str:
    """What went wrong, without the password that smtplib may carry along."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("ascii", "replace") if isinstance(text, bytes) else str(text)
        return f"{error.smtp_code} {' '.join(words.split())[:300]}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error.strerror or type(error).__name__}"
    return str(error)
