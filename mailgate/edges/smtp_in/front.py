"""What all connections of the front process share: the desk, the way into the spool, and what they may take of us."""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol

from mailgate import logs
from mailgate.clock import Clock
from mailgate.edges.settings import SmtpIn
from mailgate.edges.smtp_in.address import Path
from mailgate.edges.smtp_in.client import Client, Lane
from mailgate.edges.smtp_in.group_commit import GroupCommit
from mailgate.edges.smtp_in.limits import Budget, Gate, Pace
from mailgate.edges.smtp_in.reply import (
    ENOUGH_STRANGERS,
    NO_MAILBOX,
    NO_ROOM,
    NOT_YOUR_ADDRESS,
    TOO_BIG,
    TOO_FAST,
    Reply,
)
from mailgate.edges.smtp_in.trouble import Trouble
from mailgate.errors import Refused

LOGIN_FAILURES_PER_MINUTE = 10
UNKNOWN_RECIPIENTS_PER_MINUTE = 20
"""Who guesses addresses, or tokens in them, gets no further word on any address for the rest of the minute (S-19)."""


class Recipients(Protocol):
    """What the front must know of the desk. Both are asked often and in the event loop's process; neither may block."""

    def knows(self, address: str, *, handed_on: bool = False) -> bool:
        """Whether mail to this address is ours: a mailbox, or a token address with a good token. A wrong token is an
        unknown address; but not where our own mail server hands the mail on, which has said yes to it already and
        would have to send a bounce to whomever it names as its sender."""
        ...

    def agent_login(self, user: str, password: bytes) -> str | None:
        """The agent's own address, or None; takes the same time either way. Called in a thread."""
        ...


class Front:
    """The state that connections share; everything here lives in one thread."""

    def __init__(self, settings: SmtpIn, desk: Recipients, commits: GroupCommit, clock: Clock) -> None:
        """Raises ``Refused`` when the certificate cannot be used."""
        self.settings, self.desk, self.commits, self.clock = settings, desk, commits, clock
        self.tls = tls_context(settings)
        self.gate = Gate(settings)
        self.mails = Pace(settings.messages_per_minute_per_ip)
        self.failed_logins = Pace(LOGIN_FAILURES_PER_MINUTE)
        self.guesses = Pace(UNKNOWN_RECIPIENTS_PER_MINUTE)
        self.budget = Budget(settings.data_budget)
        self.trouble = Trouble(clock, logs.get("smtp"))
        self.stopping = False
        self.leaving = False
        self.empty = asyncio.Event()
        self.empty.set()

    def extensions(self, lane: Lane, client: Client) -> list[str]:
        """What the answer to EHLO offers."""
        offered = [f"SIZE {self.settings.max_size}", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"]
        if self.tls and not client.tls:
            offered.append("STARTTLS")
        if lane.auth and client.private:
            offered.append("AUTH PLAIN LOGIN")
        return offered

    def check_mail(self, path: Path, lane: Lane, client: Client) -> None:
        """``Reply`` when a mail of this sender and announced size is not to be taken from this client now: not his own
        address, too big, too many in this minute, or too little room left on the disk (promise 4)."""
        if lane.auth and path.address.lower() != client.agent.lower():
            raise Reply(NOT_YOUR_ADDRESS)
        if path.size > self.settings.max_size:
            raise Reply(TOO_BIG)
        if not client.spared and not self.mails.step(client.ip, self.clock.monotonic()):
            raise Reply(TOO_FAST)
        if self.commits.free_bytes() - path.size < self.settings.min_free:
            raise Reply(NO_ROOM)

    def check_recipient(self, address: str, client: Client) -> None:
        """``Reply`` when the address is none of the desk's: an unknown mailbox and a token that was made up are the
        same answer, and a source that has guessed too often hears of no address any more."""
        now = self.clock.monotonic()
        if not client.spared and self.guesses.used_up(client.ip, now):
            raise Reply(ENOUGH_STRANGERS, hang_up=True)
        if not self.desk.knows(address, handed_on=client.spared):
            if not client.spared:
                self.guesses.step(client.ip, now)
            raise Reply(NO_MAILBOX)


def tls_context(settings: SmtpIn) -> ssl.SSLContext | None:
    """What STARTTLS uses, TLS 1.2 at least; None without a certificate. Raises ``Refused`` in words."""
    if not settings.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key or None)
    except (OSError, ssl.SSLError) as error:
        raise Refused(f"the certificate {settings.tls_cert} cannot be used: {error.strerror or error}") from error
    return context
