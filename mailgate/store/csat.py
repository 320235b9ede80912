"""How content customers are: their ratings in sums, over a period, for the whole desk or by agent, team or brand.

A ticket counts once, with its last rating: for the agent who had answered its customer last when the rating came (else
for the one who had the ticket), and for the team that had it then. What becomes of the ticket later is no merit and no
fault of theirs. CSAT is the share of ratings of 4 and 5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mailgate.store.rows import Rows, from_json

CONTENT = 4
"""The lowest score of a customer who is content."""


class By(StrEnum):
    """What ratings are gathered by; DESK takes all together."""

    DESK = "desk"
    AGENT = "agent"
    TEAM = "team"
    BRAND = "brand"


@dataclass(frozen=True, slots=True)
class Csat:
    """The ratings of one ``name``: how many surveys went out, how many ``rated``, how many of these are ``content``,
    and the sum of their scores."""

    name: str
    asked: int
    rated: int
    content: int
    total: int

    @property
    def csat(self) -> float | None:
        """The share of content customers, from 0 to 1; None without ratings."""
        return self.content / self.rated if self.rated else None

    @property
    def average(self) -> float | None:
        """The mean score, from 1 to 5; None without ratings."""
        return self.total / self.rated if self.rated else None


COLUMNS = {By.DESK: "''", By.AGENT: "t.assignee", By.TEAM: "t.team", By.BRAND: "t.brand"}
"""What of a ticket ``t`` names it, as it is now."""

_HISTORIC = {By.AGENT: "assignee", By.TEAM: "team"}
"""What may have been another one at the time."""

_ANSWERED = (
    "(SELECT m.agent FROM messages m WHERE m.ticket_id = t.id AND m.direction = 'agent' AND m.visibility = 'public' "
    "AND m.agent <> '' AND m.created_ms <= {at} ORDER BY m.id DESC LIMIT 1)"
)
_RATED = (
    "SELECT t.id, r.at_ms, {name}, {answered}, r.score FROM ratings r JOIN tickets t ON t.id = r.ticket_id "
    "WHERE r.at_ms >= ? AND r.at_ms < ?"
)
_ASKED = (
    "SELECT t.id, l.created_ms, {name}, {answered} FROM letters l JOIN tickets t ON t.id = l.ticket_id "
    "WHERE l.kind = 'survey' AND l.created_ms >= ? AND l.created_ms < ?"
)
_CHANGED = (
    "SELECT e.ticket_id, e.at_ms, e.meta FROM events e WHERE e.kind = 'changed' AND e.at_ms >= ? AND e.meta LIKE ? "
    "AND EXISTS (SELECT 1 FROM letters l WHERE l.ticket_id = e.ticket_id AND l.kind = 'survey') "
    "ORDER BY e.ticket_id, e.seq"
)


def csat(rows: Rows, since_ms: int = 0, until_ms: int | None = None, by: By = By.DESK) -> list[Csat]:
    """The ratings given, and the surveys sent, since a time and before another; by name, in order."""
    span = (since_ms, 1 << 62 if until_ms is None else until_ms)
    changes = _changes(rows, _HISTORIC[by], since_ms) if by in _HISTORIC else {}
    scores: dict[str, list[int]] = {}
    for ticket, at_ms, now, answered, score in rows.all(_sql(_RATED, by, "r.at_ms"), span):
        scores.setdefault(answered or _then(changes.get(ticket, ()), at_ms, now), []).append(int(score))
    asked = Counter(
        answered or _then(changes.get(ticket, ()), at_ms, now)
        for ticket, at_ms, now, answered in rows.all(_sql(_ASKED, by, "l.created_ms"), span)
    )
    return [
        Csat(name, asked[name], len(given), sum(score >= CONTENT for score in given), sum(given))
        for name in sorted(scores.keys() | asked.keys())
        for given in (scores.get(name, []),)
    ]


def _sql(statement: str, by: By, at: str) -> str:
    answered = _ANSWERED.format(at=at) if by is By.AGENT else "NULL"
    return statement.format(name=COLUMNS[by], answered=answered)


def _changes(rows: Rows, field: str, since_ms: int) -> dict[int, list[tuple[int, str]]]:
    """By ticket that was asked about: when the field changed since a time, and what it was before; in order."""
    found: dict[int, list[tuple[int, str]]] = {}
    for ticket, at_ms, meta in rows.all(_CHANGED, (since_ms, f'%"{field}":[%')):
        found.setdefault(ticket, []).append((at_ms, str(from_json(meta)[field][0])))
    return found


def _then(changes: Iterable[tuple[int, str]], at_ms: int, now: str) -> str:
    """What it was at a time, given what it was before each change and what it is now."""
    return next((before for changed_ms, before in changes if changed_ms > at_ms), now)
