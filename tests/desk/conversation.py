"""A desk in values, and mails as a test wants them: what every test of the rules talks to.

``Desk`` keeps no state beyond what it is given; ``plan`` asks the real ``decide``. Nothing here stands in for code of
ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time

from mailgate.desk.case import Case
from mailgate.desk.commands.scene import Scene
from mailgate.desk.decide import Delivery, decide
from mailgate.desk.effect import Effect
from mailgate.desk.facts import NO_FACTS, Asked, Facts
from mailgate.desk.identity.token import Tokens, binding
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.plan import Plan
from mailgate.desk.policy import Agent, Brand, Hours, Mailbox, Policy, Role, Team
from mailgate.desk.questions import ask
from mailgate.desk.routing import route
from mailgate.desk.routing.rule import Rule
from mailgate.desk.ticket import Participant, Status, Ticket
from mailgate.mail.model import (
    Address,
    Attachment,
    Bounce,
    Envelope,
    Mail,
    Proof,
    Reading,
    Sender,
    Verdict,
    VerdictKind,
)

NOW_MS = 1_795_600_000_000
"""Wednesday 2026-11-25, 09:46:40 UTC."""

SUPPORT = Mailbox("support@acme.example", "acme")
BILLING = Mailbox("billing@acme.example", "acme", team="billing")
SHOP = Mailbox("help@shop.example", "shop")
OFFICE = Hours("office", "UTC", {day: ((time(9), time(17)),) for day in range(5)})
ANA = Agent("ana", "Ana Ruiz", "ana@acme.example", aliases=("ana.ruiz@acme.example",))
BEN = Agent("ben", "Ben Okafor", "ben@acme.example")
SUE = Agent("sue", "Sue Lindqvist", "sue@acme.example", role=Role.SUPERVISOR)
GONE = Agent("gone", "Gone Agent", "gone@acme.example", active=False)
ASKED = Asked(77, "the-held-mail", waiting=True)
"""A mail in an agent's name that the agent was asked to confirm."""

WATCHER = Agent("wim", "Wim", "wim@acme.example", role=Role.WATCHER)


