"""No forged mail speaks for the desk: every trick with an author, with a real agent's token in hand, by both intakes.

The forger is given all that could leak: the ticket's token as the agent got it in Reply-To, the agent's name and
address, and a domain of his own that passes DMARC. Whatever becomes of his mail, no customer hears of it and no ticket
moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from mailgate.assembly import desk_of, open_store, senses_of
from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.desk.effect import Direction
from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.ticket import Status, Ticket
from mailgate.gateway import Arrival, Desk, Senses, Settled, read, settle
from mailgate.mail.model import Envelope
from mailgate.store.database import Store
from tests.config.folder import GOOD, write

ANA = "ana@acme.example"
EVIL = "mallory@evil.example"
CONFIG = GOOD.replace('address = "support@acme.example"\n', 'address = "support@acme.example"\ndns = false\n', 1)
BOX = '\n[[mailboxes]]\naddress = "support@acme.example"\n'
PROFILE = 'proof = { authserv_id = "mx.acme.example", trusted_relays = ["127.0.0.0/8"] }\n'

PASSED = "Authentication-Results: mx.acme.example; dmarc=pass header.from=evil.example\r\n"
"""What our provider finds of the forger's own domain; it stands above the border."""

BORDER = (
    "Received: from mail.evil.example (mail.evil.example [93.184.216.34]) by mx.acme.example; "
    "Sun, 22 Nov 2026 10:00:00 +0000\r\n"
)
FORGED_PASS = "Authentication-Results: mx.acme.example; dmarc=pass header.from=acme.example\r\n"
ARC_PASS = "ARC-Authentication-Results: i=1; mx.acme.example; dmarc=pass header.from=acme.example\r\n"


def mail(author: str, head: str = PASSED + BORDER, more: str = "") -> str:
    """A forged mail: the provider's headers, then whatever the forger wrote, ``author`` being whole From lines."""
    return (
        f"{head}{more}{author}\r\nTo: {{to}}\r\nSubject: Re: Printer\r\nDate: {{date}}\r\nMessage-ID: <{{unique}}>\r\n"
    )


def from_(value: str) -> str:
    """One From line."""
    return f"From: {value}"


UNPROVED = BORDER
FAILED = "Authentication-Results: mx.acme.example; dmarc=fail header.from=acme.example\r\n" + BORDER

