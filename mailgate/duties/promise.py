"""A promise to a customer is about to break, or broken: the owner hears of it, then the supervisors, then those who
take over.

The ticket's ``sla`` timer rings at the shares of the time that the policy names (80, 100 and 150 percent by default).
Of each share people are told once; the ticket's clock remembers which (``clock.moments.warned``). What is overdue by
several shares at once, because the daemon was down or the clock jumped, is told of once, at the last of them.

==================  =====================================================  ============================================
share reached       told                                                   besides
==================  =====================================================  ============================================
below 100 %         the owner, else the team                               nothing
100 % and more      the supervisors too                                    what nobody took is given to somebody
the last, if more   the team that takes over (``escalate_to``) too         what nobody took goes to that team
==================  =====================================================  ============================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mailgate.desk.clock import clocks
from mailgate.desk.clock.moments import warned
from mailgate.desk.clock.sla import Promise
from mailgate.desk.effect import ChangeTicket, Effect, SetTimer
from mailgate.desk.letter import LetterKind
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent
from mailgate.desk.routing.assign import Needs, choose
from mailgate.desk.routing.notices import supervisors
from mailgate.desk.ticket import Ticket
from mailgate.duties.hour import Hour, Item, Planned, listing, rounds

TIMER = clocks.SLA


def warn(due: Sequence[Ticket], hour: Hour) -> list[Planned]:
    """The plans for all tickets of which somebody must be warned now."""
    plans: list[Planned] = []
    found: list[tuple[int, Item]] = []
    for ticket in due:
        promises = clocks.promises(ticket, hour.policy, hour.now_ms)
        reached = [each for each in promises if each.step]
        if reached:
            first = min(reached, key=lambda each: each.due_ms or 0)
            found.append((first.due_ms or 0, _item(ticket, reached, first, hour)))
        else:
            plans.append((ticket, Plan(Outcome.EVENT, (clocks.timer(ticket.id, promises),), ticket=ticket.id)))
    items = [item for _, item in sorted(found, key=lambda one: one[0])]
    return plans + rounds(TIMER, items, lambda agent, mine: listing(LetterKind.WARNING, agent, mine, hour), hour)


def _item(ticket: Ticket, reached: Sequence[Promise], first: Promise, hour: Hour) -> Item:
    """One ticket's line: it shows the promise that breaks first, and the highest share says who is told."""
    share = max(each.step for each in reached)
    moved = _moved(ticket, share, hour)
    effects = (*(warned(ticket.id, each, each.step) for each in (*reached, *moved.reached)), *moved.effects)
    told = dict.fromkeys((*moved.told, *_told(ticket, share, hour)))
    left = (first.due_ms or hour.now_ms) - hour.now_ms
    row: Mapping[str, object] = {
        "number": ticket.number,
        "promise": clocks.NAMES[first.kind],
        "due_ms": first.due_ms,
        "left_ms": left,
        **({"assignee": moved.name} if moved.name else {}),
    }
    later = (SetTimer(ticket.id, TIMER, hour.next_ms),)
    return Item(ticket, tuple(told), row, effects, later)


def _told(ticket: Ticket, share: int, hour: Hour) -> Iterator[Agent]:
    yield from hour.owners(ticket)
    if share >= 100:
        yield from (agent for agent in supervisors(hour.policy, ticket.team) if not hour.away(agent.id))
    if _last(ticket, share, hour):
        team = hour.policy.teams.get(ticket.team)
        members = hour.policy.members(team.escalate_to) if team else ()
        yield from (agent for agent in members if not hour.away(agent.id))


def _last(ticket: Ticket, share: int, hour: Hour) -> bool:
    """Whether it is the last share that the policy names, past the whole time."""
    chosen = clocks.chosen(ticket, hour.policy)
    return share > 100 and chosen is not None and share >= max(chosen.policy.warn)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Who gets a ticket that nobody took, and the effects of it. ``reached`` are shares of the promises that another
    team makes for the same time: who takes over is told of the ticket now, and not of them once more."""

    effects: tuple[Effect, ...] = ()
    told: tuple[Agent, ...] = ()
    reached: tuple[Promise, ...] = ()

    @property
    def name(self) -> str:
        """Of who has it now."""
        return self.told[0].name if self.told else ""


def _moved(ticket: Ticket, share: int, hour: Hour) -> _Moved:
    """What nobody took, or whose agent is away, finds somebody: in its team, at the last share in the one above."""
    if share < 100 or (ticket.assignee and not hour.away(ticket.assignee)):
        return _Moved()
    team = hour.policy.teams.get(ticket.team)
    above = team.escalate_to if team and _last(ticket, share, hour) else ""
    wanted = above or ticket.team
    needs = Needs.of(ticket, (ticket.assignee,) if ticket.assignee else ())
    members = tuple(agent.id for agent in hour.policy.members(wanted))
    choice = choose(wanted, needs, hour.look.crew(ticket, members), hour.absent, hour.policy, hour.now_ms)
    if not above and not choice.agent:
        return _Moved()
    changed: dict[str, object] = {"assignee": choice.agent, "given_by": ""}
    if above:
        changed["team"] = above
    said: Phrase = choice.reason if choice.reason else NOTHING
    why = phrase("nobody took it in time; {reason}", reason=said) if said else phrase("nobody took it in time")
    agent = hour.policy.agents.get(choice.agent)
    there = clocks.promises(replace(ticket, team=above), hour.policy, hour.now_ms) if above else ()
    reached = tuple(each for each in there if each.step)
    return _Moved((ChangeTicket(ticket.id, changed, str(why)),), (agent,) if agent else (), reached)
