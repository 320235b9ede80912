"""No statement on the way of a mail or a letter looks at every row of a table: the cost stays as the desk grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mailgate.desk.facts import Carrier, Clue
from mailgate.desk.query import Ask, Order, Query, Terms
from mailgate.desk.questions import Questions
from mailgate.store.database import Store
from mailgate.store.outbox import LetterState, Result
from mailgate.store.queries import answer
from tests.store.desk import BRAND, KEY, NOW, HandClock, a_letter, a_mark, a_reading, an_append, opened, settle

SMALL = ("paused", "meta", "sequences", "roster", "absences", "leases")
"""Tables of a handful of rows, whatever the size of the desk."""

OPEN_ROWS = ("INDEX letters_due", "INDEX letters_handing", "INDEX timers_due")
"""Indices of what is open or due only: walking them costs what is waiting, not what was ever sent."""


def test_no_statement_of_the_hot_path_scans_a_table(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=HandClock(), audit_key=KEY)
    said: list[str] = []
    store.rows.connect()
    store.rows.peewee.connection().set_trace_callback(said.append)
    live_a_little(store)
    store.rows.peewee.connection().set_trace_callback(None)
    asked = {sql for sql in said if sql.startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))}
    assert len(asked) > 20
    plans = {sql: [step[3] for step in store.rows.all(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked}
    scans = [(step, sql) for sql, steps in plans.items() for step in steps if step.startswith("SCAN")]
    whole = [(step, sql) for step, sql in scans if not step.startswith(tuple(f"SCAN {name}" for name in SMALL))]
    assert [each for each in whole if not each[0].endswith(OPEN_ROWS)] == []
    store.close()


def test_a_queue_is_read_from_an_index_in_its_order(tmp_path: Path) -> None:
    """So that thirty lines cost the same of a hundred open tickets and of a hundred thousand."""
    store = Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=HandClock(), audit_key=KEY)
    opened(store)
    said: list[str] = []
    queue = Query(Ask.TICKETS, BRAND, open_only=True, limit=1)
    asked = (
        *(queue, replace(queue, team="refunds"), replace(queue, teams=("refunds", "billing"))),
        *(replace(queue, assignee="ana"), replace(queue, tag="vip"), replace(queue, words="refund")),
        *(replace(queue, requester="bob@customer.example"), Query(Ask.TICKETS, statuses=("closed",))),
        *(Query(Ask.CUSTOMERS_OWN, BRAND, requester="bob@customer.example", order=Order.NEWEST),),
    )
    store.rows.peewee.connection().set_trace_callback(said.append)
    for query in asked:
        answer(store.rows, query, Terms(NOW))
    store.rows.peewee.connection().set_trace_callback(None)
    ours = [sql for sql in said if sql.startswith("SELECT")]
    steps = [(step[3], sql) for sql in ours for step in store.rows.all(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(steps) > 20
    slow = ("SCAN tickets", "SCAN messages", "USE TEMP B-TREE FOR ORDER BY")
    found = [(step, sql) for step, sql in steps if step.startswith(slow) and "INDEX" not in step]
    assert [sql for _, sql in found if "priority = " in sql] == []
    assert [step for step, _ in found if step.startswith("SCAN")] == []
    store.close()


def live_a_little(store: Store) -> None:
    """A ticket, a reply that every clue leads to, letters out, a failure, a timer."""
    ticket, first = opened(store, None, a_letter(), a_letter(once=False))
    clues = (Clue(Carrier.TAG, number=ticket.number), Clue(Carrier.KNOWN_ID, message_id=first.mail.message_id))
    ids = (first.mail.message_id, "ours@acme.example")
    questions = Questions(BRAND, clues, ids, "bob@customer.example", ("a", "b"), NOW - 1)
    reading = a_reading()
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        with tx.savepoint():
            assert len(tx.facts(questions, lock=True).tickets) == 2
            settle(tx, reading, an_append(ticket), a_letter())
    letters = store.claim_letters("one", NOW)
    store.settle_letters([Result(letters[0].id, LetterState.FAILED, "550")], NOW)
    store.settle_letters([Result(letters[1].id, LetterState.SENT, relay_message_id="r@relay.example")], NOW)
    store.recover_letters("one", NOW)
    with store.transaction() as tx:
        tx.due_tickets("reminder", NOW + 3_600_000, 10)
    store.next_timer_ms()
    store.next_due_ms()
