"""What all connections of the front process share: the desk, the way into the spool, and what they may take of us."""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol

from mailgate.clock import Clock
from mailgate.edges.group_commit import GroupCommit
from mailgate.edges.settings import SmtpIn
from mailgate.edges.smtp_limits import Budget, Gate, Pace
from mailgate.edges.smtp_reply import NO_ROOM, TOO_FAST, Reply
from mailgate.errors import Refused

LOGIN_FAILURES_PER_MINUTE = 10


class Recipients(Protocol):
    """What the front must know of the desk. Both are asked often and in the event loop's process; neither may block."""

    def knows(self, address: str) -> bool:
        """Whether mail to this address is ours: a mailbox, or a token address with a good token. A wrong token is an
        unknown address."""
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
        self.budget = Budget(settings.data_budget)
        self.stopping = False
        self.empty = asyncio.Event()
        self.empty.set()

    def check_pace(self, ip: str) -> None:
        """``Reply`` when this address has begun too many mails in this minute."""
        if ip and not self.gate.trusts(ip) and not self.mails.step(ip, self.clock.monotonic()):
            raise Reply(TOO_FAST)

    def check_room(self, size: int) -> None:
        """``Reply`` when a mail of ``size`` octets would leave too little of the disk (promise 4)."""
        if self.commits.free_bytes() - size < self.settings.min_free:
            raise Reply(NO_ROOM)


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
