"""Four daemons over one PostgreSQL, each with a spool and ports of its own: one is killed, and nothing is lost or
doubled; what it polled, what it was sending and what it had to do by the hour is taken over within 30 seconds.

``MAILGATE_DAEMON_MAILS`` makes the run longer than 240 mails."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.databases import Postgres
from tests.flow.world import Desk, Relay, letter
from tests.real.mailbox import mailbox
from tests.torture.killing import Books, doubled, mail, message_id, person, send_all
from tests.torture.ledger import Ledger
from tests.torture.promised import Promise

DAEMONS = 4
MAILS = int(os.environ.get("MAILGATE_DAEMON_MAILS", "240"))
TAKEN_OVER_S = 30.0
IN_HAND = "SELECT 1 FROM letters WHERE state = 'handing'"
DRAIN_S = 90.0
GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 1000000, news_per_sender_hour = 100000 }\n"


def test_four_daemons_share_a_database_and_one_that_dies_is_followed(
    new_desk: Callable[..., Desk], far: Relay, postgres: Postgres
) -> None:
    url = postgres.url(postgres.fresh("template0"))
    with mailbox() as server:
        desks = [new_desk(url, imap=server.config(), more=GENEROUS) for _ in range(DAEMONS)]
        ledger, books = Ledger(desks[0], url), Books()
        _hand_out(desks, range(MAILS), books)
        ledger.wait_until_settled(MAILS, DRAIN_S)

        victim = _poller(desks, ledger)
        _send(victim, range(MAILS, MAILS + 40), books)
        victim.kill()
        promise = Promise(TAKEN_OVER_S)
        _leave_a_letter_in_its_hands(victim, ledger)
        left = [each for each in desks if each is not victim]
        server.append([mail(100_000)])
        _wait_for(lambda: message_id(100_000) in ledger.message_ids(), promise, "its mailbox")
        _wait_for(lambda: not ledger.rows(IN_HAND), promise, "its letters")
        _wait_for(lambda: not _overdue(ledger), promise, "its timers")

        victim.start()  # what it had accepted and not settled is in its spool
        ledger.wait_until_settled(MAILS + 41, DRAIN_S)
        _check(ledger, books, far, left[0])


def test_the_order_of_a_conversation_is_that_of_its_spool(new_desk: Callable[..., Desk], postgres: Postgres) -> None:
    """Each daemon settles what it took in the order in which it took it, beside three others."""
    url = postgres.url(postgres.fresh("template0"))
    desks = [new_desk(url, more=GENEROUS) for _ in range(DAEMONS)]
    with ThreadPoolExecutor(DAEMONS) as pool:
        list(pool.map(_converse, desks, range(DAEMONS)))
    ledger = Ledger(desks[0], url)
    ledger.wait_until_settled(10 * DAEMONS, DRAIN_S)
    for number in range(DAEMONS):
        mails = [f"talk{number}.{turn}@client.example" for turn in range(10)]
        found = ledger.rows(
            f"SELECT message_id, ticket_id FROM messages WHERE message_id LIKE 'talk{number}.%' ORDER BY id"
        )
        assert [row[0] for row in found] == mails
        assert len({row[1] for row in found}) == 1, "one conversation, one ticket"


def _converse(desk: Desk, number: int) -> None:
    """Ten mails of one person, each an answer to the one before it, sent without waiting for anything."""
    for turn in range(10):
        before = [("In-Reply-To", f"<talk{number}.{turn - 1}@client.example>")] if turn else []
        desk.send(
            letter(
                f"P <{person(number)}>",
                f"Talk {number}",
                f"This is part {turn} of it.",
                message_id=f"<talk{number}.{turn}@client.example>",
                headers=before,
            ),
            person(number),
        )


def _hand_out(desks: list[Desk], numbers: range, books: Books) -> None:
    """Every desk gets its share, all at the same time."""
    with ThreadPoolExecutor(len(desks)) as pool:
        for place, desk in enumerate(desks):
            pool.submit(_send, desk, numbers[place :: len(desks)], books)


def _send(desk: Desk, numbers: range, books: Books) -> None:
    send_all(desk, numbers, books, threading.Event())


def _poller(desks: list[Desk], ledger: Ledger) -> Desk:
    """The desk that has the mailbox."""
    leases = "SELECT holder FROM leases WHERE name NOT LIKE 'daemon %'"
    desks[0].wait_until(lambda: bool(ledger.rows(leases)))
    ((holder,),) = ledger.rows(leases)
    return next(desk for desk in desks if str(desk.folder) in holder)


def _leave_a_letter_in_its_hands(victim: Desk, ledger: Ledger) -> None:
    """As if it had been killed between claim and handover, which chance alone would seldom show."""
    with psycopg.connect(ledger.database) as connection:
        changed = connection.execute(
            "UPDATE letters SET state = 'handing', claimed_ms = %s, claimed_by = (SELECT holder FROM leases WHERE name "
            "LIKE %s) WHERE id = (SELECT max(id) FROM letters WHERE at_most_once = 0)",
            (int(time.time() * 1000), f"daemon %{victim.folder}%"),
        )
        assert changed.rowcount == 1


def _overdue(ledger: Ledger) -> bool:
    """Whether a timer is due for five seconds and more."""
    return bool(ledger.rows(f"SELECT 1 FROM timers WHERE due_ms < {int(time.time() * 1000) - 5000}"))


def _wait_for(done: Callable[[], bool], promise: Promise, what: str) -> None:
    tick = threading.Event()
    while not done():
        assert promise.kept(), f"{what} not taken over within {TAKEN_OVER_S} s"
        tick.wait(0.2)


def _check(ledger: Ledger, books: Books, far: Relay, desk: Desk) -> None:
    stored = ledger.message_ids()
    assert books.refused == [], "a 5xx for honest mail"
    assert books.accepted - set(stored) == set(), "acknowledged and not stored"
    assert doubled(iter(stored)) == {}, "stored twice"
    unknown = set(ledger.unknown_letters())
    people = {person(number) for number in range(MAILS + 40)}
    told = [each.recipient for each in far.letters if each.recipient in people]
    assert doubled(iter(told)) == {}, "an acknowledgement went out twice"
    assert people - set(told) - unknown == set(), "no acknowledgement"
    numbers = [row[0] for row in ledger.rows("SELECT number FROM tickets")]
    assert len(set(numbers)) == len(numbers) == MAILS + 41
    assert desk.run("audit", "verify").returncode == 0
