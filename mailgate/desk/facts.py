"""What ``decide`` is told of the desk's state: everything it may know, gathered by ``store`` inside the transaction.

``explain`` gathers the same without locking; a desk without a database has ``NO_FACTS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.desk.query import Answer, Query
from mailgate.desk.ticket import Customer, Ticket


class Carrier(StrEnum):
    """Where a clue was found; the order of the members is the order in which clues are tried (DESIGN: threading)."""

    ADDRESS = "token in the address"
    MESSAGE_ID = "token in a Message-ID"
    BODY = "reference line in the quote"
    KNOWN_ID = "known Message-ID"
    TAG = "subject tag"


@dataclass(frozen=True, slots=True)
class Clue:
    """Evidence that a mail belongs to a ticket.

    A token names its ``purpose`` and ticket ``number`` in the clear, and its ``mac`` is checked once the ticket's rid
    is known. ``message_id`` is set for ``KNOWN_ID``. ``header`` is the lower-case header it came from (empty for
    envelope and body), so that an unsigned one can be ruled out. ``shown`` is how ``explain`` prints it.
    """

    carrier: Carrier
    number: int | None = None
    purpose: str = ""
    mac: str = ""
    message_id: str = ""
    header: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class LetterFact:
    """A letter of ours that a mail refers to: by its Message-ID, for bounces and for threading."""

    id: int
    ticket_id: int | None
    kind: str
    recipient: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A mail in an agent's name that the agent was asked to confirm: the id it is held under, and its entry key, which
    the confirmation's token binds. ``waiting``: nobody has settled it yet. ``strict``: it
    carries an admin's commands, so that the word itself must be proved. ``since_ms``: when it came (0: not known)."""

    held: int
    entry_key: str
    waiting: bool
    strict: bool = False
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """What an agent's mail last did to a ticket, and what undoes it; see ``plan.RecordAct``."""

    id: int
    ticket: int
    agent: str
    command: str
    at_ms: int
    undo: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said on a ticket, as far as the hour's letters look at it.

    ``text`` is what an agent last wrote to the customer, at ``at_ms`` (None: nobody has). ``reminders`` counts those
    that the customer has had since either side wrote. ``robot``: a machine opened it; ``proof`` is how far the sender
    of the first mail was proved (empty: no mail opened it)."""

    text: str = ""
    at_ms: int | None = None
    reminders: int = 0
    robot: bool = False
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Crew:
    """What assignment looks at, for the agents of the teams in question.

    ``open_tickets`` counts each agent's open tickets, ``last_given_ms`` is when each was last given one (round-robin),
    ``sticky`` the agent who last served this customer. Who is away stands in ``Facts.absent``.
    """

    open_tickets: Mapping[str, int] = field(default_factory=dict)
    last_given_ms: Mapping[str, int] = field(default_factory=dict)
    sticky: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The desk's state as far as one mail concerns it.

    ``clues`` are those that were asked about (None: nothing was asked, and whoever wants them finds them). ``tickets``
    maps each clue that leads somewhere to its ticket (a clue that leads nowhere is absent); merged tickets are followed
    to their target, with the original (whose rid the token binds) under ``merged_from``. ``letters`` maps Message-IDs
    to letters of ours. ``customer`` is what is remembered of the author. ``recent`` are the author's open tickets in
    the duplicate window, newest first. ``spent`` counts automatic letters by budget key (see ``gate``).
    ``duplicate_of`` is set when this mail came before. ``paused`` names teams and mailboxes that admins stopped.
    ``rated_ms`` is when the ticket was last rated, where the mail carries a survey's token.
    ``asked`` are the author's mails that were held to be confirmed, where the mail carries a confirmation's token.

    ``others`` are tickets that commands name by number (locked like the rest; a merged one stands for itself here).
    ``answers`` are the answers to ``Questions.queries``. ``last_act`` is the newest act of the author on the ticket
    that is not undone, ``touched`` are the tickets that undoing it would change, by id. ``crew`` is None where nobody
    is to be assigned. ``absent`` maps agents to when they are back.
    ``owned`` are the open tickets of the agent whose ``Questions.owner`` asks for them.
    ``alert`` is the ticket of the alert that a mail of monitoring is about.
    ``children`` are the open tickets whose parent is the ticket that a clue leads to; ``parent`` is that ticket's own.
    """

    tickets: Mapping[Clue, Ticket] = field(default_factory=dict)
    merged_from: Mapping[Clue, Ticket] = field(default_factory=dict)
    letters: Mapping[str, LetterFact] = field(default_factory=dict)
    customer: Customer | None = None
    recent: tuple[Ticket, ...] = ()
    spent: Mapping[str, int] = field(default_factory=dict)
    survey_asked_ms: int | None = None
    rated_ms: int | None = None
    duplicate_of: str = ""
    paused: frozenset[str] = frozenset()
    asked: tuple[Asked, ...] = ()
    others: Mapping[int, Ticket] = field(default_factory=dict)
    answers: Mapping[Query, Answer] = field(default_factory=dict)
    last_act: Act | None = None
    touched: Mapping[int, Ticket] = field(default_factory=dict)
    crew: Crew | None = None
    absent: Mapping[str, int] = field(default_factory=dict)
    alert: Ticket | None = None
    children: tuple[Ticket, ...] = ()
    parent: Ticket | None = None
    owned: tuple[Ticket, ...] = ()
    clues: tuple[Clue, ...] | None = None


NO_FACTS = Facts()
