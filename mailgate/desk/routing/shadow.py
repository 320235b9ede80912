"""Which rules can never match: the admin is told at ``check`` time, not by the mail that goes astray.

A rule is dead when its own condition contradicts itself, or when every mail that it would take is taken by one rule
before it that stops. Only what is certain is said: patterns and the like are compared as they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.desk.outcome.seen import parents
from mailgate.desk.routing.rule import Condition, On, Rule
from mailgate.desk.routing.subjects import octets
from mailgate.desk.routing.words import Keyword, Text

SINGLE = frozenset(
    {"subject", "from", "mailbox", "brand", "language", "verdict", "proof"}
    | {"status", "state", "team", "priority", "assignee", "replies", "nudges", "rating"}
)
"""Subjects that have one value a mail or ticket, so that two different ``is`` exclude each other."""

APART = frozenset({On.IDLE, On.DATE})
"""Events that concern one rule, or one wait, only: there no rule takes anything before another."""


def never_matches(rules: Sequence[Rule]) -> list[tuple[Rule, str]]:
    """The dead rules, in order, each with the reason in a sentence without its full stop."""
    found = []
    stoppers = _Stoppers()
    for rule in rules:
        why = contradiction(rule.when) or _brand_contradiction(rule)
        if not why:
            taker = next((earlier for earlier in stoppers.near(rule) if _shadows(earlier, rule)), None)
            why = f'every mail it would take is taken before by the rule "{taker.name}"' if taker else ""
        if why:
            found.append((rule, why))
        elif not rule.go_on:
            stoppers.add(rule)
    return found


class _Stoppers:
    """The rules so far that stop, found by what their conditions compare with.

    Of ten thousand rules every pair would be fifty million; only rules that share a value can hide one another. Those
    whose conditions share values in no simple way (a substring, a size) are looked at each time.
    """

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._by_key: dict[str, list[int]] = {}
        self._always: list[int] = []

    def add(self, rule: Rule) -> None:
        """Remember a rule that hides what comes after it."""
        keys = _wide_keys(rule.when)
        position = len(self._rules)
        self._rules.append(rule)
        for key in keys or ():
            self._by_key.setdefault(key, []).append(position)
        if keys is None:
            self._always.append(position)

    def near(self, rule: Rule) -> Iterator[Rule]:
        """The rules that may hide this one, in order."""
        hits = set(self._always)
        for key in _narrow_keys(rule.when):
            hits.update(self._by_key.get(key, ()))
        return (self._rules[position] for position in sorted(hits))


def _wide_keys(condition: Condition) -> frozenset[str] | None:
    """Values of which whoever implies the condition must share one; None where that cannot be said."""
    if condition.operator == "test":
        return _test_keys(condition)
    keys = [_wide_keys(child) for child in condition.children]
    known = [found for found in keys if found is not None]
    if condition.operator == "any" and len(known) == len(keys):
        return frozenset[str]().union(*known)
    return min(known, key=len) if condition.operator == "all" and known else None


def _test_keys(condition: Condition) -> frozenset[str] | None:
    accents = condition.relation == "words_unaccented"
    if condition.relation in ("words", "words_unaccented"):
        return frozenset(Keyword(value, accents).token for value in condition.values)
    if condition.relation in ("contains", "over", "under"):
        return None
    return frozenset(value.casefold().lstrip("@") for value in condition.values)


def _narrow_keys(condition: Condition) -> Iterator[str]:
    """Every value, word and domain that the condition names anywhere."""
    for child in condition.children:
        yield from _narrow_keys(child)
    for value in condition.values:
        yield value.casefold().lstrip("@")
        if condition.relation in ("words", "words_unaccented"):
            yield from Text(value, condition.relation == "words_unaccented").tokens
        if condition.relation == "domain":
            yield from parents(value.casefold().lstrip("@"))


def contradiction(condition: Condition) -> str:
    """Why no mail at all can meet the condition; empty when some may."""
    if condition.operator == "any":
        if not condition.children:
            return "it asks for any of nothing"
        reasons = [contradiction(child) for child in condition.children]
        return reasons[0] if all(reasons) else ""
    if condition.operator == "none":
        return next(("it excludes every mail" for child in condition.children if _is_always(child)), "")
    if condition.operator == "test":
        return "" if condition.values else f"{condition.subject} is compared with nothing"
    return next(_clashes(condition), "")


def implies(narrow: Condition, wide: Condition) -> bool:
    """Whether every mail that meets ``narrow`` certainly meets ``wide`` too."""
    if _is_always(wide) or _same(narrow, wide):
        return True
    if narrow.operator == "any":
        return bool(narrow.children) and all(implies(child, wide) for child in narrow.children)
    if wide.operator == "all":
        return all(implies(narrow, child) for child in wide.children)
    if wide.operator == "any" and any(implies(narrow, child) for child in wide.children):
        return True
    if narrow.operator == "all":
        return any(implies(child, wide) for child in narrow.children)
    return narrow.operator == "test" and wide.operator == "test" and _test_implies(narrow, wide)


def _shadows(earlier: Rule, later: Rule) -> bool:
    brands = not earlier.brands or (bool(later.brands) and set(later.brands) <= set(earlier.brands))
    return brands and earlier.on is later.on and later.on not in APART and implies(later.when, earlier.when)


def _clashes(condition: Condition) -> Iterator[str]:
    """What contradicts what among conditions that must all hold."""
    parts = list(_flat(condition))
    yield from (why for part in parts if part is not condition and (why := contradiction(part)))
    tests = [part for part in parts if part.operator == "test"]
    for position, one in enumerate(tests):
        yield from (why for other in tests[position + 1 :] if (why := _clash(one, other)))
    excluded = [child for part in parts if part.operator == "none" for child in part.children]
    for test in parts:
        if any(implies(test, child) for child in excluded if test.operator != "none"):
            yield f"it asks for {test.subject or test.operator} and excludes the same"


def _flat(condition: Condition) -> Iterator[Condition]:
    for child in condition.children:
        if child.operator == "all":
            yield from _flat(child)
        else:
            yield child


def _clash(one: Condition, other: Condition) -> str:
    if one.subject != other.subject:
        return ""
    if one.relation == other.relation == "is" and one.subject in SINGLE:
        apart = {v.casefold() for v in one.values}.isdisjoint(v.casefold() for v in other.values)
        related = one.subject == "language" and any(_kin(a, b) for a in one.values for b in other.values)
        return f"{one.subject} cannot be both {one.values[0]} and {other.values[0]}" if apart and not related else ""
    relations = {one.relation: one, other.relation: other}
    if set(relations) == {"over", "under"}:
        over, under = relations["over"].values[0], relations["under"].values[0]
        return f"nothing is over {over} and under {under}" if octets(over) >= octets(under) - 1 else ""
    return ""


def _kin(one: str, other: str) -> bool:
    """``zh`` and ``zh-Hans`` may both be true of one mail."""
    return one.partition("-")[0] == other.partition("-")[0] and ("-" in one) != ("-" in other)


def _brand_contradiction(rule: Rule) -> str:
    wanted = [part for part in _flat(Condition("all", (rule.when,))) if part.subject == "brand"]
    lost = [part for part in wanted if rule.brands and set(rule.brands).isdisjoint(part.values)]
    return f"it is limited to {', '.join(rule.brands)} and asks for another brand" if lost else ""


def _is_always(condition: Condition) -> bool:
    return condition.operator in ("all", "none") and not condition.children


def _same(one: Condition, other: Condition) -> bool:
    """Equal, wherever in the file they stand."""
    return (
        (one.operator, one.subject, one.relation, one.values)
        == (other.operator, other.subject, other.relation, other.values)
        and len(one.children) == len(other.children)
        and all(_same(a, b) for a, b in zip(one.children, other.children, strict=True))
    )


def _test_implies(narrow: Condition, wide: Condition) -> bool:
    """Two tests: values are alternatives, so each of the narrow one's must be covered by one of the wide one's."""
    subjects = narrow.subject == wide.subject or (wide.subject == "text" and narrow.subject in ("subject", "body"))
    if not subjects or narrow.relation != wide.relation or not narrow.values:
        return False
    return all(any(_covers(wide.relation, w, n) for w in wide.values) for n in narrow.values)


def _covers(relation: str, wide: str, narrow: str) -> bool:
    if relation in ("words", "words_unaccented"):
        accents = relation == "words_unaccented"
        inner = Keyword(wide, accents).needle
        return bool(inner.strip()) and inner in f" {Keyword(narrow, accents).needle.strip()} "
    if relation == "contains":
        return wide.casefold() in narrow.casefold()
    if relation == "domain":
        return wide.lower().lstrip("@") in parents(narrow.lower().lstrip("@"))
    if relation == "over":
        return octets(wide) <= octets(narrow)
    if relation == "under":
        return octets(wide) >= octets(narrow)
    return wide.casefold() == narrow.casefold()
