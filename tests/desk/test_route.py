"""Rules: every subject and relation, the order, what several say together, and many rules at the price of few."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.policy import Team
from mailgate.desk.routing import route
from mailgate.desk.routing.route import SUBJECTS, Router, join, pattern_problem
from mailgate.desk.routing.rule import Actions, Condition, Routing, Rule
from mailgate.desk.routing.subjects import octets
from mailgate.desk.ticket import Customer
from mailgate.errors import ConfigError
from mailgate.mail.model import Address, Mail, Proof, VerdictKind
from tests.desk.conversation import BILLING, NOW_MS, OFFICE, SUPPORT, attachment, mail, policy, reading

NIGHT_MS = NOW_MS + 12 * 3_600_000


def when(subject: str, relation: str, *values: str) -> Condition:
    """One comparison."""
    return Condition("test", subject=subject, relation=relation, values=values)


def to(name: str, when: Condition, go_on: bool = False, brands: tuple[str, ...] = (), **actions: object) -> Rule:
    """A rule of that name; without actions it sends to the team of its name."""
    return Rule(name, when, Actions(**(actions or {"team": name})), go_on, brands)  # type: ignore[arg-type]


def routed(what: Mail, *rules: Rule, **changes: object) -> Routing:
    """Where the mail goes by these rules."""
    router = route.compile(
        policy(rules, lists={"vips": frozenset({"cleo@customer.example", "@big.example"})}, **changes)
    )
    customer = Customer("cleo@customer.example", tags=("gold",))
    return router.route(reading(what), SUPPORT, "acme", customer, NOW_MS)


MAIL = mail(
    "I want a refund for my printer, 我要退款。\nThanks",
    subject="Order 4711: broken Printer",
    author=Address("cleo@shop.customer.example", "Cleo de Mérode"),
    cc=(Address("boss@big.example"),),
    headers=(("X-Origin", "web form"), ("List-Id", "<x>")),
    attachments=(attachment("Invoice.PDF"), attachment("run.exe", "application/x-msdownload", risks=("executable",))),
    size=1_500_000,
    language="zh-Hans",
)


@pytest.mark.parametrize(
    ("subject", "relation", "value", "matches"),
    [
        ("subject", "words", "printer", True),
        ("subject", "words", "print", False),
        ("subject", "contains", "print", True),
        ("subject", "is", "order 4711: BROKEN printer", True),
        ("subject", "is", "printer", False),
        ("subject", "starts", "order", True),
        ("subject", "starts", "printer", False),
        ("subject", "matches", r"order \d{4}", True),
        ("subject", "matches", r"^printer", False),
        ("body", "words", "refund", True),
        ("body", "words", "退款", True),
        ("body", "words", "退货", False),
        ("body", "contains", "fund for", True),
        ("body", "starts", "i want", True),
        ("body", "matches", r"refund.*printer", True),
        ("text", "words", "4711", True),
        ("text", "words", "refund", True),
        ("text", "contains", "4711", True),
        ("from", "is", "CLEO@shop.customer.example", True),
        ("from", "is", "cleo@customer.example", False),
        ("from", "domain", "customer.example", True),
        ("from", "domain", "@shop.customer.example", True),
        ("from", "domain", "omer.example", False),
        ("from", "contains", "cleo", True),
        ("from", "matches", r"^cleo@", True),
        ("from_name", "words", "mérode", True),
        ("from_name", "words_unaccented", "merode", True),
        ("from_name", "words", "merode", False),
        ("to", "is", "support@acme.example", True),
        ("to", "domain", "big.example", True),
        ("mailbox", "is", "Support@Acme.example", True),
        ("mailbox", "is", "billing@acme.example", False),
        ("brand", "is", "acme", True),
        ("header:x-origin", "contains", "form", True),
        ("header:x-origin", "words", "web", True),
        ("header:List-Id", "exists", "yes", True),
        ("header:List-Id", "exists", "no", False),
        ("header:X-None", "exists", "no", True),
        ("attachment", "words", "invoice", True),
        ("attachment", "is", "invoice.pdf", True),
        ("attachment", "extension", "pdf", True),
        ("attachment", "extension", ".doc", False),
        ("attachment", "type", "application/pdf", True),
        ("attachment", "type", "image/*", False),
        ("attachment", "type", "application/*", True),
        ("attachment", "risk", "executable", True),
        ("attachment", "risk", "any", True),
        ("attachment", "risk", "macro", False),
        ("attachment", "exists", "yes", True),
        ("size", "over", "1 MB", True),
        ("size", "over", "2 MB", False),
        ("size", "under", "2 MB", True),
        ("language", "is", "zh", True),
        ("language", "is", "zh-Hans", True),
        ("language", "is", "zh-Hant", False),
        ("language", "is", "en", False),
        ("hours", "open", "office", True),
        ("hours", "closed", "office", False),
        ("hours", "is", "open", True),
        ("customer_tag", "is", "Gold", True),
        ("customer_tag", "is", "silver", False),
        ("verdict", "is", "genuine", True),
        ("verdict", "is", "bulk", False),
        ("proof", "is", "pass", True),
    ],
)
def test_every_relation_says_what_its_name_says(subject: str, relation: str, value: str, matches: bool) -> None:
    found = routed(MAIL, to("hit", when(subject, relation, value)))
    assert bool(found.rules) is matches
    assert not matches or str(found.reason).startswith("rule hit: ")


def test_every_relation_of_the_language_compiles_and_answers() -> None:
    values = {"over": "1 MB", "under": "1 MB", "open": "office", "closed": "office", "in": "vips"}
    for subject, relations in SUBJECTS.items():
        name = f"{subject}:name" if subject in ("header", "field") else subject
        for relation in relations:
            assert isinstance(routed(MAIL, to("x", when(name, relation, values.get(relation, "word")))), Routing)


@pytest.mark.parametrize(
    ("sender", "named"), [("cleo@customer.example", True), ("x@sub.big.example", True), ("eve@x.example", False)]
)
def test_a_list_holds_addresses_and_domains(sender: str, named: bool) -> None:
    assert bool(routed(mail(sender=sender), to("vip", when("from", "in", "vips"))).rules) is named


def test_only_the_new_text_counts_as_body() -> None:
    quoted = mail("Thanks\n> refund", reply_text="Thanks", reply_text_nosig="Thanks")
    assert not routed(quoted, to("hit", when("body", "words", "refund"))).rules
    forwarded = mail("refund, says the customer", reply_text="", reply_text_nosig="")
    assert routed(forwarded, to("hit", when("body", "words", "refund"))).rules


def test_any_all_none_and_nesting() -> None:
    printer, refund, cake = (when("text", "words", word) for word in ("printer", "refund", "cake"))
    both = Condition("all", (printer, refund))
    assert routed(MAIL, to("x", both)).rules
    assert not routed(MAIL, to("x", Condition("all", (printer, cake)))).rules
    assert routed(MAIL, to("x", Condition("any", (cake, refund)))).rules
    assert not routed(MAIL, to("x", Condition("none", (cake, refund)))).rules
    assert routed(MAIL, to("x", Condition("all", (both, Condition("none", (cake,)))))).rules
    assert routed(MAIL, to("x", Condition("none", (Condition("all", (printer, cake)),)))).rules
    assert routed(MAIL, to("x", Condition("all"))).rules
    assert not routed(MAIL, to("x", Condition("any"))).rules


def test_the_first_match_wins() -> None:
    first, second = to("first", when("subject", "words", "printer")), to("second", when("body", "words", "refund"))
    assert routed(MAIL, first, second).rules == ("first",)
    assert routed(MAIL, second, first).rules == ("second",)


def test_a_rule_that_goes_on_lets_later_ones_add_and_the_earlier_keeps_what_it_said() -> None:
    every = Condition("all")
    found = routed(
        MAIL,
        to("one", every, go_on=True, tags=("a",), priority="high", fields={"x": "1"}, note="n1"),
        to("two", every, go_on=True, tags=("b", "a"), priority="low", fields={"x": "2", "y": "3"}, note="n2"),
        to("three", every, acknowledge=False, team="billing"),
        to("never", every, team="help"),
    )
    assert found.rules == ("one", "two", "three")
    assert found.rule == "one"
    assert found.actions == Actions(
        team="billing",
        priority="high",
        tags=("a", "b"),
        note="n1\nn2",
        acknowledge=False,
        fields={"x": "1", "y": "3"},
    )


def test_a_condition_sees_what_earlier_rules_set() -> None:
    tagged = to("tag", Condition("all"), go_on=True, tags=("vip",), fields={"product": "x1"})
    assert routed(MAIL, tagged, to("hit", when("field:tag", "is", "vip"))).rules == ("tag", "hit")
    assert routed(MAIL, tagged, to("hit", when("field:product", "is", "x1"))).rules == ("tag", "hit")
    assert routed(MAIL, tagged, to("hit", when("field:product", "is", "x2"))).rules == ("tag",)


def test_hours_are_asked_of_the_team_that_the_mail_would_go_to() -> None:
    late = to("late", when("hours", "is", "closed"), tags=("late",))
    router = route.compile(policy((late,)))
    at_night = router.route(reading(mail()), BILLING, "acme", None, NIGHT_MS)
    assert at_night.rules == ("late",)
    assert not router.route(reading(mail()), BILLING, "acme", None, NOW_MS).rules
    assert not router.route(reading(mail()), SUPPORT, "acme", None, NIGHT_MS).rules
    assert OFFICE.id == policy().teams["billing"].hours


def test_a_rule_of_one_brand_leaves_the_other_alone() -> None:
    only = to("only", Condition("all"), brands=("shop",))
    assert not routed(MAIL, only).rules


def test_a_mail_that_no_rule_takes_goes_to_the_mailboxs_team_or_the_default_one() -> None:
    router = route.compile(policy())
    assert router.route(reading(mail()), BILLING, "acme", None, NOW_MS).actions.team == "billing"
    assert router.route(reading(mail()), SUPPORT, "acme", None, NOW_MS).actions.team == "help"
    bare = replace(policy(), brands={}, teams={"first": Team("first", "First")})
    found = route.compile(bare).route(reading(mail()), SUPPORT, "acme", None, NOW_MS)
    assert (found.actions.team, found.rule) == ("first", "default")


@pytest.mark.parametrize(
    "wrong",
    [
        when("colour", "is", "red"),
        when("subject", "over", "5"),
        when("subject", "matches", "(?=x)"),
        when("from", "in", "nobody"),
        when("size", "over", "large"),
        when("hours", "open", "sunday"),
    ],
)
def test_C27_a_condition_that_cannot_be_asked_is_a_configuration_error(wrong: Condition) -> None:
    with pytest.raises(ConfigError):
        routed(MAIL, to("x", wrong))


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(.*a){30}", r"^(\w+\s?)*$"])
def test_C27_C26_a_hostile_pattern_costs_nothing(pattern: str) -> None:
    """RE2 runs in linear time; the stdlib's ``re`` would not come back from these."""
    assert pattern_problem(pattern) == ""
    routed(mail("a" * 60_000 + "!"), to("x", when("body", "matches", pattern)))


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"(a)\1", "a{100000}"])
def test_C27_a_pattern_that_re2_refuses_is_explained(pattern: str) -> None:
    assert pattern_problem(pattern)


