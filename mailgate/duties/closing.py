"""A resolved ticket closes when its customer was asked whether it is solved and has said nothing for long enough.

No letter says so: the one about the resolution did. The survey may follow (``clock.arming``). A ticket that is not
resolved any more is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.desk.clock.arming import CONFIRM as TIMER
from mailgate.desk.effect import ChangeTicket, ClearTimer, Effect
from mailgate.desk.lifecycle import Happening, changes
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Status, Ticket
from mailgate.duties.hour import Hour, Planned


def close_silent(due: Sequence[Ticket], hour: Hour) -> list[Planned]:
    """The plans for all tickets whose time to object is over."""
    return [(ticket, _plan(ticket, hour)) for ticket in due]


def _plan(ticket: Ticket, hour: Hour) -> Plan:
    effects: tuple[Effect, ...] = (ClearTimer(ticket.id, TIMER),)
    if ticket.status is Status.RESOLVED:
        changed = changes(ticket, Happening.SILENCE, hour.now_ms)
        effects = (*effects, ChangeTicket(ticket.id, changed, Happening.SILENCE.value))
    return Plan(Outcome.EVENT, effects, ticket=ticket.id)
