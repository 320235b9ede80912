"""Promise 4 while the DNS is gone: nobody's mail waits for a name server that never answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.edges.name_server import NameServer
from tests.flow.world import Desk, Relay, letter
from tests.mail.signing import key, signed
from tests.torture.killing import person
from tests.torture.ledger import Ledger
from tests.torture.promised import Promise, within
from tests.torture.test_hostile import MEMORY, memory

RECOVERY_S = 10.0
WAITED_S = 3.0
"""What it costs at least to wait for a name server that does not answer."""

DRAIN_S = 60.0
MAILS = 60
GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 100000, news_per_sender_hour = 100000 }\n"


@pytest.fixture
def names() -> Iterator[NameServer]:
    """The DNS of a world in which client.example signs its mail."""
    server = NameServer()
    server.records["s1._domainkey.client.example", "TXT"] = [f'"{key().record}"']
    server.records["_dmarc.client.example", "TXT"] = ['"v=DMARC1; p=none"']
    yield server
    server.close()


def mail(number: int) -> bytes:
    """A mail that proves who wrote it to whoever can ask the DNS."""
    raw = letter(
        f"P{number} <{person(number)}>", f"Question {number}", "Please help me.",
        message_id=f"<dns.{number}@client.example>", proved=False,
    )  # fmt: skip
    return signed(raw, "client.example")


def test_while_the_dns_is_gone_mail_is_settled_unproved_and_within_ten_seconds_of_its_return_it_is_proved(
    new_desk: Callable[..., Desk], far: Relay, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every 250 comes at once, every customer is answered, each process says once that nobody answers it."""
    monkeypatch.setenv("MAILGATE_DNS_PORT", str(names.port))
    desk = new_desk(more=GENEROUS, run=False)
    desk.config.write_text(desk.config.read_text().replace("dns = false", "dns = true"))
    desk.program = ("-m", "tests.torture.lost_dns")
    desk.start()
    ledger = Ledger(desk, "sqlite")
    assert _proof(desk, ledger, 0) == "pass"
    names.deaf, before, slowest = True, len(desk.lines), 0.0
    for number in range(1, MAILS):
        began = time.monotonic()
        desk.send(mail(number).replace(b"client.example", b"d%d.example" % number), f"p@d{number}.example")
        slowest = max(slowest, time.monotonic() - began)
    assert within(WAITED_S, slowest), "a sender waited for the DNS"
    ledger.wait_until_settled(MAILS, DRAIN_S)
    assert {proof for (proof,) in ledger.rows("SELECT proof FROM messages WHERE message_id LIKE '%@d%'")} == {"unknown"}
    assert memory(desk) < MEMORY
    desk.wait_for_line("the DNS does not answer", since=before)
    said = desk.lines[before:]
    assert len(said) <= 6, said

    names.deaf, promise, number = False, Promise(RECOVERY_S), MAILS
    while _proof(desk, ledger, number) != "pass":
        assert promise.kept(), "the DNS is back, and nobody noticed"
        threading.Event().wait(0.2)
        number += 1
    assert desk.stop() == 0


def _proof(desk: Desk, ledger: Ledger, number: int) -> str:
    """What the desk finds proved of a new mail."""
    desk.send(mail(number), person(number))
    ledger.wait_until_stored(number + 1, DRAIN_S)
    ((proof,),) = ledger.rows(f"SELECT proof FROM messages WHERE message_id = 'dns.{number}@client.example'")
    return str(proof)
