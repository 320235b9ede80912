"""The morning's digest: at an hour that the team chose, each of its agents is told of the queue, most urgent first.

An agent reads of the own tickets and of those that nobody has; supervisors of the whole queue. Nobody who is away, and
no team whose hours are closed all day, gets one. One row for each team says when its next turn is, so that several
daemons and restarts bring one digest a day; a turn that is hours late, since no daemon ran, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from mailgate.desk.agent_letter import for_agent
from mailgate.desk.effect import Spend
from mailgate.desk.letter import LetterKind, LetterOrder
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Hours, Role, Team
from mailgate.desk.routing.handover import by_urgency
from mailgate.desk.routing.notices import supervisors
from mailgate.desk.ticket import Status, Ticket
from mailgate.duties.hour import HOUR_MS, Hour, Planned, to_reader

LATE_MS = 6 * HOUR_MS
LOOKED_AT = 2_000
AHEAD_DAYS = 40
"""No desk is closed for longer; then the digest comes on a closed day."""


class Queues(Protocol):
    """What the store tells of a team."""

    def queue(self, team: str, limit: int) -> list[Ticket]:
        """The team's open tickets."""
        ...

    def turn(self, name: str, now_ms: int, next_ms: int) -> int | None:
        """When the turn of that name was due, if it is due and ours."""
        ...


def morning(team: Team, hour: Hour, queues: Queues) -> list[Planned]:
    """The digest of one team, if its hour has come; empty otherwise."""
    if team.digest_at is None:
        return []
    due_ms = queues.turn(f"digest:{team.id}", hour.now_ms, next_turn(team, hour))
    if due_ms is None or hour.now_ms - due_ms > LATE_MS:
        return []
    waiting = _sorted(queues.queue(team.id, LOOKED_AT), hour)
    return [(None, plan) for plan in _letters(team, waiting, hour)]


def next_turn(team: Team, hour: Hour) -> int:
    """When the next digest of the team is due, in ms: at its hour, in its zone, on the next day that it works."""
    zone = ZoneInfo(_zone(team, hour))
    hours = hour.policy.hours.get(team.hours)
    today = datetime.fromtimestamp(hour.now_ms / 1000, zone).date()
    moments = [(day, _moment(day, team, zone)) for day in (today + timedelta(days=n) for n in range(AHEAD_DAYS))]
    ahead = [(day, at_ms) for day, at_ms in moments if at_ms > hour.now_ms]
    return next((at_ms for day, at_ms in ahead if _works(hours, day)), ahead[0][1])


def _moment(day: date, team: Team, zone: ZoneInfo) -> int:
    assert team.digest_at is not None
    return int(datetime.combine(day, team.digest_at, zone).timestamp() * 1000)


def _midnight(team: Team, hour: Hour) -> int:
    """When the day ends, in the team's zone."""
    zone = ZoneInfo(_zone(team, hour))
    tomorrow = datetime.fromtimestamp(hour.now_ms / 1000, zone).date() + timedelta(days=1)
    return int(datetime.combine(tomorrow, time(), zone).timestamp() * 1000)


def _works(hours: Hours | None, day: date) -> bool:
    return hours is None or day in hours.open_days or (bool(hours.week.get(day.weekday())) and day not in hours.closed)


def _zone(team: Team, hour: Hour) -> str:
    hours = hour.policy.hours.get(team.hours)
    brand = hour.policy.brands.get(team.brand) or next(iter(hour.policy.brands.values()))
    return hours.timezone if hours else brand.timezone


def _sorted(tickets: Sequence[Ticket], hour: Hour) -> list[Ticket]:
    """The most urgent first: by priority, then whose customers ask for news, then by what is due and who waits."""
    awake = [ticket for ticket in tickets if (ticket.snoozed_ms or 0) <= hour.now_ms]
    nudged = sorted(by_urgency(awake, hour.policy), key=lambda ticket: -ticket.nudges)
    rank = {name: place for place, name in enumerate(hour.policy.priorities)}
    return sorted(nudged, key=lambda ticket: -rank.get(ticket.priority, 0))


def _letters(team: Team, waiting: Sequence[Ticket], hour: Hour) -> Iterator[Plan]:
    """One letter for each agent of the team who has anything to read."""
    leaders = {agent.id for agent in supervisors(hour.policy, team.id)}
    readers = {agent.id: agent for agent in (*hour.policy.members(team.id), *supervisors(hour.policy, team.id))}
    for agent in readers.values():
        all_of_it = agent.id in leaders or agent.role is Role.WATCHER
        own = [ticket for ticket in waiting if all_of_it or ticket.assignee in ("", agent.id)]
        leave = to_reader(agent, f"digest:{team.id}", hour)
        if own and not hour.away(agent.id) and not leave.reason:
            spends = tuple(Spend(key) for key in leave.keys)
            yield Plan(Outcome.EVENT, spends, (_letter(team, agent, own, hour),))


def _letter(team: Team, agent: Agent, tickets: Sequence[Ticket], hour: Hour) -> LetterOrder:
    brand = hour.policy.brands[tickets[0].brand]
    values = {
        "team": team.name_in(agent.language or brand.language),
        "total": len(tickets),
        "counts": _counts(team, agent, tickets, hour),
    }
    return for_agent(LetterKind.DIGEST, agent, brand, values, mailbox=tickets[0].mailbox, rows=tuple(tickets))


def _counts(team: Team, agent: Agent, tickets: Sequence[Ticket], hour: Hour) -> Mapping[str, int]:
    times = [ticket.next_due_ms for ticket in tickets]
    midnight_ms = _midnight(team, hour)
    return {
        "new": sum(ticket.status is Status.NEW for ticket in tickets),
        "waiting for an answer": sum(ticket.waiting_since_ms is not None for ticket in tickets),
        "overdue": sum(at_ms is not None and at_ms < hour.now_ms for at_ms in times),
        "due today": sum(at_ms is not None and hour.now_ms <= at_ms < midnight_ms for at_ms in times),
        "yours": sum(ticket.assignee == agent.id for ticket in tickets),
        "nobody's": sum(not ticket.assignee for ticket in tickets),
    }
