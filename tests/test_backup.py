"""A backup is taken while the desk runs and brings back all of it; what the spool took since is settled again."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest

from mailgate.assembly import desk_of, open_store, senses_of
from mailgate.backup import back_up, check, place_config, restore
from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.config.settings import Settings
from mailgate.edges.spool.lock import SpoolLock
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Refused
from mailgate.gateway import Arrival, read, settle
from mailgate.mail.model import Envelope
from mailgate.reopening import look_back
from mailgate.store.tickets import list_tickets
from tests.cli.conftest import DESK, mail
from tests.config.folder import write
from tests.databases import Postgres, postgres  # noqa: F401  (a fixture)

CLOCK = SystemClock()


def silent(_: str) -> None:
    """Nobody listens."""


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A desk with a config folder of its own, on each database."""
    text = DESK
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        text += f'\n[database]\nurl = "{server.url(server.fresh("template0"))}"\n'
    return load(write(tmp_path / "desk", text), CLOCK)


def take(settings: Settings, *subjects: str, lost: bool = False) -> None:
    """The desk's day: mails are accepted into the spool and settled; ``lost`` leaves out the settling."""
    settings.state_dir.mkdir(exist_ok=True)
    spool, store = Spool.open(settings.spool_path, CLOCK), open_store(settings, CLOCK)
    desk, senses = desk_of(settings, CLOCK), senses_of(settings, CLOCK)
    for subject in subjects:
        raw = mail(subject, unique=subject)
        envelope = Envelope("smtp", ("support@acme.example",), "carla@client.example", CLOCK.now_ms())
        key = spool.accept(raw, envelope)
        if not lost:
            settle([Arrival(read(raw, envelope, key, senses), raw)], desk, store, CLOCK)
            spool.done([key])
    store.close()
    spool.close()


def subjects(settings: Settings) -> list[str]:
    store = open_store(settings, CLOCK)
    found = sorted(ticket.subject for ticket in list_tickets(store.rows))
    store.close()
    return found


def test_D29_a_restored_desk_has_every_ticket_and_every_key(settings: Settings, tmp_path: Path) -> None:
    """Backup, the database is lost, restore: the tickets are back and their histories verify."""
    take(settings, "one", "two")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    take(settings, "three")
    restore(made, settings, CLOCK, silent, replace=True)
    assert subjects(settings) == ["one", "two"]
    store = open_store(settings, CLOCK)
    assert store.verify() == []
    store.close()
    assert (made / "config" / "secret").read_bytes() == (settings.path.parent / "secret").read_bytes()


def test_backups_in_the_folder_of_the_config_are_no_part_of_each_other(settings: Settings) -> None:
    """Where ``mailgate backup`` makes them when it is run in there; one that was broken off is left out, too."""
    folder = settings.path.parent
    (folder / "broken-off.partial").mkdir()
    (folder / "broken-off.partial" / "database.db").write_text("half of it")
    for name in ("monday", "tuesday"):
        made = back_up(settings, folder / name, CLOCK, silent)
        assert check(made)
        assert not [path for path in (made / "config").rglob("*") if path.name.startswith(("database", "spool"))]
    assert (folder / "tuesday" / "config" / "secret").exists()


def test_what_the_spool_took_since_the_backup_is_settled_again(settings: Settings, tmp_path: Path) -> None:
    """A mail that was settled after the backup is pending again in the spool that stayed."""
    take(settings, "before")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    take(settings, "after")
    done = restore(made, settings, CLOCK, silent, replace=True)
    spool, store = Spool.open(settings.spool_path, CLOCK), open_store(settings, CLOCK)
    assert done.spool_kept
    assert sum(spool.reopen_done(store.known_entries)) == 1
    spool.close()
    store.close()


def test_numbers_that_customers_may_know_are_not_given_again(settings: Settings, tmp_path: Path) -> None:
    """The next ticket after a restore is far above everything that was handed out before it."""
    take(settings, "one")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    take(settings, "two", "three")
    restore(made, settings, CLOCK, silent, replace=True)
    take(settings, "four")
    store = open_store(settings, CLOCK)
    numbers = [ticket.number for ticket in list_tickets(store.rows)]
    store.close()
    assert max(numbers) > 1000


def test_a_long_stretch_of_lost_mails_is_found_before_anything_is_settled_and_numbers_jump_once(
    settings: Settings,
) -> None:
    """The first step of the look goes on while mails are unknown; with all of them known it is over at once."""
    take(settings, "one")
    spool, store = Spool.open(settings.spool_path, CLOCK), open_store(settings, CLOCK)
    assert list(look_back(spool, store)) == [0]
    lost = [(b"%d" % number, Envelope("smtp", ("support@acme.example",)), "") for number in range(1100)]
    spool.done(spool.accept_many(lost))
    assert next(look_back(spool, store)) == spool.unfinished() == 1100
    spool.close()
    store.close()
    take(settings, "two")
    store = open_store(settings, CLOCK)
    assert 1000 < max(ticket.number for ticket in list_tickets(store.rows)) < 2000
    store.close()


