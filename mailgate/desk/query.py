"""What agents and customers ask of the desk: lists, searches, one ticket whole, its history, the desk's health.

``Query`` is a question as a value. ``questions.ask`` finds those that a mail carries, ``store`` answers them inside the
transaction (``Facts.answers``), and the letter shows the answer as a table that a phone can read. What an agent may
not see is kept out by the query itself: ``teams`` is None for all teams, else those whose tickets are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ROWS = 30
"""How many rows an answer shows; ``Answer.total`` says how many there are."""


class Ask(StrEnum):
    """What is asked. TICKETS with conditions and words serves ``#list``, ``#mine``, a queue and ``#search`` alike."""

    TICKETS = "tickets"
    TICKET = "one ticket whole"
    HISTORY = "a ticket's history"
    WHY = "how a ticket's mails were decided"
    CUSTOMERS_OWN = "the tickets of a requester, and those that theirs were merged into"
    HELD = "held mails"
    HEALTH = "the desk at a glance"


class Order(StrEnum):
    """How tickets are sorted."""

    URGENCY = "most urgent first"
    NEWEST = "newest first"
    RELEVANCE = "best match first"


@dataclass(frozen=True, slots=True)
class Query:
    """One question. Empty fields ask nothing.

    ``statuses`` are values of ``Status`` (empty with ``open_only``: every state in which somebody waits). ``assignee``
    is an agent's id, ``"-"`` for nobody's. ``words`` are searched in subjects, messages, notes and attachments' names;
    all must be there. ``number`` is a ticket's (TICKET, HISTORY, WHY). ``requester`` is an address in lower case.
    ``held`` is the id of one held mail to show (0: the list).
    """

    ask: Ask
    brand: str = ""
    teams: tuple[str, ...] | None = None
    number: int = 0
    team: str = ""
    assignee: str = ""
    statuses: tuple[str, ...] = ()
    open_only: bool = False
    priority: str = ""
    tag: str = ""
    requester: str = ""
    words: str = ""
    since_ms: int | None = None
    order: Order = Order.URGENCY
    limit: int = ROWS
    held: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms questions are answered: the hour, and the desk's priorities, lowest first."""

    now_ms: int = 0
    priorities: tuple[str, ...] = ("low", "normal", "high", "urgent")


TERMS = Terms()


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One line of a list of tickets. ``snippet`` shows where a search hit; ``state`` is the team's own name of the
    status."""

    number: int
    subject: str
    status: str
    team: str
    assignee: str
    priority: str
    requester: str
    created_ms: int
    updated_ms: int
    waiting_since_ms: int | None = None
    due_ms: int | None = None
    tags: tuple[str, ...] = ()
    snippet: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of a ticket, oldest first; ``internal`` for notes and what agents alone may see."""

    at_ms: int
    author: str
    direction: str
    internal: bool
    text: str
    attachments: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an entry of a history says: a field's name and value, and where it ``moved`` the value before."""

    name: str
    now: object
    before: object = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class EventRow:
    """One entry of a ticket's history. ``words`` are addresses, subjects and reasons, as they are kept."""

    at_ms: int
    kind: str
    actor: str
    facts: tuple[Fact, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """How one mail of a ticket was decided: the lines that ``explain`` shows, and the generation of the rules."""

    at_ms: int
    author: str
    outcome: str
    rule: str
    generation: str
    acknowledge: str
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One held mail."""

    id: int
    cause: str
    detail: str
    author: str
    subject: str
    received_ms: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One of those who work at the desk; ``teams`` are ids."""

    id: str
    name: str
    address: str
    role: str
    teams: tuple[str, ...]


Row = TicketRow | MessageRow | EventRow | DecisionRow | HeldRow | AgentRow


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows that were found, the first ``limit`` of ``total``; ``ticket`` heads the answers about one ticket.
    ``counts`` are the desk's health: ``letters_STATE`` of those on their way or in trouble, ``held_CAUSE``,
    ``open_TEAM``, and ``waiting_ms``, how long the customer waits who waits longest."""

    rows: tuple[Row, ...] = ()
    total: int = 0
    ticket: TicketRow | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
