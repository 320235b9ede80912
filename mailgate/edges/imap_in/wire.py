"""The wire under an IMAP session: imapclient over a socket that another thread can shut, and our words for its errors.

imapclient and imaplib are touched below their public names in three places, each for a reason that stands there; the
tests against real servers hold them.

Every failure is one of four:

==================  ===============================================  ===================================
raised              because                                          the connection afterwards
==================  ===============================================  ===================================
``Insecure``        TLS failed, STARTTLS or LOGIN missing, PREAUTH   closed; asked again every 5 minutes
``LoginRefused``    name, password or token is wrong                 closed; asked again every 5 minutes
``CommandRefused``  NO, BAD, or an answer that cannot be read        goes on
``Temporary``       anything else: silence, RST, BYE, deadline       closed; asked again with back-off
==================  ===============================================  ===================================
"""

from __future__ import annotations

import contextlib
import imaplib
import select
import socket
import ssl
from collections.abc import Iterator, Sequence

import imapclient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailgate.edges.imap_in.watchdog import Line
from mailgate.edges.settings import ImapAccount, Security
from mailgate.errors import Temporary

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError)


class Insecure(Temporary):
    """Logging in here would show the password, or the server is not the one that it should be."""


class LoginRefused(Temporary):
    """The server does not take our name, password or token."""


class CommandRefused(Temporary):
    """The server said no to one command; the connection is as good as before."""


class Wire(imaplib.IMAP4):
    """imaplib's connection, whose socket can be shut by the watchdog from its first octet on."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext | None, line: Line) -> None:
        self._account = account
        self._context = context
        self._line = line
        super().__init__(account.host, account.port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        sock = socket.create_connection((self._account.host, self._account.port), self._account.connect_timeout)
        self._line.hold(sock)
        if self._context is None or self._account.security is not Security.TLS:
            return sock
        return self._context.wrap_socket(sock, server_hostname=self._account.host)


class Client(imapclient.IMAPClient):  # type: ignore[misc]  # imapclient publishes no types
    """imapclient over our wire, whose IDLE can be woken."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext | None, line: Line, waker: socket.socket) -> None:
        self._account = account
        self._line = line
        self._waker = waker
        super().__init__(
            account.host,
            account.port,
            ssl=account.security is Security.TLS,
            ssl_context=context,
            timeout=imapclient.SocketTimeout(account.connect_timeout, account.command_deadline),
        )
        self._imap.debug = 0  # imapclient asks for every line to be formatted for its log

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - imapclient's name
        return Wire(self._account, self.ssl_context, self._line)

    def told_of_mail(self) -> bool:
        """Whether an EXISTS has been read since this was asked last; imaplib keeps those of all answers."""
        return bool(self._imap.untagged_responses.pop("EXISTS", None))

    def stirs(self, seconds: float) -> bool:
        """Whether, within so many seconds of an IDLE, the server sends something or hangs up, or the waker rings.

        imapclient's ``idle_check`` reads without blocking, which tears lines in two, and polls the socket only, while
        news that came together with the ``+`` already stand in imaplib's buffer. Here nothing is read: ``idle_done``
        does that, line by line.
        """
        sock = self.socket()
        sock.setblocking(False)
        try:
            if self._imap.file.peek(1):
                return True
        except OSError:  # nothing there yet, as TLS says it (SSLWantReadError); a dead line shows in the poll below
            pass
        finally:
            self._set_read_timeout()
        poller = select.poll()
        poller.register(sock.fileno(), select.POLLIN)
        poller.register(self._waker.fileno(), select.POLLIN)
        return bool(poller.poll(seconds * 1000))


def check(account: ImapAccount) -> None:
    """Refuse words that would break out of their place in a command; imapclient sends them as they are."""
    for what in (account.folder, account.move_to, account.user):
        if any(ord(char) < 32 or ord(char) == 127 for char in what):
            raise Insecure(f"{what!r} has control characters in it")


def tls_context(account: ImapAccount) -> ssl.SSLContext | None:
    """TLS 1.2 at least, certificate and host name checked, by the system's roots or ``tls_ca``; None without TLS."""
    if account.security is Security.NONE:
        return None
    context = ssl.create_default_context(cafile=account.tls_ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def shown(text: str, secrets: Sequence[str]) -> str:
    """A server's words for a log line: printable, short, and without the secret that it may have echoed."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return "".join(char if char.isprintable() else " " for char in text[:200])


@contextlib.contextmanager
def words(account: ImapAccount, what: str, line: Line) -> Iterator[None]:
    """One of our failures for whatever imapclient, imaplib, ssl and the parser raise in here.

    An answer that cannot be parsed is read to its end all the same, so the connection can go on. Its text is left
    out of the message: it may hold parts of a mail.
    """
    where = f"{account.host}:{account.port}: {what}"
    try:
        yield
    except Temporary:
        raise
    except ssl.SSLCertVerificationError as error:
        raise Insecure(f"{where}: the certificate is not valid: {error.verify_message}") from error
    except Exception as error:
        if line.cut or isinstance(error, TimeoutError):
            raise Temporary(f"{where}: no answer in time") from error
        if isinstance(error, OSError | IMAPClientAbortError | EOFError):
            raise Temporary(f"{where}: the connection broke ({type(error).__name__})") from error
        if isinstance(error, IMAPClientError):
            raise CommandRefused(f"{where}: {shown(str(error), ())}") from error
        if isinstance(error, _UNREADABLE):
            raise CommandRefused(f"{where}: the answer cannot be read ({type(error).__name__})") from error
        raise
