"""A month of a desk, played on the real store with a driven clock: customers, agents with shifts and vacations, daemons
that stop, start anew and run two at a time.

Everybody acts on the letters that they get, by dice of a fixed seed. ``Month.play`` plays it; what must be true at the
end is for the test to say, from the database and ``Month.letters``.
"""

from __future__ import annotations

import email.policy
import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from functools import partial
from itertools import count

from mailgate.desk.clock.targets import SlaPolicy
from mailgate.desk.letter import Purpose
from mailgate.desk.policy import Agent, Assign, Closing, Hours, Policy, Role, Survey
from mailgate.desk.ticket import Status, Ticket
from mailgate.edges.smtp_out.courier import Sent
from mailgate.outgoing import Sender
from tests.desk.conversation import policy
from tests.duties.desk import DAY, HOUR, MINUTE, START_MS, Far, World, back

NAMES = ("ana", "ben", "cho", "dan", "eva")
OFFICE = Hours("office", "Europe/Berlin", {day: ((time(8), time(18)),) for day in range(5)})
MIDNIGHT = START_MS - START_MS % DAY


def month_policy() -> Policy:
    """Two teams that give out their tickets, promises, reminders, closing, surveys: everything switched on."""
    plain = policy()
    agents = {name: Agent(name, name.title(), f"{name}@acme.example", capacity=40) for name in NAMES}
    agents["sue"] = replace(plain.agents["sue"], role=Role.SUPERVISOR)
    help_team = replace(
        plain.teams["help"],
        members=("ana", "ben", "cho"),
        supervisors=("sue",),
        hours="office",
        remind_after_ms=0,
        assign=Assign.LEAST_LOADED,
        sla="gold",
        escalate_to="billing",
        digest_at=time(8, 30),
    )
    billing = replace(help_team, id="billing", name="Billing", members=("dan", "eva"), escalate_to="")
    return replace(
        plain,
        agents=agents,
        teams={"help": help_team, "billing": billing},
        hours={"office": OFFICE},
        sla={"gold": SlaPolicy("gold")},
        closing=Closing(3 * DAY, (2 * DAY, 3 * DAY), 3 * DAY),
        survey=Survey(delay_ms=HOUR),
    )


@dataclass
class Letter:
    """One letter as it reached somebody."""

    at_ms: int
    kind: str
    recipient: str
    ticket: int | None
    message: EmailMessage


class Heads(Far):
    """A far side that reads the headers of letters only, which is most of the month's time saved."""

    def send(self, mail_from: str, recipient: str, data: bytes) -> Sent:
        """Take a letter."""
        message = BytesHeaderParser(EmailMessage, policy=email.policy.default).parsebytes(data)
        self.letters.append(message)
        return Sent("250 2.0.0 taken")


