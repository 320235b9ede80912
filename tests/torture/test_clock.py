"""D-20: the machine's clock jumps a year ahead and back again under a running daemon (``clock.c``)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.flow.world import ANNA, Desk, Relay, letter, write_config
from tests.torture.killing import mail, person

YEAR_S = 365 * 86_400
A_FEW = 6

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)


def test_D20_a_clock_that_jumps_a_year_ahead_and_back_stops_nothing_and_writes_no_heap_of_letters(
    tmp_path: Path, far: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due in a year is asked about once, in a letter or two a person; back in time the desk's duties go on."""
    jumping, ahead = tmp_path / "clock.so", tmp_path / "ahead"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", jumping, source, "-ldl"], check=True)
    write_config(tmp_path / "desk", far.port)
    desk = Desk(tmp_path / "desk", far)
    with monkeypatch.context() as world:
        world.setenv("LD_PRELOAD", str(jumping))
        world.setenv("CLOCK_AHEAD", str(ahead))
        desk.start()
    try:
        _answers(desk, far, range(3))
        ahead.write_text(str(YEAR_S))
        _answers(desk, far, range(3, 6))
        anchors = desk.folder / "state" / "anchors"
        desk.wait_until(lambda: any(anchors.glob("*.jsonl")))  # the clock has seen that an hour is over
        ahead.unlink()
        desk.wait_for_line("the machine's clock was put back")
        _answers(desk, far, range(6, 9))
        control = desk.run("agents", "address", "anna").stdout.split()[0]
        desk.send(letter(f"Anna Schmidt <{ANNA}>", "orders", "#reload", to=control), ANNA, [control])
        desk.wait_for_line("config read again")
        counted = Counter(each.recipient for each in far.letters)
        assert max(counted[person(number)] for number in range(9)) <= 2
        assert counted[ANNA] <= 9 + A_FEW
        assert desk.stop() == 0
    finally:
        if desk.process is not None and desk.process.poll() is None:
            desk.kill()


def _answers(desk: Desk, far: Relay, numbers: range) -> None:
    for number in numbers:
        desk.send(mail(number), person(number))
    for number in numbers:
        far.wait(person(number))
        far.wait(ANNA, numbers.stop)
