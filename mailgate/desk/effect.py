"""What may be done to tickets, mails, people and letters: each effect a plain value, and their union.

``decide`` and the duties put them into a ``Plan``; ``store/effects`` writes them, one small function each. Nothing in
here does anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.desk.phrase import Phrase
from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.mail.model import ReportedRecipient


class Cause(StrEnum):
    """Why a mail is held. The list is closed: ``held list`` groups by it, the docs explain each."""

    LOOP = "loop"
    AUTHOR_UNKNOWN = "author-unknown"
    UNSAFE = "unsafe"
    SPAM = "spam"
    TOO_COMPLEX = "too-complex"
    TOO_LARGE = "too-large"
    UNPARSEABLE = "unparseable"
    UNFETCHABLE = "unfetchable"
    UNPROVED_AGENT = "unproved-agent"
    ROBOT = "robot"
    BOUNCE_UNKNOWN = "bounce-of-unknown-letter"
    RULE = "rule"
    EMPTY = "empty"
    WORKER_DIED = "worker-died"
    INTERNAL = "internal-error"
    AWAITS_CONFIRMATION = "awaits-confirmation"


class Visibility(StrEnum):
    """Who may read a message: ``PUBLIC`` requester and watchers too, ``AGENTS`` (a note, or unproved mail) agents
    only."""

    PUBLIC = "public"
    AGENTS = "agents"


class Direction(StrEnum):
    """From whom a message is."""

    CUSTOMER = "customer"
    AGENT = "agent"
    THIRD_PARTY = "third-party"
    ROBOT = "robot"
    SYSTEM = "system"


NEW_TICKET = 0
"""The ticket reference of effects that concern the ticket which this plan opens."""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Open a ticket; later effects call it ``NEW_TICKET``. ``links`` are ids of related tickets, with the reason."""

    brand: str
    mailbox: str
    team: str
    subject: str
    requester: Participant
    status: Status = Status.NEW
    kind: str = ""
    assignee: str = ""
    priority: str = "normal"
    tags: tuple[str, ...] = ()
    language: str = "und"
    fields: Mapping[str, str] = field(default_factory=dict)
    watchers: tuple[Participant, ...] = ()
    links: tuple[tuple[int, str], ...] = ()
    rule: str = ""
    reason: str = ""
    parent: int | None = None
    due_ms: int | None = None
    sla: str = ""


@dataclass(frozen=True, slots=True)
class AddMessage:
    """Put the mail being settled on a ticket, with its attachments. ``marks`` are shown to agents (``unverified``,
    ``third party``, ``proof failed``). ``text`` replaces the mail's text where it must (an agent's words without
    commands), ``author`` the mail's author (a customer whose mail an agent forwarded). ``waits``: False when nobody
    waits for an answer to it, a plain thank-you (the event's metadata say so, as ``"waits": False``)."""

    ticket: int
    direction: Direction
    visibility: Visibility = Visibility.PUBLIC
    agent: str = ""
    marks: tuple[str, ...] = ()
    text: str | None = None
    author: Participant | None = None
    waits: bool = True


@dataclass(frozen=True, slots=True)
class AddNote:
    """An internal note that no mail carries: a rule's note, or what the desk itself has to say, as a ``Phrase``; agents
    of several languages may read that, so it is said in the brand's."""

    ticket: int
    text: str | Phrase
    author: str = ""


@dataclass(frozen=True, slots=True)
class ChangeTicket:
    """Set fields of a ticket: the keys are names of ``Ticket`` fields, the values their new values. ``why`` and
    ``actor`` stand in the event."""

    ticket: int
    changes: Mapping[str, object]
    why: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class AddParticipant:
    """Let an address in on a ticket, in a role."""

    ticket: int
    email: str
    name: str
    role: ParticipantRole
    why: str


@dataclass(frozen=True, slots=True)
class RemoveParticipant:
    """An address has no more to do with a ticket; the requester cannot be removed."""

    ticket: int
    email: str
    why: str


@dataclass(frozen=True, slots=True)
class LinkTickets:
    """Relate two tickets for agents' eyes."""

    ticket: int
    other: int
    why: str


@dataclass(frozen=True, slots=True)
class UnlinkTickets:
    """Two tickets have nothing to do with each other after all."""

    ticket: int
    other: int
    why: str


