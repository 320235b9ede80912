"""Promises 1, 2 and 4 when PostgreSQL is in trouble: lines cut in mid-commit, a primary replaced by its standby."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import Postgres, start_postgres
from tests.flow.world import Desk, Relay
from tests.torture.killing import Books, doubled, message_id, person, send_all
from tests.torture.ledger import Ledger
from tests.torture.standby import Line, Pair, private

GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 100000, news_per_sender_hour = 100000 }\n"
DRAIN_S = 60.0


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name that PostgreSQL's account can enter."""
    folder = Path(tempfile.mkdtemp(prefix="mailgate-line-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def primary(place: Path) -> Iterator[Postgres]:
    """A server that a test may break."""
    server = start_postgres(private(place / "primary"))
    yield server
    with contextlib.suppress(subprocess.CalledProcessError):  # the test has ended it
        server.end()


@contextmanager
def line_to(place: Path, server: Postgres) -> Iterator[Line]:
    """The line by which a desk reaches its server."""
    line = Line(private(place / "line"), server.folder)
    yield line
    line.close()


def send(desk: Desk, numbers: range, books: Books) -> None:
    """Mails, each until it is accepted."""
    send_all(desk, numbers, books, threading.Event())


def check(ledger: Ledger, far: Relay, books: Books, mails: int) -> None:
    """Each mail is there once, and each customer got at most one acknowledgement, or stands in the list of unknown."""
    ledger.wait_until_settled(mails, DRAIN_S)
    stored = ledger.message_ids()
    assert books.refused == [], "a 5xx for trouble of ours"
    assert books.accepted == set(stored) == {message_id(number) for number in range(mails)}
    assert doubled(iter(stored)) == {}, "stored twice"
    assert ledger.held() == []
    people = {person(number) for number in range(mails)}
    told = [letter.recipient for letter in far.letters if letter.recipient in people]
    assert doubled(iter(told)) == {}, "an acknowledgement went out twice"
    assert people - set(told) - set(ledger.unknown_letters()) == set()


def test_D13_a_line_cut_after_COMMIT_was_passed_on_doubles_nothing(
    new_desk: Callable[..., Desk], far: Relay, place: Path, postgres: Postgres
) -> None:
    """Nobody tells the desk whether its transaction counted, twelve times: settling and sending both find out."""
    name = postgres.fresh("template0")
    with line_to(place, postgres) as line:
        desk, books = new_desk(line.url(name), more=GENEROUS), Books()
        for wave in range(4):
            line.cuts = 3
            send(desk, range(wave * 10, wave * 10 + 10), books)
            desk.wait_until(lambda: line.cuts <= 0)
        check(Ledger(desk, postgres.url(name)), far, books, 40)
        assert line.done == 12
        assert desk.run("audit", "verify").returncode == 0


def test_D12_every_line_cut_at_once_costs_a_line_in_the_log_and_nothing_else(
    new_desk: Callable[..., Desk], far: Relay, place: Path, postgres: Postgres
) -> None:
    """A minute's work of a firewall: what was under way is done again, and each process says so once."""
    name = postgres.fresh("template0")
    with line_to(place, postgres) as line:
        desk, books = new_desk(line.url(name), more=GENEROUS), Books()
        send(desk, range(10), books)
        line.cut()
        send(desk, range(10, 20), books)
        check(Ledger(desk, postgres.url(name)), far, books, 20)
        said = [line for line in desk.lines if "waiting until it is back" in line]
        assert len(said) <= 4, said


def test_a_primary_replaced_by_a_standby_that_has_all_loses_nothing(
    new_desk: Callable[..., Desk], far: Relay, place: Path, primary: Postgres
) -> None:
    """Synchronous replication: the primary dies under load, the standby is promoted, and the desk goes on there."""
    name = primary.fresh("template0")
    pair = Pair(place, primary, sync=True)
    with line_to(place, primary) as line:
        desk, books = new_desk(line.url(name), more=GENEROUS), Books()
        sending = threading.Thread(target=send, args=(desk, range(40), books))
        sending.start()
        desk.wait_until(lambda: len(far.letters) > 10)
        primary.end()
        pair.promote()
        line.lead_to(pair.folder)
        sending.join()
        check(Ledger(desk, pair.url(name)), far, books, 40)
        assert not any("has lost mails" in said for said in desk.lines)
        assert desk.run("audit", "verify").returncode == 0
        desk.stop()
    pair.stop()


def test_what_a_lagging_standby_lacks_is_settled_again_and_no_number_is_given_twice(
    new_desk: Callable[..., Desk], far: Relay, place: Path, primary: Postgres
) -> None:
    """Asynchronous replication: ten tickets are gone with the primary. The spool has their mails; without any new mail
    they are tickets again, under numbers that no customer was told before."""
    name = primary.fresh("template0")
    pair = Pair(place, primary, sync=False)
    with line_to(place, primary) as line:
        desk, books = new_desk(line.url(name), more=GENEROUS), Books()
        send(desk, range(10), books)
        Ledger(desk, primary.url(name)).wait_until_settled(10, DRAIN_S)
        desk.wait_until(pair.level)
        pair.stop()
        send(desk, range(10, 20), books)
        before = Ledger(desk, primary.url(name))
        before.wait_until_settled(20, DRAIN_S)
        told = numbers(before)
        primary.end()
        pair.start()
        pair.promote()
        line.lead_to(pair.folder)
        after = Ledger(desk, pair.url(name))
        after.wait_until_settled(20, DRAIN_S)
        assert sorted(after.message_ids()) == sorted(books.accepted)
        again = numbers(after)
        assert {key for key, number in again.items() if told[key] == number} == {message_id(n) for n in range(10)}
        assert not {again[message_id(n)] for n in range(10, 20)} & set(told.values())
        assert any("has lost mails" in said for said in desk.lines)
        assert desk.run("audit", "verify").returncode == 0
        desk.stop()
    pair.stop()


def numbers(ledger: Ledger) -> dict[str, int]:
    """Message-ID → number of the ticket that it is on."""
    query = "SELECT m.message_id, t.number FROM messages m JOIN tickets t ON t.id = m.ticket_id"
    return dict(ledger.rows(f"{query} WHERE m.direction = 'customer'"))  # type: ignore[arg-type]
