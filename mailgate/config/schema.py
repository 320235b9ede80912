"""Every section of ``config.toml``: its keys, their defaults, limits and units, and a sentence on each.

The models check one value at a time and nothing between them (``checks`` does that). They are strict: a number in
quotes is an error, not a guess, and an unknown key is an error too. ``config.example.toml`` shows all of it, and a test
holds the two together in both directions.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mailgate.config.fields import (
    AddressOrDomain,
    ClockDuration,
    DatabaseUrl,
    Id,
    Language,
    LoopbackListener,
    MailAddress,
    Size,
    SubjectTag,
    Text,
    Timezone,
)
from mailgate.config.schema_clock import Hours, Sla
from mailgate.config.schema_duties import Closing, LetterLimits, Survey
from mailgate.config.schema_events import Retention, Scheduled, Webhook
from mailgate.config.schema_mail import Dkim, Mailbox, Section, Smtp
from mailgate.config.schema_rules import RuleFile
from mailgate.config.schema_teams import Agent, Canned, Team
from mailgate.config.units import Duration
from mailgate.edges.settings import WorkerLimits

LIMITS = WorkerLimits()


class Desk(Section):
    """The desk as a whole."""

    name: Text = Field("", description="What customers read as the sender's name; needed unless there are [[brands]].")
    address: MailAddress | None = Field(None, description="The desk's own address; needed unless there are [[brands]].")
    tags: list[SubjectTag] = Field(
        ["[#{number}]"],
        min_length=1,
        description="The subject tag; the first is written, all are understood (those of an older system, say).",
    )
    default_team: Id | Literal[""] = Field(
        "", description="The team for mail that no rule and no mailbox assigns; empty: the first team."
    )
    sla: Id | Literal[""] = Field("", description="The [sla.*] of tickets to which nothing else gives another.")
    agent_names: bool = Field(False, description='Answers come from "NAME at Acme Support" instead of the desk alone.')
    dkim: Dkim | None = Field(None, description="Sign letters with DKIM; with [[brands]], each has its own.")
    language: Language = Field("en", description="The language of letters to people whose language is not known.")
    timezone: Timezone = Field("UTC", description="The time zone of times in letters.")
    state_dir: Text = Field("state", description="Where the spool and the database live; relative to this file.")
    secret_file: Text = Field("secret", description="The file of keys that `mailgate init` made (mode 0600).")
    dns: bool = Field(True, description="Ask the DNS for DKIM keys and DMARC policies, to prove who wrote a mail.")
    priorities: list[Id] = Field(
        ["low", "normal", "high", "urgent"],
        min_length=1,
        description="The priorities of tickets, lowest first.",
    )
    reopen_within: ClockDuration = Field(
        Duration(14, "day"),
        description="Mail to a ticket closed for longer opens a new one, linked to it; whole days.",
    )
    duplicate_within: ClockDuration = Field(
        Duration(24, "h"),
        description="How long an open ticket of the same requester is shown as a probable duplicate; whole hours.",
    )
    away_for: ClockDuration = Field(
        Duration(3, "day"),
        description="How long an agent counts as away whose automatic reply names no day of return.",
    )


class Brand(Section):
    """A desk with its own address, name, templates and teams; one daemon serves many."""

    id: Id = Field(description="The short name by which mailboxes, teams and rules call it.")
    name: Text = Field(description="What customers read as the sender's name.")
    address: MailAddress = Field(description="Its own address; letters come from it.")
    language: Language | None = Field(None, description="As desk.language, for this brand.")
    timezone: Timezone | None = Field(None, description="As desk.timezone, for this brand.")
    tags: list[SubjectTag] = Field([], description="As desk.tags, for this brand; empty: the desk's.")
    default_team: Id | Literal[""] = Field("", description="As desk.default_team, for this brand; empty: the desk's.")
    sla: Id | Literal[""] = Field("", description="As desk.sla, for this brand; empty: the desk's.")
    agent_names: bool | None = Field(None, description="As desk.agent_names, for this brand.")
    templates: Text = Field("", description="A folder of templates that override the shipped ones for this brand.")
    dkim: Dkim | None = Field(None, description="Sign this brand's letters with DKIM.")


class Database(Section):
    """Where tickets are kept."""

    url: DatabaseUrl = Field(
        "sqlite",
        description="sqlite (a file in state_dir), sqlite:///PATH, or postgresql://USER@HOST/NAME; may be a secret.",
    )


class Templates(Section):
    """The letters' texts."""

    folder: Text = Field(
        "", description="A folder laid out like the shipped templates/, to use in their place; empty: those."
    )


