"""Mails that are settled in one transaction, their rows written together, end as if each had been settled alone."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

import mailgate.gateway
from mailgate.desk.effect import Cause
from mailgate.desk.plan import Outcome
from mailgate.edges.spool.spool import Spool
from mailgate.gateway import Arrival, Settled, read, settle
from mailgate.mail.model import Envelope
from mailgate.store.database import Store
from tests.desk.conversation import policy
from tests.duties.desk import AUTHSERV, PROOF, DrivenClock, World, back, text_of, to

SUPPORT = "support@acme.example"
ANA = "ana@acme.example"
SHOWN = {
    "tickets": "number, subject, status, team, assignee, priority, requester_key, created_ms, waiting_since_ms, events",
    "messages": "ticket_id, direction, visibility, author_email, subject, new_text",
    "participants": "ticket_id, email_key, role",
    "known_ids": "brand, ticket_id",
    "events": "ticket_id, seq, kind, actor",
    "links": "ticket_id, other_id, why",
    "letters": "ticket_id, kind, recipient, subject, state",
    "customers": "brand, email_key, name, tickets, open_tickets",
    "timers": "ticket_id, kind, due_ms",
    "budgets": "budget_key, spent",
    "deliveries": "brand, outcome, cause, ticket_id, rule, acknowledge",
    "held": "brand, cause, subject",
}
"""What two desks must have alike: everything but ids and codes that are drawn at random."""


def written(sender: str, subject: str, text: str, number: int, answers: str = "") -> bytes:
    message = EmailMessage()
    message["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={sender.rpartition('@')[2]}"
    message["Received"] = "from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000"
    message["From"], message["To"], message["Subject"] = sender, SUPPORT, subject
    message["Message-ID"] = f"<batch.{number}@x.example>"
    message["Date"] = "Wed, 25 Nov 2026 09:46:00 +0000"
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    message.set_content(text)
    return message.as_bytes(policy=SMTP)


def mails(seed: int) -> list[tuple[str, bytes]]:
    """A lively minute: few people write often, answer themselves and each other, say thanks, come twice."""
    chance = random.Random(seed)
    found: list[tuple[str, bytes]] = []
    for number in range(40):
        sender = f"person{chance.randrange(6)}@customer.example"
        if found and chance.random() < 0.1:
            found.append(chance.choice(found))
            continue
        answers = f"<batch.{chance.randrange(number)}@x.example>" if number and chance.random() < 0.5 else ""
        subject = chance.choice(("Printer", "Re: Printer", f"[#{chance.randrange(1, 9)}] Printer", "Refund", ""))
        text = chance.choice(("It is broken.", "Thanks!", "Any news?", "status", "And the scanner, too?"))
        found.append(
            (sender, written(sender, subject, f"{text} {number}" if chance.random() < 0.7 else text, number, answers))
        )
    return found


def arrivals(world: World, raws: list[tuple[str, bytes]]) -> list[Arrival]:
    made = []
    for number, (sender, raw) in enumerate(raws):
        envelope = Envelope("smtp", (SUPPORT,), sender, world.clock.now_ms() + number, client_ip="127.0.0.1")
        key = world.spool.accept(raw, envelope)
        made.append(Arrival(read(raw, envelope, key, world.senses), raw))
    return made


def state(world: World) -> dict[str, list[tuple[object, ...]]]:
    """The rows of ``SHOWN``, in an order of their own."""
    return {
        table: sorted(world.store.rows.all(f"SELECT {columns} FROM {table}"), key=repr)
        for table, columns in SHOWN.items()
    }


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[World]:
    """A second desk, on a database of its own."""
    plain = policy()
    plain = replace(plain, mailboxes=tuple(replace(box, proof=PROOF) for box in plain.mailboxes))
    clock = DrivenClock()
    store = Store.open(f"sqlite:///{tmp_path / 'lone.db'}", clock=clock, audit_key=b"k" * 32, checkpoints=True)
    spool = Spool.open(tmp_path / "lone" / "spool.db", clock, checkpoints=True)
    yield World(store, spool, clock, plain, tmp_path / "lone-anchors")
    store.close()
    spool.close()


@pytest.mark.parametrize("seed", range(4))
def test_promise_2_a_batch_ends_as_its_mails_would_one_by_one(world: World, lone: World, seed: int) -> None:
    raws = mails(seed)
    together = settle(arrivals(world, raws), world.desk, world.store, world.clock)
    alone: list[Settled] = []
    for arrival in arrivals(lone, raws):
        alone += settle([arrival], lone.desk, lone.store, lone.clock)
    assert [each.plan.outcome for each in together] == [each.plan.outcome for each in alone]
    assert [plain(each) for each in together] == [plain(each) for each in alone]
    assert state(world) == state(lone)
    assert world.store.verify() == []


def plain(settled: Settled) -> tuple[str, ...]:
    """The trace without codes that are drawn at random."""
    return tuple(re.sub(r"[0-9a-f]{32}", "…", line) for line in settled.plan.trace)


def test_a_bug_that_one_mail_of_a_batch_brings_out_holds_that_mail_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are settled, each once, in order, as if it had not been there."""
    honest = mailgate.gateway.decide

    def buggy(reading: object, *rest: object) -> object:
        if reading.mail.subject == "boom":  # type: ignore[attr-defined]
            raise KeyError("a bug of ours")
        return honest(reading, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(mailgate.gateway, "decide", buggy)
    raws = [
        ("one@customer.example", written("one@customer.example", "first", "a", 1)),
        ("two@customer.example", written("two@customer.example", "boom", "b", 2)),
        ("one@customer.example", written("one@customer.example", "third", "c", 3)),
    ]
    settled = settle(arrivals(world, raws), world.desk, world.store, world.clock)
    assert [each.plan.outcome for each in settled] == [Outcome.NEW, Outcome.HOLD, Outcome.NEW]
    assert settled[1].plan.cause is Cause.INTERNAL
    assert [row[0] for row in world.store.rows.all("SELECT subject FROM tickets ORDER BY number")] == ["first", "third"]
    assert len(world.store.rows.all("SELECT * FROM raws")) == 3
    assert world.store.verify() == []


def test_what_an_agent_asks_in_a_batch_knows_the_mails_before_it(world: World, new: Callable[[str], int]) -> None:
    """A list that is asked for in the same transaction shows the ticket that was opened in it."""
    new("Printer broken")
    notification = to(world.sent(), ANA)[0]
    asks = written(ANA, "Re: Printer broken", "#list", 9, str(notification["Message-ID"]))
    raws = [("cleo@customer.example", written("cleo@customer.example", "Scanner on fire", "Help.", 8)), (ANA, asks)]
    batch = arrivals(world, raws)
    by_token = Envelope("smtp", (back(notification),), ANA, world.clock.now_ms(), client_ip="127.0.0.1")
    key = world.spool.accept(asks, by_token)
    batch[1] = Arrival(read(asks, by_token, key, world.senses), asks)
    settle(batch, world.desk, world.store, world.clock)
    said = [text_of(each) for each in to(world.sent(), ANA)]
    assert [each for each in said if "Scanner on fire" in each and "Printer broken" in each], said


@pytest.fixture
def new(world: World) -> Callable[[str], int]:
    return lambda subject: world.opened("dora@customer.example", subject=subject)
