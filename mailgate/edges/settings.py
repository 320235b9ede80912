"""The settings of the edges, as plain values with their defaults; ``config`` fills them from the TOML file.

Sizes are octets, times seconds, unless a name says otherwise. A ``Secret`` is read when it is needed, so that a
rotated file counts at once, and never shows in a ``repr``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from mailgate.errors import Temporary

LARGEST_MAIL = 36_000_000
"""Room for the largest mail that Gmail lets out (35,882,577 octets: 25 MB of files in base64) and its way to us."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A password or key, and where it stands: an environment variable, a file, or (discouraged) the config itself."""

    env: str = ""
    file: str = ""
    literal: str = field(default="", repr=False)

    def read(self) -> str:
        """The secret without its trailing newline; ``Temporary`` when it is not there, in words that name the place."""
        if self.env:
            value = os.environ.get(self.env)
            if value is None:
                raise Temporary(f"the environment variable {self.env} is not set")
            return value
        if self.file:
            try:
                return Path(self.file).read_text("utf-8").rstrip("\r\n")
            except OSError as error:
                raise Temporary(f"the secret file {self.file} cannot be read: {error.strerror}") from error
        return self.literal


class Security(StrEnum):
    """How a connection is protected: TLS from the first byte, STARTTLS (required, never optional), or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpIn:
    """Our own servers. ``listen``, ``lmtp`` and ``submission`` are ``host:port`` or ``unix:PATH``; empty: off.

    With ``tls_cert`` and ``tls_key`` STARTTLS is offered; ``submission`` needs them unless it is on loopback.
    """

    listen: str = "127.0.0.1:2525"
    lmtp: str = ""
    submission: str = ""
    hostname: str = "localhost"
    tls_cert: str = ""
    tls_key: str = ""
    max_size: int = LARGEST_MAIL
    max_line: int = 4_194_304
    max_recipients: int = 100
    max_connections: int = 200
    max_connections_per_ip: int = 20
    max_messages_per_connection: int = 1000
    max_commands: int = 2000
    max_errors: int = 20
    idle_timeout: float = 300.0
    session_timeout: float = 1800.0
    min_rate: int = 500
    messages_per_minute_per_ip: int = 6000
    data_budget: int = 268_435_456
    min_free: int = 104_857_600
    trusted_relays: tuple[str, ...] = ()
    auth_pause: float = 1.0


class After(StrEnum):
    """What happens to a mail on the IMAP server once the spool has it."""

    SEEN = "seen"
    MOVE = "move"
    DELETE = "delete"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class OAuth:
    """An OAuth2 account (RFC 6749 section 6). ``refresh_token`` stands in a file, which we rewrite on rotation."""

    token_url: str
    client_id: str
    client_secret: Secret | None = None
    refresh_token: Secret = Secret()
    scope: str = ""
    mechanism: str = "XOAUTH2"


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """One folder that we fetch from. ``mailbox`` is the desk's address whose mail it holds; ``since_days`` limits the
    first catch-up (0: everything that is there)."""

    mailbox: str
    host: str
    user: str
    port: int = 993
    security: Security = Security.TLS
    password: Secret | None = None
    oauth: OAuth | None = None
    folder: str = "INBOX"
    after: After = After.SEEN
    move_to: str = "mailgate-done"
    poll_every: float = 60.0
    idle: bool = True
    batch: int = 50
    max_size: int = LARGEST_MAIL
    connect_timeout: float = 20.0
    command_deadline: float = 120.0
    tls_ca: str = ""
    since_days: int = 0


@dataclass(frozen=True, slots=True)
class Relay:
    """Where letters go. ``kind`` is ``smtp``, ``maildir`` (``path``) or ``console``; ``per_minute`` caps the rate.
    ``connections`` are how many there may be at a time, to a slow relay."""

    kind: str = "smtp"
    host: str = "localhost"
    port: int = 25
    security: Security = Security.NONE
    user: str = ""
    password: Secret | None = None
    tls_ca: str = ""
    path: str = ""
    hostname: str = "localhost"
    timeout: float = 60.0
    data_timeout: float = 600.0
    per_minute: int = 0
    connections: int = 3


@dataclass(frozen=True, slots=True)
class Dkim:
    """Signing of our letters (RFC 6376); one per brand. ``key_file`` holds a PEM private key."""

    domain: str
    selector: str
    key_file: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """A URL that is called with JSON; ``private``: its host may have an address that is not public. ``timeout`` in
    seconds; ``tls_ca`` a file of CA certificates instead of the system's."""

    url: str
    secret: Secret | None = None
    timeout: float = 10.0
    private: bool = False
    tls_ca: str = ""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What one mail may cost (promise 7): ``memory`` is the address space of the worker process in octets, ``cpu``
    the seconds of processor time for one mail and ``wall`` those on the clock (DNS may wait for 5 of them), ``batch``
    entries or ``batch_size`` octets are taken at once. After ``deaths`` workers have died of a mail it is given
    up."""

    memory: int = 805_306_368
    wall: float = 20.0
    batch: int = 100
    batch_size: int = 8_388_608
    deaths: int = 3
    workers: int = 1
    cpu: float = 5.0
