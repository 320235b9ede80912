"""A database is brought to the schema that this mailgate knows; a test per row of the table in ``migrate``."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from mailgate.errors import ConfigError, Temporary
from mailgate.store.database import Store
from mailgate.store.migrate import migrate, schema_of
from mailgate.store.migrations import SCHEMA, STEPS
from mailgate.store.migrations.step import Step
from mailgate.store.rows import Rows
from mailgate.store.schema import MODELS
from tests.store.desk import KEY, HandClock

NEXT = Step(SCHEMA + 1, "one more table", both=("CREATE TABLE later (id {rowid}, data {blob})",))
BROKEN = Step(SCHEMA + 2, "a step that fails half-way", both=("CREATE TABLE half (id {rowid})", "CREATE NONSENSE"))


@pytest.fixture
def rows(empty_url: str) -> Rows:
    return Rows(empty_url)


def test_an_empty_database_takes_all_steps_and_says_so(rows: Rows) -> None:
    said: list[str] = []
    assert migrate(rows, said.append) == SCHEMA
    assert schema_of(rows) == SCHEMA
    assert said == [f"schema {step.number}: {step.what}" for step in STEPS]


def test_a_database_as_we_know_it_is_left_alone(rows: Rows) -> None:
    migrate(rows, lambda _: None)
    said: list[str] = []
    assert migrate(rows, said.append) == SCHEMA
    assert said == []


def test_an_older_database_is_copied_and_migrated(rows: Rows) -> None:
    migrate(rows, lambda _: None)
    rows.insert("paused", "name, since_ms, paused_by, why", [("refunds", 1, "ana", "holiday")])
    said: list[str] = []
    assert migrate(rows, said.append, (*STEPS, NEXT)) == NEXT.number
    assert rows.one("SELECT count(*) FROM later") == (0,)
    assert rows.one("SELECT name FROM paused") == ("refunds",)
    if rows.path is not None:
        copy = rows.path.with_name(f"{rows.path.name}.before-{NEXT.number}")
        assert str(copy) in said[1]
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        with sqlite3.connect(copy) as kept:
            assert kept.execute("SELECT name FROM paused").fetchall() == [("refunds",)]


def test_D30_a_migration_that_fails_half_way_leaves_the_old_schema_whole(rows: Rows) -> None:
    migrate(rows, lambda _: None)
    with pytest.raises(Exception, match=r"(?i)syntax"):
        migrate(rows, lambda _: None, (*STEPS, NEXT, BROKEN))
    rows.connect()
    assert schema_of(rows) == SCHEMA
    assert migrate(rows, lambda _: None, (*STEPS, NEXT)) == NEXT.number


def test_a_newer_schema_is_temporary_in_words(rows: Rows, empty_url: str) -> None:
    migrate(rows, lambda _: None, (*STEPS, NEXT))
    with pytest.raises(Temporary, match="upgrade mailgate"):
        Store.open(empty_url, clock=HandClock(), audit_key=KEY)


def test_the_models_are_the_tables(rows: Rows) -> None:
    """Every column of every table has its field, and the other way round."""
    migrate(rows, lambda _: None)
    rows.connect()
    tables = set(rows.peewee.get_tables())
    modelled = {model._meta.table_name for model in MODELS}
    assert {name for name in tables - modelled if not name.startswith("search")} <= {"sequences"}
    for model in MODELS:
        columns = {column.name: column.null for column in rows.peewee.get_columns(model._meta.table_name)}
        fields = {field.column_name: field.null for field in model._meta.sorted_fields}
        assert columns.keys() == fields.keys(), model
        assert {name for name, null in fields.items() if null} <= {name for name, null in columns.items() if null}


def test_a_url_of_another_sort_is_an_error_of_the_config() -> None:
    with pytest.raises(ConfigError, match="sqlite:///"):
        Store.open("mysql://root@localhost/desk", clock=HandClock(), audit_key=KEY)


def test_D06_Q04_sqlite_runs_with_full_sync_in_wal_and_its_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = Store.open(f"sqlite:///{path}", clock=HandClock(), audit_key=KEY)
    assert store.rows.one("PRAGMA synchronous") == (2,)
    assert store.rows.one("PRAGMA journal_mode") == ("wal",)
    assert store.rows.one("PRAGMA wal_autocheckpoint") == (0,)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}
    store.close()


def test_a_folder_that_is_not_there_is_temporary(tmp_path: Path) -> None:
    with pytest.raises(Temporary, match="cannot be made"):
        Store.open(f"sqlite:///{tmp_path / 'no' / 'desk.db'}", clock=HandClock(), audit_key=KEY)
