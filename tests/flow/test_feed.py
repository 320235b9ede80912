"""Awkward mail through a whole desk: each one is accounted for, and fed again it adds nothing (promises 1 and 2)."""

from __future__ import annotations

import smtplib
import time
from collections import Counter
from collections.abc import Callable

from tests.flow.awkward import AWKWARD
from tests.flow.world import DESK, PATIENCE_S, Desk, Relay, letter
from tests.real.mailbox import mailbox

SENDER = "sender@client.example"


def send(desk: Desk, raw: bytes) -> int:
    """The octets as they are, over SMTP (smtplib's own ``sendmail`` mends line ends); the answer after the dot."""
    with smtplib.SMTP("127.0.0.1", desk.ports["smtp"], timeout=PATIENCE_S) as client:
        client.ehlo("client.example")
        client.mail(SENDER)
        client.rcpt(DESK)
        assert client.docmd("DATA")[0] == 354
        stuffed = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
        client.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        return client.getreply()[0]


def marker(name: str) -> bytes:
    """A mail that is acknowledged: what came before it is settled then, unless it is slow."""
    return letter(f"{name}@client.example", "Is it my turn?", "Hello.")


def accounted(desk: Desk) -> Counter[str]:
    """What the desk says became of everything, held mail by cause, once nothing waits (slow mail is overtaken)."""
    deadline = time.monotonic() + PATIENCE_S
    found = desk.json("stats")
    while isinstance(found, dict) and found["spooled"] and time.monotonic() < deadline:
        found = desk.json("stats")
    assert isinstance(found, dict)
    assert found["spooled"] == 0
    causes = {f"hold {cause}": count for cause, count in found["causes"].items()}
    outcomes = {outcome: count for outcome, count in found["outcomes"].items() if outcome != "hold"}
    assert sum(found["outcomes"].values()) == sum(outcomes.values()) + sum(causes.values())
    return Counter(outcomes) + Counter(causes)


def check(desk: Desk, first: Counter[str], second: Counter[str], expected: Counter[str]) -> None:
    """Every mail ended as it should; the second feeding added one duplicate for each; no process died of any."""
    assert first == expected + Counter({"new": 1})
    assert second - first == Counter({"duplicate": expected.total(), "new": 1})
    assert not [line for line in desk.lines if "a process ended" in line]
    assert desk.stop() == 0


def test_over_smtp_every_mail_is_accounted_for_and_twice_is_once(
    new_desk: Callable[..., Desk], far: Relay, database: str
) -> None:
    """What is refused on the wire is refused each time; nothing else is."""
    desk = new_desk(database)
    expected = Counter(each.expected for each in AWKWARD if not each.expected.startswith("refused"))
    counts = []
    for turn in ("first", "second"):
        for each in AWKWARD:
            answer = int(each.expected.removeprefix("refused ")) if each.expected.startswith("refused") else 250
            assert send(desk, each.raw) == answer, each.name
        desk.send(marker(turn), f"{turn}@client.example")
        far.wait(f"{turn}@client.example")
        counts.append(accounted(desk))
    first, second = counts
    check(desk, first, second, expected)


def test_out_of_an_imap_mailbox_every_mail_is_accounted_for_and_twice_is_once(
    new_desk: Callable[..., Desk], far: Relay, database: str
) -> None:
    """Nothing can be refused there, so what SMTP would refuse is held."""
    expected = Counter(each.in_imap or each.expected for each in AWKWARD)
    with mailbox() as server:
        desk = new_desk(database, imap=server.config())
        counts = []
        for turn in ("first", "second"):
            server.append([*(each.raw for each in AWKWARD), marker(turn)])
            far.wait(f"{turn}@client.example")
            counts.append(accounted(desk))
        first, second = counts
        check(desk, first, second, expected)
