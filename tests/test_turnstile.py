"""The turnstile lets one process in at a time, starves nobody, and is not left shut by a crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mailgate.turnstile import Turnstile

COUNT = """
import sys
from pathlib import Path
from mailgate.turnstile import Turnstile
turnstile, counter = Turnstile(Path(sys.argv[1])), Path(sys.argv[1])
for _ in range(200):
    with turnstile.held():
        counter.write_text(str(int(counter.read_text()) + 1))
"""


def test_the_turnstile_lets_one_in_at_a_time(tmp_path: Path) -> None:
    """Three processes count in one file without losing a step."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", COUNT, str(counter)]) for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert counter.read_text() == "600"


HOLD = """
import sys
from pathlib import Path
from mailgate.turnstile import Turnstile
with Turnstile(Path(sys.argv[1])).held():
    print("inside", flush=True)
    sys.stdin.read()
"""


def test_a_holder_that_is_killed_leaves_the_way_free(tmp_path: Path) -> None:
    """The kernel lets go for it."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"inside\n"
    holder.kill()
    holder.communicate()
    turnstile = Turnstile(tmp_path / "db")
    with turnstile.held():
        pass


GREEDY = """
import sys
from pathlib import Path
from mailgate.turnstile import Turnstile
turnstile = Turnstile(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    with turnstile.held():
        pass
"""


def test_two_greedy_writers_starve_nobody(tmp_path: Path) -> None:
    """They take it again the moment they let it go; a third gets its fifty turns all the same."""
    greedy = [
        subprocess.Popen([sys.executable, "-c", GREEDY, str(tmp_path / "db")], stdout=subprocess.PIPE) for _ in range(2)
    ]
    for process in greedy:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
    turnstile = Turnstile(tmp_path / "db")
    for _ in range(50):
        with turnstile.held():
            pass
    for process in greedy:
        process.kill()
        process.communicate()