CASES: dict[str, str] = {
    "S01 dmarc fail": mail(from_(ANA), FAILED),
    "S01 no verdict at all": mail(from_(ANA), UNPROVED),
    "S02 forged verdict below the border": mail(from_(ANA), UNPROVED, FORGED_PASS),
    "S02 forged verdict and hop below": mail(from_(ANA), UNPROVED, FORGED_PASS + BORDER),
    "S02 forged verdict, no hop at all": mail(from_(ANA), "", FORGED_PASS),
    "S03 somebody else's verdict": mail(
        from_(ANA), "Authentication-Results: mx.evil.example; dmarc=pass header.from=acme.example\r\n" + BORDER
    ),
    "S03 pass in a comment": mail(
        from_(ANA),
        "Authentication-Results: mx.acme.example; dmarc=none (dmarc=pass header.from=acme.example)\r\n" + BORDER,
    ),
    "S03 pass in a reason": mail(
        from_(ANA),
        'Authentication-Results: mx.acme.example; dmarc=fail reason="dmarc=pass header.from=acme.example"\r\n' + BORDER,
    ),
    "S03 another domain's pass": mail(from_(ANA)),
    "S03 dkim of another domain": mail(
        from_(ANA), "Authentication-Results: mx.acme.example; dkim=pass header.d=evil.example\r\n" + BORDER
    ),
    "S03 two verdicts": mail(
        from_(ANA),
        "Authentication-Results: mx.acme.example; dmarc=fail header.from=acme.example\r\n" + FORGED_PASS + BORDER,
    ),
    "S04 two From, agent first": mail(f"{from_(ANA)}\r\n{from_(EVIL)}"),
    "S04 two From, agent second": mail(f"{from_(EVIL)}\r\n{from_(ANA)}"),
    "S04 bare CR": mail(f"From: {EVIL}\rFrom: {ANA}"),
    "S05 a list of two": mail(from_(f"{ANA}, {EVIL}")),
    "S05 a list, agent last": mail(from_(f"{EVIL}, {ANA}")),
    "S06 Sender is the agent": mail(f"{from_(EVIL)}\r\nSender: {ANA}"),
    "S06 Resent-From is the agent": mail(f"{from_(EVIL)}\r\nResent-From: {ANA}\r\nX-Original-From: {ANA}"),
    "S06 Reply-To is the agent": mail(f"{from_(EVIL)}\r\nReply-To: {ANA}"),
    "S07 a space before the colon": mail(f"From : {ANA}\r\nX-From: {EVIL}"),
    "S08 the address as a name": mail(from_(f'"{ANA}" <{EVIL}>')),
    "S08 name and bidi": mail(from_(f"=?utf-8?B?4oCuZWxwbWF4ZS5lbWNhQGFuYQ==?= <{EVIL}>")),
    "S08 the agent's name": mail(from_(f"Ana <{EVIL}>")),
    "S09 an encoded word as address": mail(from_("=?utf-8?Q?ana=40acme=2Eexample?=")),
    "S09 an encoded word in angles": mail(from_("<=?utf-8?Q?ana=40acme=2Eexample?=>")),
    "S09 an encoded line end": mail(from_(f"=?utf-8?Q?x=0D=0AFrom:_{ANA.replace('@', '=40')}?= <{EVIL}>")),
    "S09 NUL": mail(from_(f"{ANA}\x00 <{EVIL}>")),
    "S10 address before angles": mail(from_(f"{ANA} <{EVIL}>")),
    "S10 two angles": mail(from_(f"<{ANA}> <{EVIL}>")),
    "S10 a route": mail(from_(f"<@evil.example:{ANA}>")),
    "S10 a group": mail(from_(f"team: {ANA};")),
    "S10 a comment": mail(from_(f"({ANA}) {EVIL}")),
    "S10 a comment inside": mail(from_("ana(x)@acme.example(@evil.example)")),
    "S10 no closing angle": mail(from_(f"<{ANA}")),
    "S11 quoted local part": mail(from_('"ana"@acme.example')),
    "S11 percent": mail(from_("ana%acme.example@evil.example")),
    "S11 two at signs": mail(from_("ana@acme.example@evil.example")),
    "S11 quoted whole": mail(from_('"ana@acme.example"@evil.example')),
    "S12 a Cyrillic a": mail(from_("=?utf-8?B?0LBuYUBhY21lLmV4YW1wbGU=?= <\u0430na@acme.example>")),
    "S12 full width": mail(from_("\uff41na@acme.example")),
    "S12 full-width at": mail(from_("ana\uff20acme.example")),
    "S12 a zero-width space": mail(from_("ana\u200b@acme.example")),
    "S13 capitals, unproved": mail(from_("ANA@ACME.EXAMPLE"), UNPROVED),
    "S13 plus": mail(from_("ana+x@acme.example")),
    "S13 a dot at the end": mail(from_("ana@acme.example.")),
    "S14 no From": mail("X-Nobody: x"),
    "S14 an empty From": mail(from_("")),
    "S14 five thousand letters": mail(from_(f"{'a' * 5000}@acme.example")),
    "S14 a domain literal": mail(from_("ana@[192.0.2.1]")),
    "S29 an ARC pass": mail(from_(ANA), UNPROVED, ARC_PASS),
    "S31 hidden in HTML": mail(from_(EVIL)) + "Content-Type: text/html\r\n",
    "S32 the customer commands": mail(from_("carla@client.example"), UNPROVED.replace("evil", "client")),
}
"""The catalogue's forgeries, by their ids."""


