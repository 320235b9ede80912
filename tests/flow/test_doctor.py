"""``mailgate doctor`` beside a running desk: what is wrong is found and said with what to do; nothing is changed."""

from __future__ import annotations

import json
import smtplib
import sqlite3
from collections.abc import Callable

from tests.databases import Postgres
from tests.flow.world import BILLING, DESK, Desk, Handed, Relay, letter
from tests.real.mailbox import mailbox

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"


def findings(desk: Desk, *options: str) -> list[dict[str, str]]:
    """What it says, whatever its exit code."""
    return json.loads(desk.run("doctor", "--json", *options).stdout)


def about(found: list[dict[str, str]], topic: str) -> list[str]:
    """What was seen under a topic that is not fine."""
    return [each["seen"] for each in found if each["topic"] == topic and each["level"] != "fine"]


def test_on_a_desk_in_order_nothing_of_it_is_bad(new_desk: Callable[..., Desk], far: Relay) -> None:
    """A mail was settled, letters went out, the mailbox is read: no topic asks for anything."""
    with mailbox() as server:
        server.append([letter(CARLA, "Hello", "Are you open?")])
        desk = new_desk(imap=server.config())
        far.wait(CARLA_ADDRESS)
        desk.wait_until(lambda: about(findings(desk), "mailbox") == [])
        found = findings(desk)
        for topic in ("daemon", "disk", "keys", "mailbox", "spool", "database", "outbox", "timers", "clock", "anchors"):
            assert about(found, topic) == []
        assert not [each for each in found if each["level"] == "bad"]


def test_mail_on_the_server_that_nobody_has_is_told(new_desk: Callable[..., Desk], far: Relay) -> None:
    """While the daemon stands still: what is new waits; what the spool has never taken, and the database does not know,
    is counted, and what the database knows from elsewhere is not."""
    with mailbox() as server:
        server.append([letter(CARLA, "One", "Hello."), letter("Dora <dora@client.example>", "Two", "Hello.")])
        desk = new_desk(imap=server.config())
        far.wait(CARLA_ADDRESS)
        far.wait("dora@client.example")
        assert desk.stop() == 0
        server.append([letter(CARLA, "Three", "Hello.")])
        spool = sqlite3.connect(desk.folder / "state" / "spool.db")
        spool.execute("DELETE FROM entry")
        spool.commit()
        spool.close()
        assert any("1 mails are not fetched yet" in seen for seen in about(findings(desk), "mailbox"))
        assert not any("neither" in seen for seen in about(findings(desk), "mailbox"))
        desk_db = sqlite3.connect(desk.folder / "state" / "mailgate.db")
        desk_db.execute("DELETE FROM known_ids")
        desk_db.commit()
        desk_db.close()
        assert any("2 mails that neither spool nor database knows" in seen for seen in about(findings(desk), "mailbox"))
        assert about(findings(desk), "daemon") == ["not running"]


def test_what_should_have_been_done_by_now_is_told(desk: Desk, far: Relay) -> None:
    """The daemon stands still: settled mail that the database lost, a timer overdue, a letter that hangs, a key whose
    grace ends."""
    desk.send(letter(CARLA, "Hello", "Are you open?"), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)
    desk.wait_until(lambda: desk.json("outbox", "list") == [])
    assert desk.run("keys", "rotate", "--grace-days", "3").returncode == 0
    assert desk.stop() == 0
    database = sqlite3.connect(desk.folder / "state" / "mailgate.db")
    database.execute("DELETE FROM deliveries")
    database.execute("INSERT INTO timers (ticket_id, kind, due_ms) VALUES (1, 'sla', 1000)")
    database.execute("UPDATE letters SET state = 'handing', claimed_ms = 1000, claimed_by = 'gone'")
    database.commit()
    database.close()
    found = findings(desk)
    assert about(found, "spool") == ["1 mails are settled there and unknown to the database"]
    assert any("1 are overdue" in seen for seen in about(found, "timers"))
    assert any("in the hands of a daemon" in seen for seen in about(found, "outbox"))
    assert any("grace of token key" in seen for seen in about(found, "keys"))
    assert all(each["advice"] for each in found if each["level"] != "fine")


def bring(desk: Desk, change: Callable[[bytes], bytes] = lambda raw: raw, keep: bool = True) -> Callable[[Handed], str]:
    """A relay that delivers what is for the desk to its front again, with what providers do to it on the way."""

    def answer(handed: Handed) -> str:
        if handed.recipient.endswith("@acme.example") and b"roundtrip" in handed.data:
            recipient = handed.recipient if keep else f"{handed.recipient.partition('+')[0]}@acme.example"
            with smtplib.SMTP("127.0.0.1", desk.ports["smtp"]) as client:
                client.sendmail(handed.mail_from, [recipient], change(handed.data))
        return "250 2.0.0 taken"

    return answer


def test_a_mail_goes_round_and_brings_every_token_back(desk: Desk, far: Relay) -> None:
    """To each mailbox; afterwards nothing is held, and no ticket was opened."""
    far.answer = bring(desk)
    found = [each for each in findings(desk, "--roundtrip", "--wait", "60") if each["topic"] == "roundtrip"]
    assert [each["level"] for each in found] == ["fine", "fine"]
    assert {each["seen"].partition(":")[0] for each in found} == {DESK, BILLING}
    assert all("address, Message-ID, References, reference line" in each["seen"] for each in found)
    assert desk.json("held", "list") == []
    assert desk.json("ticket", "list") == []


def test_what_a_provider_takes_away_is_named(desk: Desk, far: Relay) -> None:
    """Subaddresses are dropped and Message-IDs replaced: both are told with what to do, and exit code 0."""

    def change(raw: bytes) -> bytes:
        raw = raw.replace(b"To: support+", b"X-To: ").replace(b"To: billing+", b"X-To: ")
        return raw.replace(b"\nMessage-ID:", b"\nMessage-ID: <new@relay.example>\r\nX-Was:")

    far.answer = bring(desk, change, keep=False)
    done = desk.run("doctor", "--roundtrip", "--wait", "60")
    lines = [line for line in done.stdout.splitlines() if "roundtrip" in line]
    assert sum("without the token in address" in line and 'subaddress = "none"' in line for line in lines) == 2
    assert sum("without the token in Message-ID" in line for line in lines) == 2
    assert sum("came back with References, reference line" in line for line in lines) == 2
    assert "is back" in done.stderr


def test_a_mail_that_does_not_come_back_is_bad(desk: Desk) -> None:
    """The relay takes it, and that was that."""
    done = desk.run("doctor", "--roundtrip", "--wait", "1")
    assert done.returncode == 1
    assert done.stdout.count("did not come back") == 2


def test_the_database_of_another_machine_tells_its_time(new_desk: Callable[..., Desk], postgres: Postgres) -> None:
    """PostgreSQL says what time it is; on one machine the two clocks are one."""
    desk = new_desk(postgres.url(postgres.fresh("template0")))
    assert about(findings(desk), "clock") == []
