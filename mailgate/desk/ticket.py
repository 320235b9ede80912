"""A ticket and what hangs on it, as values: what ``store`` reads and writes, and what ``decide`` looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LATER_MS = 10**13
"""What puts one time behind all others of a better sort: more than three hundred years."""


class Status(StrEnum):
    """The states of a ticket. ``lifecycle`` has the table of what each means and what leads out of it."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting-customer"
    WAITING_THIRD = "waiting-third-party"
    WAITING_CHILD = "waiting-child"
    RESOLVED = "resolved"
    CLOSED = "closed"
    SPAM = "spam"
    MERGED = "merged"


class ParticipantRole(StrEnum):
    """Why an address belongs to a ticket. Only requesters and watchers get what goes to the customer."""

    REQUESTER = "requester"
    WATCHER = "watcher"
    THIRD_PARTY = "third-party"
    FOLLOWER = "follower"


@dataclass(frozen=True, slots=True)
class Participant:
    """An address on a ticket; a follower is an agent who is told of everything."""

    email: str
    name: str = ""
    role: ParticipantRole = ParticipantRole.REQUESTER


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket as it stands. ``rid`` is the random id that tokens bind; ``language`` the requester's. Times in ms;
    ``waiting_since_ms`` is when the customer began to wait for an answer (None: nobody waits). ``asked`` is the newest
    public question of the customer, cut to 2,000 characters, which answers quote.

    ``state`` is the team's own name for where it stands (empty: ``status`` itself). ``parent`` is the id of the ticket
    that waits for this one. ``due_ms`` was set by hand. ``snoozed_ms`` is until when nobody is reminded. ``nudged_ms``
    is when the customer last asked for news, ``nudges`` how often. ``given_by`` is the agent who assigned it.
    ``sla`` names the policy, ``clock`` is what ``desk/clock`` keeps of its promises, as plain JSON values; its key
    ``due_ms``, where there is one, is when the next promise breaks: queues are sorted by it."""

    id: int
    number: int
    rid: str
    brand: str
    mailbox: str
    subject: str
    status: Status
    team: str
    requester: Participant
    kind: str = ""
    assignee: str = ""
    priority: str = "normal"
    tags: tuple[str, ...] = ()
    language: str = "und"
    fields: Mapping[str, str] = field(default_factory=dict)
    participants: tuple[Participant, ...] = ()
    rule: str = ""
    reason: str = ""
    merged_into: int | None = None
    created_ms: int = 0
    updated_ms: int = 0
    closed_ms: int | None = None
    waiting_since_ms: int | None = None
    answered_ms: int | None = None
    rating: int | None = None
    last_message_id: str = ""
    references: tuple[str, ...] = ()
    asked: str = ""
    state: str = ""
    parent: int | None = None
    due_ms: int | None = None
    snoozed_ms: int | None = None
    nudged_ms: int | None = None
    nudges: int = 0
    given_by: str = ""
    sla: str = ""
    clock: Mapping[str, object] = field(default_factory=dict)

    @property
    def next_due_ms(self) -> int | None:
        """The earliest time by which somebody must have done something: set by hand, or promised."""
        promised = self.clock.get("due_ms")
        return min((ms for ms in (self.due_ms, promised) if isinstance(ms, int)), default=None)

    @property
    def urgency(self) -> int:
        """Where the ticket stands in a queue among those of its priority, smallest first: what is due by the time it is
        due, a nudge that nobody has answered counting as due when it came; then who waits, longest first; then the
        rest by age."""
        nudged = self.nudged_ms if (self.nudged_ms or 0) > (self.answered_ms or 0) else None
        times = [ms for ms in (self.next_due_ms, nudged) if ms is not None]
        if times:
            return min(times)
        if self.waiting_since_ms is not None:
            return self.waiting_since_ms + LATER_MS
        return self.created_ms + 2 * LATER_MS

    def participant(self, email: str) -> Participant | None:
        """Who that address is on this ticket (ASCII case folded), or None."""
        wanted = email.lower()
        return next((who for who in self.participants if who.email.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Customer:
    """What the desk remembers of an address: how many tickets, how many open, the last rating, tags and language."""

    email: str
    name: str = ""
    language: str = "und"
    tags: tuple[str, ...] = ()
    tickets: int = 0
    open_tickets: int = 0
    last_rating: int | None = None
