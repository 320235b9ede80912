"""A rule's TOML means what the desk's conditions mean, and every mistake in it is told by the path of its key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mailgate.config.rules import Compiler, Names, known_keys
from mailgate.config.schema_rules import Rule as Written
from mailgate.desk.routing.rule import Condition, Rule
from mailgate.desk.routing.subjects import OF_TICKET, SUBJECTS, TIMES
from tests.config.folder import GOOD, problems, settings

NAMES = Names(frozenset({"support@acme.example"}), frozenset({"acme"}), frozenset({"office"}), frozenset({"vip"}))


def compiled(text: str) -> tuple[Rule, list[str]]:
    """The rule of a TOML text, and the paths of what is wrong with it."""
    compiler = Compiler(NAMES)
    rule = compiler.rule(Written.model_validate({"name": "r", **tomllib.loads(text)}), ("rules", 0), "f.toml", 1)
    return rule, [".".join(map(str, complaint.path[2:])) for complaint in compiler.complaints]


def leaf(subject: str, relation: str, *values: str, key: str = "") -> Condition:
    return Condition("test", (), subject, relation, values, key)


def test_one_key_is_one_test_with_the_default_relation() -> None:
    rule, wrong = compiled('when = { subject = "refund" }')
    assert wrong == []
    assert rule.when == leaf("subject", "words", "refund", key="when.subject")


def test_keys_of_a_table_must_all_hold_and_values_of_a_list_are_alternatives() -> None:
    rule, _ = compiled('when = { subject = ["refund", "退款"], from_domain = "shop.example" }')
    assert rule.when.operator == "all"
    assert [(each.subject, each.relation, each.values) for each in rule.when.children] == [
        ("subject", "words", ("refund", "退款")),
        ("from", "domain", ("shop.example",)),
    ]


def test_groups_nest_and_stand_beside_when() -> None:
    rule, wrong = compiled(
        'when = { any = [{ subject = "a" }, { none = [{ body = "b" }, { body = "c" }] }] }\n'
        'none = [{ verdict = "bulk" }]'
    )
    assert wrong == []
    any_, none = rule.when.children
    assert (rule.when.operator, any_.operator, none.operator) == ("all", "any", "none")
    assert any_.children[1].operator == "none"
    assert [each.values for each in any_.children[1].children] == [("b",), ("c",)]


def test_a_rule_without_conditions_takes_every_mail() -> None:
    assert compiled("")[0].when == Condition("all")


def test_headers_and_fields_are_named() -> None:
    rule, wrong = compiled(
        'when = { header = { "X-Origin" = "web" }, field = { source = "shop" }, header_exists = "X-Id" }'
    )
    assert wrong == []
    assert [(each.subject, each.relation, each.values) for each in rule.when.children] == [
        ("header:X-Origin", "contains", ("web",)),
        ("field:source", "is", ("shop",)),
        ("header:X-Id", "exists", ("true",)),
    ]
    assert compiled('when = { "header:X-Origin" = "web" }')[0].when.subject == "header:X-Origin"


def test_sizes_are_octets_by_the_time_the_desk_sees_them() -> None:
    assert compiled('when = { size_over = "5 MiB" }')[0].when.values == ("5242880",)


def test_every_subject_and_relation_of_the_desk_can_be_written() -> None:
    pairs = {(subject, relation) for subject, relations in SUBJECTS.items() for relation in relations}
    assert len(known_keys()) == len(pairs)
    values = {"over": "1", "under": "1", "in": "vip", "open": "office", "closed": "office"}
    known = {"hours": "open", "mailbox": "support@acme.example", "brand": "acme", "verdict": "bulk", "proof": "pass"}
    known |= {"status": "open", "replies": "2", "nudges": "1", "rating": "3"}
    special = {"from": "a@b.example", "to": "a@b.example", **known}
    for subject, relation in sorted(pairs):
        key = subject if relation == SUBJECTS[subject][0] else f"{subject}_{relation}"
        value = (
            "2 days"
            if subject in TIMES
            else values.get(relation) or (special.get(subject, "x") if relation == "is" else "x")
        )
        shown = f'{{ NAME = "{value}" }}' if subject in ("header", "field") else f'"{value}"'
        written = f"when = {{ {key} = {shown} }}"
        if subject in OF_TICKET:
            written = f'on = "customer replied"\n{written}'
        rule, wrong = compiled(written)
        assert wrong == [], key
        assert (rule.when.subject.partition(":")[0], rule.when.relation) == (subject, relation)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('when = { subjct = "x" }', "when.subjct"),
        ('when = { subject_over = "x" }', "when.subject_over"),
        ('when = { subject_matches = "(?=x)" }', "when.subject_matches"),
        ('when = { subject_matches = ["a", "("] }', "when.subject_matches"),
        ("when = { subject = [] }", "when.subject"),
        ("when = { subject = { a = 1 } }", "when.subject"),
        ('when = { header = "x" }', "when.header"),
        ('when = { from_in = "vipp" }', "when.from_in"),
        ('when = { from = "not an address" }', "when.from"),
        ('when = { size_over = "big" }', "when.size_over"),
        ('when = { hours_open = "night" }', "when.hours_open"),
        ('when = { hours = "sometimes" }', "when.hours"),
        ('when = { verdict = "evil" }', "when.verdict"),
        ('when = { any = "x" }', "when.any"),
        ('any = [{ subject = "a" }, { bdy = "x" }]', "any.1.bdy"),
    ],
)
def test_a_mistake_in_a_condition_is_told_by_its_path(text: str, path: str) -> None:
    assert compiled(text)[1] == [path]


def test_conditions_nested_without_end_are_refused() -> None:
    text = "when = " + "{ any = [" * 30 + '{ subject = "x" }' + "] }" * 30
    assert len(compiled(text)[1]) == 1


def test_actions_reach_the_rule(tmp_path: Path) -> None:
    more = """
