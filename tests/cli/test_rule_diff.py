"""``mailgate rules diff``: what other rules would have made of the mail that is there, and that nothing changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import DESK, Run, feed, mail
from tests.config.folder import write

RULES = """
[[rules]]
name = "refunds"
when = { subject = "refund" }
priority = "high"

[[rules]]
name = "later"
when = { subject = "later" }
hold = "not today"

[[rules]]
name = "never"
when = { subject = "zebra" }
tags = ["striped"]

[sla.gold]
"""

OTHER = """
[[rules]]
name = "money"
when = { subject = ["refund", "invoice"] }
priority = "urgent"
tags = ["money"]
sla = "gold"
letter = { to = "team", text = "Money." }

[[rules]]
name = "zebras"
when = { subject = "zebra" }
tags = ["striped"]
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Four mails: a refund, an invoice, one that is held, and one that no rule knows."""
    config = write(tmp_path / "desk", DESK, RULES)
    feed(
        config, mail("Refund, please"), mail("Invoice", "x", "2"), mail("See you later", "x", "3"), mail("Hi", "x", "4")
    )
    (tmp_path / "rules.toml").write_text(OTHER)
    return config


def test_each_mail_that_would_go_elsewhere_is_told_with_what_changes(desk: Path, run: Run) -> None:
    """Ticket by ticket and in sums, and the rules that nothing met."""
    before = run("ticket", "list", "-c", desk, "--json").json
    answer = run("rules", "diff", desk.parent.parent / "rules.toml", "-c", desk, "--json")
    assert answer.code == 0, answer.err
    *changed, sums = map(json.loads, answer.out.splitlines())
    by_subject = {each["subject"]: each for each in changed}
    assert set(by_subject) == {"Refund, please", "Invoice", "See you later"}
    assert by_subject["Invoice"]["changes"] == {
        "priority": ["normal", "urgent"],
        "sla": ["", "gold"],
        "tags": [[], ["money"]],
        "then": [[], ["letter to team"]],
    }
    assert by_subject["Refund, please"]["rule"] == ["refunds", "money"]
    assert by_subject["See you later"]["changes"]["outcome"] == ["hold", "new"]
    assert (sums["mails"], sums["changed"]) == (4, 3)
    assert {"field": "tags", "old": "–", "new": "money", "mails": 2} in sums["moves"]
    assert sums["never"] == {"old": ["never"], "new": ["zebras"]}
    assert run("ticket", "list", "-c", desk, "--json").json == before


def test_people_read_the_same_in_lines(desk: Path, run: Run) -> None:
    """The limit shortens the list, not the sums."""
    shown = run("rules", "diff", desk.parent.parent / "rules.toml", "-c", desk)
    assert "priority: high → urgent" in shown.out
    assert "3 of 4 mails would have come out otherwise" in shown.out
    assert "never matched: zebras" in shown.out
    short = run("rules", "diff", desk.parent.parent / "rules.toml", "-c", desk, "--limit", 0)
    assert "Refund" not in short.out
    assert "3 of 4" in short.out


def test_a_whole_configuration_may_be_new(desk: Path, run: Run, tmp_path: Path) -> None:
    """The same one makes no difference."""
    same = run("rules", "diff", desk, "-c", desk, "--json")
    assert same.json["changed"] == 0


def test_mail_before_the_time_is_left_out(desk: Path, run: Run) -> None:
    """Since is a length of time, and anything else is used wrongly."""
    assert run("rules", "diff", desk, "-c", desk, "--since", "0s", "--json").code in (0, 2)
    assert run("rules", "diff", desk, "-c", desk, "--since", "yesterday").code == 2


def test_new_rules_with_mistakes_are_told_by_line(desk: Path, run: Run, tmp_path: Path) -> None:
    """Nothing is compared then."""
    (tmp_path / "bad.toml").write_text('[[rules]]\nname = "x"\nteam = "nobody"\n')
    answer = run("rules", "diff", tmp_path / "bad.toml", "-c", desk)
    assert answer.code == 2
    assert "bad.toml:3" in answer.err
