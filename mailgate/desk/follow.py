"""What follows from a plan: the admin's rules on events are asked, and what they want joins the plan.

Every plan passes here once, after its ticket is known and before its letters are composed: a mail's, and a duty's. It
is a pure function of the plan, the tickets as they were, the rules and what ``Look`` tells; a desk without such rules
pays one comparison. What rules do may be an event in turn, so the rules are asked again about that.

No rule is asked about what it did itself. One that comes round again by way of others is stopped: each runs at most
once on a ticket in one pass, chains are no longer than ``DEPTH``, and no rule runs more than ``RUNS`` times in an hour
on one ticket. It is written into the ticket's history, and the admins are told, once a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from mailgate.desk.agent_letter import for_admins
from mailgate.desk.effect import (
    NEW_TICKET,
    AddEvent,
    AddMessage,
    AddNote,
    ChangeTicket,
    ClearTimer,
    Effect,
    OpenTicket,
    SetTimer,
    Spend,
)
from mailgate.desk.letter import LetterOrder
from mailgate.desk.phrase import phrase
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Policy
from mailgate.desk.routing.consequences import Done, carry_out
from mailgate.desk.routing.dates import date_timers, idle_timers
from mailgate.desk.routing.events import EventRules, Happened, Matched, changed, happened
from mailgate.desk.routing.notices import Cause, Look
from mailgate.desk.routing.route import join
from mailgate.desk.routing.rule import Actions, On
from mailgate.desk.routing.standing import Tally
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Reading

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
DEPTH = 4
RUNS = 10


@dataclass(frozen=True)
class Scene:
    """What all steps of one pass share: the rules, what the store tells, the mail if there is one, and the hour."""

    rules: EventRules
    look: Look
    now_ms: int
    reading: Reading | None = None

    @property
    def policy(self) -> Policy:
        """What the admin decided."""
        return self.rules.policy

    @property
    def words(self) -> str:
        """The new text of the mail, for conditions on words."""
        mail = self.reading.mail if self.reading else None
        return (mail.reply_text_nosig or mail.reply_text or mail.text) if mail else ""


def follow(plan: Plan, ticket: Ticket | None, known: Mapping[int, Ticket], scene: Scene) -> Plan:
    """The plan, and what the rules make of it.

    ``ticket`` is the one that the plan is about, as it was before (a new one, as it is opened); ``known`` are others
    that it may speak of, by id.
    """
    wants = plan.then if plan.then is not None and plan.then.later else None
    if ticket is None or not (scene.rules or wants):
        return plan
    tickets = {**known, ticket.id: ticket, NEW_TICKET: ticket}
    events = happened(plan.effects, tickets)
    made = _Pass(scene, plan, tickets)
    if wants:
        cause = Cause(On.CREATED, (plan.rule,), ticket.reason, ticket, scene.reading)
        made.plan = joined(plan, carry_out(cause, _beyond(wants), scene.policy, scene.look, scene.now_ms))
    plan = made.run(events)
    return replace(plan, effects=(*plan.effects, *_timers(plan, ticket, scene)))


@dataclass
class _Pass:
    """One pass: the plan so far, the tickets as they are by then, and which rules ran on which of them."""

    scene: Scene
    plan: Plan
    tickets: dict[int, Ticket]
    ran: set[tuple[str, int]] = field(default_factory=set)

    def run(self, events: tuple[Happened, ...]) -> Plan:
        """Ask the rules about events, then about what that brings, until nothing more happens."""
        asked = [(one, self._matching(one)) for one in events]
        for _ in range(DEPTH):
            brought: list[tuple[Happened, tuple[Matched, ...]]] = []
            for one, matched in asked:
                brought += self._answer(one, matched)
            asked = brought
        for one, matched in asked:
            self._stop(one.ticket, (each.rule.name for each in matched))
        return self.plan

    def _matching(self, one: Happened, without: frozenset[str] = frozenset()) -> tuple[Matched, ...]:
        self.tickets[one.ticket.id] = one.ticket
        scene = self.scene

        def tally() -> Tally:
            """The mail that just came is not written yet."""
            found = scene.look.tally(one.ticket.id)
            return replace(found, replies=found.replies + 1) if one.on is On.CUSTOMER_REPLIED else found

        return scene.rules.matching(one, scene.words, tally, scene.now_ms, without)

    def _answer(self, one: Happened, matched: tuple[Matched, ...]) -> list[tuple[Happened, tuple[Matched, ...]]]:
        """Do what the rules want, but those that run away; returns what that makes happen, and who has a say in it."""
        scene, ticket = self.scene, one.ticket
        keys = {each.rule.name: f"rule:{scene.now_ms // HOUR_MS}:{each.rule.name}:{ticket.id}" for each in matched}
        spent = scene.look.spent(keys.values()) if keys else {}
        wild = [name for name, key in keys.items() if (name, ticket.id) in self.ran or spent.get(key, 0) >= RUNS]
        self._stop(ticket, wild)
        allowed = [each for each in matched if each.rule.name not in wild]
        if not allowed:
            return []
        names = tuple(each.rule.name for each in allowed)
        self.ran |= {(name, ticket.id) for name in names}
        reason = "; ".join(each.reason for each in allowed)
        actions = reduce(join, (each.rule.then for each in allowed), Actions())
        cause = Cause(one.on, names, reason, ticket, scene.reading)
        done = carry_out(cause, actions, scene.policy, scene.look, scene.now_ms)
        self.plan = joined(self.plan, done, (f"{one.on.value}: {reason}",), (Spend(keys[name]) for name in names))
        brought = happened(done.effects, self.tickets)
        return [(each, self._matching(each, frozenset(names))) for each in brought]

    def _stop(self, ticket: Ticket, rules: Iterable[str]) -> None:
        """Write down that a rule ran away on a ticket, and tell the admins once a day."""
        for rule in rules:
            key = f"rule-stopped:{self.scene.now_ms // DAY_MS}:{rule}"
            told = self.scene.look.spent((key,)).get(key, 0) or key in self.plan_keys
            effects = (AddEvent(ticket.id, "rule stopped", {"rule": rule}), Spend(key))
            letters = () if told else _alarms(rule, ticket, self.scene.policy)
            self.plan = joined(self.plan, Done(effects, letters), (f"stopped: the rule {rule} runs away",))

    @property
    def plan_keys(self) -> frozenset[str]:
        """The budgets that the plan spends already."""
        return frozenset(effect.key for effect in self.plan.effects if isinstance(effect, Spend))


def joined(plan: Plan, done: Done, trace: Iterable[str] = (), spends: Iterable[Effect] = ()) -> Plan:
    """The plan with what a rule has done."""
    return replace(
        plan,
        effects=(*plan.effects, *done.effects, *spends),
        letters=(*plan.letters, *done.letters),
        more=(*plan.more, *done.more),
        trace=(*plan.trace, *trace, *done.trace),
    )


def _beyond(actions: Actions) -> Actions:
    """What is left of a routing rule's actions once the ticket is open."""
    return Actions(
        letters=actions.letters, escalate=actions.escalate, children=actions.children, webhooks=actions.webhooks
    )


