"""Where a mail goes: the admin's rules, in order; the first that matches wins, and one with ``go_on`` lets later ones
add.

A desk may have ten thousand keyword rules, so a ``Router`` is compiled once per policy and keeps an index from tokens
to
rules: a mail is taken apart into tokens once, and only the rules that one of them triggers are asked at all, together
with those that no index can serve (a pattern, a size, the hour). They are asked in the order of the config, so the
index changes nothing but the time.

What several rules say is joined: the earlier keeps what it said, tags, watchers, notes and fields add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailgate.desk.outcome.seen import Seen
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.policy import Mailbox, Policy
from mailgate.desk.routing.alerts import Sighting, Watch, compile_alerts
from mailgate.desk.routing.match import Check, compile_condition
from mailgate.desk.routing.rule import Actions, On, Routing, Rule
from mailgate.desk.routing.shadow import never_matches
from mailgate.desk.routing.subjects import SUBJECTS, pattern_problem
from mailgate.desk.ticket import Customer
from mailgate.mail.model import Reading

__all__ = ["SUBJECTS", "Router", "compile", "join", "never_matches", "pattern_problem"]


DEFAULT_TEAM = Phrase("the default team")


@dataclass(frozen=True)
class Router:
    """The rules of one policy, compiled; ``index`` maps field → token → positions of rules, ``always`` are the rest;
    ``alerts`` those about mails of monitoring. Rules on events stand elsewhere (``events``)."""

    policy: Policy
    rules: tuple[tuple[Rule, Check], ...]
    index: dict[str, dict[str, tuple[int, ...]]]
    always: tuple[int, ...]
    alerts: tuple[Watch, ...] = ()

    def sighted(self, reading: Reading, mailbox: Mailbox, brand: str, now_ms: int) -> Sighting | None:
        """Which alert of monitoring a mail is about, if a rule says that it is about one."""
        if not self.alerts:
            return None
        seen = Seen(reading, mailbox, brand, None, self.policy, now_ms)
        return next((found for watch in self.alerts if (found := watch.sight(seen))), None)

    def route(self, reading: Reading, mailbox: Mailbox, brand: str, customer: Customer | None, now_ms: int) -> Routing:
        """What the rules make of a mail; without a match the mailbox's team, else the brand's default team."""
        seen = Seen(reading, mailbox, brand, customer, self.policy, now_ms)
        spoke: list[str] = []
        reason = NOTHING
        for position in self._candidates(seen):
            rule, check = self.rules[position]
            evidence = NOTHING if rule.brands and brand not in rule.brands else check.ask(seen)
            if not evidence:
                continue
            spoke.append(rule.name)
            reason = _and(reason, phrase("rule {name}: {evidence}", name=rule.name, evidence=evidence))
            seen.actions = join(seen.actions, rule.then)
            if not rule.go_on:
                break
        return self._with_team(Routing(seen.actions, tuple(spoke), reason), mailbox, brand)

    def _candidates(self, seen: Seen) -> Iterator[int]:
        hits = set(self.always)
        for key, rules in self.index.items():
            hits.update(position for token in seen.tokens(key) if token in rules for position in rules[token])
        yield from sorted(hits)

    def _with_team(self, routing: Routing, mailbox: Mailbox, brand: str) -> Routing:
        """Somebody always owns the ticket: a default team catches what no rule gave to one. Of mail that is held,
        that is no reason."""
        if routing.actions.team:
            return routing
        found = self.policy.brands.get(brand)
        team = mailbox.team or (found.default_team if found else "") or next(iter(self.policy.teams), "")
        if routing.actions.hold:
            return replace(routing, actions=replace(routing.actions, team=team))
        default = phrase("team of the mailbox {address}", address=mailbox.address) if mailbox.team else DEFAULT_TEAM
        said = _and(routing.reason, default) if routing.reason else phrase("no rule matched: {team}", team=default)
        return Routing(replace(routing.actions, team=team), routing.rules, said)


def compile(policy: Policy) -> Router:
    """The policy's rules, ready to route. Raises ``ConfigError`` for a rule that cannot be understood."""
    rules = tuple((rule, compile_condition(rule.when, policy)) for rule in policy.rules if rule.on is On.CREATED)
    index: dict[str, dict[str, list[int]]] = {}
    # Of a phrase's words the one that fewest rules have finds it with the least company.
    uses = Counter((key, token) for _, check in rules for key, tokens in check.triggers or () for token in tokens)
    always: list[int] = []
    for position, (_, check) in enumerate(rules):
        if check.triggers is None:
            always.append(position)
            continue
        for key, tokens in check.triggers:
            token = min(tokens, key=lambda token: uses[key, token])
            index.setdefault(key, {}).setdefault(token, []).append(position)
    frozen = {key: {token: tuple(at) for token, at in tokens.items()} for key, tokens in index.items()}
    return Router(policy, rules, frozen, tuple(always), compile_alerts(policy))


def _and(said: Phrase, more: Phrase) -> Phrase:
    return phrase("{routed}; {given}", routed=said, given=more) if said else more


def join(earlier: Actions, later: Actions) -> Actions:
    """Both, the earlier one first in everything that only one can say."""
    return Actions(
        team=earlier.team or later.team,
        kind=earlier.kind or later.kind,
        assignee=earlier.assignee or later.assignee,
        priority=earlier.priority or later.priority,
        status=earlier.status or later.status,
        tags=tuple(dict.fromkeys((*earlier.tags, *later.tags))),
        watchers=tuple(dict.fromkeys((*earlier.watchers, *later.watchers))),
        template=earlier.template or later.template,
        note="\n".join(note for note in (earlier.note, later.note) if note),
        hold=earlier.hold or later.hold,
        acknowledge=earlier.acknowledge and later.acknowledge,
        fields={**later.fields, **earlier.fields},
        letters=(*earlier.letters, *later.letters),
        escalate=earlier.escalate or later.escalate,
        reassign=earlier.reassign or later.reassign,
        close=earlier.close or later.close,
        children=(*earlier.children, *later.children),
        webhooks=tuple(dict.fromkeys((*earlier.webhooks, *later.webhooks))),
        alert=earlier.alert or later.alert,
        sla=earlier.sla or later.sla,
    )
