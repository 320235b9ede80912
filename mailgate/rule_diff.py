"""What other rules would have made of stored mail: the pure decision, with the rules in force and with the new ones.

Each stored mail that rules had a say in is parsed once and decided twice, as at the hour when it came, with the proof
of its sender that was found then; no DNS is asked, nothing is written. The two plans are compared field by field. Where
nothing but the rules is new, a mail that both route alike is decided alike, and need not be decided to know it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailgate.assembly import ours_of
from mailgate.desk.decide import decide
from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import OpenTicket
from mailgate.desk.facts import NO_FACTS
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Mailbox, Policy
from mailgate.desk.routing.route import Router, compile
from mailgate.desk.routing.rule import Actions, On, Routing
from mailgate.errors import Permanent
from mailgate.mail.classify import Ours, classify
from mailgate.mail.model import Proof, Reading, Sender
from mailgate.mail.parse import parse
from mailgate.store.replay import Stored, count_stored, stored
from mailgate.store.rows import Rows

FIELDS = (
    "outcome",
    "team",
    "assignee",
    "priority",
    "kind",
    "status",
    "sla",
    "tags",
    "fields",
    "watchers",
    "held",
    "letter",
    "then",
)
"""What is compared, in the order in which it is shown; the rule alone makes no difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One mail that would have gone elsewhere: field → what it was, and what it would be."""

    stored: Stored
    subject: str
    author: str
    rules: tuple[str, str]
    changes: Mapping[str, tuple[object, object]]


@dataclass
class Sums:
    """What all of it comes to. ``moves`` counts (field, before, after); ``matched`` are the names of the rules that
    took part, of the old and of the new ones."""

    mails: int = 0
    changed: int = 0
    unread: int = 0
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    matched: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))


class RuleDiff:
    """Compares two policies over the stored mail of one desk; ``sums`` are whole once ``differences`` has ended."""

    def __init__(self, old: Policy, new: Policy) -> None:
        """``old`` is the one in force."""
        self.old, self.new = old, new
        self.sums = Sums()
        self._sides = tuple(zip((old, new), (compile(old), compile(new)), self.sums.matched, strict=True))
        self._only_rules = replace(old, rules=(), generation="") == replace(new, rules=(), generation="")
        self._ours = ours_of(old)

    def differences(self, rows: Rows, since_ms: int, progress: Callable[[int, int], None]) -> Iterator[Difference]:
        """Every mail since then that would have gone elsewhere, as it is found; ``progress`` is told done and all."""
        total = count_stored(rows, since_ms)
        for done, one in enumerate(stored(rows, since_ms), 1):
            found = self._compare(one)
            if found:
                yield found
            progress(done, total)

    def never(self, which: int) -> tuple[str, ...]:
        """The rules on new tickets that no stored mail met: of the old (0) or the new ones (1)."""
        rules = (self.old, self.new)[which].rules
        return tuple(rule.name for rule in rules if rule.on is On.CREATED and rule.name not in self.sums.matched[which])

    def _compare(self, one: Stored) -> Difference | None:
        self.sums.mails += 1
        try:
            reading = read_again(one, self._ours)
        except Permanent:
            self.sums.unread += 1
            return None
        routings = [self._route(reading, one, *side) for side in self._sides]
        if self._only_rules and routings[0].actions == routings[1].actions:
            return None
        plans = [_decide(reading, one, policy, router) for policy, router, _ in self._sides]
        before, after = (outcome_of(plan) for plan in plans)
        changes = {name: (before[name], after[name]) for name in FIELDS if before[name] != after[name]}
        if not changes:
            return None
        self.sums.changed += 1
        self.sums.moves.update((name, shown(was), shown(now)) for name, (was, now) in changes.items())
        author = reading.mail.author.email if reading.mail.author else ""
        return Difference(one, reading.mail.subject, author, (plans[0].rule, plans[1].rule), changes)

    def _route(self, reading: Reading, one: Stored, policy: Policy, router: Router, matched: Counter[str]) -> Routing:
        """Where the mail goes, the rules that took part counted."""
        box = mailbox_of(one, policy)
        routing = router.route(reading, box, box.brand, one.customer, one.envelope.received_ms)
        matched.update(routing.rules)
        return routing


def mailbox_of(one: Stored, policy: Policy) -> Mailbox:
    """Where the mail came in; a mailbox that is no more is the brand's first one."""
    known = policy.mailbox(one.mailbox)
    return known or next((each for each in policy.mailboxes if each.brand == one.brand), policy.mailboxes[0])


def _decide(reading: Reading, one: Stored, policy: Policy, router: Router) -> Plan:
    """As it was when the mail came."""
    box = mailbox_of(one, policy)
    delivery = Delivery(box.brand, box, one.envelope.recipients)
    facts = replace(NO_FACTS, customer=one.customer)
    return decide(reading, delivery, facts, policy, router, one.envelope.received_ms)


def read_again(one: Stored, ours: Ours) -> Reading:
    """The reading of a stored mail, its sender as far proved as it was. Raises ``Permanent`` where it cannot be
    parsed."""
    parsed = parse(one.raw)
    proof = Proof(one.proof) if one.proof else Proof.UNKNOWN
    return Reading(
        entry_key=one.entry_key,
        envelope=one.envelope,
        mail=parsed.mail,
        verdict=classify(parsed, one.envelope, ours),
        sender=Sender(parsed.mail.author, proof, "as recorded"),
        sha256="",
    )


def outcome_of(plan: Plan) -> dict[str, object]:
    """What a plan comes to, by the names of ``FIELDS``."""
    opened = next((effect for effect in plan.effects if isinstance(effect, OpenTicket)), None)
    return {
        "outcome": plan.outcome.value,
        "team": opened.team if opened else "",
        "assignee": opened.assignee if opened else "",
        "priority": opened.priority if opened else "",
        "kind": opened.kind if opened else "",
        "status": opened.status.value if opened else "",
        "sla": opened.sla if opened else "",
        "tags": sorted(opened.tags) if opened else [],
        "fields": dict(opened.fields) if opened else {},
        "watchers": sorted(who.email for who in opened.watchers) if opened else [],
        "held": plan.cause.value if plan.cause else "",
        "letter": "" if plan.acknowledge else "acknowledged",
        "then": list(_then(plan.then)) if plan.then else [],
    }


def _then(actions: Actions) -> Iterator[str]:
    """What a rule does once the ticket is open."""
    yield from (f"letter to {each.to}" for each in actions.letters)
    yield from (f"child of {each.team}" for each in actions.children)
    yield from (f"webhook {name}" for name in actions.webhooks)
    if actions.escalate:
        yield "escalated"


def shown(value: object) -> str:
    """A value in a word or two, for people and sums."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items()) or "–"
    return str(value) or "–"
