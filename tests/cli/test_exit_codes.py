"""Exit codes and streams, as scripts and mail servers rely on them; where it matters, of a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailgate import __version__
from mailgate.cli import main
from tests.cli.conftest import DESK, Run, mail
from tests.cli.tree import COMMANDS
from tests.config.folder import write


def mailgate(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mailgate", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, run: Run) -> None:
    said = run(*command.split(), "--help")
    assert said.code == 0
    assert "Example" in said.out
    assert f"mailgate {command}" in said.out.partition("Example")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_said_in_a_sentence_that_fits(command: str) -> None:
    whole = COMMANDS[command]
    assert whole.get_short_help_str(limit=100).endswith(".")
    assert "..." not in whole.get_short_help_str(limit=68)
    for one in whole.params:
        assert one.help, one.name
        assert one.metavar or one.is_flag, one.name


def test_help_needs_neither_database_nor_parser() -> None:
    """--help and completion stay quick: what a command needs is imported when it runs."""
    probe = "import sys; from mailgate.cli import main; main(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=120, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    heavy = {"peewee", "pydantic", "jinja2", "aiosmtpd", "imapclient", "re2", "lxml", "rich", "dns", "asyncio"}
    assert not loaded & heavy
    assert "mailgate.config.load" not in done.stderr


def test_a_usage_error_and_a_broken_config_exit_2_with_nothing_on_stdout(tmp_path: Path) -> None:
    broken = write(tmp_path, DESK, "[smtp.inn]\nlisten = 1\n[survey]\nshare = 2\n")
    for arguments in (
        ("chekc",),
        ("stats", "--nonsense"),
        ("serve", "-c", broken),
        ("stats", "-c", tmp_path / "gone.toml"),
    ):
        done = mailgate(*arguments)
        assert (done.returncode, done.stdout) == (2, b""), arguments
        assert done.stderr
    assert mailgate("check", "-c", broken).stderr.count(b"config.toml:") == 2


def test_check_as_json_is_machine_output_whatever_it_finds(tmp_path: Path, run: Run) -> None:
    broken = write(tmp_path, DESK, "[survey]\nshare = 2\n")
    said = run("check", "-c", broken, "--json")
    assert said.code == 2
    assert [(each["level"], each["key"]) for each in said.json] == [("error", "survey.share")]
    assert run("check", "-c", write(tmp_path, DESK), "--json").json == []


def test_check_warns_of_a_rule_that_can_never_match(tmp_path: Path, run: Run) -> None:
    rules = '[[rules]]\nname = "all"\n[[rules]]\nname = "never"\nwhen = { subject = "x" }\n'
    said = run("check", "-c", write(tmp_path, DESK, rules))
    assert said.code == 0
    assert '"never" can never match' in said.err


def test_check_names_a_template_that_cannot_be_filled(tmp_path: Path, run: Run) -> None:
    own = tmp_path / "own" / "en"
    own.mkdir(parents=True)
    (own / "acknowledgement.txt").write_text("Hello {{ nobody.knows }}\n")
    brand = '[[brands]]\nid = "b"\nname = "B"\naddress = "b@acme.example"\ntemplates = "own"\n'
    said = run("check", "-c", write(tmp_path, DESK, brand))
    assert said.code == 2
    assert "acknowledgement.txt" in said.err


def test_the_version_is_the_packages() -> None:
    done = mailgate("--version")
    assert done.stdout.decode().strip() == f"mailgate {__version__}"


def test_the_pipe_answers_as_a_mail_server_expects(tmp_path: Path) -> None:
    config = write(tmp_path, DESK)
    assert mailgate("ingest", "-c", config, "-", stdin=mail("Hello")).returncode == 0
    for mailbox, code in (("support@acme.example", 0), ("nobody@elsewhere.example", 75)):
        done = mailgate("ingest", "-c", config, "--mailbox", mailbox, "-", stdin=mail("Hello"))
        assert done.returncode == code


@pytest.mark.parametrize("arguments", [("-c", "gone.toml", "-"), ("--nonsense", "-"), ("-", "more")])
def test_the_pipe_says_try_again_to_whatever_is_wrong_on_our_side(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write(tmp_path, DESK)
    done = mailgate("ingest", *arguments, stdin=mail("Hello"))
    assert (done.returncode, done.stdout) == (75, b"")


def test_the_pipe_says_try_again_when_the_config_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = write(tmp_path, DESK, "[survey]\nshare = 2\n")
    assert main(["ingest", "-c", str(broken), "-"]) == 75
    assert "survey.share" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["outbox list --state sned", "held list --cause spma", "ticket list --status opne"])
def test_a_word_that_nothing_can_match_is_a_usage_error_not_an_empty_list(
    tmp_path: Path, run: Run, command: str
) -> None:
    said = run(*command.split(), "-c", write(tmp_path, DESK))
    assert (said.code, said.out) == (2, "")
    assert "is none of" in said.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("command", ["stats", "doctor", "held list", "ingest", "explain", "audit verify"])
def test_root_leaves_no_files_in_the_state_of_another_user(tmp_path: Path, run: Run, command: str) -> None:
    """The daemon's own user could not open them: its next start would fail."""
    config = write(tmp_path, DESK)
    state = tmp_path / "state"
    state.mkdir(exist_ok=True)
    os.chown(state, 65534, 65534)
    (tmp_path / "1.eml").write_bytes(mail("Hello"))
    files = [tmp_path / "1.eml"] if command in ("ingest", "explain") else []
    said = run(*command.split(), "-c", config, *files)
    assert said.code == 1
    assert "sudo -u '#65534'" in said.err
    assert list(state.iterdir()) == []
