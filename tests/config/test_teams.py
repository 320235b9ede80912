"""Teams that give out their tickets, what they leave to whom, states of their own; and ready replies."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.desk.canned import VARIABLES
from mailgate.desk.policy import Assign, May, Role
from mailgate.errors import Problem
from tests.config.folder import GOOD, problems, settings, write

TEAM = """\
assign = "least-loaded"
sticky = true
by_skill = true
by_language = true
region_field = "region"
reply = "owner"
reassign = "supervisor"
close = "owner"
merge = "supervisor"
notes = "owner"
supervisors = ["ana"]
escalate_to = "second"
states = { "at the workshop" = "waiting-third-party" }

[[teams]]
id = "second"
name = "Second level"
members = ["ana"]
"""
AGENT = 'capacity = 7\nskills = ["refund"]\nlanguages = ["en", "zh-Hans"]\nregions = ["North Sea"]\n'
PAGE = (Path(__file__).parents[2] / "docs" / "teams.md").read_text("utf-8")
CANNED = '[[canned]]\nname = "hello"\n'


def agent(more: str) -> str:
    """The good config with more said of Ana."""
    return GOOD.replace('address = "ana@acme.example"\n', f'address = "ana@acme.example"\n{more}')


def told(folder: Path, text: str) -> list[tuple[str, str, str]]:
    return [(problem.key, problem.wrong, problem.right) for problem in problems(folder, text)]


def warned(folder: Path, text: str) -> list[Problem]:
    return list(settings(folder, text).warnings)


def test_all_that_a_team_and_an_agent_can_be_told_reaches_the_desk(tmp_path: Path) -> None:
    policy = settings(tmp_path, agent(AGENT) + TEAM).policy
    team, ana = policy.teams["support"], policy.agents["ana"]
    assert (team.assign, team.sticky, team.by_skill, team.by_language) == (Assign.LEAST_LOADED, True, True, True)
    assert (team.reply, team.reassign, team.close) == (May.OWNER, May.SUPERVISOR, May.OWNER)
    assert (team.merge, team.notes, team.escalate_to) == (May.SUPERVISOR, May.OWNER, "second")
    assert (team.region_field, team.states) == ("region", {"at the workshop": "waiting-third-party"})
    assert (ana.capacity, ana.skills) == (7, ("refund",))
    assert (ana.languages, ana.regions) == (("en", "zh-Hans"), ("North Sea",))
    assert warned(tmp_path, agent(AGENT) + TEAM) == []


def test_a_team_is_as_before_where_nothing_is_said(tmp_path: Path) -> None:
    policy = settings(tmp_path).policy
    assert policy.crew == ()
    assert {getattr(policy.teams["support"], right) for right in ("reply", "reassign", "close", "merge", "notes")} == {
        May.ANYONE
    }
    assert policy.away_ms == 3 * 86_400_000


@pytest.mark.parametrize(
    ("more", "key", "said"),
    [
        ('assign = "robin"\n', "teams[0].assign", "robin"),
        ('reply = "nobody"\n', "teams[0].reply", "owner"),
        ('escalate_to = "secnd"\n', "teams[0].escalate_to", "secnd"),
        ('escalate_to = "support"\n', "teams[0].escalate_to", "the team itself"),
        ('states = { "later" = "merged" }\n', "teams[0].states.later", "waiting-customer"),
        ('states = { "Waiting Customer" = "open" }\n', 'teams[0].states."Waiting Customer"', "desk's own states"),
        ('states = { "in review" = "open", "In-Review" = "open" }\n', 'teams[0].states."In-Review"', "another one"),
    ],
)
def test_what_cannot_be_is_an_error(tmp_path: Path, more: str, key: str, said: str) -> None:
    found = told(tmp_path, GOOD + more)
    assert any(key.replace('"', "") == path.replace('"', "") and said in wrong + right for path, wrong, right in found)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('assign = "round-robin"\nby_skill = true\n', "no agent of the team has skills"),
        ('assign = "round-robin"\nby_language = true\n', "no agent of the team has languages"),
        ('assign = "round-robin"\nregion_field = "r"\n', "no agent of the team has regions"),
        ('by_skill = true\nsupervisors = ["ana"]\n', "by hand"),
        ('close = "supervisor"\n', "nobody may"),
    ],
)
def test_what_chooses_nobody_is_warned_of(tmp_path: Path, more: str, said: str) -> None:
    text = agent('skills = ["x"]\n') if "by hand" in said else GOOD
    assert any(said in warning.wrong for warning in warned(tmp_path, text + more))


def test_a_team_of_watchers_gives_to_nobody(tmp_path: Path) -> None:
    text = agent('role = "watcher"\n') + 'assign = "round-robin"\n'
    assert any("only watchers" in warning.wrong for warning in warned(tmp_path, text))


def test_a_capacity_below_nothing_is_none(tmp_path: Path) -> None:
    assert [key for key, _, _ in told(tmp_path, agent("capacity = -1\n"))] == ["agents[0].capacity"]


def test_ready_replies_stand_in_the_config_or_in_files(tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_text("Hello {requester}\r\n", "utf-8")
    (tmp_path / "hello.de.txt").write_text("Hallo {requester}\n", "utf-8")
    more = f'{CANNED}file = "hello.txt"\nfiles = {{ de = "hello.de.txt" }}\ntexts = {{ zh = "{{requester}}，您好" }}\n'
    canned = settings(tmp_path, GOOD + more).policy.canned
    assert canned["hello"].texts == {"": "Hello {requester}", "de": "Hallo {requester}", "zh": "{requester}，您好"}


@pytest.mark.parametrize(
    ("more", "key", "said"),
    [
        ("", "canned[0].text", "is missing"),
        ('text = ""\nfile = ""\n', "canned[0].text", "is missing"),
        ('text = "Dear {name}"\n', "canned[0].text", "no variable {name}"),
        ('text = "a { b"\n', "canned[0].text", "stands alone"),
        ('texts = { zh = "{field}" }\n', "canned[0].texts.zh", "no variable {field}"),
        ('file = "none.txt"\n', "canned[0].file", "there is no file"),
        ('text = "a"\nfile = "b"\n', "canned[0].file", "text too"),
        ('texts = { de = "a" }\nfiles = { de = "b" }\n', "canned[0].files.de", "in that language too"),
        ('text = "a\\u0000b"\n', "canned[0].text", "control character"),
        (f'text = "{"x" * 20_001}"\n', "canned[0].text", "longer than"),
        ('text = "a"\n[[canned]]\nname = "hello"\ntext = "b"\n', "canned[1].name", "another one too"),
    ],
)
def test_a_reply_that_cannot_be_filled_is_an_error(tmp_path: Path, more: str, key: str, said: str) -> None:
    assert any(key == path and said in wrong for path, wrong, _ in told(tmp_path, GOOD + CANNED + more))


def test_a_variable_that_is_none_is_told_with_those_that_are(tmp_path: Path) -> None:
    ((_, _, right),) = told(tmp_path, f'{GOOD}{CANNED}text = "{{nme}}"\n')
    assert "{requester}" in right
    assert "{field:NAME}" in right


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\x00")
    assert any("is not UTF-8" in wrong for _, wrong, _ in told(tmp_path, f'{GOOD}{CANNED}file = "bad.txt"\n'))


def test_the_page_for_admins_names_every_way_right_role_and_variable() -> None:
    named = {f"`{word}`" for word in (*Assign, *May, *Role, "reply", "reassign", "close", "merge", "notes")}
    named |= {"`{field:NAME}`" if name == "field" else f"`{{{name}}}`" for name in VARIABLES}
    assert [word for word in sorted(named) if word not in PAGE] == []
