"""``mailgate keys`` and ``mailgate agents address``: what an admin sees, and what stays secret."""

from __future__ import annotations

from pathlib import Path

from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.desk.identity.token import split_address
from mailgate.desk.letter import Purpose
from tests.cli.conftest import Run
from tests.config.folder import HandClock


def test_keys_are_listed_by_id_and_never_shown(run: Run, config: Path) -> None:
    """Not in the table, not in JSON."""
    secret = (config.parent / "secret").read_text()
    keys = [line.split()[1] for line in secret.splitlines() if line and not line.startswith("#")]
    for answer in (run("keys", "list", "-c", config), run("keys", "list", "-c", config, "--json")):
        assert answer.code == 0
        assert not any(key in answer.out + answer.err for key in keys)
    assert [key["state"] for key in run("keys", "list", "-c", config, "--json").json] == ["the history's", "signs"]


def test_S23_a_rotation_and_a_retirement_from_the_command_line(run: Run, config: Path) -> None:
    """The file keeps its mode, the new key signs, the old one is good and then retired."""
    assert run("keys", "rotate", "-c", config, "--grace-days", 30).code == 0
    assert (config.parent / "secret").stat().st_mode & 0o777 == 0o600
    listed = run("keys", "list", "-c", config, "--json").json
    assert [key["state"] for key in listed] == ["the history's", "signs", "good"]
    signing, old = listed[1]["id"], listed[2]["id"]
    assert run("keys", "retire", signing, "-c", config).code == 1
    assert run("keys", "retire", old, "-c", config).code == 0
    assert run("keys", "list", "-c", config, "--json").json[2]["state"] == "retired"
    assert len(load(config, SystemClock()).policy.secrets) == 1
    assert not list(config.parent.glob(".secret*"))


def test_an_agents_control_address_is_one_of_ours_and_binds_nobody_else(run: Run, config: Path) -> None:
    """What the letters call it too."""
    shown = run("agents", "address", "ana", "-c", config).out.strip()
    split = split_address(shown, load(config, HandClock()).policy.mailboxes)
    assert split is not None
    assert split.token is not None
    assert split.token.purpose is Purpose.CONTROL
    assert run("agents", "address", "nobody", "-c", config).code == 1
    assert [one["id"] for one in run("agents", "list", "-c", config, "--json").json] == ["ana"]
