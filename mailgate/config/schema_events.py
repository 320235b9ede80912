"""The sections of ``config.toml`` on what happens by itself: webhooks, scheduled tickets, and what is kept how long."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from mailgate.config.fields import ClockDuration, Id, MailAddress, SecretValue, Text, Timezone, text
from mailgate.config.schema_mail import Section
from mailgate.config.units import Duration, Wrong
from mailgate.desk.clock.recurrence import Recurrence, read

NEVER = Duration(0, "s")


def web_url(value: object) -> str:
    """An http or https URL with a host, and without a password in it."""
    written = text(value)
    if " " in written or not _is_web(written):
        raise Wrong(f"{written!r} is no URL to call", 'write it as "https://hooks.example.com/mailgate"')
    return written


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("https", "http") and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:  # brackets that do not close, a port that is no number
        return False


def recurrence(value: object) -> Recurrence:
    """When something is due again and again."""
    try:
        return read(text(value))
    except ValueError as error:
        if isinstance(error, Wrong):
            raise
        raise Wrong(str(error), 'such as "every first monday at 09:00", "every weekday" or "30 8 * * 1-5"') from error


WebUrl = Annotated[str, BeforeValidator(web_url)]
Recurring = Annotated[Recurrence, BeforeValidator(recurrence)]


class Webhook(Section):
    """A URL that rules call: a POST of JSON, signed, queued and tried again."""

    id: Id = Field(description="The short name by which rules call it.")
    url: WebUrl = Field(description="Where; redirects are not followed.")
    secret: SecretValue | None = Field(None, description="The key of the signature (HMAC-SHA256); without it, none.")
    timeout: ClockDuration = Field(Duration(10, "s"), description="How long to wait for an answer.")
    private: bool = Field(False, description="The host may have an address that is not public.")
    tls_ca: Text = Field("", description="A file of CA certificates instead of the system's.")


class Scheduled(Section):
    """A ticket that opens by itself, again and again."""

    id: Id = Field(description="Its short name; another name is another schedule.")
    every: Recurring = Field(description='When: "every first monday at 09:00", or the five fields of cron.')
    timezone: Timezone | None = Field(None, description="The zone of its times; empty: the brand's.")
    brand: Id | Literal[""] = Field("", description="The brand; empty where there is one only.")
    team: Id = Field(description="Whose ticket it is.")
    subject: Text = Field(min_length=1, description="Its subject; {date} is the day.")
    note: str = Field("", description="What the team reads on it.")
    requester: MailAddress | None = Field(
        None, description="Whom answers go to; empty: the team's first supervisor, else an admin."
    )
    assignee: Id | Literal[""] = Field("", description="The agent who gets it.")
    priority: Id | Literal[""] = Field("", description="One of desk.priorities.")
    kind: Id | Literal[""] = Field("", description="The ticket's kind.")
    tags: list[Id] = Field(default_factory=list, description="Tags that it gets.")
    fields: dict[Id, Text] = Field(default_factory=dict, description="Fields of the ticket.")
    due_after: ClockDuration = Field(NEVER, description="It is due so long after it opens; 0: no due time.")


class Kept(Section):
    """How long things are kept; what is not named is as [retention] says."""

    raws: ClockDuration | None = Field(None, description="Raw mails and letters of tickets closed for so long go.")
    tickets: ClockDuration | None = Field(None, description="Of tickets closed for so long all that is personal goes.")
    spam: ClockDuration | None = Field(None, description="Tickets marked as spam are emptied after so long.")
    held: ClockDuration | None = Field(None, description="Held mails are dropped after so long.")


class Retention(Section):
    """How long things are kept; 0: for ever. What keeps mail from counting twice and the history stay."""

    raws: ClockDuration = Field(NEVER, description="Raw mails and letters of tickets closed for so long go.")
    tickets: ClockDuration = Field(NEVER, description="Of tickets closed for so long all that is personal goes.")
    spam: ClockDuration = Field(NEVER, description="Tickets marked as spam are emptied after so long.")
    held: ClockDuration = Field(NEVER, description="Held mails are dropped after so long.")
    by_brand: dict[Id, Kept] = Field(default_factory=dict, description=Kept.__doc__)
