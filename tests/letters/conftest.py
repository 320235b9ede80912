"""A small desk with a customer, an agent and a ticket, to write letters for."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from mailgate.config.shipped import shipped
from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import Letter, LetterKind, LetterOrder, Purpose
from mailgate.desk.policy import Agent, Brand, Mailbox, Policy, Team
from mailgate.desk.ticket import Participant, Status, Ticket
from mailgate.letters.compose import Composer
from mailgate.letters.render import Templates
from mailgate.mail.model import Address

NOW_MS = 1_795_264_200_000  # Saturday 21 November 2026, 12:30 UTC


class FixedClock:
    """Stands still; its ids count upward."""

    def __init__(self) -> None:
        self.count = 0

    def now_ms(self) -> int:
        return NOW_MS

    def monotonic(self) -> float:
        return 0.0

    def token_hex(self, octets: int) -> str:
        self.count += 1
        return f"{self.count:0{2 * octets}x}"

    def jitter(self, low: float, high: float) -> float:
        return low


POLICY = Policy(
    brands={"acme": Brand("acme", "Acme Support", "support@acme.example", timezone="Europe/Berlin")},
    mailboxes=(Mailbox("support@acme.example", "acme"),),
    teams={"it": Team("it", "Second Floor IT", ("bo",), names={"zh": "二楼技术组"})},
    agents={"bo": Agent("bo", "Bo Chen", "bo@acme.example")},
    secrets=(("k1", b"a secret of thirty-two octets...."),),
)
TICKET = Ticket(
    7,
    1042,
    "rid7",
    "acme",
    "support@acme.example",
    "Printer broken",
    Status.OPEN,
    "it",
    Participant("ana@cust.example", "Ana Lee"),
    references=("first@cust.example",),
    last_message_id="first@cust.example",
)
ANA = Address("ana@cust.example", "Ana Lee")
BO = Address("bo@acme.example", "Bo Chen")
TO_AGENTS = frozenset(
    {
        LetterKind.NOTIFICATION,
        LetterKind.REMINDER,
        LetterKind.TRANSCRIPT,
        LetterKind.CONFIRMATION,
        LetterKind.UNDELIVERED,
        LetterKind.ALERT,
        LetterKind.WARNING,
        LetterKind.HANDOVER,
        LetterKind.DIGEST,
        LetterKind.WELCOME,
    }
)
PURPOSES = {
    LetterKind.SURVEY: Purpose.SURVEY,
    LetterKind.CONFIRMATION: Purpose.CONFIRMATION,
    LetterKind.WELCOME: Purpose.CONTROL,
}


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates.load(shipped("templates"))


@pytest.fixture
def composer(templates: Templates) -> Composer:
    return Composer(POLICY, Tokens(POLICY.secrets), templates, FixedClock())


def order(kind: LetterKind, **changes: Any) -> LetterOrder:
    """An ordinary order of that kind."""
    agent = kind in TO_AGENTS
    purpose = PURPOSES.get(kind, Purpose.AGENT if agent else Purpose.CUSTOMER)
    plain = LetterOrder(
        kind, BO if agent else ANA, 7, "en", "acme", "support@acme.example", purpose, in_reply_to="newest@cust.example"
    )
    return replace(plain, **changes)


def write(composer: Composer, one: LetterOrder, ticket: Ticket | None = TICKET, **more: Any) -> Letter:
    """The one letter of one order."""
    (letter,) = composer.compose(
        (one,), ticket, more.pop("raw", None), more.pop("attachment_of", lambda raw, path: b""), NOW_MS, **more
    )
    return letter


def read(letter: Letter) -> EmailMessage:
    """The letter as the standard library understands it."""
    message = message_from_bytes(letter.data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(letter: Letter) -> str:
    part = read(letter).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(letter: Letter) -> str:
    part = read(letter).get_body(("html",))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
