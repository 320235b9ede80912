"""The sections of ``config.toml`` on how mail comes in and goes out: ``[smtp.in]``, ``[smtp.out]``, ``[[mailboxes]]``.

Defaults are those of ``edges.settings``, so that they stand in one place.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from mailgate.config.fields import (
    ClockDuration,
    FolderName,
    Host,
    Id,
    Listener,
    MailAddress,
    Network,
    SecretValue,
    Size,
    Text,
)
from mailgate.config.units import Duration
from mailgate.edges import settings

IN = settings.SmtpIn()
OUT = settings.Relay()
SecurityName = Literal["tls", "starttls", "none"]


class Section(BaseModel):
    """A table of the file: strict values, no unknown keys."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Dkim(Section):
    """Signing of letters (RFC 6376)."""

    domain: Host = Field(description="The signing domain.")
    selector: Text = Field(description="The selector: the public key stands at SELECTOR._domainkey.DOMAIN.")
    key_file: Text = Field(description="The private key, PEM; relative to this file.")


class SmtpIn(Section):
    """Our own SMTP and LMTP servers."""

    listen: Listener = Field(IN.listen, description="Where SMTP listens; empty: off.")
    lmtp: Listener = Field(IN.lmtp, description="Where LMTP listens, for a mail server in front; empty: off.")
    submission: Listener = Field(
        IN.submission, description="Where agents log in to send; empty: off. Needs TLS unless on loopback."
    )
    hostname: Host = Field(IN.hostname, description="Our name in the greeting.")
    tls_cert: Text = Field(IN.tls_cert, description="Certificate chain, PEM; with it STARTTLS is offered.")
    tls_key: Text = Field(IN.tls_key, description="Its private key, PEM.")
    max_size: Size = Field(IN.max_size, ge=65_536, description="The largest mail that is taken.")
    max_line: Size = Field(IN.max_line, ge=1000, description="The longest line that is taken.")
    max_recipients: int = Field(IN.max_recipients, ge=1, description="Recipients of one mail (RFC 5321 asks for 100).")
    max_connections: int = Field(IN.max_connections, ge=1, description="Connections at once.")
    max_connections_per_ip: int = Field(
        IN.max_connections_per_ip, ge=1, description="Connections at once from one address."
    )
    max_messages_per_connection: int = Field(
        IN.max_messages_per_connection, ge=1, description="Mails in one connection."
    )
    max_commands: int = Field(IN.max_commands, ge=10, description="Commands in one connection.")
    max_errors: int = Field(IN.max_errors, ge=1, description="Errors in one connection before it is closed.")
    idle_timeout: ClockDuration = Field(
        Duration(IN.idle_timeout, "s"), description="A silent connection is closed after this."
    )
    session_timeout: ClockDuration = Field(Duration(IN.session_timeout, "s"), description="The longest session.")
    auth_pause: ClockDuration = Field(Duration(IN.auth_pause, "s"), description="The wait after a wrong password.")
    min_rate: Size = Field(IN.min_rate, description="The slowest honest upload, octets a second.")
    messages_per_minute_per_ip: int = Field(
        IN.messages_per_minute_per_ip, ge=1, description="Mails a minute from one address."
    )
    data_budget: Size = Field(IN.data_budget, ge=2**20, description="Octets of all mails that are being received.")
    min_free: Size = Field(IN.min_free, description="Below this much free disk mail is put off (452).")
    trusted_relays: list[Network] = Field([], description="Networks of our own mail servers.")


class SmtpOut(Section):
    """Where letters go."""

    kind: Literal["smtp", "maildir", "console"] = Field(
        "smtp", description="A relay; or, to try out, a Maildir or the console."
    )
    host: Host = Field(OUT.host, description="The relay.")
    port: int = Field(OUT.port, ge=1, le=65535, description="25, 587 (with starttls) or 465 (with tls).")
    security: SecurityName = Field(OUT.security.value, description="tls, starttls (insisted upon) or none.")
    user: Text = Field(OUT.user, description="User name, where the relay wants one.")
    password: SecretValue | None = Field(None, description="Its password.")
    tls_ca: Text = Field(OUT.tls_ca, description="Certificates to trust, PEM; empty: those of the system.")
    path: Text = Field(OUT.path, description="The Maildir, with kind = maildir; relative to this file.")
    hostname: Host = Field(OUT.hostname, description="Our name in EHLO.")
    timeout: ClockDuration = Field(Duration(OUT.timeout, "s"), description="Patience with each command.")
    data_timeout: ClockDuration = Field(
        Duration(OUT.data_timeout, "s"),
        description="Patience after the final dot (RFC 5321 section 4.5.3.2.6: 10 min).",
    )
    per_minute: int = Field(OUT.per_minute, ge=0, description="Letters a minute at most; 0: as many as there are.")
    connections: int = Field(
        OUT.connections, ge=1, le=10, description="Connections at a time, at most; more than one only to a slow relay."
    )


