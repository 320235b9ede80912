"""Rules that look at what happens to a ticket: what has happened in a plan, and which rules have a say in it.

=================  =================================================================================================
``on``             happens when
=================  =================================================================================================
customer replied   a mail of the customer, or of a watcher, joins a ticket for all to read
agent replied      an agent's words go to the customer
status changed     the status becomes another one, by whatever way
rated              the customer has rated the ticket
sla warning        so much of a promise's time is used up (``duties``); ``sla broken`` when all of it is
idle               nobody has written on the ticket for so long: mails and agents' notes count, ours do not
date               a date in a field of the ticket is so near
=================  =================================================================================================

``created`` is none of these: ``route`` asks those rules while there is no ticket yet. As there, the first rule that
matches an event has the say, unless it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mailgate.desk.effect import AddEvent, AddMessage, ChangeTicket, Direction, Effect, RecordRating, Visibility
from mailgate.desk.phrase import NOTHING
from mailgate.desk.policy import Policy
from mailgate.desk.routing.match import Check, compile_condition
from mailgate.desk.routing.rule import Condition, On, Rule
from mailgate.desk.routing.standing import Standing, Tally
from mailgate.desk.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Happened:
    """Something happened to a ticket, which is given as it stands afterwards. ``which``: on ``idle`` the wait in ms
    that is over, on ``date`` the name of the rule whose day it is."""

    on: On
    ticket: Ticket
    which: str = ""

    def concerns(self, rule: Rule) -> bool:
        """Whether the rule is one that this is about."""
        if rule.brands and self.ticket.brand not in rule.brands:
            return False
        if self.on is On.IDLE:
            return self.which == str(idle_of(rule))
        return self.on is not On.DATE or self.which == rule.name


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule that has a say, with the evidence in words."""

    rule: Rule
    evidence: str

    @property
    def reason(self) -> str:
        """As agents and histories read it."""
        return f"rule {self.rule.name}: {self.evidence}"


@dataclass(frozen=True)
class EventRules:
    """The rules of one policy that look at events, compiled. ``idle_ms`` are the waits that rules on ``idle`` name,
    shortest first."""

    policy: Policy
    rules: Mapping[On, tuple[tuple[Rule, Check], ...]] = field(default_factory=dict)
    idle_ms: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.rules)

    def matching(
        self,
        one: Happened,
        words: str,
        tally: Callable[[], Tally],
        now_ms: int,
        without: frozenset[str] = frozenset(),
    ) -> tuple[Matched, ...]:
        """The rules that have a say in it, in their order; those named by ``without`` are not asked."""
        seen = Standing(one.ticket, words, self.policy, tally, now_ms)
        found = []
        for rule, check in self.rules.get(one.on, ()):
            evidence = check.ask(seen) if rule.name not in without and one.concerns(rule) else NOTHING
            if evidence:
                found.append(Matched(rule, str(evidence)))
                if not rule.go_on:
                    break
        return tuple(found)

    def dates(self) -> Iterator[Rule]:
        """The rules on ``date``."""
        return (rule for rule, _ in self.rules.get(On.DATE, ()))


def compile_events(policy: Policy) -> EventRules:
    """The policy's rules on events. Raises ``ConfigError`` for a condition that cannot be understood."""
    rules: dict[On, tuple[tuple[Rule, Check], ...]] = {}
    for rule in policy.rules:
        if rule.on is not On.CREATED:
            rules[rule.on] = (*rules.get(rule.on, ()), (rule, compile_condition(rule.when, policy)))
    waits = {idle_of(rule) for rule, _ in rules.get(On.IDLE, ())}
    return EventRules(policy, rules, tuple(sorted(waits - {0})))


def idle_of(rule: Rule) -> int:
    """The shortest wait in ms that a rule on ``idle`` names in its conditions; 0 where it names none."""
    return min(_waits(rule.when), default=0)


def _waits(condition: Condition) -> Iterator[int]:
    if condition.subject == "idle" and condition.relation == "over":
        yield from map(int, condition.values)
    if condition.operator != "none":
        for child in condition.children:
            yield from _waits(child)


def happened(effects: Iterable[Effect], known: Mapping[int, Ticket]) -> tuple[Happened, ...]:
    """What the effects come to for the tickets that are known, each thing once, with the tickets as they are then."""
    after = dict(known)
    found: dict[tuple[On, int, str], None] = {}
    for effect in effects:
        ticket = after.get(getattr(effect, "ticket", None) or 0)
        if ticket is None:
            continue
        on = _event(effect, ticket)
        if on is not None:
            found[on, ticket.id, str(effect.meta.get("which", "")) if isinstance(effect, AddEvent) else ""] = None
        if isinstance(effect, ChangeTicket):
            after[ticket.id] = changed(ticket, effect.changes)
        if isinstance(effect, RecordRating):
            after[ticket.id] = replace(ticket, rating=effect.score)
    return tuple(Happened(on, after[ticket_id], which) for on, ticket_id, which in found)


def changed(ticket: Ticket, changes: Mapping[str, object]) -> Ticket:
    """The ticket with new values of its fields."""
    values: dict[str, Any] = dict(changes)
    return replace(ticket, **values)


def _event(effect: Effect, ticket: Ticket) -> On | None:
    if isinstance(effect, AddMessage) and effect.visibility is Visibility.PUBLIC:
        return _SPOKE.get(effect.direction)
    if isinstance(effect, ChangeTicket):
        moved = effect.changes.get("status", ticket.status) != ticket.status
        return On.STATUS_CHANGED if moved else None
    if isinstance(effect, RecordRating):
        return On.RATED
    return _TOLD.get(effect.kind) if isinstance(effect, AddEvent) else None


_SPOKE = {Direction.CUSTOMER: On.CUSTOMER_REPLIED, Direction.AGENT: On.AGENT_REPLIED}
_TOLD = {on.value: on for on in (On.SLA_WARNING, On.SLA_BROKEN, On.IDLE, On.DATE)}
"""The kinds of events by which a duty says that a promise is at risk or broken, a wait over, a day there."""
