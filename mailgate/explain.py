"""What would become of a mail, and why, without any effect: the same ``read`` and ``decide`` that a live mail meets.

With a config the desk's own rules speak, and the database, where it can be reached, says which tickets the clues lead
to; nothing is locked and nothing is written. Without a config a plain desk with the defaults answers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from mailgate.assembly import desk_of, open_store, ours_of, plain_desk, senses_of
from mailgate.clock import Clock, SystemClock
from mailgate.config.settings import Settings
from mailgate.desk.decide import decide
from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import OpenTicket
from mailgate.desk.facts import NO_FACTS, Carrier, Facts
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Brand, Mailbox, Policy, Team
from mailgate.desk.questions import ask
from mailgate.edges.dns import NoDns
from mailgate.errors import Temporary
from mailgate.gateway import Desk, Senses, deliveries, read
from mailgate.ingest import files
from mailgate.mail.head import headers
from mailgate.mail.head.trail import received_trail
from mailgate.mail.model import Action, Envelope, Reading, VerdictKind
from mailgate.store.database import Store


@dataclass(frozen=True)
class Explainer:
    """Answers ``explain`` for one desk; ``store`` is None where there is no database to ask."""

    desk: Desk
    senses: Senses
    clock: Clock
    store: Store | None = None

    def explain(self, name: str, raw: bytes, mailbox: str = "") -> dict[str, object]:
        """One JSON-ready object for one mail, with the fields of DESIGN's interfaces; ``name`` becomes ``id``."""
        envelope = self._envelope(mailbox)
        reading = read(raw, envelope, name, self.senses)
        delivery = deliveries(envelope, self.desk.policy)[0]
        plan = self._plan(reading, delivery)
        return {
            "id": name,
            **mail_fields(reading),
            "trail": trail_fields(raw),
            **plan_fields(plan, self._reference(reading, delivery)),
        }

    def _envelope(self, mailbox: str) -> Envelope:
        address = mailbox or self.desk.policy.mailboxes[0].address
        return Envelope("ingest", (address,), received_ms=self.clock.now_ms())

    def _plan(self, reading: Reading, delivery: Delivery) -> Plan:
        now_ms = self.clock.now_ms()
        return decide(
            reading, delivery, self._facts(reading, delivery, now_ms), self.desk.policy, self.desk.router, now_ms
        )

    def _facts(self, reading: Reading, delivery: Delivery, now_ms: int) -> Facts:
        if self.store is None:
            return NO_FACTS
        return self.store.facts(ask(reading, delivery, self.desk.policy, now_ms, self.desk.router))

    def _reference(self, reading: Reading, delivery: Delivery) -> int | None:
        """The ticket number that the subject's tag names, whether it exists or not."""
        clues = ask(reading, delivery, self.desk.policy, 0).clues
        return next((clue.number for clue in clues if clue.carrier is Carrier.TAG), None)