@pytest.mark.parametrize(("size", "number"), [("5", 5), ("10 MB", 10_000_000), ("1.5kB", 1500), ("64 KiB", 65536)])
def test_sizes_are_read_with_their_units(size: str, number: int) -> None:
    assert octets(size) == number


vocabulary = st.sampled_from(["refund", "printer", "order", "退款", "打印机", "invoice", "late", "order late"])
conditions = st.recursive(
    st.builds(
        lambda s, v: when(s, "words", *v),
        st.sampled_from(["subject", "body", "text"]),
        st.lists(vocabulary, min_size=1, max_size=3),
    ),
    lambda inner: st.builds(
        lambda o, c: Condition(o, tuple(c)), st.sampled_from(["any", "all", "none"]), st.lists(inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(conditions, min_size=1, max_size=8), st.lists(vocabulary, max_size=6), st.lists(vocabulary, max_size=3))
@settings(max_examples=150)
def test_the_index_changes_nothing_but_the_time(whens: list[Condition], body: list[str], subject: list[str]) -> None:
    """A router that asks every rule of every mail gives the same answer."""
    rules = tuple(to(f"r{n}", when, go_on=n % 2 == 0, tags=(f"t{n}",)) for n, when in enumerate(whens))
    indexed = route.compile(policy(rules))
    asked = Router(indexed.policy, indexed.rules, {}, tuple(range(len(rules))))
    what = reading(mail(", ".join(body), subject=" ".join(subject)))
    assert indexed.route(what, SUPPORT, "acme", None, NOW_MS) == asked.route(what, SUPPORT, "acme", None, NOW_MS)


def test_of_many_keyword_rules_only_those_that_a_word_triggers_are_asked() -> None:
    rules = tuple(to(f"r{n}", when("body", "words", f"word{n}", f"词{n}汇")) for n in range(2000))
    router = route.compile(policy(rules))
    assert router.always == ()
    asked: list[int] = []
    spied = tuple(
        (rule, replace(check, ask=lambda seen, n=n, ask=check.ask: asked.append(n) or ask(seen)))  # type: ignore[misc,func-returns-value]
        for n, (rule, check) in enumerate(router.rules)
    )
    found = replace(router, rules=spied).route(
        reading(mail("hello word77 and word1234")), SUPPORT, "acme", None, NOW_MS
    )
    assert found.rules == ("r77",)
    assert asked == [77]


def test_a_word_that_all_rules_share_does_not_make_all_of_them_asked() -> None:
    rules = tuple(
        to(f"r{n}", when("body", "words", f"subscription number{n}", f"关于订单{chr(0x4E00 + n)}")) for n in range(500)
    )
    index = route.compile(policy(rules)).index["body"]
    assert max(len(positions) for positions in index.values()) <= 2


def test_joining_is_first_come_first_served() -> None:
    assert join(Actions(team="a"), Actions(team="b", kind="k")) == Actions(team="a", kind="k")


def test_a_robots_mail_can_be_routed_by_its_verdict() -> None:
    router = route.compile(policy((to("robots", when("verdict", "is", "bulk"), team="billing"),)))
    what = reading(mail(), Proof.UNKNOWN, VerdictKind.BULK)
    assert router.route(what, SUPPORT, "acme", None, NOW_MS).actions.team == "billing"
