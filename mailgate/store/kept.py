"""How promises ended: kept or late, by what was promised, for the whole desk or by agent, team or brand.

Counted from the histories, so that a promise that ended twice (a next response is promised anew with each mail) counts
twice; for the agent and team that have the ticket now.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.desk.clock.targets import Kind
from mailgate.desk.clock.wind import KEPT, LATE
from mailgate.store.csat import COLUMNS, By
from mailgate.store.rows import Rows

_EVENTS = (
    "SELECT {name}, e.kind, count(*) FROM events e JOIN tickets t ON t.id = e.ticket_id "
    "WHERE e.kind IN (?, ?) AND e.at_ms >= ? AND e.meta LIKE ? GROUP BY 1, 2"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one ``name``: how many promises of that kind were ``kept``, and how many were ``late``."""

    name: str
    promise: str
    kept: int
    late: int


def kept(rows: Rows, since_ms: int = 0, by: By = By.DESK) -> list[Kept]:
    """The promises that ended since a time; by name, in the order of ``Kind``."""
    found: list[Kept] = []
    for kind in Kind:
        counts: dict[str, dict[str, int]] = {}
        asked = (KEPT, LATE, since_ms, f'%"promise":"{kind.value}"%')
        for name, event, count in rows.all(_EVENTS.format(name=COLUMNS[by]), asked):
            counts.setdefault(name, {})[event] = int(count)
        found += [Kept(name, kind.value, each.get(KEPT, 0), each.get(LATE, 0)) for name, each in counts.items()]
    return sorted(found, key=lambda each: each.name)