def test_D29_Q10_a_letter_that_may_go_once_only_is_not_sent_again_by_a_restore(
    settings: Settings, tmp_path: Path
) -> None:
    """An acknowledgement that waited in the backup becomes unknown; the agents' letters are queued."""
    take(settings, "one")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    done = restore(made, settings, CLOCK, silent, replace=True)
    store = open_store(settings, CLOCK)
    found = {(kind, state) for kind, state in store.rows.all("SELECT kind, state FROM letters")}
    store.close()
    assert done.letters_unknown == sum(kind.startswith("acknowledgement") for kind, _ in found)
    assert all(state == ("unknown" if kind.startswith("acknowledgement") else "queued") for kind, state in found)


def test_D29_a_backup_of_a_desk_that_is_written_to_is_of_one_moment(tmp_path: Path) -> None:
    """While mails are settled all the time, tickets and their messages in the copy belong together."""
    settings = load(write(tmp_path / "desk", DESK), CLOCK)
    take(settings, "first")
    ended = threading.Event()

    def busy() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            take(settings, f"busy {number}")

    writer = threading.Thread(target=busy)
    writer.start()
    try:
        made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    finally:
        ended.set()
        writer.join()
    with sqlite3.connect(made / "database.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (tickets,) = copy.execute("SELECT count(*) FROM tickets").fetchone()
        (messages,) = copy.execute("SELECT count(DISTINCT ticket_id) FROM messages").fetchone()
    with sqlite3.connect(made / "spool.db") as copy:
        (entries,) = copy.execute("SELECT count(*) FROM entry").fetchone()
    assert 1 <= tickets == messages <= entries


def test_on_a_new_machine_the_config_comes_from_the_backup(tmp_path: Path) -> None:
    """Nothing but the folder of the backup is there, and the desk goes on."""
    settings = load(write(tmp_path / "desk", DESK), CLOCK)
    take(settings, "one")
    take(settings, "accepted, not yet settled", lost=True)
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    place_config(made, tmp_path / "new" / "config.toml", silent)
    there = load(tmp_path / "new" / "config.toml", CLOCK)
    restore(made, there, CLOCK, silent, replace=False)
    assert subjects(there) == ["one"]
    spool = Spool.open(there.spool_path, CLOCK)
    assert spool.unfinished() == 1
    spool.close()


def test_a_key_that_is_mounted_as_a_link_is_in_the_backup(settings: Settings, tmp_path: Path) -> None:
    """As Kubernetes mounts secrets. A backup without the key would be found out when it is needed."""
    key = settings.path.parent / "secret"
    octets = key.read_bytes()
    key.rename(tmp_path / "mounted")
    key.symlink_to(tmp_path / "mounted")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    there = made / "config" / "secret"
    assert not there.is_symlink()
    assert there.read_bytes() == octets


def test_a_backup_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """It holds keys and customers' mail."""
    settings = load(write(tmp_path / "desk", DESK), CLOCK)
    take(settings, "one")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    assert {path.stat().st_mode & 0o077 for path in (made, *made.rglob("*"))} == {0}


def test_a_backup_that_was_changed_is_refused(tmp_path: Path) -> None:
    """A damaged copy must not take the place of a good database."""
    settings = load(write(tmp_path / "desk", DESK), CLOCK)
    take(settings, "one")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    with (made / "database.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"\0\0\0\1")
    with pytest.raises(Refused, match="not what was backed up"):
        restore(made, settings, CLOCK, silent, replace=True)
    assert subjects(settings) == ["one"]


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    """An existing database is refused; with ``replace`` it lies beside the restored one."""
    settings = load(write(tmp_path / "desk", DESK), CLOCK)
    take(settings, "one")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    with pytest.raises(Refused, match="is there already"):
        restore(made, settings, CLOCK, silent, replace=False)
    done = restore(made, settings, CLOCK, silent, replace=True)
    assert all(path.exists() for path in done.replaced)
    assert done.replaced


def test_a_running_desk_is_not_restored_over(tmp_path: Path) -> None:
    """The spool's lock says that a daemon works on it."""
    settings = load(write(tmp_path / "desk", DESK), CLOCK)
    take(settings, "one")
    made = back_up(settings, tmp_path / "kept", CLOCK, silent)
    lock = SpoolLock(settings.spool_path)
    lock.take()
    try:
        with pytest.raises(Refused):
            restore(made, settings, CLOCK, silent, replace=True)
    finally:
        lock.release()


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    """An empty manifest, or none."""
    with pytest.raises(Refused, match="is no backup"):
        check(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {}}))
    with pytest.raises(Refused, match="is no backup"):
        check(tmp_path)