def mail_fields(reading: Reading) -> dict[str, object]:
    """What was read: the mail itself, and who or what wrote it."""
    mail, verdict = reading.mail, reading.verdict
    shown = mail.author or (mail.from_[0] if mail.from_ else None)
    reported = verdict.bounce.recipients if verdict.bounce else ()
    return {
        "from_addr": shown.email if shown else "",
        "from_name": shown.name if shown else "",
        "author_unknown": mail.author_unknown,
        "to_addrs": [address.email for address in mail.to],
        "cc_addrs": [address.email for address in mail.cc],
        "reply_to_addrs": [address.email for address in mail.reply_to],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": " ".join(mail.in_reply_to),
        "references": list(mail.references),
        "date_ms": mail.date_ms,
        "language": mail.language,
        "text": mail.text,
        "html": mail.html,
        "reply_text": mail.reply_text,
        "reply_text_nosig": mail.reply_text_nosig,
        "spans": [
            {
                "start": span.start,
                "end": span.end,
                "kind": span.kind.value,
                "confidence": span.confidence,
                "evidence": span.evidence,
            }
            for span in mail.spans
        ],
        "attachments": [
            {
                "filename": part.filename,
                "content_type": part.content_type,
                "claimed_type": part.claimed_type,
                "size": part.size,
                "sha256": part.sha256,
                "inline": part.inline,
                "noise": part.noise,
                "risks": list(part.risks),
            }
            for part in mail.attachments
        ],
        "protection": list(mail.protection),
        "defects": list(mail.defects),
        "verdict": verdict.kind.value,
        "evidence": list(verdict.evidence),
        "is_auto": verdict.automatic or verdict.kind is not VerdictKind.GENUINE,
        "is_bounce": verdict.kind is VerdictKind.BOUNCE,
        "failed_recipients": [who.email for who in reported if who.action is Action.FAILED],
        "delayed_recipients": [who.email for who in reported if who.action is Action.DELAYED],
        "away_until_ms": verdict.away_until_ms,
        "proof": reading.sender.proof.value,
        "proof_evidence": list(reading.sender.evidence),
    }


def trail_fields(raw: bytes) -> list[dict[str, object]]:
    """Which way the mail came, oldest hop first: who handed over to whom, when, and after how many seconds."""
    return [asdict(hop) for hop in received_trail(headers.read(raw).fields)]


def plan_fields(plan: Plan, reference: int | None) -> dict[str, object]:
    """What would be done."""
    opened = next((effect for effect in plan.effects if isinstance(effect, OpenTicket)), None)
    return {
        "ticket_ref": reference,
        "outcome": plan.outcome.value,
        "cause": plan.cause.value if plan.cause else None,
        "team": opened.team if opened else "",
        "kind": opened.kind if opened else "",
        "priority": opened.priority if opened else "",
        "assignee": opened.assignee if opened else "",
        "tags": list(opened.tags) if opened else [],
        "rule": plan.rule,
        "ack": plan.acknowledge or True,
        "letters": [
            {"kind": order.kind.value, "to": order.to.email, "language": order.language} for order in plan.letters
        ],
        "trace": list(plan.trace),
    }


def explain(paths: Iterable[Path], settings: Settings | None) -> Iterator[dict[str, object]]:
    """One JSON-ready object a mail, files and folders alike; without settings a plain desk answers."""
    clock = SystemClock()
    explainer, store = _explainer(settings, clock)
    try:
        for name, raw in mails(paths):
            yield explainer.explain(name, raw)
    finally:
        if store is not None:
            store.close()


def _explainer(settings: Settings | None, clock: Clock) -> tuple[Explainer, Store | None]:
    if settings is None:
        return plain_explainer(clock), None
    desk, store = desk_of(settings, clock), None
    try:
        store = open_store(settings, clock)
        desk = desk.under(store.roster())
    except Temporary:
        store = None
    return Explainer(desk, senses_of(settings, clock), clock, store), store


def plain_explainer(clock: Clock) -> Explainer:
    """A desk with the defaults and no database: one brand, one mailbox, one team, no rules, no DNS."""
    brand = Brand("desk", "Support", "support@desk.example", default_team="support")
    box = Mailbox(brand.address, brand.id)
    policy = Policy(
        brands={brand.id: brand},
        mailboxes=(box,),
        teams={"support": Team("support", "Support")},
        agents={},
        secrets=(("plain", b"no secret: nothing that explain prints is ever sent"),),
    )
    return Explainer(plain_desk(policy, clock), Senses(ours_of(policy), (), NoDns()), clock)


STDIN = Path("-")


def mails(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Every mail of the paths as (name, bytes), the same ones that ``ingest`` would take; ``-`` is standard input."""
    for path in paths:
        if path == STDIN:
            yield "-", sys.stdin.buffer.read()
        else:
            yield from ((Path(mail.name).name, mail.raw) for mail in files([path]))
