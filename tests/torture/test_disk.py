"""Promise 4 when the disk is in trouble: full, unable to sync, read-only, or its database locked by somebody.

``trouble.c`` stands between the daemon and its state folder. While it is switched on every sender hears 4xx, the log
says what is wrong and not how often; afterwards all goes on by itself, and every mail is there once."""

from __future__ import annotations

import contextlib
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.world import ANNA, DESK, PATIENCE_S, Desk, Relay, letter, write_config
from tests.torture.killing import Books, doubled, mail, message_id, person, send_all
from tests.torture.ledger import Ledger
from tests.torture.promised import Promise

RECOVERY_S = 10.0
MAILS = 12
KNOCKS = 40
TOO_LARGE_FOR_MEMORY = 103
GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 100000, news_per_sender_hour = 100000 }\n"

needs_c = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)


def knock(desk: Desk, number: int) -> int:
    """The answer to a whole mail."""
    try:
        with smtplib.SMTP("127.0.0.1", desk.ports["smtp"], timeout=PATIENCE_S) as client:
            client.sendmail(person(number), [DESK], mail(number))
    except smtplib.SMTPRecipientsRefused as error:
        return next(iter(error.recipients.values()))[0]
    except smtplib.SMTPResponseException as error:
        return error.smtp_code
    return 250


@contextlib.contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Somebody's shell holds the write lock of the database."""
    database = desk.folder / "state" / "mailgate.db"
    with contextlib.closing(sqlite3.connect(database, timeout=PATIENCE_S, isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        yield
        shell.execute("ROLLBACK")


@needs_c
@pytest.mark.parametrize(("word", "answers"), [("full", {452}), ("eio", {451}), ("readonly", {451, 452})])
def test_D08_D10_a_disk_in_trouble_puts_mail_off_and_loses_nothing(
    tmp_path: Path, far: Relay, monkeypatch: pytest.MonkeyPatch, word: str, answers: set[int]
) -> None:
    """ENOSPC is 452, EIO of an fsync 451 and never a 250; ten seconds after it is over all works as before."""
    troubled = tmp_path / "trouble.so"
    source = Path(__file__).with_name("trouble.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", troubled, source, "-ldl"], check=True)
    write_config(tmp_path / "desk", far.port, more=GENEROUS)
    desk, switch = Desk(tmp_path / "desk", far), tmp_path / "switch"
    with monkeypatch.context() as world:
        world.setenv("LD_PRELOAD", str(troubled))
        world.setenv("TROUBLE_SWITCH", str(switch))
        world.setenv("TROUBLE_FOLDER", str((desk.folder / "state").resolve()))
        desk.start()
    try:
        books = Books()
        send_all(desk, range(MAILS - 2), books, threading.Event())
        far.wait(person(0))
        before = len(desk.lines)
        with locked(desk):  # so that there is something to settle when the trouble begins
            send_all(desk, range(MAILS - 2, MAILS), books, threading.Event())
            switch.write_text(word)
        assert {knock(desk, MAILS + number % MAILS) for number in range(KNOCKS)} <= answers
        assert knock(desk, TOO_LARGE_FOR_MEMORY) in answers
        said = desk.lines[before:]
        switch.unlink()
        _goes_on(desk, far, books)
        assert len(said) <= 8, said
        assert not any("a process ended" in line for line in said), said
        assert desk.stop() == 0
    finally:
        if desk.process is not None and desk.process.poll() is None:
            desk.kill()


def _goes_on(desk: Desk, far: Relay, books: Books) -> None:
    """Within ten seconds a mail that was put off is accepted and answered; all are there once."""
    promise = Promise(RECOVERY_S)
    send_all(desk, range(MAILS, 2 * MAILS), books, threading.Event())
    far.wait(person(2 * MAILS - 1))
    assert promise.kept()
    assert books.refused == []
    ledger = Ledger(desk, "sqlite")
    ledger.wait_until_settled(2 * MAILS, PATIENCE_S)
    assert books.accepted == {message_id(number) for number in range(2 * MAILS)} == set(ledger.message_ids())
    assert doubled(iter(ledger.message_ids())) == {}
    people = {person(number) for number in range(2 * MAILS)}
    told = [letter.recipient for letter in far.letters if letter.recipient in people]
    assert doubled(iter(told)) == {}
    assert desk.run("audit", "verify").returncode == 0


def test_D14_O14_a_database_that_another_program_locks_costs_time_only(desk: Desk, far: Relay) -> None:
    """Somebody's shell holds a write lock for longer than we wait for one: mail is taken, and settled afterwards. An
    agent's answer that was taken meanwhile goes out once, although there was no outbox for it."""
    books = Books()
    send_all(desk, range(3), books, threading.Event())
    far.wait(person(2))
    notification = next(each for each in far.wait(ANNA, 3) if "P0" in each.text)
    with locked(desk):
        before = len(desk.lines)
        assert {knock(desk, 3 + number) for number in range(6)} == {250}
        back = str(notification.message["Reply-To"].addresses[0].addr_spec)
        answer = letter(f"Anna <{ANNA}>", "Re: x", "Turn it off and on.", to=back, reply_to=notification)
        desk.send(answer, ANNA, [back])
        desk.wait_for_line("waiting until it is back", since=before)
    for number in range(1, 9):
        assert len(far.wait(person(number))) == 1
    assert ["Turn it off" in each.text for each in far.wait(person(0), 2)] == [False, True]
    assert sorted(Ledger(desk, "sqlite").message_ids()) == [message_id(number) for number in range(9)]
