"""Who could be given a ticket, and how much each has already."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.desk.facts import Crew
from mailgate.desk.questions import Questions
from mailgate.desk.ticket import Ticket
from mailgate.store.read import tickets_by_id
from mailgate.store.rows import key_of
from mailgate.store.sql import among
from mailgate.store.work import Work

OWNED = 500
"""How many open tickets of one agent are handed over at a time."""

LATEST = 20
"""How many of a customer's tickets are looked at for the agent who served them last."""


def crew(work: Work, questions: Questions) -> Crew:
    """What assignment looks at, for the agents that ``questions.crew`` names; this transaction's tickets count."""
    names = questions.crew
    turns = f"SELECT agent, given_ms FROM turns WHERE {among('agent', names)}"  # noqa: S608
    given = dict(work.rows.all(turns, names)) | {name: ms for name, ms in work.given.items() if name in names}
    work.turn = max((work.turn, *given.values()))
    sticky = _sticky(work, questions) if questions.sticky else ""
    return Crew(_loads(work, names) if questions.load else {}, given, sticky)


def _loads(work: Work, names: Sequence[str]) -> dict[str, int]:
    """How many open tickets each holds: counted once a transaction, which keeps the count as it goes on, since the
    count looks at every one of them."""
    unknown = [name for name in names if name not in work.loads]
    if unknown:
        counted = work.rows.all(
            "SELECT assignee, count(*) FROM tickets WHERE closed_ms IS NULL AND assignee <> '' "  # noqa: S608
            f"AND {among('assignee', unknown)} GROUP BY assignee",
            unknown,
        )
        work.loads |= dict.fromkeys(unknown, 0) | dict(counted)
    return {name: work.loads[name] for name in names}


def _sticky(work: Work, questions: Questions) -> str:
    """The agent of the author's newest ticket that had one of these."""
    if not questions.author:
        return ""
    found = work.rows.all(
        "SELECT assignee FROM tickets WHERE brand = ? AND requester_key = ? ORDER BY created_ms DESC LIMIT ?",
        (questions.brand, key_of(questions.author), LATEST),
    )
    return next((name for (name,) in found if name in questions.crew), "")


def holders(work: Work) -> list[str]:
    """Everybody who holds an open ticket, agents or not any more."""
    found = "SELECT DISTINCT assignee FROM tickets WHERE closed_ms IS NULL AND assignee <> '' ORDER BY assignee"
    return [name for (name,) in work.rows.all(found)]


def owned(work: Work, agent: str, limit: int = OWNED) -> tuple[Ticket, ...]:
    """The agent's open tickets, oldest first, locked."""
    ids = work.rows.all(
        "SELECT id FROM tickets WHERE closed_ms IS NULL AND assignee <> '' AND assignee = ? ORDER BY id LIMIT ?",
        (agent, limit),
    )
    found = tickets_by_id(work.rows, (id_ for (id_,) in ids), lock=True)
    work.remember(found, lock=True)
    return tuple(found[id_][0] for (id_,) in ids if id_ in found)
