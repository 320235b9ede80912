"""The timers of rules on ``idle`` and ``date``.

Each wait that a rule on ``idle`` names has a kind of timer of its own. When somebody writes, the first is set and the
others are cleared; when one rings, the next is set (``duties/ruled.py``).

A rule on ``date`` looks at a day that stands in a ticket's field: a contract's end, a delivery.

A date is written ``2026-12-31``, ``31.12.2026`` or ``2026/12/31`` and begins at nine in the morning of the brand's
zone. A rule looks so long before; where that is past already it looks at once, and never where the date itself is past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mailgate.desk.effect import ClearTimer, SetTimer
from mailgate.desk.policy import Policy
from mailgate.desk.routing.rule import Rule
from mailgate.desk.ticket import Ticket

IDLE, DATE = "idle:", "date:"
"""How these kinds begin."""

MORNING = time(9)
FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y年%m月%d日")


def read_date(text: str) -> date | None:
    """The day that a field names, or None where it names none."""
    for form in FORMATS:
        try:
            return datetime.strptime(text.strip()[:16], form).date()
        except ValueError:
            continue
    return None


def idle_kind(wait_ms: int) -> str:
    """The kind of the timer that rings when nobody has written for so long."""
    return f"{IDLE}{wait_ms}"


def idle_timers(ticket: int, waits: Sequence[int], now_ms: int) -> Iterator[SetTimer | ClearTimer]:
    """Somebody has written: all waits, shortest first, begin anew."""
    for place, wait_ms in enumerate(waits):
        kind = idle_kind(wait_ms)
        yield ClearTimer(ticket, kind) if place else SetTimer(ticket, kind, now_ms + wait_ms)


def date_kind(rule: Rule) -> str:
    """The kind of the timer of a rule on ``date``."""
    return f"{DATE}{rule.name}"


def date_timers(
    ticket: Ticket, before: Mapping[str, str], rules: Iterable[Rule], policy: Policy, now_ms: int
) -> Iterator[SetTimer | ClearTimer]:
    """The timers that move when a ticket's fields, which were ``before``, have other dates."""
    for rule in rules:
        text = ticket.fields.get(rule.date_field, "")
        if text == before.get(rule.date_field, ""):
            continue
        day_ms = moment_of(text, policy.brands[ticket.brand].timezone)
        if day_ms is not None and day_ms > now_ms:
            yield SetTimer(ticket.id, date_kind(rule), max(now_ms, day_ms - rule.before_ms))
        elif before.get(rule.date_field):
            yield ClearTimer(ticket.id, date_kind(rule))


def moment_of(text: str, zone: str) -> int | None:
    """When the day that a field names begins, in ms; None where it names none."""
    day = read_date(text)
    return int(datetime.combine(day, MORNING, ZoneInfo(zone)).timestamp() * 1000) if day else None
