"""Mails of monitoring: which alert one is about, and whether it says that it is over.

A rule with ``alert`` names patterns; what their groups find in the mail is the fingerprint that tells one alert from
another. A mail in which no pattern finds anything is a mail like any other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import re2

from mailgate.desk.outcome.seen import Seen
from mailgate.desk.policy import Policy
from mailgate.desk.routing.match import Check, compile_condition
from mailgate.desk.routing.rule import Alert, Rule
from mailgate.desk.routing.subjects import pattern_options
from mailgate.desk.routing.words import LIMIT


@dataclass(frozen=True, slots=True)
class Sighting:
    """A mail about an alert: the rule, the fingerprint that finds its ticket, what it shows, and whether it is over."""

    rule: str
    fingerprint: str
    shown: str
    over: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule with ``alert``, compiled."""

    rule: Rule
    alert: Alert
    when: Check
    patterns: tuple[Any, ...]
    resolved: Check | None

    def sight(self, seen: Seen) -> Sighting | None:
        """What the mail is about, if it is one of these."""
        if (self.rule.brands and seen.brand not in self.rule.brands) or not self.when.ask(seen):
            return None
        text = "\n".join(seen.values(self.alert.source))[:LIMIT]
        hits = (pattern.search(text) for pattern in self.patterns)
        parts = [part or "" for hit in hits if hit for part in (hit.groups() or (hit.group(0),))]
        if not parts:
            return None
        key = hashlib.sha256("\0".join((self.rule.name, *parts)).encode()).hexdigest()[:32]
        return Sighting(self.rule.name, key, " ".join(parts)[:100], bool(self.resolved and self.resolved.ask(seen)))


def compile_alerts(policy: Policy) -> tuple[Watch, ...]:
    """The policy's rules with ``alert``, in order."""
    return tuple(_watch(rule, rule.then.alert, policy) for rule in policy.rules if rule.then.alert is not None)


def _watch(rule: Rule, alert: Alert, policy: Policy) -> Watch:
    return Watch(
        rule,
        alert,
        compile_condition(rule.when, policy),
        tuple(re2.compile(pattern, pattern_options()) for pattern in alert.patterns),
        compile_condition(alert.resolved, policy) if alert.resolved else None,
    )