def _timers(plan: Plan, ticket: Ticket, scene: Scene) -> Iterator[SetTimer | ClearTimer]:
    """When rules on ``idle`` and ``date`` are to look: after somebody wrote, and when a field has another date."""
    wrote = any(
        isinstance(effect, OpenTicket | AddMessage) or (isinstance(effect, AddNote) and effect.author)
        for effect in plan.effects
    )
    if wrote:
        yield from idle_timers(ticket.id, scene.rules.idle_ms, scene.now_ms)
    opened = any(isinstance(effect, OpenTicket) for effect in plan.effects)
    after = reduce(changed, (e.changes for e in plan.effects if isinstance(e, ChangeTicket)), ticket)
    if opened or after.fields != ticket.fields:
        before = {} if opened else ticket.fields
        yield from date_timers(after, before, scene.rules.dates(), scene.policy, scene.now_ms)


def _alarms(rule: str, ticket: Ticket, policy: Policy) -> tuple[LetterOrder, ...]:
    values: dict[str, object] = {
        "what": phrase("the rule {rule} runs away on itself", rule=rule),
        "detail": phrase("It was stopped on ticket {number}; other tickets may be next.", number=ticket.number),
        "advice": phrase("look at what makes it match again: its own change, or another rule's."),
    }
    return for_admins(policy.brands[ticket.brand], values, policy, ticket.id)