class Limits(Section):
    """What one mail may cost; more than that costs the mail, not the desk."""

    memory: Size = Field(LIMITS.memory, ge=2**28, description="Address space of a worker process.")
    wall: ClockDuration = Field(
        Duration(LIMITS.wall, "s"), description="Time for one mail; longer, and its worker is stopped."
    )
    cpu: ClockDuration = Field(Duration(LIMITS.cpu, "s"), description="Processor time for one mail.")
    batch: int = Field(LIMITS.batch, ge=1, le=1000, description="Mails that a worker takes at once.")
    batch_size: Size = Field(LIMITS.batch_size, ge=2**16, description="Size of all mails that a worker takes at once.")
    deaths: int = Field(LIMITS.deaths, ge=1, le=20, description="After this many workers died of one mail it is held.")
    workers: int = Field(LIMITS.workers, ge=1, le=64, description="Worker processes.")
    letters: LetterLimits = Field(LetterLimits(), description="Budgets of automatic letters.")


class Log(Section):
    """Lines on stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="From which level on.")
    format: Literal["text", "json"] = Field("text", description="Readable lines, or one JSON object a line.")


class Metrics(Section):
    """A page for Prometheus and a health check."""

    listen: LoopbackListener = Field(
        "", description="Where /metrics and /health answer, as HOST:PORT on loopback; empty: nowhere."
    )


class Config(RuleFile):
    """The whole file."""

    include: list[Text] = Field([], description="Further files of rules and tests, as patterns of paths.")
    desk: Desk = Field(Desk(), description=Desk.__doc__)
    brands: list[Brand] = Field([], description=Brand.__doc__)
    database: Database = Field(Database(), description=Database.__doc__)
    smtp: Smtp = Field(Smtp(), description=Smtp.__doc__)
    mailboxes: list[Mailbox] = Field([], description=Mailbox.__doc__)
    teams: list[Team] = Field([], description=Team.__doc__)
    agents: list[Agent] = Field([], description=Agent.__doc__)
    canned: list[Canned] = Field([], description=Canned.__doc__)
    hours: dict[Id, Hours] = Field({}, description=Hours.__doc__)
    sla: dict[Id, Sla] = Field({}, description=Sla.__doc__)
    templates: Templates = Field(Templates(), description=Templates.__doc__)
    survey: Survey = Field(Survey(), description=Survey.__doc__)
    closing: Closing = Field(Closing(), description=Closing.__doc__)
    limits: Limits = Field(Limits(), description=Limits.__doc__)
    lists: dict[Id, list[AddressOrDomain]] = Field({}, description="Named lists of addresses and @domains for rules.")
    customers: dict[AddressOrDomain, list[Id]] = Field(
        {}, description="Tags of known customers, by address or @domain."
    )
    trust: dict[Text, Text] = Field({}, description="Other treatments for rows of the trust table: row = treatment.")
    webhooks: list[Webhook] = Field([], description=Webhook.__doc__)
    scheduled: list[Scheduled] = Field([], description=Scheduled.__doc__)
    retention: Retention = Field(Retention(), description=Retention.__doc__)
    log: Log = Field(Log(), description=Log.__doc__)
    metrics: Metrics = Field(Metrics(), description=Metrics.__doc__)
