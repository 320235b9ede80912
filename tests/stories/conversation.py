"""Mails in, letters and states out: people who know nothing but their mail program.

Everything between is real: parser, rules, store, templates, outbox. ``write`` is a fresh mail, ``reply`` answers the
newest letter in somebody's mailbox as mail programs do, with its subject, its thread and its text quoted below;
``reads`` gives the letters that have come for somebody since they last looked.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage

from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import Purpose
from mailgate.desk.ticket import Ticket
from mailgate.gateway import Settled
from tests.duties.desk import AUTHSERV, World, back, text_of

CLEO = "cleo@customer.example"
BOSS = "boss@customer.example"
VENDOR = "vera@vendor.example"
EVE = "eve@elsewhere.example"
ANA = "ana@acme.example"
BEN = "ben@acme.example"
SUE = "sue@acme.example"
WIM = "wim@acme.example"
SUPPORT = "support@acme.example"

_unique = itertools.count(1)


@dataclass
class Conversation:
    """A desk and the mailboxes of all who write to it."""

    world: World
    boxes: dict[str, list[EmailMessage]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def write(
        self,
        who: str,
        text: str,
        subject: str = "Printer broken",
        to: str = SUPPORT,
        proved: bool = True,
        attached: Sequence[EmailMessage] = (),
        headers: Sequence[tuple[str, str]] = (),
        html: str = "",
    ) -> Settled:
        """A mail comes in, is settled, and what it brings is delivered."""
        message = EmailMessage()
        if proved:
            message["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={who.rpartition('@')[2]}"
            message["Received"] = "from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000"
        message["From"], message["To"], message["Subject"] = f"{name_of(who)} <{who}>", to, subject
        message["Message-ID"] = f"<{next(_unique)}.{abs(hash(who))}@{who.rpartition('@')[2]}>"
        for name, value in headers:
            message[name] = value
        message.set_content(html or text, subtype="html" if html else "plain")
        for other in attached:
            message.add_attachment(other)
        settled = self.world.take(message.as_bytes(policy=policy.SMTP), who, to)
        self.deliver()
        return settled

    def reply(self, who: str, text: str, letter: EmailMessage | None = None, proved: bool = True) -> Settled:
        """The answer to the newest letter of somebody's, or to another one."""
        asked = letter or self.boxes[who][-1]
        subject = str(asked["Subject"])
        quoted = "\n".join(f"> {line}" for line in text_of(asked).splitlines())
        sender = asked["From"].addresses[0]
        whole = f"{text}\n\nOn Wed, 25 Nov 2026 at 09:46, {sender.display_name} <{sender.addr_spec}> wrote:\n{quoted}\n"
        threaded = (("In-Reply-To", str(asked["Message-ID"])), ("References", str(asked["Message-ID"])))
        titled = subject if subject.startswith("Re:") else f"Re: {subject}"
        return self.write(who, whole, titled, back(asked), proved, headers=threaded)

    def deliver(self) -> None:
        """Every letter that is due lies in its mailbox."""
        for letter in self.world.sent():
            self.boxes.setdefault(str(letter["To"].addresses[0].addr_spec), []).append(letter)

    def reads(self, who: str) -> list[EmailMessage]:
        """What has come for somebody since the last time."""
        box = self.boxes.get(who, [])
        new = box[self.seen.get(who, 0) :]
        self.seen[who] = len(box)
        return new

    def read(self, who: str) -> str:
        """The text of the one letter that has come."""
        [letter] = self.reads(who)
        return text_of(letter)

    def everybody_has_read(self) -> None:
        """What is read from here on is news."""
        for who in self.boxes:
            self.reads(who)

    def control(self, who: str) -> str:
        """Somebody's own address for mails that concern no ticket."""
        box = self.world.policy.mailboxes[0]
        return Tokens(self.world.policy.secrets).address(box, Purpose.CONTROL, 0, "", who)

    def ticket(self, number: int = 0) -> Ticket:
        """The ticket of that number; the newest one without."""
        rows = self.world.store.rows
        condition, values = ("WHERE number = ?", [number]) if number else ("", [])
        [(found,)] = rows.all(f"SELECT id FROM tickets {condition} ORDER BY id DESC LIMIT 1", values)
        return self.world.ticket(int(found))

    def later(self, ms: int) -> None:
        """So much later, the duties have looked and their letters are delivered."""
        self.world.later(ms)
        self.deliver()


def name_of(address: str) -> str:
    """``Cleo`` for ``cleo@customer.example``."""
    return address.partition("@")[0].title()
