"""A database of the first version, with tickets in it, becomes one of this version and loses nothing.

``v1.json`` holds the rows that the first version wrote for two open tickets (one in Chinese, with a file; one answered,
with a note), one closed and rated, two held mails, three letters and a paused team.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from mailgate.desk.query import Ask, Query, Terms
from mailgate.desk.ticket import Status, Ticket
from mailgate.store.database import Store
from mailgate.store.held import list_held
from mailgate.store.migrate import migrate
from mailgate.store.migrations import SCHEMA, m0001_first
from mailgate.store.queries import answer
from mailgate.store.rows import Rows
from mailgate.store.tickets import show_ticket
from tests.store.desk import KEY, NOW, HandClock, a_mail, opened

ROWS = json.loads((Path(__file__).parent / "v1.json").read_text("utf-8"))
STALE = "INSERT INTO search (rowid, words) VALUES (4711, 'stale')"


@pytest.fixture
def old_url(empty_url: str) -> str:
    """A database as the first version left it."""
    rows = Rows(empty_url)
    migrate(rows, lambda _: None, (m0001_first.STEP,))
    with rows.transaction():
        rows.run("DELETE FROM meta")
        if not rows.postgres:
            rows.run("DELETE FROM sequences")
            rows.run(STALE)
        for table, kept in ROWS.items():
            if table == "sequences" and rows.postgres:
                for name, following in kept["rows"]:
                    rows.all("SELECT setval(CAST(? AS regclass), ?, false)", (name, following))
                continue
            rows.insert(table, ", ".join(kept["columns"]), [[_value(each) for each in row] for row in kept["rows"]])
    rows.close()
    return empty_url


def _value(kept: object) -> object:
    return bytes.fromhex(kept["hex"]) if isinstance(kept, dict) else kept


def opened_anew(url: str, said: list[str] | None = None) -> Store:
    return Store.open(url, clock=HandClock(), audit_key=KEY, announce=(said if said is not None else []).append)


def test_an_old_database_says_what_happens_to_it_and_is_copied_first(old_url: str) -> None:
    said: list[str] = []
    store = opened_anew(old_url, said)
    assert said[0] == f"the database has schema 1, this mailgate knows {SCHEMA}: migrating"
    assert said[-1].startswith(f"schema {SCHEMA}: ")
    if store.rows.path is None:
        assert "pg_dump" in said[1]
        return
    copy = store.rows.path.with_name(f"{store.rows.path.name}.before-2")
    assert str(copy) in said[1]
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == ("1",)
        assert kept.execute("SELECT count(*) FROM tickets").fetchone() == (3,)


def test_everything_that_it_held_is_there_and_its_histories_hold(old_url: str) -> None:
    store = opened_anew(old_url)
    chinese, printer, closed = (_shown(store, number) for number in (1, 2, 3))
    assert (chinese.subject, chinese.status, chinese.waiting_since_ms) == ("请退款", Status.NEW, NOW)
    assert (printer.status, printer.assignee, printer.answered_ms) == (Status.WAITING_CUSTOMER, "ana", NOW + 1000)
    assert (closed.status, closed.rating, closed.closed_ms) == (Status.CLOSED, 5, NOW + 2000)
    assert [(each.state, each.parent, each.due_ms, each.nudges, each.clock) for each in (chinese, printer)] == [
        ("", None, None, 0, {})
    ] * 2
    assert store.verify() == []
    assert store.letter_counts() == {"queued": 3}
    assert [(mail.cause, mail.decided_by) for mail in list_held(store.rows)] == [("spam", ""), ("unproved-agent", "")]
    with store.transaction() as tx:
        assert tx.roster().paused == {"billing"}
        assert len(tx.due_tickets("reminder", NOW + 3_600_000, 10)) == 2


def _shown(store: Store, number: int) -> Ticket:
    shown = show_ticket(store.rows, number)
    assert shown is not None
    return shown.ticket


def test_it_goes_on_with_new_numbers_a_queue_and_a_whole_index(old_url: str) -> None:
    store = opened_anew(old_url)
    ticket, _ = opened(store, a_mail(subject="New", text="after the upgrade"))
    assert ticket.number >= 4
    queue = answer(store.rows, Query(Ask.TICKETS, open_only=True), Terms(NOW))
    assert [row.number for row in queue.rows] == [1, ticket.number, 2]  # type: ignore[union-attr]
    for words, number in (("退款", 1), ("rechnung märz", 1), ("brigade", 2), ("upgrade", ticket.number)):
        found = answer(store.rows, Query(Ask.TICKETS, words=words), Terms(NOW))
        assert [row.number for row in found.rows] == [number], words  # type: ignore[union-attr]
    assert answer(store.rows, Query(Ask.TICKETS, words="stale"), Terms(NOW)).rows == ()
