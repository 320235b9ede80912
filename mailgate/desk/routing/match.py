"""How a rule's condition is answered; ``subjects`` has the language that it is written in.

A condition compiles to a ``Check``: a function from what is seen of the mail to the evidence (a phrase for agents;
an empty one: does not match), and its triggers, by which a router of many rules finds the few that can match at all.
Patterns run on RE2 only, whose time is linear in the mail (``re`` took seconds on 20 kB).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import re2

from mailgate.desk.clock.hours import is_open
from mailgate.desk.outcome.seen import parents
from mailgate.desk.phrase import NOTHING, Phrase, phrase
from mailgate.desk.policy import Policy
from mailgate.desk.routing.rule import Condition
from mailgate.desk.routing.subjects import NAMES, SUBJECTS, TIMES, octets, pattern_options, pattern_problem
from mailgate.desk.routing.words import LIMIT, Keyword, Text, fold
from mailgate.errors import ConfigError, Problem

Trigger = tuple[str, tuple[str, ...]]
"""(field, tokens): a mail that lacks one of these tokens in this field cannot match by it; the index needs but one."""


class Seen(Protocol):
    """What a condition looks at: a mail (``outcome.seen``) or a ticket to which something happened (``standing``)."""

    now_ms: int

    def values(self, subject: str) -> tuple[str, ...]:
        """The values that a subject has."""
        ...

    def text(self, subject: str, accents: bool) -> Text:
        """The same as one text for keywords."""
        ...

    def measure(self, subject: str) -> int | None:
        """What a subject comes to: octets, milliseconds or a count; None where there is nothing to measure."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """A condition, compiled. ``triggers`` None: it has to be asked of every mail."""

    ask: Callable[[Seen], Phrase]
    triggers: frozenset[Trigger] | None = field(default=None)


def compile_condition(condition: Condition, policy: Policy) -> Check:
    """The condition as a function. Raises ``ConfigError`` for a subject, relation or pattern that does not exist."""
    if condition.operator == "test":
        return _compile_test(condition, policy)
    children = tuple(compile_condition(child, policy) for child in condition.children)
    asks = tuple(child.ask for child in children)
    known = [child.triggers for child in children if child.triggers is not None]
    if condition.operator == "any":
        every = frozenset[Trigger]().union(*known) if len(known) == len(children) else None
        return Check(lambda seen: next((said for ask in asks if (said := ask(seen))), NOTHING), every)
    if condition.operator == "none":
        return Check(lambda seen: NOTHING if any(ask(seen) for ask in asks) else phrase("nothing that excludes it"))
    return Check(lambda seen: _all(asks, seen), min(known, key=len) if known else None)


def _all(asks: tuple[Callable[[Seen], Phrase], ...], seen: Seen) -> Phrase:
    said = NOTHING
    for ask in asks:
        evidence = ask(seen)
        if not evidence:
            return NOTHING
        said = phrase("{one} and {other}", one=said, other=evidence) if said else evidence
    return said or phrase("every mail")


def _compile_test(condition: Condition, policy: Policy) -> Check:
    kind = condition.subject.partition(":")[0]
    if condition.relation not in SUBJECTS.get(kind, ()):
        raise _wrong(condition, f"{condition.subject} cannot be asked {condition.relation!r}")
    if condition.relation in ("words", "words_unaccented"):
        return _compile_words(condition)
    try:
        test = _RELATIONS[condition.relation](condition, policy)
    except (ValueError, KeyError) as error:
        raise _wrong(condition, str(error)) from error
    what, said = _name(condition.subject), _SAID[condition.relation]

    def ask(seen: Seen) -> Phrase:
        found = test(seen)
        return said.about(what=what, found=found) if found is not None else NOTHING

    return Check(ask, _triggers(condition))


def _compile_words(condition: Condition) -> Check:
    """Keywords: any of them; the index needs one token of each."""
    accents = condition.relation == "words_unaccented"
    subject = condition.subject
    keywords = tuple(Keyword(value, accents) for value in condition.values)

    what = _name(subject)

    def ask(seen: Seen) -> Phrase:
        text = seen.text(subject, accents)
        hit = next((keyword.shown for keyword in keywords if keyword.found_in(text)), None)
        return phrase("{what} has the word {found}", what=what, found=hit) if hit is not None else NOTHING

    key = f"{subject}~" if accents else subject
    indexed = subject in ("subject", "body", "text")
    return Check(ask, frozenset((key, word.tokens) for word in keywords if word.tokens) if indexed else None)


Test = Callable[[Seen], "str | Phrase | None"]
"""The value that matched, or None."""


def _is(condition: Condition, policy: Policy) -> Test:
    wanted = {fold(value): value for value in condition.values}
    subject = condition.subject
    return lambda seen: next((wanted[key] for value in seen.values(subject) if (key := fold(value)) in wanted), None)


def _contains(condition: Condition, policy: Policy) -> Test:
    wanted = tuple((fold(value), value) for value in condition.values)
    subject = condition.subject
    return lambda seen: next((shown for key, shown in wanted if key in seen.text(subject, False).folded), None)


def _starts(condition: Condition, policy: Policy) -> Test:
    wanted = tuple(fold(value) for value in condition.values)
    subject = condition.subject
    return lambda seen: next((v[:40] for v in seen.values(subject) if fold(v[:LIMIT]).startswith(wanted)), None)


def _matches(condition: Condition, policy: Policy) -> Test:
    patterns = []
    for value in condition.values:
        problem = pattern_problem(value)
        if problem:
            raise ValueError(f"{value!r} is no pattern for RE2: {problem}")
        patterns.append((re2.compile(value, pattern_options()), value))
    subject = condition.subject

    def test(seen: Seen) -> str | None:
        values = [value[:LIMIT] for value in seen.values(subject)]
        return next((shown for compiled, shown in patterns if any(compiled.search(value) for value in values)), None)

    return test


def _domain(condition: Condition, policy: Policy) -> Test:
    wanted = frozenset(value.lower().lstrip("@") for value in condition.values)
    subject = condition.subject

    def test(seen: Seen) -> str | None:
        domains = (value.rpartition("@")[2].lower() for value in seen.values(subject))
        return next((part for domain in domains for part in parents(domain) if part in wanted), None)

    return test


def _in(condition: Condition, policy: Policy) -> Test:
    """Lists hold addresses and domains, the latter with or without an ``@`` before them."""
    missing = [name for name in condition.values if name not in policy.lists]
    if missing:
        raise ValueError(f"there is no list {missing[0]!r}")
    lists = tuple((name, frozenset(e.lower().lstrip("@") for e in policy.lists[name])) for name in condition.values)
    subject = condition.subject

    def test(seen: Seen) -> str | None:
        for value in map(str.lower, seen.values(subject)):
            parts = {value, *parents(value.rpartition("@")[2])}
            named = next((name for name, entries in lists if not entries.isdisjoint(parts)), None)
            if named is not None:
                return named
        return None

    return test


def _type(condition: Condition, policy: Policy) -> Test:
    wanted = tuple(value.lower() for value in condition.values)

    def test(seen: Seen) -> str | None:
        types = seen.values("attachment_type")
        return next((value for value in wanted if any(fnmatch.fnmatchcase(given, value) for given in types)), None)

    return test


def _extension(condition: Condition, policy: Policy) -> Test:
    wanted = tuple(f".{value.lower().lstrip('.')}" for value in condition.values)
    return lambda seen: next((v for v in seen.values("attachment") if v.lower().endswith(wanted)), None)


def _risk(condition: Condition, policy: Policy) -> Test:
    wanted = frozenset(condition.values)
    return lambda seen: next(
        (risk for risk in seen.values("attachment_risk") if risk in wanted or "any" in wanted), None
    )


def _exists(condition: Condition, policy: Policy) -> Test:
    present = "no" not in condition.values and "false" not in condition.values
    subject = condition.subject
    said = Phrase("yes") if present else Phrase("no")
    return lambda seen: said if bool(seen.values(subject)) is present else None


def _over(condition: Condition, policy: Policy) -> Test:
    """Time counts as over when it is reached, or a timer that is on time would come too early."""
    kind = condition.subject
    limit = octets(condition.values[0]) - (kind in TIMES)
    return lambda seen: condition.values[0] if (found := seen.measure(kind)) is not None and found > limit else None


def _under(condition: Condition, policy: Policy) -> Test:
    kind, limit = condition.subject, octets(condition.values[0])
    return lambda seen: condition.values[0] if (found := seen.measure(kind)) is not None and found < limit else None


def _hours_are(wanted: bool) -> Callable[[Condition, Policy], Test]:
    def build(condition: Condition, policy: Policy) -> Test:
        named = tuple(policy.hours[name] for name in condition.values)
        return lambda seen: next((h.id for h in named if is_open(h, seen.now_ms) is wanted), None)

    return build


_RELATIONS: Mapping[str, Callable[[Condition, Policy], Test]] = {
    "is": _is,
    "contains": _contains,
    "starts": _starts,
    "matches": _matches,
    "domain": _domain,
    "in": _in,
    "type": _type,
    "extension": _extension,
    "risk": _risk,
    "exists": _exists,
    "over": _over,
    "under": _under,
    "open": _hours_are(True),
    "closed": _hours_are(False),
}
_SAID: Mapping[str, Phrase] = {
    "is": Phrase("{what} is {found}"),
    "contains": Phrase("{what} contains {found}"),
    "starts": Phrase("{what} starts with {found}"),
    "matches": Phrase("{what} matches {found}"),
    "domain": Phrase("{what} is of the domain {found}"),
    "in": Phrase("{what} is in the list {found}"),
    "type": Phrase("{what} is of the type {found}"),
    "extension": Phrase("{what} has the extension {found}"),
    "risk": Phrase("{what} has the risk {found}"),
    "exists": Phrase("{what} exists: {found}"),
    "over": Phrase("{what} over {found}"),
    "under": Phrase("{what} under {found}"),
    "open": Phrase("{what} are open: {found}"),
    "closed": Phrase("{what} are closed: {found}"),
}
"""How what matched is said, by relation."""


def _name(subject: str) -> Phrase:
    """``header:X-Origin`` is a name that the admin gave; of the others the desk knows the word."""
    kind, _, own = subject.partition(":")
    return NAMES[kind].about(name=own) if own else NAMES[kind]


def _triggers(condition: Condition) -> frozenset[Trigger] | None:
    """Who it is from can be looked up as words can."""
    if condition.subject == "from" and condition.relation == "is":
        return frozenset(("from=", (value.lower(),)) for value in condition.values)
    if condition.subject == "from" and condition.relation == "domain":
        return frozenset(("from@", (value.lower().lstrip("@"),)) for value in condition.values)
    return None


def _wrong(condition: Condition, what: str) -> ConfigError:
    return ConfigError((Problem("rules", 0, condition.key, what),))