[[rules]]
name = "r"
when = { subject = "x" }
continue = true
team = "support"
assignee = "ana"
priority = "urgent"
tags = ["a", "b"]
watchers = ["boss@acme.example"]
acknowledge = false
fields = { source = "shop" }
hold = "wait"
"""
    rule = settings(tmp_path, GOOD, more).policy.rules[0]
    assert rule.go_on
    assert rule.then.tags == ("a", "b")
    assert (rule.then.team, rule.then.assignee, rule.then.priority, rule.then.hold) == (
        "support",
        "ana",
        "urgent",
        "wait",
    )
    assert not rule.then.acknowledge
    assert rule.then.fields == {"source": "shop"}


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('priority = "asap"', "rules[0].priority"),
        ('assignee = "bob"', "rules[0].assignee"),
        ('brands = ["acme"]', "rules[0].brands[0]"),
        ('status = "lost"', "rules[0].status"),
        ('continue = "yes"', "rules[0].continue"),
        ('[[tests]]\nname = "t"\nto = "nobody@acme.example"\nexpect = { team = "support" }', "tests[0].to"),
        ('[[tests]]\nname = "t"\nmail = "gone.eml"\nexpect = { team = "support" }', "tests[0].mail"),
        ('[[tests]]\nname = "t"\nexpect = {}', "tests[0].expect"),
        ('[[tests]]\nname = "t"\nexpect = { taem = "x" }', "tests[0].expect.taem"),
        ('[[rules]]\nname = "r"', "rules.name"),
    ],
)
def test_a_mistake_in_a_rule_or_test_is_told_by_its_key(tmp_path: Path, more: str, key: str) -> None:
    rule = '\n[[rules]]\nname = "r"\nwhen = { subject = "x" }\n'
    assert key in [problem.key for problem in problems(tmp_path, GOOD, rule + more + "\n")]


@pytest.mark.parametrize("key", ["age", "size_over", "nudges_over"])
@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_C30_digits_that_are_no_number_are_told_of(key: str, number: str) -> None:
    _, wrong = compiled(f'when = {{ {key} = "{number}" }}')
    assert f"when.{key}" in wrong
