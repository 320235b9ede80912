"""Several daemons on one database, and one daemon whose processes die: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable

from tests.databases import Postgres
from tests.flow.world import ANNA, PATIENCE_S, Desk, Relay, letter
from tests.real.mailbox import mailbox
from tests.torture.killing import children

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"
ROLES = {"applier", "worker 1", "front", "sender", "clock", "imap"}


def person(number: int) -> str:
    """The address of the number-th customer."""
    return f"p{number}@client.example"


def ask(desk: Desk, number: int) -> None:
    """The number-th customer writes."""
    desk.insist(letter(f"P{number} <{person(number)}>", f"Question {number}", "Are you open?"), person(number))


def test_two_daemons_on_one_database_share_the_work_and_double_nothing(
    new_desk: Callable[..., Desk], far: Relay, postgres: Postgres
) -> None:
    """Forty mails to two daemons by turns: forty tickets, each acknowledged once; then one dies, the other goes on."""
    url = postgres.url(postgres.fresh("template0"))
    desks = [new_desk(url), new_desk(url)]
    one, two = desks
    for number in range(40):
        ask(desks[number % 2], number)
    for number in range(40):
        far.wait(person(number))
    far.wait(ANNA, 40)
    one.wait_until(lambda: one.json("outbox", "list") == [])
    two.kill()
    ask(one, 40)
    far.wait(person(40))
    numbers = [ticket["number"] for ticket in one.json("ticket", "list")]
    assert len(numbers) == len(set(numbers)) == 41
    one.wait_until(lambda: one.json("outbox", "list") == [])
    counted = Counter(each.recipient for each in far.letters)
    assert {counted[person(number)] for number in range(41)} == {1}
    news = [each for each in far.to(ANNA) if "Are you open?" in each.text]
    assert len({each.message["Message-ID"] for each in news}) == 41
    assert one.run("audit", "verify").returncode == 0


def test_a_daemon_that_meets_a_newer_schema_takes_mail_and_says_so(desk: Desk, far: Relay) -> None:
    """Somebody has upgraded the database: SMTP goes on into the spool; with the right schema it is settled."""
    ask(desk, 0)
    far.wait(person(0))
    assert desk.stop() == 0
    database = next(path for path in desk.folder.rglob("*.db") if "spool" not in path.name)
    schema(database, "+ 1000")
    desk.start()
    ask(desk, 1)
    desk.wait_for_line("upgrade mailgate")
    assert far.to(person(1)) == []
    schema(database, "- 1000")
    far.wait(person(1))


def schema(database: os.PathLike[str], change: str) -> None:
    """Another number in the database's own note of its schema."""
    with sqlite3.connect(database, timeout=PATIENCE_S) as connection:
        connection.execute(f"UPDATE meta SET value = CAST(value AS INTEGER) {change} WHERE key = 'schema'")
    connection.close()


def test_D16_every_process_that_dies_comes_back_and_the_work_goes_on(new_desk: Callable[..., Desk], far: Relay) -> None:
    """SIGKILL to each child once; the log names it; mail by SMTP and IMAP is settled and answered afterwards."""
    with mailbox() as server:
        desk = new_desk(imap=server.config())
        assert desk.process is not None
        parent = desk.process.pid
        fell: set[int] = set()
        for number in range(len(children(parent))):
            before = len(desk.lines)
            victim = next(pid for pid in sorted(children(parent)) if pid not in fell)
            os.kill(victim, signal.SIGKILL)
            fell.add(victim)
            desk.wait_for_line("a process ended", since=before)
            ask(desk, number)
            far.wait(person(number))
        named = [line for line in desk.lines if "a process ended" in line]
        assert all(any(f"process={role}" in line or f"'{role}'" in line for line in named) for role in ROLES), named
        server.append([letter(CARLA, "By IMAP", "Hello.")])
        far.wait(CARLA_ADDRESS)
        assert len(desk.json("ticket", "list")) == len(fell) + 1
        assert desk.stop() == 0


def test_a_reload_by_mail_reaches_every_daemon_on_the_database(
    new_desk: Callable[..., Desk], far: Relay, postgres: Postgres
) -> None:
    """An admin asks one daemon; the other reads its own config again too, once, and only one letter tells of it."""
    url = postgres.url(postgres.fresh("template0"))
    desks = [new_desk(url), new_desk(url)]
    control = desks[0].run("agents", "address", "anna").stdout.split()[0]
    desks[0].send(letter(f"Anna Schmidt <{ANNA}>", "orders", "#reload", to=control), ANNA, [control])
    for desk in desks:
        desk.wait_for_line("config read again")
    told = far.wait(ANNA, 2)
    ask(desks[1], 1)
    far.wait(person(1))
    far.wait(ANNA, 3)
    assert sum("in force" in str(each.message["Subject"]) for each in told) == 1
    assert [sum("config read again" in line for line in desk.lines) for desk in desks] == [1, 1]
