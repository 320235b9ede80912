"""Promises 1 and 2 when the power fails: what was not fsynced is gone, and nothing that was acknowledged with it.

The daemon runs over a disk that forgets (``powercut.c``). At random instants its processes are stopped and the folder
of what was fsynced is copied: that is what a power cut would have left. The desk, started on the copy, must hold every
mail that was answered 250 before that instant. ``MAILGATE_CUTS`` makes it more than 4."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.flow.world import Desk, Relay, write_config
from tests.torture.killing import Books, doubled, mail, message_id, person, send_all
from tests.torture.ledger import Ledger

CUTS = int(os.environ.get("MAILGATE_CUTS", "4"))
ENOUGH = 20
DRAIN_S = 60.0
GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 100000, news_per_sender_hour = 100000 }\n"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)


def test_D07_a_power_cut_takes_nothing_that_was_acknowledged(
    tmp_path: Path, far: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, kept = forgetful(tmp_path, far, monkeypatch)
    books, ended = Books(), threading.Event()
    sending = threading.Thread(target=_send_until, args=(desk, books, ended))
    sending.start()
    try:
        cuts = [_cut(desk, kept, tmp_path / f"cut{number}", books) for number in range(CUTS)]
    finally:
        ended.set()
        sending.join()
        desk.kill()
    assert len(cuts[-1][1]) > ENOUGH, "too little was accepted for a proof"
    for folder, accepted in cuts:
        shutil.rmtree(desk.folder / "state")
        shutil.copytree(folder, desk.folder / "state")
        _check(desk, accepted)


def test_D05_when_250_is_said_the_disk_has_the_mail(
    tmp_path: Path, far: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write, sync, answer, in this order: at each 250 the mail stands in what was synced, whatever the cache has."""
    desk, kept = forgetful(tmp_path, far, monkeypatch)
    try:
        for number in range(5):
            desk.send(mail(number), person(number))
            copy = tmp_path / f"copy{number}"
            shutil.copytree(kept, copy, ignore=shutil.ignore_patterns(".*"))
            with contextlib.closing(sqlite3.connect(copy / "spool.db")) as spool:
                raws = [bytes(octets) for (octets,) in spool.execute("SELECT octets FROM raw ORDER BY seq")]
            assert [message_id(each).encode() in raw for each, raw in enumerate(raws)] == [True] * (number + 1)
    finally:
        desk.kill()


def forgetful(tmp_path: Path, far: Relay, monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, Path]:
    """A desk over the disk that forgets, and the folder of what a power cut would leave."""
    shim, source = tmp_path / "powercut.so", Path(__file__).with_name("powercut.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    write_config(tmp_path / "desk", far.port, more=GENEROUS)
    desk, kept = Desk(tmp_path / "desk", far), tmp_path / "kept"
    kept.mkdir()
    with monkeypatch.context() as world:
        world.setenv("LD_PRELOAD", str(shim))
        world.setenv("POWERCUT_FROM", str((desk.folder / "state").resolve()))
        world.setenv("POWERCUT_TO", str(kept))
        desk.start()
    return desk, kept


def _send_until(desk: Desk, books: Books, ended: threading.Event) -> None:
    """Waves of mail until told to end."""
    wave = 0
    while not ended.is_set():
        send_all(desk, range(wave * 40, (wave + 1) * 40), books, ended)
        wave += 1


def _cut(desk: Desk, kept: Path, folder: Path, books: Books) -> tuple[Path, set[str]]:
    """While mail is accepted, wait a moment of random length; then what was acknowledged so far, and what the disk has
    of it."""
    before = len(books.accepted)
    desk.wait_until(lambda: len(books.accepted) > before + ENOUGH / CUTS)
    threading.Event().wait(random.Random(folder.name).uniform(0.5, 1.5))
    accepted = set(books.accepted)
    assert desk.process is not None
    os.killpg(desk.process.pid, signal.SIGSTOP)
    try:
        shutil.copytree(kept, folder, ignore=shutil.ignore_patterns(".*", "*.sock", "*-shm", "*.lock"))
    finally:
        os.killpg(desk.process.pid, signal.SIGCONT)
    return folder, accepted


def _check(desk: Desk, accepted: set[str]) -> None:
    """A desk on what the cut left: every acknowledged mail is there once, and the history is whole."""
    desk.start()
    ledger = Ledger(desk, "sqlite")
    ledger.wait_until_settled(len(accepted), DRAIN_S)
    stored = ledger.message_ids()
    assert accepted - set(stored) == set(), "acknowledged and not stored"
    assert doubled(iter(stored)) == {}, "stored twice"
    verified = desk.run("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    desk.stop()
