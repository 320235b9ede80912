"""Rules that can never match are found; rules that can are left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.routing import route
from mailgate.desk.routing.rule import Actions, Condition, On, Rule
from mailgate.desk.routing.shadow import contradiction, implies, never_matches
from tests.desk.conversation import NOW_MS, SUPPORT, mail, policy, reading


def has(*words: str, subject: str = "subject") -> Condition:
    """The subject has one of the words."""
    return Condition("test", subject=subject, relation="words", values=words)


def ask(subject: str, relation: str, *values: str) -> Condition:
    """One comparison."""
    return Condition("test", subject=subject, relation=relation, values=values)


def every(*children: Condition) -> Condition:
    """All of them."""
    return Condition("all", children)


def some(*children: Condition) -> Condition:
    """Any of them."""
    return Condition("any", children)


def rule(name: str, when: Condition, go_on: bool = False, brands: tuple[str, ...] = ()) -> Rule:
    """A rule that does nothing in particular."""
    return Rule(name, when, Actions(), go_on, brands)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (every(), has("refund")),
        (has("refund", "return"), has("refund")),
        (has("refund"), has("refund order")),
        (has("refund"), every(has("refund"), has("late"))),
        (some(has("a"), has("b")), has("b")),
        (some(has("a"), has("b")), some(has("b"), has("a"))),
        (has("x", subject="text"), has("x", subject="body")),
        (ask("from", "domain", "a.example"), ask("from", "domain", "mail.a.example")),
        (ask("from", "domain", "@a.example"), ask("from", "domain", "A.example")),
        (ask("size", "over", "1 MB"), ask("size", "over", "2 MB")),
        (ask("subject", "contains", "ref"), ask("subject", "contains", "refund")),
    ],
)
def test_a_rule_behind_a_wider_one_is_dead(earlier: Condition, later: Condition) -> None:
    [(dead, why)] = never_matches((rule("first", earlier), rule("second", later)))
    assert dead.name == "second"
    assert '"first"' in why


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (has("refund order"), has("refund")),
        (has("refund"), has("refund", "return")),
        (has("refund"), has("refundable")),
        (every(has("a"), has("b")), has("a")),
        (has("x", subject="body"), has("x", subject="text")),
        (Condition("none", (has("a"),)), has("b")),
        (ask("size", "over", "2 MB"), ask("size", "over", "1 MB")),
    ],
)
def test_a_rule_that_may_match_is_left_alone(earlier: Condition, later: Condition) -> None:
    assert never_matches((rule("first", earlier), rule("second", later))) == []


def test_a_rule_that_goes_on_hides_nothing() -> None:
    assert never_matches((rule("first", every(), go_on=True), rule("second", has("a")))) == []


def test_a_rule_of_one_brand_hides_only_rules_of_that_brand() -> None:
    first = rule("first", every(), brands=("acme",))
    assert never_matches((first, rule("second", has("a")))) == []
    assert len(never_matches((first, rule("second", has("a"), brands=("acme",))))) == 1


@pytest.mark.parametrize(
    "when",
    [
        every(ask("brand", "is", "acme"), ask("brand", "is", "shop")),
        every(ask("language", "is", "en"), ask("language", "is", "zh")),
        every(ask("size", "over", "2 MB"), ask("size", "under", "1 MB")),
        every(has("a"), Condition("none", (has("a"),))),
        every(has("a b"), Condition("none", (has("a"),))),
        every(has("a"), every(ask("mailbox", "is", "x@y"), ask("mailbox", "is", "z@y"))),
        Condition("none", (every(),)),
        some(),
        ask("subject", "words"),
    ],
)
def test_a_condition_that_contradicts_itself_is_dead(when: Condition) -> None:
    assert contradiction(when)


@pytest.mark.parametrize(
    "when",
    [
        every(ask("language", "is", "zh"), ask("language", "is", "zh-Hans")),
        every(ask("to", "is", "a@x"), ask("to", "is", "b@x")),
        every(has("a"), has("b")),
        some(some(), has("a")),
        every(has("a"), Condition("none", (has("a b"),))),
        every(),
    ],
)
def test_a_condition_that_some_mail_meets_is_not(when: Condition) -> None:
    assert contradiction(when) == ""


def test_a_rule_of_another_brand_than_it_asks_for_is_dead() -> None:
    assert never_matches((rule("x", ask("brand", "is", "shop"), brands=("acme",)),))


words = st.sampled_from(["a", "b", "a b", "c"])
conditions = st.recursive(
    st.builds(
        lambda subject, values: has(*values, subject=subject),
        st.sampled_from(["subject", "body", "text"]),
        st.lists(words, min_size=1, max_size=2),
    ),
    lambda inner: st.builds(
        lambda operator, children: Condition(operator, tuple(children)),
        st.sampled_from(["any", "all", "none"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=5,
)
texts = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=4).map(" ".join)


@given(conditions, conditions, texts, texts)
@settings(max_examples=300)
def test_what_is_said_to_follow_does_follow(narrow: Condition, wide: Condition, subject: str, body: str) -> None:
    """No mail meets the narrow condition and not the wide one, where the one is said to imply the other."""
    if implies(narrow, wide) or contradiction(narrow):
        what = mail(body, subject=subject)
        met = [bool(routed(what, when)) for when in (narrow, wide)]
        assert not (contradiction(narrow) and met[0])
        assert not implies(narrow, wide) or not met[0] or met[1]


@given(st.lists(conditions, max_size=6))
@settings(max_examples=100)
def test_the_index_of_rules_misses_no_dead_one(whens: list[Condition]) -> None:
    """Looking at every earlier rule finds the same."""
    rules = [rule(f"r{number}", when) for number, when in enumerate(whens)]
    dead = {found.name for found, _ in never_matches(rules)}
    alive: list[Rule] = []
    for one in rules:
        hidden = contradiction(one.when) or any(implies(one.when, earlier.when) for earlier in alive)
        assert bool(hidden) is (one.name in dead)
        if not hidden:
            alive.append(one)


def test_rules_hide_only_those_that_look_at_the_same_event() -> None:
    """Another event is another matter; of waits and days each rule has its own."""
    plain = rule("a", Condition("all"))
    for on, dead in ((On.CREATED, True), (On.RATED, False)):
        assert bool(never_matches([plain, replace(rule("b", Condition("all")), on=on)])) is dead
    one, two = (replace(rule(name, Condition("all")), on=On.RATED) for name in "ab")
    assert [found.name for found, _ in never_matches([one, two])] == ["b"]
    for on in (On.IDLE, On.DATE):
        assert never_matches([replace(one, on=on), replace(two, on=on)]) == []


def test_a_great_many_rules_are_compared_with_their_like_only() -> None:
    rules = [rule(f"r{n}", some(has(f"word{n}"), has(f"词{chr(0x4E00 + n)}", subject="body"))) for n in range(3000)]
    again = rule("again", has("word7"))
    assert [(found.name, why) for found, why in never_matches([*rules, again])] == [
        ("again", 'every mail it would take is taken before by the rule "r7"')
    ]


def routed(what: object, when: Condition) -> tuple[str, ...]:
    """The rules that take the mail."""
    router = route.compile(policy((rule("x", when),)))
    return router.route(reading(what), SUPPORT, "acme", None, NOW_MS).rules  # type: ignore[arg-type]
