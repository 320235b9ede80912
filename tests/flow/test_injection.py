"""What strangers write never becomes a line of ours: not in the log, not in a command that we run (J-10, J-13)."""

from __future__ import annotations

import ast
from pathlib import Path

import mailgate
from tests.flow.test_trust import CARLA_ADDRESS
from tests.flow.world import ANNA, Desk, Relay, letter

SOURCES = sorted(Path(mailgate.__file__).parent.rglob("*.py"))
ESCAPE = "=?utf-8?B?G1szMW1ldmlsG1swbQpmb3JnZWQgbGluZSAgIFtlcnJvcl0=?="
"""An encoded ``ESC [31m evil ESC [0m``, a line feed, ``forged line [error]``."""

RED = "=?utf-8?B?G1szMW1ldmlsG1swbQ==?="
"""The same without the line feed: a name with one is held, as no author's."""


def hostile(address: str, text: str, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A mail whose name and subject hold escapes and a line end, encoded as only a forger's program does."""
    plain = letter(f"NAME <{address}>", "SUBJECT", text, headers=[("X-Evil", "PAYLOAD"), *headers])
    encoded = plain.replace(b"NAME", RED.encode(), 1).replace(b"SUBJECT", ESCAPE.encode(), 1)
    return encoded.replace(b"PAYLOAD", b"\x1b[2J", 1)


def test_J10_no_stranger_writes_a_line_or_an_escape_into_the_log(desk: Desk, far: Relay) -> None:
    """Not in a subject, a name or a body, not of a mail that is held: one line each, escaped."""
    desk.send(hostile(CARLA_ADDRESS, "Help.\x1b]0;title\x07"), CARLA_ADDRESS)
    far.wait(ANNA)
    robot = hostile(
        "nobody@else.example", "I am away\x1b[31m", (("Auto-Submitted", "auto-replied"), ("In-Reply-To", "<x@y>"))
    )
    desk.send(robot, "nobody@else.example")
    desk.wait_until(lambda: len(desk.json("held", "list")) == 1)
    desk.stop()
    assert not any(char in line for line in desk.lines for char in "\x1b\x07\x00")
    assert not any(line.lstrip().startswith("forged line") for line in desk.lines)


def test_J10_what_the_command_line_shows_of_a_mail_is_plain_text(desk: Desk, far: Relay) -> None:
    """A terminal obeys escapes; it is given none."""
    desk.send(hostile(CARLA_ADDRESS, "Help.\x1b[31m"), CARLA_ADDRESS)
    far.wait(ANNA)
    for command in (("ticket", "list"), ("ticket", "show", str(_first(desk)))):
        shown = desk.run(*command)
        assert shown.returncode == 0
        assert "evil" in shown.stdout
        assert "\x1b" not in shown.stdout


def _first(desk: Desk) -> object:
    found = desk.json("ticket", "list")
    assert isinstance(found, list)
    return found[0]["number"]


def test_J13_nothing_of_ours_runs_a_shell() -> None:
    """No program is started through a shell anywhere, so no name of a stranger can become a command."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in ("os.system", "os.popen", "subprocess.getoutput", "asyncio.create_subprocess_shell"), (
                source
            )
            assert not any(word.arg == "shell" for word in node.keywords), source
