"""One mail's whole story, read from top to bottom: ``read`` needs no state, ``settle`` is one transaction.

``read`` runs in a worker process that can be killed; it turns bytes into a ``Reading``. ``settle`` runs in the applier,
in order of acceptance, up to a hundred mails a transaction; what their facts need is asked for all of them at once, and
their rows are written together:

=================  ==========================================  ========================================
step               what it knows afterwards                    a crash here costs
=================  ==========================================  ========================================
claim              which deliveries are fresh, done, doubled   nothing: the transaction never was
facts              the tickets that the clues lead to, locked  nothing
decide             the plan: effects and letters as values     nothing
compose            the letters' bytes, Message-IDs and dates   nothing
write              all of it, with the done-mark               nothing; after the commit, nothing either
=================  ==========================================  ========================================

A failure of the database is ``Temporary`` and costs the whole batch one retry. Any other failure is a bug of ours that
one mail brings out: the batch is settled again with a savepoint for each, that mail is held under ``internal-error``
with its raw, and the others are settled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from mailgate.carry import Desk, Source, act, carry_out
from mailgate.clock import Clock
from mailgate.desk.decide import decide
from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import Cause, HoldMail, LinkTickets
from mailgate.desk.identity.token import split_address
from mailgate.desk.letter import Letter
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Mailbox, Policy
from mailgate.desk.questions import Questions, ask
from mailgate.errors import Permanent, Temporary
from mailgate.logs import fault, get
from mailgate.mail.classify import Ours, classify
from mailgate.mail.identity.proof import Profile, Resolver, prove
from mailgate.mail.model import Envelope, Proof, Reading, Sender, Verdict, VerdictKind
from mailgate.mail.parse import minimal, parse
from mailgate.store.database import Store, Tx
from mailgate.store.draft import DeliveryRow
from mailgate.store.intake import Mark
from mailgate.store.search import words_of_mail

__all__ = [
    "Arrival",
    "Desk",
    "Senses",
    "Settled",
    "act",
    "deliveries",
    "hold",
    "mark_of",
    "read",
    "settle",
    "unread",
]

log = get("gateway")

STUBS = ((b"X-Mailgate-Truncated:", Cause.TOO_LARGE.value), (b"X-Mailgate-Unfetchable:", Cause.UNFETCHABLE.value))
"""How a stub of our own IMAP intake begins: only its headers could be, or were worth being, fetched."""

NO_ID_WINDOW_MS = 600_000
"""How long a mail without a Message-ID is the same as one before (promise 2)."""


@dataclass(frozen=True)
class Senses:
    """What ``read`` needs besides the mail: which addresses are ours, whose verdicts are believed, and DNS."""

    ours: Ours
    profiles: tuple[tuple[Mailbox, Profile], ...]
    resolver: Resolver

    def profile(self, envelope: Envelope) -> Profile:
        """The proof profile of the mailbox that the mail came to; the plain one (our own DKIM check) if none fits."""
        boxes = tuple(box for box, _ in self.profiles)
        for recipient in envelope.recipients:
            split = split_address(recipient, boxes)
            if split:
                return next(profile for box, profile in self.profiles if box is split.mailbox)
        return Profile()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A reading, with the raw mail that it was made of."""

    reading: Reading
    raw: bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one delivery; ``ticket`` is the id of the one that it opened or went to, else 0."""

    entry_key: str
    brand: str
    plan: Plan
    letters: tuple[Letter, ...] = ()
    ticket: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One delivery whose turn it is: what ``claim`` answered, and what is to be looked up for it."""

    arrival: Arrival
    delivery: Delivery
    mark: Mark
    earlier: str
    questions: Questions


SettleOne = Callable[[Tx, Turn, Desk, int], Settled]


def read(raw: bytes, envelope: Envelope, key: str, senses: Senses) -> Reading:
    """Bytes to a reading: parse, classify, prove. What is no mail at all gives a reading that will be held."""
    stub = next((cause for mark, cause in STUBS if envelope.source == "imap" and raw.startswith(mark)), "")
    if stub:
        return unread(key, envelope, raw, stub)
    try:
        parsed = parse(raw)
    except Permanent as error:
        return unread(key, envelope, raw, error.cause)
    return Reading(
        entry_key=key,
        envelope=envelope,
        mail=parsed.mail,
        verdict=classify(parsed, envelope, senses.ours),
        sender=prove(raw, parsed.mail, envelope, senses.profile(envelope), senses.resolver),
        sha256=hashlib.sha256(raw).hexdigest(),
        words=words_of_mail(parsed.mail),
    )


def deliveries(envelope: Envelope, policy: Policy) -> tuple[Delivery, ...]:
    """One delivery a brand: a mail to two mailboxes of one brand is one, routed by the first (DESIGN: threading).

    A mail that names no mailbox of ours, as an admin may feed in by hand, goes to the first mailbox of the desk.
    """
    found: dict[str, Delivery] = {}
    for recipient in envelope.recipients:
        split = split_address(recipient, policy.mailboxes)
        if split is None:
            continue
        known = found.get(split.mailbox.brand)
        if known is None:
            found[split.mailbox.brand] = Delivery(split.mailbox.brand, split.mailbox, (recipient,))
        else:
            found[known.brand] = replace(known, recipients=(*known.recipients, recipient))
    if not found:
        first = policy.mailboxes[0]
        return (Delivery(first.brand, first, (first.address,)),)
    return tuple(found.values())


