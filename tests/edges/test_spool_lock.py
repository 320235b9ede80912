"""One daemon to one spool, and no stale lock after a crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.edges.spool.lock import SpoolLock
from mailgate.errors import Refused


def test_D15_a_second_daemon_is_refused_in_a_sentence(spool_path: Path) -> None:
    """And ``ingest`` can see whether one runs."""
    first, second = SpoolLock(spool_path), SpoolLock(spool_path)
    assert not second.held()
    first.take()
    assert second.held()
    with pytest.raises(Refused, match="another mailgate"):
        second.take()
    first.release()
    assert not second.held()
    second.take()
    second.release()


def test_D16_a_killed_holder_leaves_no_lock_behind(spool_path: Path) -> None:
    """No stale pid file: the next start is at once."""
    script = (
        "import sys; from pathlib import Path; from mailgate.edges.spool.lock import SpoolLock\n"
        "lock = SpoolLock(Path(sys.argv[1])); lock.take(); print('taken', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(spool_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"taken\n"
    assert SpoolLock(spool_path).held()
    holder.kill()
    holder.communicate()
    lock = SpoolLock(spool_path)
    lock.take()
    lock.release()
