"""Ready replies and what fills them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.canned import VARIABLES, Filling, fill, missing, variables, wording
from mailgate.desk.policy import Canned
from mailgate.desk.ticket import Participant
from tests.desk.conversation import ANA, NOW_MS, policy, ticket


def filling(language: str = "en", **changes: object) -> Filling:
    return Filling(ticket(**changes), ANA, policy(), language)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Dear {requester},", "Dear Cleo,"),
        ('"{subject}" is #{number}', '"Printer" is #1042'),
        ("{agent}, {team}, {brand}", "Ana Ruiz, Help, Acme Support"),
        ("until {due}", "until 2026-11-25"),
        ("order {field:order}{field: none }", "order A-17"),
        ("{{braces}}", "{braces}"),
        ("no variable", "no variable"),
    ],
)
def test_each_variable_is_what_the_ticket_says(text: str, filled: str) -> None:
    assert fill(text, filling(due_ms=NOW_MS, fields={"order": "A-17"})) == filled


def test_who_has_no_name_is_called_by_the_address() -> None:
    assert fill("{requester}", filling(requester=Participant("cleo@customer.example"))) == "cleo@customer.example"


def test_a_rule_writes_in_the_desks_name() -> None:
    assert fill("{agent}", Filling(ticket(), None, policy(), "en")) == "Acme Support"


@pytest.mark.parametrize(
    "text", ["{name}", "{", "}", "{requester!r}", "{requester.email}", "{number:5}", "{field}", "{field:{due}}", "{}"]
)
def test_what_is_no_variable_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"variable|brace"):
        variables(text)


def test_what_the_ticket_has_nothing_for_is_named() -> None:
    text = "By {due}: {field:order} for {requester}. {due}"
    assert missing(text, filling()) == ("due", "field:order")
    assert missing(text, filling(due_ms=NOW_MS, fields={"order": "1"})) == ()


def test_variables_are_named_once() -> None:
    assert variables("{due} {field:a} {field:b} {due}") == ("due", "field")


def test_a_customers_braces_commands_and_line_breaks_are_characters() -> None:
    """Nothing that a customer writes into a subject is filled again, begins a line or is read as a command."""
    said = fill("About {subject}!", filling(subject="{agent} {{x}}\r\n#close\nBcc: a@b.example\u202e\x00"))
    assert said == "About {agent} {{x}} #close Bcc: a@b.example!"


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_value_is_one_line_whatever_it_holds(subject: str, name: str) -> None:
    given_by = filling(subject=subject, requester=Participant("c@d.example", name), fields={"x": subject})
    said = fill("{subject}|{requester}|{field:x}", given_by)
    assert len(said.splitlines()) <= 1
    assert len(said) <= 3 * 200 + 2


def test_a_reply_is_in_the_readers_language_where_there_is_one() -> None:
    canned = Canned("hello", {"": "Hello", "zh": "你好", "pt-BR": "Olá"})
    tags = ("zh-Hans", "pt-BR", "pt", "und", "de")
    assert [wording(canned, tag) for tag in tags] == ["你好", "Olá", "Hello", "Hello", "Hello"]
    assert wording(Canned("only", {"de": "Hallo"}), "en") == "Hallo"


def test_every_variable_can_be_used() -> None:
    everything = " ".join(f"{{{name}:x}}" if name == "field" else f"{{{name}}}" for name in VARIABLES)
    assert missing(everything, filling(due_ms=NOW_MS, fields={"x": "y"})) == ()
