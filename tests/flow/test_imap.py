"""IMAP mailboxes and a running desk: what is left on the server, one mailbox's trouble, two daemons on one mailbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.databases import Postgres
from tests.flow.world import ANNA, BEN, BILLING, Desk, Relay, letter
from tests.real.mailbox import mailbox


def mails(first: int, last: int, to: str = "support@acme.example") -> list[bytes]:
    """Numbered questions."""
    return [
        letter(f"P{number} <p{number}@client.example>", f"Question {number}", "Are you open?", to=to)
        for number in range(first, last)
    ]


@pytest.mark.parametrize("after", ["seen", "move", "delete"])
def test_a_mail_is_marked_moved_or_deleted_once_the_desk_has_it(
    new_desk: Callable[..., Desk], far: Relay, after: str
) -> None:
    """As configured, and whatever it is: each mail is one ticket, and a restart fetches nothing again."""
    with mailbox() as server:
        server.append(mails(0, 3))
        config = server.config(after)
        desk = new_desk(imap=config)
        far.wait(ANNA, 3)
        desk.wait_until(lambda: len(server.left()) == (3 if after == "seen" else 0))
        if after == "seen":
            desk.wait_until(lambda: all("\\Seen" in flags for flags in server.left()))
        if after == "move":
            assert len(server.left("mailgate-done")) == 3
        assert desk.stop() == 0
        desk.start()
        server.append(mails(3, 4))
        far.wait(ANNA, 4)
        assert len(desk.json("ticket", "list")) == 4
        assert desk.stop() == 0


def test_I13_one_mailboxs_trouble_never_stops_another(new_desk: Callable[..., Desk], far: Relay) -> None:
    """Nobody listens where the first mailbox should be; the second one's mail comes all the same."""
    with mailbox() as server:
        server.append(mails(0, 2, BILLING))
        broken = server.config().replace(f"port = {server.port}", "port = 1")
        desk = new_desk(imap=broken, run=False)
        text = desk.config.read_text()
        head, _, tail = text.partition(f'address = "{BILLING}"')
        proof = 'trusted_relays = ["127.0.0.0/8"]\n'
        desk.config.write_text(head + f'address = "{BILLING}"' + tail.replace(proof, proof + server.config(), 1))
        desk.start()
        far.wait(BEN, 2)
        assert {ticket["team"] for ticket in desk.json("ticket", "list")} == {"billing"}


def test_I03_mail_that_somebody_reads_first_comes_all_the_same(new_desk: Callable[..., Desk], far: Relay) -> None:
    r"""What is \Seen says nothing about what the desk has."""
    with mailbox() as server:
        server.append(mails(0, 2))
        with server.client() as person:
            person.select("INBOX")
            person.store("1:*", "+FLAGS", "\\Seen")
        desk = new_desk(imap=server.config())
        far.wait(ANNA, 2)
        assert len(desk.json("ticket", "list")) == 2


def test_two_daemons_share_a_mailbox_by_lease_and_one_takes_over_when_the_other_stops(
    new_desk: Callable[..., Desk], far: Relay, postgres: Postgres
) -> None:
    """Each mail is one ticket, whoever fetched it."""
    url = postgres.url(postgres.fresh("template0"))
    with mailbox() as server:
        one, two = (new_desk(url, imap=server.config()) for _ in range(2))
        server.append(mails(0, 5))
        far.wait(ANNA, 5)
        assert one.stop() == 0
        server.append(mails(5, 8))
        far.wait(ANNA, 8)
        tickets = two.json("ticket", "list")
        assert len(tickets) == 8
        assert two.json("stats")["outcomes"] == {"new": 8}


def test_D24_a_mail_that_no_worker_survives_holds_up_nobody_behind_it(
    new_desk: Callable[..., Desk], far: Relay
) -> None:
    """At the head of the folder lies a mail that takes more memory than a worker may: the others are tickets, and it is
    kept aside, whole."""
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 20_000
    poison = (
        b"From: P <p@client.example>\r\nTo: support@acme.example\r\nSubject: many\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts + b"--b--\r\n"
    )
    with mailbox() as server:
        server.append([poison, *mails(0, 3)])
        desk = new_desk(imap=server.config())
        for number in range(3):
            far.wait(f"p{number}@client.example")
        desk.wait_until(lambda: sum(desk.json("stats")["outcomes"].values()) == 4)  # type: ignore[index]
        (held,) = desk.json("held", "list")  # type: ignore[misc]
        assert held["cause"] == "too-complex"
        assert desk.stop() == 0