@dataclass
class Month:
    """The players. ``make`` makes a daemon on the one database; ``outages`` are spans in which none runs."""

    make: Callable[[Policy], World]
    seed: int
    days: int
    a_day: int
    outages: tuple[tuple[int, int], ...] = ()
    letters: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.policy = month_policy()
        self.worlds = [self.daemon()]
        self.queue: list[tuple[int, int, Callable[[], None]]] = []
        self.numbers = count()
        self.now_ms = MIDNIGHT

    def daemon(self) -> World:
        """One more daemon on the database, whose letters are read no further than their heads."""
        world = self.make(self.policy)
        world.far = Heads()
        world.sender = Sender(world.store, world.far, world.desk, "here:spool", world.clock)
        return world

    @property
    def world(self) -> World:
        """The daemon to which the next mail comes."""
        return self.worlds[-1]

    def at(self, at_ms: int, action: Callable[[], None]) -> None:
        """Somebody does something then."""
        heapq.heappush(self.queue, (at_ms, next(self.numbers), action))

    def soon(self, least_ms: int, most_ms: int, action: Callable[[], None]) -> None:
        """Somebody does something in a while."""
        self.at(self.now_ms + self.dice.randint(least_ms, most_ms), action)

    def play(self) -> None:
        """All of it; the desk is then left alone until nothing is due any more, or another month is over."""
        for day in range(self.days):
            for _ in range(self.dice.randint(self.a_day // 2, self.a_day * 3 // 2)):
                self.at(MIDNIGHT + day * DAY + self.dice.randint(0, DAY), self.writes)
        for day in range(self.days + 4):
            for name in NAMES:
                for minute in range(7 * 60, 17 * 60, 30):
                    self.at(MIDNIGHT + day * DAY + minute * MINUTE, partial(self.works, name))
        self.at(MIDNIGHT + 5 * DAY, lambda: self.leaves("ana", 9))
        self.at(MIDNIGHT + 12 * DAY, lambda: self.leaves("dan", 5))
        self.at(MIDNIGHT + 8 * DAY, self.second_daemon)
        self.at(MIDNIGHT + 15 * DAY, self.restart)
        while self.queue:
            at_ms, _, action = heapq.heappop(self.queue)
            self.until(at_ms)
            action()
            self.read()
        self.until(MIDNIGHT + (self.days + 25) * DAY)

    def down(self, at_ms: int) -> bool:
        """Whether no daemon runs then."""
        return any(start <= at_ms < end for start, end in self.outages)

    def until(self, at_ms: int) -> None:
        """The clock runs on, and the daemons look whenever something is due, and every hour."""
        while self.now_ms < at_ms:
            due_ms = self.world.store.next_timer_ms()
            hour_ms = (self.now_ms // HOUR + 1) * HOUR
            next_ms = hour_ms if due_ms is None else min(hour_ms, max(due_ms, self.now_ms + MINUTE))
            self.now_ms = min(at_ms, next_ms)
            self.look()

    def look(self) -> None:
        """Every daemon that runs does what is due."""
        for world in self.worlds:
            world.clock.ms = self.now_ms
            if not self.down(self.now_ms):
                world.timetable.due()
                world.timetable.digests()
        self.read()

    def read(self) -> None:
        """Letters reach their readers, who act on them."""
        for world in self.worlds:
            for message in [] if self.down(self.now_ms) else world.sent():
                sql = "SELECT kind, ticket_id FROM letters WHERE message_id = ?"
                kind, ticket = world.store.rows.one(sql, (str(message["Message-ID"]).strip("<>"),)) or ("", None)
                recipient = str(message["To"].addresses[0].addr_spec)
                self.letters.append(Letter(self.now_ms, kind, recipient, ticket, message))
                if recipient.endswith("customer.example"):
                    self.answers(kind, recipient, message)

    def mail(self, sender: str, text: str, subject: str, to: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """A mail comes in, when a daemon runs."""
        if self.down(self.now_ms):
            end_ms = next(end for start, end in self.outages if start <= self.now_ms < end)
            self.at(end_ms, lambda: self.mail(sender, text, subject, to, headers))
            return
        self.world.clock.ms = self.now_ms
        self.world.mail(
            sender, f"{text}\n\n{next(self.numbers)}" if "?" in text else text, subject, to, headers=headers
        )

    def writes(self) -> None:
        """A customer has a question; some have several in a month."""
        number = self.dice.randint(0, self.days * self.a_day * 2 // 3)
        to = "billing@acme.example" if number % 4 == 0 else "support@acme.example"
        matter = next(self.numbers)
        self.mail(f"c{number}@customer.example", f"Why is {matter} broken?", f"Matter {matter}", to)

    def answers(self, kind: str, customer: str, letter: EmailMessage) -> None:
        """What a customer makes of a letter: (chance, text), or nothing."""
        luck = self.dice.random()
        for chance, text, headers in REPLIES.get(kind, ()):
            luck -= chance
            if luck < 0:
                words = f"{text} ({next(self.numbers)})" if text.endswith(".") else text
                reply = partial(self.mail, customer, words, f"Re: {letter['Subject']}", back(letter), headers)
                self.soon(MINUTE, 20 * HOUR, reply)
                return

    def works(self, name: str) -> None:
        """An agent in the shift takes one of the tickets that wait: the own ones first, then nobody's."""
        moment = datetime.fromtimestamp(self.now_ms / 1000, UTC)
        if self.down(self.now_ms) or moment.weekday() > 4 or self.dice.random() < 0.2 or name in self.away():
            return
        mine = next(team.id for team in self.policy.teams.values() if name in team.members)
        sql = (
            "SELECT id FROM tickets WHERE team = ? AND closed_ms IS NULL AND waiting_since_ms IS NOT NULL "
            "AND assignee IN ('', ?) ORDER BY assignee DESC, waiting_since_ms LIMIT 1"
        )
        found = self.world.store.rows.one(sql, (mine, name))
        if found:
            self.handles(name, self.world.ticket(found[0]))

    def handles(self, name: str, ticket: Ticket) -> None:
        """The agent answers, asks, or resolves."""
        luck, number = self.dice.random(), next(self.numbers)
        address = f"{name}@acme.example"
        box = next(box for box in self.policy.mailboxes if box.address == ticket.mailbox)
        to = self.world.desk.tokens.address(box, Purpose.AGENT, ticket.number, ticket.rid, address)
        take = "" if ticket.assignee == name else "#take\n"
        head = "#resolve\n" if luck < 0.45 else "#close\n" if luck < 0.55 else ""
        self.mail(address, f"{take}{head}\nDo this ({number}).", f"Re: [#{ticket.number}]", to)

    def away(self) -> set[str]:
        """Who is away now."""
        sql = "SELECT agent FROM absences WHERE until_ms > ?"
        return {name for (name,) in self.world.store.rows.all(sql, (self.now_ms,))}

    def leaves(self, name: str, days: int) -> None:
        """An agent goes on vacation, and says so to the desk."""
        to = self.world.desk.tokens.address(self.policy.mailboxes[0], Purpose.CONTROL, 0, "", f"{name}@acme.example")
        until = datetime.fromtimestamp((self.now_ms + days * DAY) / 1000, UTC).date().isoformat()
        self.mail(f"{name}@acme.example", f"#away until {until}", "away", to)

    def second_daemon(self) -> None:
        """From here on two daemons work on the one database."""
        self.worlds.append(self.daemon())

    def restart(self) -> None:
        """Both daemons end and one starts anew."""
        self.worlds = [self.daemon()]


_AWAY = (("Auto-Submitted", "auto-replied"),)
REPLIES: dict[str, tuple[tuple[float, str, tuple[tuple[str, str], ...]], ...]] = {
    "answer": (
        (0.35, "And what about the rest?", ()),
        (0.15, "Thank you!", ()),
        (0.05, "I am out of office.", _AWAY),
    ),
    "resolution": (
        (0.35, "Yes, thanks!", ()),
        (0.15, "No, it is still broken.", ()),
        (0.10, "谢谢！", ()),
        (0.05, "I am out of office.", _AWAY),
        (0.05, "And how do I change the paper?", ()),
    ),
    "customer_reminder": ((0.4, "Sorry, here it is. Does that help?", ()),),
    "closing": ((0.1, "Please open it again, can you?", ()),),
    "survey": (
        (0.25, "good", ()),
        (0.10, "bad\n\nIt took long.", ()),
        (0.05, "一般", ()),
        (0.05, "I am out of office.", _AWAY),
        (0.05, "5\n\nWhere is the invoice?", ()),
    ),
}
"""Letter → what customers write back, and how often; the rest are silent."""

ENDED = frozenset({Status.CLOSED, Status.SPAM, Status.MERGED})