def settle(arrivals: Sequence[Arrival], desk: Desk, store: Store, clock: Clock) -> list[Settled]:
    """Settle a batch in one transaction, in the order given; the store is unchanged when this raises ``Temporary``.

    First all together, their rows written in one go. A mail that brings out a bug of ours spoils that: then once more,
    each under a savepoint of its own, so that it alone is held.
    """
    now_ms = clock.now_ms()
    try:
        with store.transaction(gathers=True) as tx:
            return _settle_all(tx, arrivals, desk, now_ms, _settle_one)
    except Temporary:
        raise
    except Exception as error:  # which mail it was, the second try finds out
        log.warning("a batch is settled again mail by mail", mails=len(arrivals), **fault(error))
    with store.transaction() as tx:
        return _settle_all(tx, arrivals, desk, now_ms, _settle_or_hold)


def _settle_all(tx: Tx, arrivals: Sequence[Arrival], desk: Desk, now_ms: int, one: SettleOne) -> list[Settled]:
    work = list(_pair(arrivals, desk.policy))
    claimed = tx.claim([mark for _, _, mark in work])
    fresh = [(arrival, delivery, mark) for arrival, delivery, mark in work if claimed[mark] != "done"]
    today = desk.under(tx.roster())
    asked = [ask(arrival.reading, delivery, today.policy, now_ms, today.router) for arrival, delivery, _ in fresh]
    tx.look_ahead(asked)
    settled: list[Settled] = []
    for (arrival, delivery, mark), questions in zip(fresh, asked, strict=True):
        now = desk.under(tx.roster())
        if now is not today:  # a mail of this batch has changed who works here
            questions = ask(arrival.reading, delivery, now.policy, now_ms, now.router)
        settled.append(one(tx, Turn(arrival, delivery, mark, claimed[mark], questions), now, now_ms))
    _link_brands(tx, settled, desk, now_ms)
    return settled


def _link_brands(tx: Tx, settled: Sequence[Settled], desk: Desk, now_ms: int) -> None:
    """One mail to two brands is two tickets, which agents see linked (DESIGN: threading)."""
    firsts: dict[str, int] = {}
    for one in settled:
        first = firsts.setdefault(one.entry_key, one.ticket) if one.ticket else 0
        if one.ticket and first != one.ticket:
            links = (LinkTickets(one.ticket, first, "the same mail came to both"),)
            act(tx, tx.ticket(one.ticket), Plan(Outcome.EVENT, links, ticket=one.ticket), desk, now_ms)


def _pair(arrivals: Sequence[Arrival], policy: Policy) -> Iterator[tuple[Arrival, Delivery, Mark]]:
    """Every delivery of the batch, with the mark that claims it."""
    for arrival in arrivals:
        for delivery in deliveries(arrival.reading.envelope, policy):
            yield arrival, delivery, mark_of(arrival.reading, delivery.brand)


def mark_of(reading: Reading, brand: str) -> Mark:
    """The done-mark and dedupe key of one delivery (promise 2).

    A mail with a Message-ID is the same mail for ever; one without is a duplicate for ten minutes only.
    """
    same = hashlib.sha256("\0".join((brand, reading.mail.message_id, reading.mail.content_hash)).encode()).hexdigest()
    until = None if reading.mail.message_id else reading.envelope.received_ms + NO_ID_WINDOW_MS
    return Mark(reading.entry_key, brand, same, until, reading.envelope.received_ms)


def _settle_one(tx: Tx, turn: Turn, desk: Desk, now_ms: int) -> Settled:
    """One delivery: facts, plan, letters, written."""
    arrival, delivery, mark = turn.arrival, turn.delivery, turn.mark
    row = DeliveryRow(mark.entry_key, delivery.brand, delivery.mailbox.address)
    facts = tx.facts(turn.questions, lock=True)
    facts = replace(facts, duplicate_of=turn.earlier) if turn.earlier else facts
    plan = decide(arrival.reading, delivery, facts, desk.policy, desk.router, now_ms)
    plan, ticket, letters = carry_out(tx, Source(row, arrival.reading, arrival.raw), plan, desk, now_ms)
    return Settled(mark.entry_key, delivery.brand, plan, letters, ticket.id if ticket else 0)


def _settle_or_hold(tx: Tx, turn: Turn, desk: Desk, now_ms: int) -> Settled:
    """The same under a savepoint; the mail is held with its cause when a bug of ours stands in the way."""
    try:
        with tx.savepoint():
            return _settle_one(tx, turn, desk, now_ms)
    except Temporary:
        raise
    except Exception as error:  # one wide except, and it parks: the mail is held with its raw, the next one flows
        log.error("a mail could not be settled and is held", entry=turn.mark.entry_key, **fault(error))
        plan = hold(Cause.INTERNAL, f"{type(error).__name__} while settling; release it after an upgrade")
        row = DeliveryRow(turn.mark.entry_key, turn.delivery.brand, turn.delivery.mailbox.address)
        with tx.savepoint():
            tx.write(row, turn.arrival.reading, turn.arrival.raw, plan, None, (), now_ms)
        return Settled(turn.mark.entry_key, turn.delivery.brand, plan)


def hold(cause: Cause, detail: str) -> Plan:
    """The plan that keeps a mail aside under a named cause."""
    return Plan(Outcome.HOLD, (HoldMail(cause, detail),), cause=cause, trace=(f"held: {cause.value}: {detail}",))


def unread(key: str, envelope: Envelope, raw: bytes, trouble: str) -> Reading:
    """The reading of a mail that could not be read whole: its headers only, for a plain ticket, or to be held."""
    mail = minimal(raw, trouble)
    return Reading(
        entry_key=key,
        envelope=envelope,
        mail=mail,
        verdict=Verdict(
            VerdictKind.GENUINE if mail.author else VerdictKind.UNSAFE, automatic=True, evidence=(trouble,)
        ),
        sender=Sender(mail.author, Proof.UNKNOWN, evidence=("not read whole, so not proved",)),
        sha256=hashlib.sha256(raw).hexdigest(),
        trouble=(trouble,),
    )
