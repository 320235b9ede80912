"""What a ticket's states mean, and what leads where.

====================  ==========================================  =====================================================
state                 meaning                                     left by
====================  ==========================================  =====================================================
new                   nobody has answered yet                     an agent's answer, a command
open                  the customer waits for us                   an agent's answer, a command
waiting-customer      we wait for the customer                    the customer's mail → open
waiting-third-party   we wait for somebody else                   the customer's mail → open, an agent's answer
waiting-child         another ticket has to end first             the customer's mail → open, an agent's answer
resolved              answered; the customer may still object     the customer's mail within ``reopen_days`` → open
closed                over                                        the same; later mail opens a linked ticket
spam                  kept, and nobody is told                    an agent's reopen
merged                another ticket goes on for it               nothing: its mail goes to the target
====================  ==========================================  =====================================================

A robot's mail, a note and unproved mail lead nowhere: they are put on the ticket, and the state stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from mailgate.desk.ticket import Status, Ticket


class Happening(StrEnum):
    """What can move a ticket."""

    CUSTOMER_WROTE = "the customer wrote"
    AGENT_ANSWERED = "an agent answered"
    RESOLVED = "resolved by command"
    CLOSED = "closed by command"
    MARKED_SPAM = "marked as spam"
    REOPENED = "reopened by command"


ENDED = frozenset({Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.MERGED})
"""Nobody waits in these."""

_LIVE = (Status.NEW, Status.OPEN, Status.WAITING_CUSTOMER, Status.WAITING_THIRD, Status.WAITING_CHILD)
_WAITING = (Status.WAITING_CUSTOMER, Status.WAITING_THIRD, Status.WAITING_CHILD)
_OVER = (Status.RESOLVED, Status.CLOSED)

TRANSITIONS: Mapping[tuple[Status, Happening], Status] = {
    **{(status, Happening.CUSTOMER_WROTE): Status.OPEN for status in (*_WAITING, *_OVER)},
    **{(status, Happening.AGENT_ANSWERED): Status.WAITING_CUSTOMER for status in (*_LIVE, *_OVER)},
    **{(status, Happening.RESOLVED): Status.RESOLVED for status in (*_LIVE, Status.CLOSED)},
    **{(status, Happening.CLOSED): Status.CLOSED for status in (*_LIVE, Status.RESOLVED)},
    **{(status, Happening.MARKED_SPAM): Status.SPAM for status in (*_LIVE, *_OVER)},
    **{(status, Happening.REOPENED): Status.OPEN for status in (*_OVER, *_WAITING, Status.SPAM)},
}
"""What is not here changes nothing."""


def after(status: Status, happening: Happening) -> Status:
    """The state that follows; the same one where nothing leads out."""
    return TRANSITIONS.get((status, happening), status)


def changes(ticket: Ticket, happening: Happening, now_ms: int) -> dict[str, object]:
    """The fields of the ticket that a happening sets, clocks included; empty when it changes nothing."""
    status = after(ticket.status, happening)
    found: dict[str, object] = {} if status is ticket.status else {"status": status}
    if happening in (Happening.CUSTOMER_WROTE, Happening.REOPENED) and status not in ENDED:
        if ticket.waiting_since_ms is None:
            found["waiting_since_ms"] = now_ms
        if ticket.closed_ms is not None:
            found["closed_ms"] = None
    if happening is Happening.AGENT_ANSWERED:
        found["answered_ms"] = now_ms
        if ticket.closed_ms is not None and status not in ENDED:
            found["closed_ms"] = None
    if (happening is Happening.AGENT_ANSWERED or status in ENDED) and ticket.waiting_since_ms is not None:
        found["waiting_since_ms"] = None
    if status in ENDED and ticket.closed_ms is None:
        found["closed_ms"] = now_ms
    return found
