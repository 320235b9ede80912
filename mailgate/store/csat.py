"""How content customers are: their ratings in sums, over a period, for the whole desk or by agent, team or brand.

A ticket counts once, with its last rating; it counts for the agent and team that have it. CSAT is the share of ratings
of 4 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailgate.store.rows import Rows

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
"""What of a ticket ``t`` names it."""


def csat(rows: Rows, since_ms: int = 0, until_ms: int | None = None, by: By = By.DESK) -> list[Csat]:
    """The ratings given, and the surveys sent, since a time and before another; by name, in order."""
    name = COLUMNS[by]
    end_ms = 1 << 62 if until_ms is None else until_ms
    rated = rows.all(
        f"SELECT {name}, count(*), sum(CASE WHEN r.score >= ? THEN 1 ELSE 0 END), sum(r.score) "  # noqa: S608
        "FROM ratings r JOIN tickets t ON t.id = r.ticket_id WHERE r.at_ms >= ? AND r.at_ms < ? GROUP BY 1",
        (CONTENT, since_ms, end_ms),
    )
    asked = rows.all(
        f"SELECT {name}, count(*) FROM letters l JOIN tickets t ON t.id = l.ticket_id "  # noqa: S608
        "WHERE l.kind = 'survey' AND l.created_ms >= ? AND l.created_ms < ? GROUP BY 1",
        (since_ms, end_ms),
    )
    counts = {each: (int(count), int(content), int(total)) for each, count, content, total in rated}
    letters = {each: int(count) for each, count in asked}
    names = sorted(counts.keys() | letters.keys())
    return [Csat(each, letters.get(each, 0), *counts.get(each, (0, 0, 0))) for each in names]