def policy(rules: tuple[Rule, ...] = (), **changes: object) -> Policy:
    """Two brands, two teams, a few people; ``changes`` replace fields."""
    plain = Policy(
        brands={
            "acme": Brand("acme", "Acme Support", "support@acme.example", default_team="help"),
            "shop": Brand("shop", "Shop", "help@shop.example", default_team="help"),
        },
        mailboxes=(SUPPORT, BILLING, SHOP),
        teams={
            "help": Team("help", "Help", ("ana", "ben"), remind_after_ms=4 * 3_600_000),
            "billing": Team("billing", "Billing", ("ben",), hours="office"),
        },
        agents={agent.id: agent for agent in (ANA, BEN, SUE, GONE, WATCHER)},
        rules=rules,
        hours={"office": OFFICE},
        secrets=(("k1", b"first secret of the desk"),),
        generation="g1",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def mail(
    text: str = "The printer is broken.",
    sender: str = "cleo@customer.example",
    subject: str = "Printer",
    **changes: object,
) -> Mail:
    """A mail with one new text and nothing quoted."""
    plain = Mail(
        subject=subject,
        message_id="one@customer.example",
        in_reply_to=(),
        references=(),
        date_ms=NOW_MS,
        author=Address(sender, "Cleo") if sender else None,
        author_unknown="" if sender else "no From",
        from_=(Address(sender, "Cleo"),) if sender else (),
        to=(Address("support@acme.example"),),
        cc=(),
        reply_to=(),
        return_path=sender or None,
        text=text,
        html="",
        spans=(),
        reply_text=text,
        reply_text_nosig=text,
        language="en",
        attachments=(),
        headers=(),
        content_hash="0" * 64,
        size=len(text),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def attachment(name: str, content_type: str = "application/pdf", **changes: object) -> Attachment:
    """A part of 1,000 octets."""
    return replace(
        Attachment(f"2/{name}", name, content_type, content_type, 1000, "0" * 64),
        **changes,  # type: ignore[arg-type]
    )


def reading(
    what: Mail,
    proof: Proof = Proof.PASS,
    kind: VerdictKind = VerdictKind.GENUINE,
    recipients: tuple[str, ...] = ("support@acme.example",),
    signed: frozenset[str] | None = None,
    mail_from: str | None = None,
    bounce: Bounce | None = None,
    report: str = "",
    automatic: bool | None = None,
    evidence: tuple[str, ...] = (),
) -> Reading:
    """The mail as the worker would hand it on."""
    robot = kind is not VerdictKind.GENUINE if automatic is None else automatic
    return Reading(
        entry_key="e1",
        envelope=Envelope("smtp", recipients, mail_from, NOW_MS),
        mail=what,
        verdict=Verdict(kind, robot, evidence, bounce, report=report),
        sender=Sender(what.author, proof, "dmarc" if proof is Proof.PASS else "", signed_headers=signed),
        sha256="0" * 64,
    )


def ticket(number: int = 1042, **changes: object) -> Ticket:
    """Cleo's open ticket with team help."""
    plain = Ticket(
        id=number + 5000,
        number=number,
        rid=f"rid-{number}",
        brand="acme",
        mailbox="support@acme.example",
        subject="Printer",
        status=Status.WAITING_CUSTOMER,
        team="help",
        requester=Participant("cleo@customer.example", "Cleo"),
        participants=(Participant("cleo@customer.example", "Cleo"),),
        language="en",
        asked="The printer is broken.",
        last_message_id="last@acme.example",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass
class Desk:
    """The rules under test, with the tickets that exist."""

    policy: Policy = field(default_factory=policy)
    tickets: tuple[Ticket, ...] = ()
    known_ids: dict[str, Ticket] = field(default_factory=dict)
    facts: Facts = NO_FACTS

    @property
    def tokens(self) -> Tokens:
        """As the letters were signed."""
        return Tokens(self.policy.secrets)

    def token_address(self, purpose: Purpose, recipient: str, of: Ticket | None = None) -> str:
        """The Reply-To that ``recipient`` got for a ticket (the first, unless another is named)."""
        if purpose is Purpose.CONTROL:
            return self.tokens.address(SUPPORT, purpose, 0, "", recipient)
        found = of or self.tickets[0]
        if purpose is Purpose.CONFIRMATION:
            rid = binding(found.rid, ASKED.entry_key)
            return self.tokens.address(SUPPORT, purpose, found.number, rid, recipient)
        return self.tokens.address(SUPPORT, purpose, found.number, found.rid, recipient)

    def plan(self, what: Reading, mailbox: Mailbox = SUPPORT, confirmed: bool = False, now_ms: int = NOW_MS) -> Plan:
        """What the desk decides, with the facts that a store would find for this mail."""
        delivery = Delivery(mailbox.brand, mailbox, what.envelope.recipients, confirmed)
        questions = ask(what, delivery, self.policy, now_ms)
        numbers = {found.number: found for found in self.tickets}
        leads = {
            clue: found
            for clue in questions.clues
            if (found := self.known_ids.get(clue.message_id) or numbers.get(clue.number or -1))
        }
        facts = replace(self.facts, tickets={**leads, **self.facts.tickets})
        return decide(what, delivery, facts, self.policy, route.compile(self.policy), now_ms)

    def answer(self, text: str, purpose: Purpose, sender: str, made_for: str = "", **how: object) -> Plan:
        """What becomes of a reply that comes back on the token made for ``made_for`` (the sender, unless named)."""
        address = self.token_address(purpose, made_for or sender)
        return self.plan(reading(mail(text, sender), recipients=(address,), **how))  # type: ignore[arg-type]


def scene(of: Ticket | None = None, agent: Agent = ANA, text: str = "", **facts: object) -> Scene:
    """What a command of ``agent`` is given, in a proved answer to the ticket's notification."""
    found = of or ticket()
    desk = Desk(tickets=(found,))
    what = reading(mail(text, agent.address), recipients=(desk.token_address(Purpose.AGENT, agent.address),))
    delivery = Delivery("acme", SUPPORT, what.envelope.recipients)
    clues = ask(what, delivery, desk.policy, NOW_MS).clues
    known = Facts(tickets=dict.fromkeys(clues, found), **facts)  # type: ignore[arg-type]
    case = Case(what, delivery, known, desk.policy, route.compile(desk.policy), NOW_MS)
    return Scene(case, agent, found)


def effects(plan: Plan, kind: type[Effect]) -> list[Effect]:
    """The plan's effects of one kind."""
    return [effect for effect in plan.effects if isinstance(effect, kind)]


def letters(plan: Plan, *kinds: LetterKind) -> list[LetterOrder]:
    """The plan's letters, of the kinds named or all."""
    return [letter for letter in plan.letters if not kinds or letter.kind in kinds]
