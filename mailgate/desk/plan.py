"""What shall be done about a mail, or about the hour: a list of effects, as plain values.

``decide`` (and each duty) returns a ``Plan``; ``compose`` turns its letter orders into bytes; ``store.apply`` writes
all of it in one transaction. Nothing in here does anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.mail.model import Address, ReportedRecipient


class Outcome(StrEnum):
    """What became of a delivery. Every delivery ends as exactly one (promise 1): NEW, LINK and APPEND are a message on
    a ticket; BOUNCE and EVENT an event; DUPLICATE names the other delivery; HOLD has a cause."""

    NEW = "new"
    LINK = "link"
    APPEND = "append"
    BOUNCE = "bounce"
    EVENT = "event"
    DUPLICATE = "duplicate"
    HOLD = "hold"


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
    UNKNOWN_RECIPIENT = "unknown-recipient"
    UNPROVED_AGENT = "unproved-agent"
    ROBOT = "robot"
    BOUNCE_UNKNOWN = "bounce-of-unknown-letter"
    RULE = "rule"
    EMPTY = "empty"
    WORKER_DIED = "worker-died"
    INTERNAL = "internal-error"


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


@dataclass(frozen=True, slots=True)
class AddMessage:
    """Put the mail being settled on a ticket, with its attachments. ``marks`` are shown to agents (``unverified``,
    ``third party``, ``proof failed``). ``text`` replaces the mail's text where it must (an agent's words without
    commands)."""

    ticket: int
    direction: Direction
    visibility: Visibility = Visibility.PUBLIC
    agent: str = ""
    marks: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AddNote:
    """An internal note that no mail carries: a rule's note, a hint about a duplicate."""

    ticket: int
    text: str
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
class LinkTickets:
    """Relate two tickets for agents' eyes."""

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
    """An agent confirmed: settle the mail that is held under this id again, with ``Delivery.confirmed``."""

    held: int


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
    | SetTimer
    | ClearTimer
    | Spend
    | RememberCustomer
)


class LetterKind(StrEnum):
    """The letters that we send; each has templates of that name."""

    ACKNOWLEDGEMENT = "acknowledgement"
    NEUTRAL_ACKNOWLEDGEMENT = "acknowledgement_neutral"
    NOTIFICATION = "notification"
    ANSWER = "answer"
    COPY = "copy"
    REMINDER = "reminder"
    SURVEY = "survey"
    TRANSCRIPT = "transcript"
    CONFIRMATION = "confirmation"
    UNDELIVERED = "undelivered"
    ALERT = "alert"


AT_MOST_ONCE = frozenset({LetterKind.ACKNOWLEDGEMENT, LetterKind.NEUTRAL_ACKNOWLEDGEMENT, LetterKind.SURVEY})
"""Promise 3: these are never sent twice, even at the price of not at all; everything else at least once."""


class Purpose(StrEnum):
    """What a token is good for; one purpose never serves as another. The value is its letter in an address."""

    CUSTOMER = "t"
    AGENT = "a"
    CONTROL = "c"
    SURVEY = "s"
    APPROVAL = "p"
    CONFIRMATION = "y"


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """A letter to be composed: to whom, about what, in which language.

    ``values`` are what the template of ``kind`` needs beyond ticket, brand and team (see ``letters/render.py`` for the
    table). ``attach`` are part paths of the mail being settled. ``purpose`` says which token the Reply-To carries
    (None: the plain address). ``agent`` is the id of the agent who speaks (ANSWER) or is addressed. ``text`` is the
    body of an ANSWER or COPY. ``template`` overrides the template's name. ``in_reply_to`` is the Message-ID answered.
    ``bound`` is what the token binds beside ticket and recipient: the entry key of the mail to be confirmed.
    """

    kind: LetterKind
    to: Address
    ticket: int
    language: str
    brand: str
    mailbox: str
    purpose: Purpose | None = None
    agent: str = ""
    text: str = ""
    attach: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    template: str = ""
    in_reply_to: str = ""
    bound: str = ""

    @property
    def at_most_once(self) -> bool:
        """Which of the two ways of sending it takes."""
        return self.kind in AT_MOST_ONCE


@dataclass(frozen=True, slots=True)
class Plan:
    """All that shall be done, in order, and why.

    ``trace`` are the lines that ``explain`` shows: clues tried, rule matched, what stopped the acknowledgement.
    ``acknowledge`` is the empty string when an acknowledgement goes out, else the reason why none does.
    """

    outcome: Outcome
    effects: tuple[Effect, ...] = ()
    letters: tuple[LetterOrder, ...] = ()
    trace: tuple[str, ...] = ()
    acknowledge: str = "not applicable"
    cause: Cause | None = None
    ticket: int | None = None
    rule: str = ""
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it will go out: its bytes, Message-ID and Date are fixed for good (promise 3).

    ``data`` has CRLF line ends and no Bcc. ``mail_from`` is the envelope sender (empty: the null sender ``<>``).
    ``failed_template`` is set when the template broke and the built-in text went out instead.
    """

    kind: LetterKind
    ticket: int
    brand: str
    recipient: str
    mail_from: str
    message_id: str
    data: bytes
    at_most_once: bool
    subject: str = ""
    text: str = ""
    failed_template: str = ""