class Smtp(Section):
    """Mail in and out by SMTP."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)

    incoming: SmtpIn = Field(SmtpIn(), alias="in", description=SmtpIn.__doc__)
    outgoing: SmtpOut = Field(SmtpOut(), alias="out", description=SmtpOut.__doc__)


class OAuth(Section):
    """An OAuth2 account (RFC 6749 section 6), for providers that take no passwords."""

    token_url: Text = Field(description="The provider's token endpoint, https.")
    client_id: Text = Field(description="The application's id.")
    client_secret: SecretValue | None = Field(None, description="The application's secret, where it has one.")
    refresh_token: SecretValue = Field(description="A { file = … } that we rewrite when the provider gives a new one.")
    scope: Text = Field("", description="The scopes to ask for; empty: those that were granted.")
    mechanism: Literal["XOAUTH2", "OAUTHBEARER"] = Field("XOAUTH2", description="How the token is presented.")


class Imap(Section):
    """Fetch the mailbox's mail from an IMAP server."""

    host: Host = Field(description="The server.")
    user: Text = Field(description="The account, often the address itself.")
    port: int = Field(993, ge=1, le=65535, description="993 for tls, 143 for starttls.")
    security: SecurityName = Field("tls", description="tls, starttls (insisted upon) or none.")
    password: SecretValue | None = Field(None, description="Its password; or oauth.")
    oauth: OAuth | None = Field(None, description=OAuth.__doc__)
    folder: FolderName = Field("INBOX", description="The folder to read.")
    after: Literal["seen", "move", "delete", "nothing"] = Field(
        "seen", description="What happens to a mail there once it is kept here."
    )
    move_to: FolderName = Field("mailgate-done", description="The folder for after = move.")
    poll_every: ClockDuration = Field(Duration(60, "s"), description="How often to look where the server lacks IDLE.")
    idle: bool = Field(True, description="Let the server tell us at once (IDLE).")
    batch: int = Field(50, ge=1, le=1000, description="Mails fetched at once.")
    max_size: Size = Field(
        settings.ImapAccount("", "", "").max_size, ge=65_536, description="Larger mails are held, unfetched."
    )
    connect_timeout: ClockDuration = Field(Duration(20, "s"), description="Patience with the connection.")
    command_deadline: ClockDuration = Field(Duration(120, "s"), description="Patience with each command as a whole.")
    tls_ca: Text = Field("", description="Certificates to trust, PEM; empty: those of the system.")
    since: ClockDuration = Field(
        Duration(0, "s"), description="Of what is already there, take only the mail of this long; 0: all. Whole days."
    )


class Proof(Section):
    """Whose word counts on who sent a mail to this mailbox (its Authentication-Results headers)."""

    provider: Literal["", "gmail", "microsoft365", "fastmail", "opendmarc", "rspamd", "none"] = Field(
        "", description='A known one fills in the rest; proof = "gmail" is short for it. none: nobody\'s word.'
    )
    authserv_id: Text = Field("", description="The name that your provider writes into them, such as mx.google.com.")
    topmost: bool = Field(False, description="Believe the topmost one; for providers that write no steady name.")
    below: bool = Field(False, description="A milter writes it, below its server's own Received line.")
    trusted_relays: list[Network] = Field([], description="Networks of our own mail servers, whose verdicts count.")


def _named_provider(written: object) -> object:
    """``proof = "gmail"`` is short for a table with the provider alone."""
    return {"provider": written} if isinstance(written, str) else written


class Mailbox(Section):
    """An address that the desk receives on. Each brand's own address is one, listed or not."""

    address: MailAddress = Field(description="The address.")
    brand: Id | Literal[""] = Field("", description="Its brand; needed only where there are several.")
    team: Id | Literal[""] = Field(
        "", description="The team for its mail when no rule says otherwise; empty: the brand's default."
    )
    subaddress: Literal["+", "-", "none"] = Field(
        "+", description="How a ticket's token rides in the address: support+t1042-…@, support-t1042-…@, or not."
    )
    proof: Annotated[Proof, BeforeValidator(_named_provider)] = Field(Proof(), description=Proof.__doc__)
    imap: Imap | None = Field(None, description=Imap.__doc__)