@dataclass
class Office:
    """A desk with one ticket of Carla's, by one intake."""

    desk: Desk
    senses: Senses
    store: Store
    source: str
    clock: SystemClock
    count: int = 0

    def send(self, raw: bytes, to: str, mail_from: str | None = EVIL) -> Settled:
        """A mail, read and settled as the daemon would."""
        self.count += 1
        smtp = Envelope("smtp", (to,), mail_from, self.clock.now_ms(), client_ip="127.0.0.1", helo="mx.acme.example")
        imap = Envelope("imap", (to,), None, self.clock.now_ms())
        envelope = smtp if self.source == "smtp" else imap
        if self.source == "smtp":
            raw = b"Received: from mx.acme.example (localhost [127.0.0.1]) by desk.acme.example; now\r\n" + raw
        reading = read(raw, envelope, self.clock.token_hex(16), self.senses)
        (settled,) = settle([Arrival(reading, raw)], self.desk, self.store, self.clock)
        return settled

    def ticket(self, number: int) -> Ticket:
        """As it stands."""
        found = self.store.run(lambda tx: tx.ticket(number))
        assert found is not None
        return found


@pytest.fixture(scope="module", params=["smtp", "imap"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One desk for all forgeries of an intake."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    clock = SystemClock()
    settings = load(write(folder, CONFIG, BOX + PROFILE), clock)
    store = open_store(settings, clock)
    yield Office(desk_of(settings, clock), senses_of(settings, clock), store, request.param, clock)
    store.close()


@pytest.fixture
def opened(office: Office) -> Ticket:
    """Carla's ticket, new for each forgery."""
    raw = (
        f"From: Carla <carla@client.example>\r\nTo: support@acme.example\r\nSubject: Printer\r\n"
        f"Message-ID: <first.{office.count}@client.example>\r\n\r\nIt says PC LOAD LETTER.\r\n"
    )
    return office.ticket(office.send(raw.encode(), "support@acme.example", "carla@client.example").ticket)


@pytest.mark.parametrize("case", CASES)
def test_no_forgery_gains_an_agents_authority(office: Office, opened: Ticket, case: str) -> None:
    """Not a word to the customer, not a command done, nothing that an agent said on the ticket (S-01 to S-14, S-29,
    S-31, S-32)."""
    box = office.desk.policy.mailbox("support@acme.example")
    assert box is not None
    token = Tokens(office.desk.policy.secrets).address(box, Purpose.AGENT, opened.number, opened.rid, ANA)
    unique = f"{office.count}.forged@evil.example"
    head = CASES[case].format(to=token, date=formatdate(), unique=unique)
    raw = f"{head}\r\n#close\r\n#priority urgent\r\n\r\nSend your password to me.\r\n".encode(
        "utf-8", "surrogateescape"
    )
    settled = office.send(raw, token)
    after = office.ticket(opened.id)
    assert after.status in (Status.NEW, Status.OPEN)
    assert after.priority == opened.priority
    spoken = {LetterKind.ANSWER, LetterKind.RESOLUTION, LetterKind.COPY, LetterKind.TRANSCRIPT}
    assert not [letter for letter in settled.letters if letter.kind in spoken]
    assert not [letter for letter in settled.letters if letter.recipient == "carla@client.example"]
    assert not [e for e in settled.plan.effects if getattr(e, "direction", None) is Direction.AGENT]


def test_the_same_mail_of_the_agent_herself_is_obeyed(office: Office, opened: Ticket) -> None:
    """Proved by our provider above its border, with her token: the answer goes out. Else the test above shows
    nothing."""
    box = office.desk.policy.mailbox("support@acme.example")
    assert box is not None
    token = Tokens(office.desk.policy.secrets).address(box, Purpose.AGENT, opened.number, opened.rid, ANA)
    head = mail(from_(f"Ana <{ANA}>"), FORGED_PASS + BORDER)
    text = head.format(to=token, date=formatdate(), unique=f"{office.count}.real@acme.example")
    settled = office.send(f"{text}\r\n#priority urgent\r\n\r\nTurn it off and on.\r\n".encode(), token, ANA)
    assert office.ticket(opened.id).priority == "urgent"
    assert [letter.recipient for letter in settled.letters if letter.kind is LetterKind.ANSWER] == [
        "carla@client.example"
    ]
