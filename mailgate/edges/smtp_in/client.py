"""Who talks to us, by which way in, and what of that goes into the envelope and the trace line.

==========  =======  ====================================================================================
lane        speaks   what is different
==========  =======  ====================================================================================
smtp        ESMTP    the limits per address hold
lmtp        LMTP     one answer per recipient (RFC 2033)
submission  ESMTP    agents only: AUTH first, over TLS or on loopback; MAIL FROM is the agent's own address
ingest      LMTP     our own program: no trace line, so that the bytes stay those of the file, and as many mails in
                     one connection as there are
==========  =======  ====================================================================================
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.edges.smtp_in.data import trace_line
from mailgate.mail.model import Envelope


@dataclass(frozen=True, slots=True)
class Lane:
    """One way in. ``source`` is what the envelope says; ``protocol`` what the trace line says (RFC 3848);
    ``own`` is our own program at the other end."""

    source: str
    protocol: str = "ESMTP"
    auth: bool = False
    own: bool = False

    @property
    def lmtp(self) -> bool:
        """Whether the greeting is LHLO and every recipient gets an answer of its own."""
        return self.protocol == "LMTP"


LANES = {
    "smtp": Lane("smtp"),
    "lmtp": Lane("lmtp", "LMTP"),
    "submission": Lane("submission", auth=True),
    "ingest": Lane("ingest", "LMTP", own=True),
}


@dataclass(slots=True)
class Client:
    """What is known of the other end. ``ip`` is empty on a Unix socket; ``agent`` is who logged in; ``helo`` is empty
    before the greeting, and ``extended`` says that it was EHLO or LHLO. ``spared`` the limits is one of our own, who
    hands on the mail of many."""

    ip: str = ""
    helo: str = ""
    agent: str = ""
    extended: bool = False
    tls: bool = False
    spared: bool = False

    @property
    def private(self) -> bool:
        """Whether a password may be said here: over TLS, or without leaving this machine."""
        return self.tls or not self.ip or ipaddress.ip_address(self.ip).is_loopback

    def trace(self, lane: Lane, hostname: str, now_ms: int) -> bytes:
        """Our Received line; the protocol is named after RFC 3848 (``ESMTPSA``: with TLS and a login)."""
        protocol = lane.protocol
        if not lane.lmtp:
            protocol = ("ESMTP" if self.extended else "SMTP") + ("S" if self.tls else "") + ("A" if self.agent else "")
        return trace_line(self.helo, self.ip, hostname, protocol, now_ms)

    def envelope(self, lane: Lane, sender: str, recipients: Sequence[str], now_ms: int) -> Envelope:
        """The envelope for the spool."""
        return Envelope(
            source=lane.source,
            recipients=tuple(recipients),
            mail_from=sender,
            received_ms=now_ms,
            client_ip=self.ip,
            helo=self.helo,
            auth_user=self.agent,
        )


def address_of(peername: object) -> str:
    """The address in what a socket says of its peer: without a scope, an IPv4 one in IPv6 clothes as itself; empty for
    a Unix socket."""
    if not isinstance(peername, tuple):
        return ""
    address = ipaddress.ip_address(str(peername[0]).partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
