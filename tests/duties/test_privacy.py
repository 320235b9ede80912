"""A person's data: all of it is handed out, none of it is left after erasing, and the desk goes on as before."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailgate import privacy
from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Policy, Retention
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Refused
from mailgate.store.database import Store
from mailgate.store.held import raw_of
from mailgate.store.privacy import find
from mailgate.store.retention import retain
from mailgate.store.schema import MODELS
from mailgate.store.tickets import list_tickets, search_tickets, show_ticket
from tests.desk.conversation import policy
from tests.duties.desk import DAY, PROOF, DrivenClock, World, back, to

EVE, BOB = "Eve.Zimmer@person.example", "bob@customer.example"
SECRET = "My passport number is XK-4711-zebra and 我要退款."
NewWorld = Callable[[Policy], World]


@pytest.fixture
def lived(new_world: NewWorld) -> World:
    """Eve asked, got an answer, and wrote on Bob's ticket too; Bob has one of his own."""
    world = new_world(policy())
    world.opened(EVE, SECRET, "Passport of Eve Zimmer")
    number = world.opened(BOB, "My own question.", "Bob's matter")
    letters = world.sent()
    world.mail("ana@acme.example", "Dear Eve, noted.", to=back(to(letters, "ana@")[0]))
    (mine,) = to(letters, BOB)
    world.mail(EVE, "I am Eve and know Bob's secret.", subject=str(mine["Subject"]), to=back(mine))
    world.sent()
    assert number == 2
    return world


def everything(world: World) -> str:
    """Every row of the database as text, octets included, but for the search index."""
    rows = [row for model in MODELS for row in world.store.rows.select(model.select())]
    return "\n".join(str({k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()}) for row in rows)


def test_an_export_holds_all_of_it(lived: World, tmp_path: Path) -> None:
    """Mails and letters as they were, and what the desk knows; nobody else's ticket is in it."""
    count = privacy.export(lived.store, EVE.lower(), tmp_path / "eve")
    files = {path.relative_to(tmp_path / "eve").as_posix(): path for path in (tmp_path / "eve").rglob("*.*")}
    assert count == len(files)
    assert SECRET in json.loads(files["ticket-1/ticket.json"].read_text())["messages"][0]["text"]
    assert any(b"XK-4711" in path.read_bytes() for name, path in files.items() if name.endswith(".eml"))
    assert "ticket-2/ticket.json" not in files
    assert not any(b"My own question" in path.read_bytes() for path in files.values())
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "eve").rglob("*") if path.is_dir()} <= {0}


def test_erasing_reaches_what_agents_ordered_about_the_person(lived: World) -> None:
    """Her ticket was merged into Bob's, which remembers how that is undone; somebody searched for her by mail."""
    letter = next(each for each in lived.far.letters if "ana@" in str(each["To"]))
    lived.mail("ana@acme.example", "#merge 2", to=back(letter))
    lived.mail("ana@acme.example", f"#search {EVE}")
    privacy.erase(lived.store, lived.spool, EVE, lived.clock.ms)
    assert EVE.lower() not in everything(lived).lower()


def test_Q06_an_export_has_no_notes_and_no_agents_tokens(lived: World, tmp_path: Path) -> None:
    """Nobody who gets it can act as an agent, or read what agents say among each other."""
    letter = next(each for each in lived.far.letters if "ana@" in str(each["To"]))
    token = back(letter).partition("@")[0]
    lived.mail("ana@acme.example", "#note Eve sounds odd to me.", to=back(letter))
    privacy.export(lived.store, EVE, tmp_path / "eve")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "eve").rglob("*.*"))
    assert SECRET.split(" and ")[0].encode() in everything
    assert b"noted." in everything
    assert b"sounds odd" not in everything
    assert token.encode() not in everything
    assert lived.ticket(1).rid.encode() not in everything
    assert b"ana@acme.example" not in everything


