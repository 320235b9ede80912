"""A desk without processes: real store, real spool, real templates and rules, and a clock that the test drives."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from mailgate.assembly import ours_of, plain_desk
from mailgate.clock import SystemClock
from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Policy, ProofProfile
from mailgate.desk.ticket import Ticket
from mailgate.edges.dns import NoDns
from mailgate.edges.smtp_out.courier import Answer, Post, Sent, one_by_one
from mailgate.edges.spool.spool import Spool
from mailgate.gateway import Arrival, Desk, Senses, Settled, read, settle
from mailgate.mail.identity.proof import Profile
from mailgate.mail.model import Envelope
from mailgate.outgoing import Sender
from mailgate.store.database import Store
from mailgate.timetable import Timetable

START_MS = 1_795_600_000_000
"""Wednesday 2026-11-25, 09:46:40 UTC."""

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
AUTHSERV = "mx.acme.example"
PROOF = ProofProfile(AUTHSERV, trusted_relays=("127.0.0.0/8",))


class DrivenClock(SystemClock):
    """Both clocks stand still until a test moves them; chance is always the low end. Ids are the system's."""

    def __init__(self) -> None:
        self.ms = START_MS

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    def jitter(self, low: float, high: float) -> float:
        return low


@dataclass
class Far:
    """The far side of the outbox: keeps each letter, or raises what ``answer`` says for it."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, Exception] = field(default_factory=dict)
    closed: bool = False

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        if recipient in self.refuses:
            raise self.refuses[recipient]
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        return Sent("250 2.0.0 taken")

    def send_all(self, letters: Sequence[Post]) -> list[Answer]:
        return one_by_one(self.send, letters)

    def check(self) -> None:
        """It is there."""

    def idle(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        self.closed = True


@dataclass
class World:
    """The parts of one daemon, called by hand."""

    store: Store
    spool: Spool
    clock: DrivenClock
    policy: Policy
    folder: Path
    far: Far = field(default_factory=Far)
    rung: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk: Desk = plain_desk(self.policy, self.clock)
        profile = Profile(PROOF.authserv_id, PROOF.topmost, PROOF.trusted_relays)
        profiles = tuple((box, profile) for box in self.policy.mailboxes)
        self.senses = Senses(ours_of(self.policy), profiles, NoDns())
        self.timetable = Timetable(
            self.store, self.spool, self.desk, self.senses, self.clock, self.folder, lambda: self.rung.append(1)
        )
        self.sender = Sender(self.store, self.far, self.desk, "here:spool", self.clock)

    def later(self, ms: int) -> None:
        """So much later, every duty looks."""
        self.clock.ms += ms
        self.timetable.jobs.run_all()

    def mail(
        self,
        sender: str,
        text: str,
        subject: str = "Printer broken",
        to: str = "support@acme.example",
        proved: bool = True,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Settled:
        """A mail comes in and is settled."""
        message = EmailMessage()
        if proved:
            domain = sender.rpartition("@")[2]
            message["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={domain}"
            message["Received"] = "from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000"
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Message-ID"] = f"<{hashlib.sha256(f'{sender}{text}{subject}{to}'.encode()).hexdigest()}@x.example>"
        for name, value in headers:
            message[name] = value
        message.set_content(text)
        return self.take(message.as_bytes(policy=email.policy.SMTP), sender, to)

    def take(self, raw: bytes, sender: str, to: str = "support@acme.example") -> Settled:
        """These bytes come in and are settled."""
        envelope = Envelope("smtp", (to,), sender, self.clock.now_ms(), client_ip="127.0.0.1")
        key = self.spool.accept(raw, envelope)
        arrival = Arrival(read(raw, envelope, key, self.senses), raw)
        (settled,) = settle([arrival], self.desk, self.store, self.clock)
        return settled

    def opened(self, sender: str, text: str = "It says PC LOAD LETTER.", subject: str = "Printer broken") -> int:
        """A customer's first mail; the ticket's id."""
        settled = self.mail(sender, text, subject)
        assert settled.plan.outcome is Outcome.NEW, settled.plan.trace
        return settled.ticket

    def ticket(self, ticket_id: int) -> Ticket:
        """The ticket as it is now."""
        with self.store.transaction() as tx:
            found = tx.ticket(ticket_id)
        assert found is not None
        return found

    def sent(self) -> list[EmailMessage]:
        """Hand over everything that is due; the letters since the last time."""
        before = len(self.far.letters)
        while self.sender.turn():
            pass
        return self.far.letters[before:]


def to(letters: Sequence[EmailMessage], address: str) -> list[EmailMessage]:
    """Those that went there."""
    return [each for each in letters if address in str(each["To"])]


def back(letter: EmailMessage) -> str:
    """The address that answers go to."""
    return str(letter["Reply-To"].addresses[0].addr_spec)


def text_of(letter: EmailMessage) -> str:
    """Its text part."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
