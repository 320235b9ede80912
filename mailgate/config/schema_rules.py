"""The sections of ``config.toml``, and of the files it includes, on where mail goes: ``[[rules]]`` and ``[[tests]]``.

A rule's conditions are left as they are written; ``rules`` compiles them, since their keys are those of
``desk.routing.subjects.SUBJECTS``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from mailgate.config.fields import ClockDuration, Id, MailAddress, Reader, Text
from mailgate.config.schema_mail import Section
from mailgate.config.units import Duration
from mailgate.desk.routing.rule import On

Table = dict[str, Any]


class Send(Section):
    """A letter that a rule sends by itself."""

    to: Reader = Field(description="requester, assignee, team, supervisors, or an address.")
    text: str = Field("", description="What it says, with the variables of ready replies, such as {number}.")
    template: Text = Field("", description="A template of your own instead of notice, by its file name without ending.")


class Child(Section):
    """A ticket that a rule opens under another one, which waits for it."""

    team: Id = Field(description="Whose ticket it is.")
    subject: Text = Field("", description="Its subject; empty: that of the ticket above.")
    note: str = Field("", description="What its team reads on it.")


class Alert(Section):
    """How mails of monitoring become one ticket per alert: opened, updated and resolved by mail."""

    fingerprint: Text | list[Text] = Field(
        description="Patterns; what their groups find (without groups, the whole) tells one alert from another."
    )
    source: Text = Field("subject", alias="in", description='Where: subject, body, or a header as "header:X-Alert-Id".')
    resolved_when: Table = Field(default_factory=dict, description="Conditions of the mails that say it is over.")


class Rule(Section):
    """When a mail looks like this, or this happens to a ticket, do that. The first rule that matches decides, unless it
    says ``continue``."""

    name: Text = Field(min_length=1, description="What tickets record as the rule.")
    on: On = Field(On.CREATED, strict=False, description="What makes the rule look.")
    field: Id | Literal[""] = Field("", description='For on = "date": the field of the ticket that holds the date.')
    before: ClockDuration = Field(Duration(0, "s"), description='For on = "date": so long before that date.')
    when: Table = Field(
        default_factory=dict, description="Conditions that must all hold; the values of a list are alternatives."
    )
    any: list[Table] = Field(default_factory=list, description="Of these tables of conditions at least one must hold.")
    all: list[Table] = Field(default_factory=list, description="All of these must hold.")
    none: list[Table] = Field(default_factory=list, description="None of these may hold.")
    brands: list[Id] = Field(default_factory=list, description="The rule counts for these brands only; empty: for all.")
    go_on: bool = Field(False, alias="continue", description="Later rules may add to what this one does.")
    team: Id | Literal[""] = Field("", description="The team that gets the ticket.")
    kind: Id | Literal[""] = Field("", description="The ticket's kind, a name of your own.")
    assignee: Id | Literal[""] = Field("", description="The agent who gets it.")
    priority: Id | Literal[""] = Field("", description="One of desk.priorities.")
    sla: Id | Literal[""] = Field("", description="The [sla.*] of its promises.")
    status: Literal["", "new", "open", "waiting-customer", "waiting-third-party", "resolved", "closed", "spam"] = Field(
        "", description="The status that it starts with."
    )
    tags: list[Id] = Field(default_factory=list, description="Tags that it gets.")
    watchers: list[MailAddress] = Field(default_factory=list, description="Addresses that are copied in.")
    template: Text = Field("", description="The acknowledgement's template, by its file name without ending.")
    note: Text = Field("", description="A note that agents read on the ticket.")
    hold: Text = Field("", description="Hold the mail instead; the text tells the admin why.")
    acknowledge: bool = Field(True, description="false: the sender gets no acknowledgement.")
    fields: dict[Id, Text] = Field(default_factory=dict, description="Fields of the ticket.")
    letter: Send | list[Send] = Field(default_factory=list, description=Send.__doc__)
    escalate: bool = Field(False, description="Tell the supervisors, and hand it to the team's escalate_to.")
    reassign: bool = Field(False, description="Take it from its agent and offer it to the team.")
    close: bool = Field(False, description="Close it, without a word to anybody.")
    child: Child | list[Child] = Field(default_factory=list, description=Child.__doc__)
    webhook: Id | list[Id] = Field(default_factory=list, description="Call these [[webhooks]].")
    alert: Alert | None = Field(None, description=Alert.__doc__)


class Expect(Section):
    """What is expected of a test's mail; what is not named is not looked at."""

    outcome: Literal["new", "hold", "bounce", "event"] | None = Field(None, description="What becomes of it.")
    team: Id | None = Field(None, description="The team.")
    kind: Id | Literal[""] | None = Field(None, description="The kind.")
    assignee: Id | Literal[""] | None = Field(None, description="The assignee.")
    priority: Id | None = Field(None, description="The priority.")
    status: Id | None = Field(None, description="The status.")
    sla: Id | Literal[""] | None = Field(None, description="The [sla.*] of its promises, whoever chose it.")
    tags: list[Id] | None = Field(None, description="Tags that are among the ticket's.")
    rule: Text | None = Field(None, description='The rule that the ticket records; "default" when none matched.')
    held: Text | None = Field(None, description='The cause under which it is held; "" when it must not be held.')
    ack: bool | None = Field(None, description="Whether an acknowledgement goes out.")


class Test(Section):
    """A mail, as a file or by its parts, and what is expected of it; `mailgate rules test` runs them."""

    name: Text = Field(min_length=1, description="What the test says, as a sentence.")
    mail: Text = Field("", description="A mail file (.eml), relative to this file; or the parts below.")
    sender: Text = Field("customer@example.org", alias="from", description="Who wrote it.")
    to: MailAddress | None = Field(None, description="To which mailbox; the first one by default.")
    subject: Text = Field("", description="Its subject.")
    body: str = Field("", description="Its text.")
    headers: dict[Text, Text] = Field(default_factory=dict, description="Further headers.")
    attachments: list[Text] = Field(default_factory=list, description="File names of attachments.")
    proof: Literal["pass", "unknown", "fail"] = Field("pass", description="Whether the sender's address is proved.")
    at: datetime | None = Field(None, description="When it comes in, as 2026-11-20T09:30:00+01:00; now by default.")
    expect: Expect = Field(description=Expect.__doc__)


class RuleFile(Section):
    """What a file named by ``include`` may hold."""

    rules: list[Rule] = Field(default_factory=list, description=Rule.__doc__)
    tests: list[Test] = Field(default_factory=list, description=Test.__doc__)
