"""The timers that a mail starts and stops. ``duties`` act when one is due; an issue of its own deepens the promises."""

from __future__ import annotations

from mailgate.desk.clock.hours import add_open
from mailgate.desk.plan import SetTimer
from mailgate.desk.policy import Policy

REMINDER = "reminder"
SURVEY = "survey"


def remind(policy: Policy, team: str, ticket: int, now_ms: int) -> tuple[SetTimer, ...]:
    """When the team is to be reminded of a customer who waits since now; nothing for a team without that wish."""
    found = policy.teams.get(team)
    if found is None or not found.remind_after_ms:
        return ()
    hours = policy.hours.get(found.hours) if found.remind_in_hours else None
    due = add_open(hours, now_ms, found.remind_after_ms) if hours else now_ms + found.remind_after_ms
    return (SetTimer(ticket, REMINDER, due),)