def test_an_export_may_be_a_zip_and_overwrites_nothing(lived: World, tmp_path: Path) -> None:
    """Readable for its owner only."""
    privacy.export(lived.store, EVE, tmp_path / "eve.zip")
    with zipfile.ZipFile(tmp_path / "eve.zip") as archive:
        assert "person.json" in archive.namelist()
    assert (tmp_path / "eve.zip").stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="is there already"):
        privacy.export(lived.store, EVE, tmp_path / "eve.zip")


def test_nothing_of_a_person_is_left(lived: World) -> None:
    """No text, address, name, file, raw, letter, event payload or search token; the other's data stay."""
    assert search_tickets(lived.store.rows, "zebra")
    found = privacy.erase(lived.store, lived.spool, EVE, lived.clock.ms)
    assert (len(found.tickets), len(found.messages)) == (1, 1)
    left = everything(lived).lower()
    for word in ("xk-4711", "zimmer", "passport", "退款", "know bob's secret"):
        assert word not in left, [line for line in left.splitlines() if word in line][:2]
    for words in ("zebra", "退款", "passport", "secret"):
        assert search_tickets(lived.store.rows, words) == []
    assert "bob@customer.example" in left
    assert [each.number for each in search_tickets(lived.store.rows, "question")] == [2]
    assert not find(lived.store.rows, EVE)


def test_the_history_still_verifies_and_goes_on(lived: World) -> None:
    """Metadata and macs stay; the number is taken; what comes late makes a ticket of its own or joins, as ever."""
    assert lived.store.verify() == []
    privacy.erase(lived.store, lived.spool, EVE, lived.clock.ms)
    assert lived.store.verify() == []
    shown = show_ticket(lived.store.rows, 1)
    assert shown is not None
    assert {event["kind"] for event in shown.events} >= {"opened", "message", "letter"}
    assert all(event["payload"] is None for event in shown.events[:-1])
    assert (shown.events[-1]["kind"], shown.events[-1]["actor"]) == ("erased", "command line")
    assert lived.opened(EVE, "I am back.", "Hello again") == 3
    assert lived.store.verify() == []


def test_an_erased_mail_does_not_count_twice(lived: World) -> None:
    """The dedupe key outlives its mail."""
    again = lived.mail(EVE, SECRET, "Passport of Eve Zimmer")
    assert again.plan.outcome is Outcome.DUPLICATE
    privacy.erase(lived.store, lived.spool, EVE, lived.clock.ms)
    assert lived.mail(EVE, SECRET, "Passport of Eve Zimmer").plan.outcome is Outcome.DUPLICATE


def test_the_spool_forgets_too(lived: World) -> None:
    """Settled mail waits there for a week in case of a restore; an erased one does not."""
    keys = [row[0] for row in lived.store.rows.all("SELECT entry_key FROM deliveries WHERE ticket_id = 1")]
    lived.spool.done(keys)
    assert lived.spool.raw(keys[0])
    privacy.erase(lived.store, lived.spool, EVE, lived.clock.ms)
    assert lived.spool.forget(keys) == 0


def test_an_address_is_no_pattern(new_world: NewWorld) -> None:
    """Underscores and percent signs stand for themselves, wherever the address is looked for."""
    world = new_world(policy())
    number = world.opened("anna@shop.example", "Mine.", "Anna's")
    (letter,) = to(world.sent(), "anna@")
    for who in ("a_b@person.example", "axb@person.example"):
        world.mail(who, f"Hello from {who}.", subject=str(letter["Subject"]), to=back(letter))
    privacy.erase(world.store, None, "a_b@person.example", world.clock.ms)
    left = everything(world)
    assert "a_b@person.example" not in left
    assert left.count("axb@person.example") > 3
    assert world.ticket(number).requester.email == "anna@shop.example"


def test_erasing_twice_finds_nothing(lived: World) -> None:
    """And a crash half way is mended by another call."""
    privacy.erase(lived.store, None, EVE, lived.clock.ms)
    assert not privacy.erase(lived.store, None, EVE, lived.clock.ms)


