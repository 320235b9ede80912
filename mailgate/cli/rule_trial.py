"""One test of the rules, tried: its mail is read and decided as a live one is, with no ticket, no DNS and no effect.

Only the proof of the sender is taken from the test, since a mail that was never sent has none.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from mailgate.assembly import desk_of, senses_of
from mailgate.clock import Clock
from mailgate.config.rule_tests import MailTest
from mailgate.config.settings import Settings
from mailgate.desk.clock.clocks import chosen
from mailgate.desk.decide import decide
from mailgate.desk.effect import OpenTicket
from mailgate.desk.facts import NO_FACTS
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Policy
from mailgate.gateway import Desk, Senses, deliveries, read
from mailgate.mail.model import Envelope, Proof
from mailgate.rule_diff import outcome_of


@dataclass(frozen=True, slots=True)
class Tried:
    """How a test came out: a sentence for each thing that is not as expected, and the decision's own reasons."""

    test: MailTest
    wrong: tuple[str, ...]
    trace: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything came out as expected."""
        return not self.wrong


def raw_of(test: MailTest, now_ms: int, unique: str) -> bytes:
    """The test's mail: its file, or one made of its parts."""
    if test.mail:
        return test.mail.read_bytes()
    mail = EmailMessage(policy=SMTP)
    mail["From"] = test.sender
    mail["To"] = test.to
    mail["Subject"] = test.subject
    mail["Date"] = formatdate(now_ms / 1000)
    mail["Message-ID"] = f"<{unique}@rules.test.invalid>"
    for name, value in test.headers.items():
        del mail[name]
        mail[name] = value
    mail.set_content(test.body or "\n")
    for filename in test.attachments:
        maintype, _, subtype = (mimetypes.guess_type(filename)[0] or "application/octet-stream").partition("/")
        mail.add_attachment(b"a test of the rules", maintype=maintype, subtype=subtype, filename=filename)
    return mail.as_bytes()


def came_out(plan: Plan, policy: Policy) -> dict[str, object]:
    """What a plan comes to, under the names that ``expect`` uses; the promise is the one that counts in the end."""
    opened = next((effect for effect in plan.effects if isinstance(effect, OpenTicket)), None)
    promised = chosen(opened, policy) if opened else None
    sla = promised.policy.id if promised else ""
    return {**outcome_of(plan), "sla": sla, "rule": plan.rule, "ack": plan.acknowledge == ""}


def differences(expected: dict[str, object], actual: dict[str, object]) -> tuple[str, ...]:
    """A sentence for each thing that differs; of tags, those that are missing."""
    found = []
    for key, wanted in expected.items():
        came = actual[key]
        same = set(wanted) <= set(came) if isinstance(wanted, list) and isinstance(came, list) else wanted == came
        if not same:
            found.append(f"{key}: expected {wanted!r}, came out as {came!r}")
    return tuple(found)


@dataclass(frozen=True)
class Trial:
    """Tries tests against one desk."""

    desk: Desk
    senses: Senses
    clock: Clock

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> Trial:
        """For these settings; DNS is never asked."""
        return cls(desk_of(settings, clock), senses_of(replace(settings, dns=False), clock), clock)

    def run(self, test: MailTest) -> Tried:
        """Read the test's mail, decide, compare."""
        now_ms = self.clock.now_ms() if test.at_ms is None else test.at_ms
        raw = raw_of(test, now_ms, self.clock.token_hex(8))
        envelope = Envelope("ingest", (test.to,), received_ms=now_ms)
        reading = read(raw, envelope, test.name, self.senses)
        reading = replace(reading, sender=replace(reading.sender, proof=Proof(test.proof), method="the test"))
        delivery = deliveries(envelope, self.desk.policy)[0]
        plan = decide(reading, delivery, NO_FACTS, self.desk.policy, self.desk.router, now_ms)
        return Tried(test, differences(dict(test.expected), came_out(plan, self.desk.policy)), plan.trace)