@dataclass(frozen=True, slots=True)
class AddEvent:
    """An entry in a ticket's history. ``meta`` holds no personal data and is never erased; ``payload`` may hold
    some."""

    ticket: int
    kind: str
    meta: Mapping[str, object] = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordBounce:
    """Write on a letter what a bounce said of its recipient."""

    letter: int
    ticket: int | None
    recipient: ReportedRecipient


@dataclass(frozen=True, slots=True)
class RecordRating:
    """One rating per ticket: 1 (bad) to 5 (good), with the free text; a later one replaces it, both stay in the
    history."""

    ticket: int
    score: int
    comment: str
    by: str


@dataclass(frozen=True, slots=True)
class HoldMail:
    """Keep the mail aside under a named cause; ``detail`` tells the admin more."""

    cause: Cause
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseHeld:
    """Settle the mail that is held under this id again: an agent confirmed it (``Delivery.confirmed``), or the admin
    ``by`` releases it (``Delivery.released``)."""

    held: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class DropHeld:
    """An admin says that a held mail is worth nothing; its bytes are deleted, as by ``mailgate held drop``."""

    held: int
    by: str


@dataclass(frozen=True, slots=True)
class RecordAct:
    """Remember what an agent's commands did to a ticket and how it is undone: the effects that bring back what was.

    Only ChangeTicket, AddParticipant, RemoveParticipant, LinkTickets, UnlinkTickets, SetTimer and ClearTimer may stand
    in ``undo``; ``NEW_TICKET`` there is the ticket that the plan opens, kept by its real id."""

    ticket: int
    agent: str
    command: str
    undo: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class MarkUndone:
    """An act (``Facts.last_act``) was undone and cannot be undone again."""

    act: int


@dataclass(frozen=True, slots=True)
class Enroll:
    """An admin adds an agent, or changes one that was added by mail; teams are those that the agent joins."""

    agent: str
    name: str
    address: str
    role: str
    teams: tuple[str, ...]
    by: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Dismiss:
    """An agent (of the config or added by mail) is one no more: tokens, commands and notifications end at once."""

    agent: str
    by: str


@dataclass(frozen=True, slots=True)
class SetAbsence:
    """An agent is away until then (None: is back); rotation skips those who are away."""

    agent: str
    until_ms: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop acknowledgements and automatic letters of a team or mailbox (``on``), or let them go on."""

    name: str
    on: bool
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class RequestReload:
    """Read the config again, as SIGHUP does; the admin ``by`` is told by letter how it went."""

    by: str


@dataclass(frozen=True, slots=True)
class RequestPrivacy:
    """Export (``right`` is ``export``) or erase (``erase``) all that the desk holds about an address; done once, and
    the admin ``by`` is told by letter."""

    right: str
    address: str
    by: str


@dataclass(frozen=True, slots=True)
class QueueWebhook:
    """Call a webhook of the config, by name, with a JSON body; queued, signed and tried again like a letter."""

    name: str
    ticket: int
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RecordAlert:
    """The ticket is that of the alert with this fingerprint (``Questions.fingerprint``), seen once more."""

    ticket: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Make something due; a ticket has at most one timer of a kind, a second one moves it."""

    ticket: int
    kind: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """Nothing of that kind is due any more."""

    ticket: int
    kind: str


@dataclass(frozen=True, slots=True)
class Spend:
    """Count one automatic letter against a budget key (see ``gate``)."""

    key: str


@dataclass(frozen=True, slots=True)
class RememberCustomer:
    """What the desk learned about an address."""

    email: str
    name: str = ""
    language: str = ""


Effect = (
    OpenTicket
    | RemoveParticipant
    | UnlinkTickets
    | DropHeld
    | RecordAct
    | MarkUndone
    | Enroll
    | Dismiss
    | SetAbsence
    | Pause
    | RequestReload
    | RequestPrivacy
    | QueueWebhook
    | AddMessage
    | AddNote
    | ChangeTicket
    | AddParticipant
    | LinkTickets
    | AddEvent
    | RecordBounce
    | RecordRating
    | HoldMail
    | ReleaseHeld
    | RecordAlert
    | SetTimer
    | ClearTimer
    | Spend
    | RememberCustomer
)