def closed(new_world: NewWorld, kept: Retention) -> World:
    world = new_world(policy(retention={"acme": kept}))
    world.opened(EVE, SECRET, "Passport")
    world.opened(BOB, "My own question.", "Bob's matter")
    letter = to(world.sent(), "ana@")[0]
    world.mail("ana@acme.example", "#close", to=back(letter))
    world.sent()
    return world


def test_raws_go_after_their_time_and_texts_stay(new_world: NewWorld) -> None:
    """Of closed tickets only."""
    world = closed(new_world, Retention(raws_ms=90 * DAY))
    (key,) = [row[0] for row in world.store.rows.all("SELECT entry_key FROM messages WHERE ticket_id = 1 LIMIT 1")]
    assert retain(world.store.rows, world.policy.retention, world.clock.ms + 89 * DAY) == 0
    assert raw_of(world.store.rows, key)
    assert retain(world.store.rows, world.policy.retention, world.clock.ms + 91 * DAY)
    assert retain(world.store.rows, world.policy.retention, world.clock.ms + 91 * DAY) == 0
    assert raw_of(world.store.rows, key) is None
    assert search_tickets(world.store.rows, "zebra")
    assert world.ticket(1).requester.email == EVE


def test_tickets_are_emptied_after_their_time(new_world: NewWorld) -> None:
    """Closed ones, once; an open one stays however old it is, and another brand's too."""
    world = closed(new_world, Retention(tickets_ms=365 * DAY))
    world.opened("zoe@person.example", "Where is my zebra?", "Shop")
    late = world.clock.ms + 366 * DAY
    assert retain(world.store.rows, {"shop": world.policy.retention["acme"]}, late) == 0
    assert retain(world.store.rows, world.policy.retention, late) == 1
    assert retain(world.store.rows, world.policy.retention, late) == 0
    assert "passport" not in everything(world).lower()
    assert world.ticket(2).requester.email == BOB
    assert world.store.verify() == []


def test_Q07_the_clock_sees_to_it(new_world: NewWorld) -> None:
    """Without anybody's doing; what the statistics count stays."""
    world = closed(new_world, Retention(tickets_ms=90 * DAY))
    number = next(each.number for each in list_tickets(world.store.rows) if each.closed_ms)
    world.later(91 * DAY)
    assert world.ticket(number).requester.email == "erased@erased.invalid"
    assert world.ticket(number).closed_ms is not None
    assert world.ticket(number).team == "help"


def test_held_mails_are_dropped_after_their_time(new_world: NewWorld) -> None:
    """With their raws."""
    world = new_world(policy(retention={"acme": Retention(held_ms=30 * DAY)}))
    settled = world.mail(EVE, "", "")
    assert settled.plan.outcome is Outcome.HOLD
    assert retain(world.store.rows, world.policy.retention, world.clock.ms + 31 * DAY) == 1
    assert world.store.held_counts() == {}
    assert "zimmer" not in everything(world).lower()


def test_Q05_no_file_of_the_desk_has_an_octet_of_it(tmp_path: Path) -> None:
    """Database, write-ahead logs, spool and free pages: once they are closed, what was erased is nowhere."""
    clock = DrivenClock()
    store = Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=clock, audit_key=b"k" * 32, checkpoints=True)
    spool = Spool.open(tmp_path / "spool" / "spool.db", clock, checkpoints=True)
    plain = policy()
    plain = replace(plain, mailboxes=tuple(replace(box, proof=PROOF) for box in plain.mailboxes))
    world = World(store, spool, clock, plain, tmp_path / "anchors")
    for number in range(20):
        world.opened(EVE, f"{SECRET} {'padding ' * 2000}{number}", f"Passport {number}")
    world.sent()
    spool.done([row[0] for row in store.rows.all("SELECT entry_key FROM deliveries")])
    privacy.erase(store, spool, EVE, clock.ms)
    store.close()
    spool.close()
    found = {
        (path.name, word)
        for path in tmp_path.rglob("*")
        if path.is_file()
        for word in (b"XK-4711", b"zimmer", b"Zimmer", b"assport", b"zebra")
        if word in path.read_bytes()
    }
    assert found == set()
