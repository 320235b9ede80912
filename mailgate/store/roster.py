"""Who works at the desk now, as the database has it: read once a transaction, and only when it has changed.

``meta.roster`` counts the changes. A process keeps the roster that it read last; one look at the count says whether it
still holds. A transaction that changes the roster reads it anew and keeps it to itself: it may be rolled back.
"""

from __future__ import annotations

from mailgate.desk.roster import Enrolled, Roster
from mailgate.store.rows import Rows, from_json
from mailgate.store.work import Work

COUNT_UP = (
    "INSERT INTO meta (key, value) VALUES ('roster', '1') "
    "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)"
)


def changed(work: Work) -> None:
    """The roster is about to be another one, for this transaction at once and for everybody with its commit."""
    work.rows.run(COUNT_UP)
    work.roster, work.roster_changed = None, True


def roster_of(work: Work) -> Roster:
    """The roster in force in this transaction."""
    if work.roster is None:
        work.roster = read_roster(work.rows) if work.roster_changed else _kept(work)
    return work.roster


def _kept(work: Work) -> Roster:
    """The roster that this process knows, unless it has changed since."""
    row = work.database.one("SELECT value FROM meta WHERE key = 'roster'")
    if work.rosters[-1].version != (int(row[0]) if row else 0):
        work.rosters[:] = [read_roster(work.database)]
    return work.rosters[-1]


def read_roster(rows: Rows) -> Roster:
    """The roster as it stands in the tables. The count is read first: what is newer than it is read again."""
    row = rows.one("SELECT value FROM meta WHERE key = 'roster'")
    version = int(row[0]) if row else 0
    added: list[Enrolled] = []
    gone: list[Enrolled] = []
    for state, agent, name, address, role, teams, language in rows.all(
        "SELECT state, agent, name, address, role, teams, language FROM roster ORDER BY at_ms, agent"
    ):
        listed = gone if state == "dismissed" else added
        listed.append(Enrolled(agent, name, address, role, tuple(from_json(teams)), language))
    return Roster(
        version,
        tuple(added),
        frozenset(one.agent for one in gone),
        dict(rows.all("SELECT agent, until_ms FROM absences ORDER BY agent")),
        frozenset(name for (name,) in rows.all("SELECT name FROM paused")),
        tuple(one for one in gone if one.address),
    )
