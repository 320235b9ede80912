"""``mailgate init`` makes a desk that works and never overwrites one."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from mailgate.cli.init_text import person
from mailgate.config.load import load
from tests.cli.conftest import Run
from tests.config.folder import HandClock

ADDRESS = ("--address", "support@acme.example")


def test_flags_alone_make_a_desk_that_passes_check(tmp_path: Path, run: Run) -> None:
    made = run("init", tmp_path / "desk", "--yes", *ADDRESS, "--agent", "Ana Pérez <ana@acme.example>")
    assert made.code == 0
    assert stat.S_IMODE((tmp_path / "desk" / "secret").stat().st_mode) == 0o600
    checked = run("check", "-c", tmp_path / "desk" / "config.toml")
    assert (checked.code, checked.err) == (0, "")
    found = load(tmp_path / "desk" / "config.toml", HandClock())
    assert found.policy.brands["desk"].name == "Acme Support"
    assert found.policy.agents["ana"].name == "Ana Pérez"
    assert found.relay.kind == "maildir"
    assert run("rules", "test", "-c", tmp_path / "desk" / "config.toml").code == 0


def test_a_relay_and_an_imap_server_are_written_with_passwords_elsewhere(tmp_path: Path, run: Run) -> None:
    servers = ("--relay", "smtp.acme.example:465", "--relay-user", "desk", "--imap", "imap.acme.example")
    run("init", tmp_path, "--yes", *ADDRESS, "--agent", "ana@acme.example", *servers)
    found = load(tmp_path / "config.toml", HandClock())
    assert (found.relay.host, found.relay.port, found.relay.security, found.relay.user) == (
        "smtp.acme.example",
        465,
        "tls",
        "desk",
    )
    assert (found.imap[0].host, found.imap[0].port, found.imap[0].user) == (
        "imap.acme.example",
        993,
        "support@acme.example",
    )
    assert {problem.key for problem in found.warnings} == {"smtp.out.password", "mailboxes[0].imap.password"}


def test_questions_are_asked_where_flags_are_missing(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["help@shop.example", "", "Bo <bo@shop.example>", "", ""])

    def prompt(_question: str, default: str = "", **_: object) -> str:
        return next(answers) or default

    monkeypatch.setattr("typer.prompt", prompt)
    assert run("init", tmp_path).code == 0
    found = load(tmp_path / "config.toml", HandClock()).policy
    assert (found.brands["desk"].address, found.brands["desk"].name) == ("help@shop.example", "Shop Support")
    assert list(found.agents) == ["bo"]


def test_passwords_are_asked_and_kept_in_files_of_their_own(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"The user name there": "desk", "Password of": "hush"}

    def prompt(question: str, default: str = "", **_: object) -> str:
        return next((answer for start, answer in answers.items() if question.startswith(start)), default)

    monkeypatch.setattr("typer.prompt", prompt)
    servers = ("--relay", "smtp.acme.example", "--imap", "imap.acme.example")
    assert run("init", tmp_path, *ADDRESS, "--agent", "ana@acme.example", *servers).code == 0
    for name in ("relay-password", "imap-password"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert (tmp_path / name).read_text() == "hush\n"
    found = load(tmp_path / "config.toml", HandClock())
    assert found.warnings == ()
    assert found.relay.password is not None
    assert found.relay.password.read() == "hush"
    assert "hush" not in (tmp_path / "config.toml").read_text()


def test_what_is_there_is_never_overwritten(tmp_path: Path, run: Run) -> None:
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "config.toml").write_text("mine")
    assert run("init", tmp_path, "--yes", *ADDRESS).code == 1
    assert {(tmp_path / name).read_text() for name in ("secret", "config.toml")} == {"mine"}


def test_an_answer_that_cannot_be_used_leaves_no_config_behind(tmp_path: Path, run: Run) -> None:
    refused = run("init", tmp_path, "--yes", "--address", "not an address")
    assert refused.code == 2
    assert "is no mail address" in refused.err
    assert not list(tmp_path.glob("config*"))


@pytest.mark.parametrize("name", ['Ac"me \\ Co', "客户支持", "a = 1 # b", "O'Neil"])
def test_a_name_of_any_letters_survives_the_way_through_toml(tmp_path: Path, run: Run, name: str) -> None:
    run("init", tmp_path, "--yes", *ADDRESS, "--name", name)
    assert load(tmp_path / "config.toml", HandClock()).policy.brands["desk"].name == name


def test_yes_without_an_address_is_a_usage_error(tmp_path: Path, run: Run) -> None:
    assert run("init", tmp_path, "--yes").code == 2


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Ana Pérez <ana@acme.example>", ("ana", "Ana Pérez", "ana@acme.example")),
        ("Jürgen <jw@acme.example>", ("jurgen", "Jürgen", "jw@acme.example")),
        ("王芳 <wang.fang@acme.example>", ("wang.fang", "王芳", "wang.fang@acme.example")),
        ("bob@acme.example", ("bob", "bob", "bob@acme.example")),
    ],
)
def test_an_agent_gets_a_short_name_that_can_be_typed(written: str, expected: tuple[str, str, str]) -> None:
    found = person(written)
    assert (found.id, found.name, found.address) == expected


def test_an_address_that_is_none_is_asked_for_again(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it was typed, not after all the questions."""
    typed = "\n".join(("support at acme", "support@acme.example", "", "nobody", "Ana <ana@acme.example>", "", ""))
    monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
    said = run("init", tmp_path)
    assert said.code == 0
    assert "'support at acme' is no mail address" in said.err + said.out
    found = load(tmp_path / "config.toml", HandClock()).policy
    assert (found.brands["desk"].address, found.agents["ana"].address) == ("support@acme.example", "ana@acme.example")


def test_a_flag_that_cannot_be_used_is_told_without_naming_files_that_are_not_there(tmp_path: Path, run: Run) -> None:
    refused = run("init", tmp_path, "--yes", *ADDRESS, "--timezone", "Mars/Phobos")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("not made: desk.timezone: there is no time zone 'Mars/Phobos'")
