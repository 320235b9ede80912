"""The timers that a mail starts and stops. ``duties`` act when one is due; an issue of its own deepens the promises."""

from __future__ import annotations

from mailgate.desk.clock.calendar import after
from mailgate.desk.clock.span import Span, Unit
from mailgate.desk.plan import SetTimer
from mailgate.desk.policy import Policy

REMINDER = "reminder"
SURVEY = "survey"


def remind(policy: Policy, team: str, ticket: int, now_ms: int) -> tuple[SetTimer, ...]:
    """When the team is to be reminded of a customer who waits since now; nothing for a team without that wish."""
    found = policy.teams.get(team)
    if found is None or not found.remind_after_ms:
        return ()
    span = Span(found.remind_after_ms, Unit.BUSINESS if found.remind_in_hours else Unit.CLOCK)
    return (SetTimer(ticket, REMINDER, after(policy.hours.get(found.hours), now_ms, span)),)
