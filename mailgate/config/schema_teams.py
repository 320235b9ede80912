"""The sections about people: ``[[agents]]``, ``[[teams]]`` and the ``[[canned]]`` replies that they use."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mailgate.config.fields import (
    AnyDuration,
    Id,
    Language,
    MailAddress,
    Passage,
    SecretValue,
    Text,
    TimeOfDay,
    Timezone,
)
from mailgate.config.schema_mail import Section
from mailgate.config.units import Duration

May = Literal["anyone", "owner", "supervisor"]
Meaning = Literal["open", "waiting-customer", "waiting-third-party", "resolved", "closed"]


class Agent(Section):
    """A person who answers."""

    id: Id = Field(description="The short name that commands use, as in #assign ana.")
    name: Text = Field(description="What customers read where agents are named.")
    address: MailAddress = Field(description="The enrolled address: letters go there, and mail from it is the agent's.")
    aliases: list[MailAddress] = Field([], description="Other addresses the same person writes from.")
    role: Literal["watcher", "agent", "supervisor", "admin"] = Field("agent", description="What the person may do.")
    language: Language | Literal[""] = Field("", description="The language of letters to the agent; empty: the desk's.")
    timezone: Timezone | None = Field(
        None, description="The zone of times in letters to the agent and in the agent's commands; empty: the desk's."
    )
    login: Text = Field("", description="User name for the submission port; empty: the agent cannot log in.")
    password: SecretValue | None = Field(None, description="Password for the submission port; needed with login.")
    active: bool = Field(
        True,
        description="false: gone; mail from them is as any requester's, and their open tickets go back to their teams.",
    )
    capacity: int = Field(
        0, ge=0, le=100_000, description="New tickets are given to others once the agent holds so many; 0: no limit."
    )
    skills: list[Text] = Field([], description="Tags of tickets that the agent is the one for (teams by_skill).")
    languages: list[Language] = Field(
        [], description="Languages the agent answers in (teams by_language); empty: every one."
    )
    regions: list[Text] = Field([], description="Regions the agent serves (teams region_field); empty: every one.")


class Team(Section):
    """A group that owns a queue."""

    id: Id = Field(description="The short name that rules and commands use.")
    name: Text = Field(description="What customers read.")
    names: dict[Language, Text] = Field({}, description="The name in other languages.")
    members: list[Id] = Field([], description="The ids of the agents who get its notifications.")
    supervisors: list[Id] = Field([], description="Those of them who are warned first, and whom no limit below binds.")
    brand: Id | Literal[""] = Field("", description="Serves this brand only; empty: all.")
    hours: Id | Literal[""] = Field("", description="The name of its [hours.*]; empty: always open.")
    sla: Id | Literal[""] = Field("", description="The [sla.*] that its tickets have; empty: the desk's.")
    remind_after: AnyDuration = Field(
        Duration(0, "s"), description="The team is reminded of a ticket that waits longer for an answer; 0: never."
    )
    digest_at: TimeOfDay | None = Field(
        None, description="When its agents get the morning's digest on working days; left out: never."
    )
    assign: Literal["manual", "round-robin", "least-loaded"] = Field(
        "manual",
        description="Who gets a new ticket: nobody by itself, who was given none for longest, who holds least.",
    )
    sticky: bool = Field(False, description="Prefer the agent who served this customer last.")
    by_skill: bool = Field(False, description="Only to agents with the ticket's tags among their skills.")
    by_language: bool = Field(False, description="Only to agents who answer in the customer's language.")
    region_field: Text = Field(
        "", description="Only to agents whose regions name what this field of the ticket holds; empty: no such field."
    )
    reply: May = Field("anyone", description="Who may answer its customers; what others write becomes a note.")
    reassign: May = Field("anyone", description="Who may give its tickets to somebody else.")
    close: May = Field("anyone", description="Who may resolve and close its tickets, or call them spam.")
    merge: May = Field("anyone", description="Who may merge its tickets.")
    notes: May = Field("anyone", description="Who may read its notes.")
    escalate_to: Id | Literal[""] = Field("", description="The team that takes over when this one does not answer.")
    states: dict[Text, Meaning] = Field(
        {}, description='Its own states and what each means: { "at the workshop" = "waiting-third-party" }.'
    )


class Canned(Section):
    """A ready reply, which agents send with #canned and whose variables the ticket fills."""

    name: Id = Field(description="What agents call it, as in #canned refund.")
    text: Passage = Field("", description="Its words, with {requester}, {number} and the like; or see file.")
    texts: dict[Language, Passage] = Field({}, description="Its words in other languages.")
    file: Text = Field("", description="A file with its words, in place of text.")
    files: dict[Language, Text] = Field({}, description="Files with its words in other languages.")
