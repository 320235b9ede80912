"""No loop survives the gate: helpdesks that write to each other, vacation replies by the hundred, dead addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Brand, Closing, Mailbox, Policy, Survey
from mailgate.edges.spool.spool import Spool
from mailgate.store.database import Store
from tests.desk.conversation import policy
from tests.duties.desk import DAY, HOUR, MINUTE, PROOF, DrivenClock, World, back, to

ANA = "ana@acme.example"


def other_policy() -> Policy:
    """The desk of another company, with everything automatic switched on."""
    plain = policy(closing=Closing(DAY, (DAY, DAY), DAY), survey=Survey(every_ms=0))
    brand = Brand("peer", "Peer Support", "help@peer.example", default_team="help")
    agents = {name: replace(agent, address=f"{name}@peer.example", aliases=()) for name, agent in plain.agents.items()}
    box = Mailbox("help@peer.example", "peer", proof=PROOF)
    return replace(plain, brands={"peer": brand}, mailboxes=(box,), agents=agents)


@pytest.fixture
def peer(tmp_path: Path) -> World:
    """A second mailgate with a database of its own."""
    clock = DrivenClock()
    folder = tmp_path / "peer"
    folder.mkdir()
    store = Store.open(f"sqlite:///{folder / 'mailgate.db'}", clock=clock, audit_key=b"p" * 32, checkpoints=True)
    spool = Spool.open(folder / "spool.db", clock, checkpoints=True)
    return World(store, spool, clock, other_policy(), folder)


def carry(letters: list[EmailMessage], sender: str, there: World, stripped: bool) -> None:
    """What one desk sends reaches the other, as the internet brings it; a bad gateway strips what says that no person
    wrote it."""
    for letter in letters:
        domain = sender.rpartition("@")[2]
        for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Mailgate-Loop") if stripped else ():
            del letter[name]
        head = (
            f"Authentication-Results: mx.acme.example; dmarc=pass header.from={domain}\r\n"
            "Received: from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000\r\n"
        )
        there.take(head.encode() + letter.as_bytes(policy=SMTP), sender, str(letter["To"].addresses[0].addr_spec))


@pytest.mark.parametrize("stripped", [False, True])
def test_L13_two_mailgates_that_write_to_each_other_stop_after_two_mails_a_side(
    new_world: Callable[..., World], peer: World, stripped: bool
) -> None:
    """A month with every automatic letter switched on, the headers of RFC 3834 kept or lost on the way."""
    here = new_world(policy(closing=Closing(DAY, (DAY, DAY), DAY), survey=Survey(every_ms=0)))
    here.mail("help@peer.example", "We have your message and will answer.", "Your message")
    sent = {"here": 0, "there": 0}
    steps = [MINUTE] * 10 + [HOUR] * 24 + [DAY] * 30
    for step in steps:
        for name, one, address, other, domain in (
            ("here", here, "support@acme.example", peer, "@peer.example"),
            ("there", peer, "help@peer.example", here, "@acme.example"),
        ):
            one.later(step)
            letters = [each for each in one.sent() if str(each["To"].addresses[0].addr_spec).endswith(domain)]
            desks = ("support", "help", "billing")
            letters = [each for each in letters if str(each["To"].addresses[0].addr_spec).startswith(desks)]
            sent[name] += len(letters)
            carry(letters, address, other, stripped)
    assert max(sent.values()) <= 2, sent


def test_L15_hundreds_of_vacation_replies_move_no_ticket_and_beget_no_letter(new_world: Callable[..., World]) -> None:
    world = new_world(policy(closing=Closing(0), survey=Survey(enabled=False)))
    for number in range(40):
        address = f"p{number}@c{number % 7}.example"
        ticket = world.opened(address, subject=f"Matter {number}", text=f"Text {number}")
        (news,) = to(world.sent(), ANA)
        world.mail(ANA, f"Answer {number}", subject=f"Re: Matter {number}", to=back(news))
        (answer,) = to(world.sent(), address)
        headers = [("Auto-Submitted", "auto-replied"), ("In-Reply-To", str(answer["Message-ID"]))]
        world.mail(address, f"I am away {number}.", f"Out of office: {number}", back(answer), headers=headers)
        assert world.ticket(ticket).status.value == "waiting-customer"
    assert world.sent() == []


def bounce(world: World, letter: EmailMessage) -> None:
    """The far side says that the letter's recipient is not known."""
    address = str(letter["To"].addresses[0].addr_spec)
    raw = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: support@acme.example\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{letter['Message-ID'].strip('<>')}.bounce>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {letter['Message-ID']}\r\nTo: {address}\r\n\r\n--b--\r\n"
    )
    settled = world.take(raw.encode(), "")
    assert settled.plan.outcome is Outcome.BOUNCE, settled.plan.trace


def test_L33_reminders_to_an_address_that_bounces_stop_after_three_and_the_others_still_get_theirs(
    world: World,
) -> None:
    world.opened("cleo@customer.example")
    got = {ANA: 0, "ben@acme.example": 0}
    for _ in range(6):
        for letter in world.sent():
            address = str(letter["To"].addresses[0].addr_spec)
            if address in got and "waiting" in str(letter.get_body(("plain",))):
                got[address] += 1
            if address == "ben@acme.example":
                bounce(world, letter)
        world.later(4 * HOUR)
    assert got["ben@acme.example"] == 2, "the notification bounced first, then two reminders"
    assert got[ANA] == 5
