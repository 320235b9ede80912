"""The demo shows a whole desk, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def demo(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "mailgate", "demo", *arguments]
    environment = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_serves_ends_whole(tmp_path: Path, ending: signal.Signals) -> None:
    """Ctrl-C, kill, or the terminal is closed: the desk is gone, and so is its folder."""
    playing = demo(tmp_path)
    assert playing.stdout
    said = ""
    while not said.endswith("Ctrl-C ends it and removes the folder.\n"):
        line = playing.stdout.readline()
        assert line, f"the demo ended after {said[-500:]!r}: {playing.communicate()[1]}"
        said += line
    assert "a new request\n  new, ticket #1, support\n" in said
    assert "a bounce\n  bounce, ticket #2, billing\n" in said
    assert re.search(r"Look on with: \S+ ticket list -c \S+/config.toml\n", said)
    sockets = list(tmp_path.glob("*/state/ingest.sock"))
    playing.send_signal(ending)
    _, errors = playing.communicate(timeout=120)
    assert (playing.returncode, errors) == (0, "")
    assert len(sockets) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_is_broken_off_while_it_plays_leaves_nothing(tmp_path: Path) -> None:
    playing = demo(tmp_path, "--once")
    assert playing.stdout
    assert playing.stdout.readline() == "a new request\n"
    playing.send_signal(signal.SIGTERM)
    playing.communicate(timeout=120)
    assert playing.returncode == 1
    assert list(tmp_path.iterdir()) == []
