"""What a ticket's states mean, and what leads where.

====================  ==========================================  =====================================================
state                 meaning                                     left by
====================  ==========================================  =====================================================
new                   nobody has answered yet                     an agent's answer, a command
open                  the customer waits for us                   an agent's answer, a command
waiting-customer      we wait for the customer                    the customer's mail → open, silence → closed
waiting-third-party   we wait for somebody else                   their or the customer's mail → open, an answer
waiting-child         another ticket has to end first             the last child's end, the customer's mail → open
resolved              answered; the customer is asked whether     yes, thanks or silence → closed; no, or a new
                      it is                                       question within ``reopen_days`` → open
closed                over                                        the customer's mail within ``reopen_days`` → open;
                                                                  later mail opens a linked ticket
spam                  kept, and nobody is told                    an agent's reopen
merged                another ticket goes on for it               nothing: its mail goes to the target
====================  ==========================================  =====================================================

These are the meanings. A team may have states of its own (``Team.states``), each with one of these behind it: "at the
workshop" is a ``waiting-third-party``. The name stands in ``Ticket.state`` and is what people read; what follows from
it is the meaning's, and a ticket that moves on loses the name.

``TRANSITIONS`` says what leads where, who brings it about, and by which mail. What is not in it changes nothing. A
robot's mail, a note and unproved mail lead nowhere: they are put on the ticket, and the state stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailgate.desk.policy import Team
from mailgate.desk.ticket import Status, Ticket


class By(StrEnum):
    """Who can make a transition; what an agent may is said further by ``identity.rights``."""

    CUSTOMER = "the customer"
    AGENT = "an agent"
    THIRD = "a third party"
    HOUR = "the hour"


class Happening(StrEnum):
    """What can move a ticket."""

    CUSTOMER_WROTE = "the customer wrote"
    CUSTOMER_THANKED = "the customer said thanks"
    CUSTOMER_AGREED = "the customer says that it is solved"
    CUSTOMER_OBJECTED = "the customer says that it is not solved"
    THIRD_ANSWERED = "the third party answered"
    CHILDREN_ENDED = "the last child ticket ended"
    AGENT_ANSWERED = "an agent answered"
    PENDING = "waits for the customer by command"
    THIRD_ASKED = "a third party was asked"
    CHILD_OPENED = "a child ticket was opened"
    RESOLVED = "resolved by command"
    CLOSED = "closed by command"
    MARKED_SPAM = "marked as spam"
    REOPENED = "reopened by command"
    MERGED = "merged by command"
    SILENCE = "the customer did not answer"
    REMINDED = "the agreed day has come"


ENDED = frozenset({Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.MERGED})
"""Nobody waits in these."""

LIVE = frozenset({Status.NEW, Status.OPEN, Status.WAITING_CUSTOMER, Status.WAITING_THIRD, Status.WAITING_CHILD})
_WAITING = frozenset({Status.WAITING_CUSTOMER, Status.WAITING_THIRD, Status.WAITING_CHILD})
_OVER = frozenset({Status.RESOLVED, Status.CLOSED})


@dataclass(frozen=True, slots=True)
class Transition:
    """One way out of some states. ``mail`` says which mail brings it about, for people."""

    happening: Happening
    out_of: frozenset[Status]
    to: Status
    by: By
    mail: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition(Happening.CUSTOMER_WROTE, _WAITING | _OVER, Status.OPEN, By.CUSTOMER, "any that a person wrote"),
    Transition(
        Happening.CUSTOMER_THANKED, frozenset({Status.RESOLVED}), Status.CLOSED, By.CUSTOMER, "a plain thank-you"
    ),
    Transition(
        Happening.CUSTOMER_AGREED,
        frozenset({Status.RESOLVED, Status.WAITING_CUSTOMER}),
        Status.CLOSED,
        By.CUSTOMER,
        "yes, to what was resolved",
    ),
    Transition(Happening.CUSTOMER_OBJECTED, _WAITING | _OVER, Status.OPEN, By.CUSTOMER, "no, to what was resolved"),
    Transition(
        Happening.THIRD_ANSWERED, frozenset({Status.WAITING_THIRD}), Status.OPEN, By.THIRD, "the answer to #ask"
    ),
    Transition(
        Happening.CHILDREN_ENDED, frozenset({Status.WAITING_CHILD}), Status.OPEN, By.AGENT, "what ends the last child"
    ),
    Transition(Happening.AGENT_ANSWERED, LIVE | _OVER, Status.WAITING_CUSTOMER, By.AGENT, "an answer"),
    Transition(Happening.PENDING, LIVE, Status.WAITING_CUSTOMER, By.AGENT, "#pending"),
    Transition(Happening.THIRD_ASKED, LIVE, Status.WAITING_THIRD, By.AGENT, "#ask"),
    Transition(Happening.CHILD_OPENED, LIVE, Status.WAITING_CHILD, By.AGENT, "#child"),
    Transition(Happening.RESOLVED, LIVE | {Status.CLOSED}, Status.RESOLVED, By.AGENT, "#resolve"),
    Transition(Happening.CLOSED, LIVE | {Status.RESOLVED}, Status.CLOSED, By.AGENT, "#close"),
    Transition(Happening.MARKED_SPAM, LIVE | _OVER, Status.SPAM, By.AGENT, "#spam"),
    Transition(Happening.REOPENED, _OVER | _WAITING | {Status.SPAM}, Status.OPEN, By.AGENT, "#reopen"),
    Transition(Happening.MERGED, LIVE | _OVER | {Status.SPAM}, Status.MERGED, By.AGENT, "#merge"),
    Transition(Happening.SILENCE, _WAITING | {Status.RESOLVED}, Status.CLOSED, By.HOUR, "none"),
    Transition(Happening.REMINDED, _WAITING, Status.OPEN, By.HOUR, "none"),
)
"""Each happening stands here once."""

_BY_HAPPENING: Mapping[Happening, Transition] = {row.happening: row for row in TRANSITIONS}

_WAITS_FOR_US = frozenset({Happening.CUSTOMER_WROTE, Happening.CUSTOMER_OBJECTED, Happening.REOPENED})
_BRINGS_BACK = _WAITS_FOR_US | {Happening.AGENT_ANSWERED}


def after(status: Status, happening: Happening) -> Status:
    """The state that follows; the same one where nothing leads out."""
    row = _BY_HAPPENING[happening]
    return row.to if status in row.out_of else status


def changes(ticket: Ticket, happening: Happening, now_ms: int) -> dict[str, object]:
    """The fields of the ticket that a happening sets, times included; empty when it changes nothing."""
    status = after(ticket.status, happening)
    found: dict[str, object] = {} if status is ticket.status else {"status": status}
    if found and ticket.state:
        found["state"] = ""
    if happening in _WAITS_FOR_US and status not in ENDED and ticket.waiting_since_ms is None:
        found["waiting_since_ms"] = now_ms
    if happening in _BRINGS_BACK and status not in ENDED and ticket.closed_ms is not None:
        found["closed_ms"] = None
    if happening is Happening.AGENT_ANSWERED:
        found["answered_ms"] = now_ms
    if (happening is Happening.AGENT_ANSWERED or status in ENDED) and ticket.waiting_since_ms is not None:
        found["waiting_since_ms"] = None
    if status in ENDED and ticket.closed_ms is None:
        found["closed_ms"] = now_ms
    return found


def named(word: str, team: Team | None) -> tuple[str, Status] | None:
    """What a word means as a state: the team's own name (or empty, for one of ours) and the meaning behind it; None
    when there is no such state. Case does not matter, nor ``-``, ``_`` and spaces."""
    wanted = _plain(word)
    own = team.states if team else {}
    for name, meaning in own.items():
        if _plain(name) == wanted:
            return name, Status(meaning)
    return next((("", status) for status in Status if _plain(status.value) == wanted), None)


def _plain(word: str) -> str:
    return " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
