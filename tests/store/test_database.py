"""What the caller sees when the database does not do as it is told."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mailgate.errors import Temporary
from mailgate.store import connection
from mailgate.store.connection import Conflict
from mailgate.store.database import TRIES, Store, Tx
from mailgate.store.sql import numbered
from mailgate.turnstile import Turnstile
from tests.databases import Postgres
from tests.store.desk import KEY, HandClock, a_mark, a_new_ticket, a_reading, opened, settle

PATIENCE_S = 60.0


@pytest.fixture
def remote(postgres: Postgres) -> Iterator[Store]:
    """A desk on PostgreSQL."""
    with postgres.lend() as url:
        yield Store.open(url, clock=HandClock(), audit_key=KEY)


def end_connections(postgres: Postgres, store: Store) -> None:
    """What an admin or a failover does to every connection of that desk."""
    (name,) = store.rows.one("SELECT current_database()") or ("",)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )


def test_D12_a_lost_connection_is_temporary_and_the_next_transaction_connects_anew(
    postgres: Postgres, remote: Store
) -> None:
    reading = a_reading()
    with pytest.raises(Temporary), remote.transaction() as tx:  # noqa: PT012
        tx.claim([a_mark(reading)])
        settle(tx, reading, a_new_ticket(reading))
        end_connections(postgres, remote)
        tx.claim([a_mark(a_reading())])
    with remote.transaction() as tx:
        assert tx.claim([a_mark(reading)])[a_mark(reading)] == ""
        settle(tx, reading, a_new_ticket(reading))
    assert remote.known_entries([reading.entry_key]) == {reading.entry_key}


def test_a_connection_lost_in_idleness_costs_one_try(postgres: Postgres, remote: Store) -> None:
    end_connections(postgres, remote)
    with pytest.raises(Temporary):
        remote.ping()
    remote.ping()


def test_Q02_a_database_that_is_away_is_temporary_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(Temporary) as caught:
        Store.open(f"postgresql://desk:hunter2@/desk?host={tmp_path}", clock=HandClock(), audit_key=KEY)
    assert "hunter2" not in str(caught.value)


def test_transactions_that_collide_are_run_again(remote: Store) -> None:
    """Two transactions that lock two tickets crosswise: PostgreSQL ends one of them, and ``run`` tries it again."""
    (first, _), (second, _) = opened(remote), opened(remote)
    meet = threading.Barrier(2, timeout=PATIENCE_S)
    tries: list[int] = []

    def crosswise(one: int, two: int) -> None:
        calls = 0

        def body(tx: Tx) -> None:
            nonlocal calls
            calls += 1
            tx.ticket(one)
            if calls == 1:
                meet.wait()
            tx.ticket(two)

        remote.run(body)
        tries.append(calls)
        remote.close()

    threads = [threading.Thread(target=crosswise, args=pair) for pair in ((first.id, second.id), (second.id, first.id))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(tries) == 2
    assert max(tries) > 1


def test_a_collision_that_does_not_end_is_said(store: Store) -> None:
    tries = []

    def body(_tx: Tx) -> None:
        tries.append(1)
        raise Conflict("always")

    with pytest.raises(Conflict):
        store.run(body)
    assert len(tries) == TRIES


def test_D14_a_database_locked_by_another_program_is_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_S", 0.05)
    path = tmp_path / "desk.db"
    store = Store.open(f"sqlite:///{path}", clock=HandClock(), audit_key=KEY)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Temporary, match="locked"):
        opened(store)
    other.execute("ROLLBACK")
    other.close()
    opened(store)
    store.close()


def test_D10_a_connection_that_can_only_read_is_replaced(tmp_path: Path) -> None:
    """SQLite opens a file for reading where the disk takes no writing, and leaves it so when the disk is mended."""
    store = Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=HandClock(), audit_key=KEY)
    for begun in (False, True):
        with pytest.raises(Temporary, match="readonly"):
            _written_on_a_disk_that_takes_nothing(store, begun=begun)
        opened(store)
    store.close()


def _written_on_a_disk_that_takes_nothing(store: Store, *, begun: bool) -> None:
    store.rows.connect()
    if not begun:
        store.rows.run("PRAGMA query_only = ON")
    with store.transaction() as tx:
        store.rows.run("PRAGMA query_only = ON")
        tx.claim([a_mark(a_reading())])


def test_the_writers_lock_lets_one_in_at_a_time_and_forgets_the_dead(tmp_path: Path) -> None:
    turnstile = Turnstile(tmp_path / "desk.db")
    inside, seen = 0, []

    def enter() -> None:
        nonlocal inside
        for _ in range(20):
            with turnstile.held():
                inside += 1
                seen.append(inside)
                inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert seen == [1] * 80


def test_two_threads_share_a_store(store: Store) -> None:
    """Each has a connection of its own, and their transactions queue."""

    def work() -> None:
        for _ in range(5):
            opened(store)
        store.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert store.rows.one("SELECT count(*), count(DISTINCT number) FROM tickets") == (10, 10)
    assert store.verify() == []


def test_the_store_answers_a_ping_also_after_it_was_closed(store: Store) -> None:
    store.close()
    assert store.ping() is None  # type: ignore[func-returns-value]  # it raises where there is no answer


def test_a_full_disk_is_temporary_whether_one_row_is_written_or_many(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'mailgate.db'}", clock=HandClock(), audit_key=KEY)
    for count in (1, 3):
        rows = [(number, bytes(300_000)) for number in range(count)]
        with pytest.raises(Temporary), store.rows.transaction():  # noqa: PT012
            assert store.rows.all("PRAGMA max_page_count = 100") == [(100,)]
            store.rows.insert("letter_data", "letter_id, data", rows)
    store.rows.connect()
    assert store.rows.one("SELECT count(*) FROM letter_data") == (0,)
    store.close()


def test_what_is_large_is_compressed_with_lz4_where_the_server_knows_it(remote: Store) -> None:
    """Every connection says so anew, since it may be another server by then."""
    asked = "SELECT 'lz4' = ANY(enumvals), setting FROM pg_settings WHERE name = 'default_toast_compression'"
    known, before = remote.rows.one(asked) or (False, "")
    remote.rows.close()
    remote.rows.connect()
    assert remote.rows.one(asked) in ((True, "lz4"), (False, before), None)
    if known:
        remote.rows.run("CREATE TEMPORARY TABLE large (data bytea)")
        remote.rows.insert("large", "data", [(b"word " * 5_000,)])
        assert remote.rows.one("SELECT pg_column_compression(data) FROM large") == ("lz4",)


def test_a_statement_has_the_parameters_of_its_database() -> None:
    assert numbered("SELECT 1") == b"SELECT 1"
    assert numbered("INSERT INTO t (a, b) VALUES (?, ?), (?, ?)") == b"INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
