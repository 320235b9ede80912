"""A small desk for the tests of the store: how mails, plans and letters look, and the way they are written."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace

from mailgate.clock import SystemClock
from mailgate.desk.effect import NEW_TICKET, AddMessage, Direction, Effect, OpenTicket, SetTimer, Spend
from mailgate.desk.letter import Letter, LetterKind
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Participant, Ticket
from mailgate.mail.model import Address, Envelope, Mail, Proof, Reading, Sender, Verdict, VerdictKind
from mailgate.store.database import Store, Tx
from mailgate.store.draft import DeliveryRow
from mailgate.store.intake import Mark

KEY = b"k" * 32
NOW = 1_800_000_000_000
BRAND = "acme"
MAILBOX = "support@acme.example"

_numbers = itertools.count(1)


class HandClock(SystemClock):
    """A wall clock that stands still until a test moves it; everything else is the system's."""

    def __init__(self) -> None:
        self.ms = NOW

    def now_ms(self) -> int:
        return self.ms


def a_mail(author: str = "bob@customer.example", subject: str = "Refund", text: str = "Please refund me.") -> Mail:
    """A plain mail; each has a Message-ID of its own."""
    number = next(_numbers)
    who = Address(author, author.partition("@")[0].title())
    return Mail(
        subject=subject,
        message_id=f"m{number}@customer.example",
        in_reply_to=(),
        references=(),
        date_ms=NOW,
        author=who,
        author_unknown="",
        from_=(who,),
        to=(Address(MAILBOX),),
        cc=(),
        reply_to=(),
        return_path=author,
        text=text,
        html="",
        spans=(),
        reply_text=text,
        reply_text_nosig=text,
        language="en",
        attachments=(),
        headers=(("Subject", subject),),
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        size=len(text),
    )


def a_reading(mail: Mail | None = None) -> Reading:
    """A mail as the worker hands it over, under a fresh entry key."""
    mail = mail or a_mail()
    return Reading(
        entry_key=f"{next(_numbers):032x}",
        envelope=Envelope("smtp", (MAILBOX,), mail.return_path, NOW),
        mail=mail,
        verdict=Verdict(VerdictKind.GENUINE, automatic=False),
        sender=Sender(mail.author, Proof.PASS, "dmarc"),
        sha256=hashlib.sha256(mail.text.encode()).hexdigest(),
    )


def a_mark(reading: Reading) -> Mark:
    """The claim of that mail."""
    return Mark(reading.entry_key, BRAND, f"{reading.mail.message_id} {reading.mail.content_hash}", None, NOW)


def a_new_ticket(reading: Reading, *more: Effect, **fields: object) -> Plan:
    """The plan that opens a ticket about a mail."""
    author = reading.mail.author
    assert author is not None
    opening = OpenTicket(
        brand=BRAND,
        mailbox=MAILBOX,
        team="refunds",
        subject=reading.mail.subject,
        requester=Participant(author.email, author.name),
        rule="refunds",
        reason="rule refunds: subject has the word refund",
    )
    message = AddMessage(NEW_TICKET, Direction.CUSTOMER)
    timer = SetTimer(NEW_TICKET, "reminder", NOW + 3_600_000)
    spent = Spend(f"addr:h:1:{author.email}")
    return Plan(
        Outcome.NEW,
        (replace(opening, **fields), message, timer, spent, *more),  # type: ignore[arg-type]
        trace=("no clue holds", "rule refunds matched"),
        acknowledge="",
        rule="refunds",
        generation="g1",
    )


def an_append(ticket: Ticket, *more: Effect, direction: Direction = Direction.CUSTOMER) -> Plan:
    """The plan that puts a mail on a ticket."""
    return Plan(Outcome.APPEND, (AddMessage(ticket.id, direction), *more), ticket=ticket.id, generation="g1")


def a_letter(
    recipient: str = "bob@customer.example",
    kind: LetterKind = LetterKind.ACKNOWLEDGEMENT,
    *,
    once: bool = True,
    ticket: int = 0,
) -> Letter:
    """A letter of ours; each has a Message-ID of its own."""
    number = next(_numbers)
    return Letter(
        kind=kind,
        ticket=ticket,
        brand=BRAND,
        recipient=recipient,
        mail_from="",
        message_id=f"ours{number}@acme.example",
        data=b"Subject: hello\r\n\r\nWe have it.\r\n",
        at_most_once=once,
        subject="hello",
    )


def settle(tx: Tx, reading: Reading, plan: Plan, *letters: Letter, now_ms: int = NOW) -> Ticket | None:
    """Write one plan as the gateway does."""
    ticket = tx.open(plan, now_ms, f"{next(_numbers):032x}")
    delivery = DeliveryRow(reading.entry_key, BRAND, MAILBOX)
    tx.write(delivery, reading, reading.mail.text.encode(), plan, ticket, letters, now_ms)
    return ticket


def opened(store: Store, mail: Mail | None = None, *letters: Letter) -> tuple[Ticket, Reading]:
    """A desk's ticket about a mail, from the claim to the commit."""
    reading = a_reading(mail)
    with store.transaction() as tx:
        assert tx.claim([a_mark(reading)]) == {a_mark(reading): ""}
        ticket = settle(tx, reading, a_new_ticket(reading), *letters)
    assert ticket is not None
    return ticket, reading
