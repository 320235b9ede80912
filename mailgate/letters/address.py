"""From whom a letter is, where its answer goes, and by which ids it belongs to its thread.

The three carriers of a token (DESIGN: threading) are all set here: the Reply-To address, the Message-ID with one more
id in References (relays replace Message-IDs, never References), and the reference line at the end of the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.desk.identity.token import Tokens, binding, reference_line, split_message_id
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.policy import Brand, Mailbox, Policy
from mailgate.desk.ticket import Ticket
from mailgate.letters.headers import MAX_REFERENCES, thread
from mailgate.letters.kinds import MANNERS
from mailgate.mail.model import Address

_TO_AGENTS = frozenset({LetterKind.NOTIFICATION, LetterKind.REMINDER, LetterKind.WARNING, LetterKind.HANDOVER})
_AGENTS_WORDS = frozenset({LetterKind.ANSWER, LetterKind.RESOLUTION, LetterKind.ASK})


@dataclass(frozen=True, slots=True)
class Return:
    """Where a reader's answer about one ticket goes: an address with the reader's token, or without (then not
    ``carried``) and the reference line that must ride in the text instead."""

    reply: str
    reference: str
    carried: bool


@dataclass(frozen=True, slots=True)
class Addressing:
    """All that the envelope and the headers say of who and where. Message-IDs stand without angle brackets.

    ``reply`` is the address that carries the token, ``carried`` whether it really does (a mailbox without subaddresses
    cannot), ``reference`` the line for the end of the text; both are empty-handed without a purpose.
    """

    sender: Address
    recipient: Address
    reply_to: Address
    mail_from: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    reference: str
    carried: bool

    @property
    def back(self) -> Return:
        """Where answers to the letter itself go."""
        return Return(self.reply_to.email, self.reference, self.carried)


@dataclass(frozen=True, slots=True)
class _Carriers:
    """One reader's token, in every form in which it goes along; without a purpose there is none, in any of them."""

    reply: str
    message_id: str
    mac: str = ""
    reference: str = ""
    anchor: str = ""


def address(
    order: LetterOrder, ticket: Ticket | None, brand: Brand, policy: Policy, tokens: Tokens, unique: str
) -> Addressing:
    """Everything of ``Addressing`` for one order; ``unique`` makes the Message-ID the letter's own."""
    mailbox = policy.mailbox(order.mailbox) or Mailbox(order.mailbox or brand.address, brand.id)
    carriers = _carriers(order, ticket, mailbox, tokens, unique)
    in_reply_to, references = _thread(order, ticket if order.purpose else None, carriers)
    return Addressing(
        sender=Address(mailbox.address, _sender_name(order, brand, policy)),
        recipient=order.to,
        reply_to=Address(carriers.reply, _answerer(order, ticket, brand)),
        mail_from="" if MANNERS[order.kind].null_sender else carriers.reply,
        message_id=carriers.message_id,
        in_reply_to=in_reply_to,
        references=references,
        reference=carriers.reference,
        carried=carriers.reply != mailbox.address,
    )


def way_back(ticket: Ticket, purpose: Purpose, to: str, policy: Policy, tokens: Tokens) -> Return:
    """Where one reader's answer about one of the tickets that a letter lists goes."""
    mailbox = policy.mailbox(ticket.mailbox) or Mailbox(ticket.mailbox, ticket.brand)
    reply = tokens.address(mailbox, purpose, ticket.number, ticket.rid, to)
    reference = reference_line(ticket.number, purpose, tokens.sign(purpose, ticket.rid, to))
    return Return(reply, reference, reply != mailbox.address)


def _carriers(order: LetterOrder, ticket: Ticket | None, mailbox: Mailbox, tokens: Tokens, unique: str) -> _Carriers:
    domain = mailbox.address.rpartition("@")[2]
    purpose, to = order.purpose, order.to.email
    if purpose is None:
        return _Carriers(mailbox.address, f"letter.{unique}@{domain}")
    number, rid = (ticket.number, ticket.rid) if ticket else (0, "")
    rid = binding(rid, order.bound) if order.bound else rid
    mac = tokens.sign(purpose, rid, to)
    return _Carriers(
        reply=tokens.address(mailbox, purpose, number, rid, to),
        message_id=tokens.message_id(purpose, number, rid, to, unique, domain),
        mac=mac,
        reference=reference_line(number, purpose, mac) if ticket else "",
        anchor=tokens.message_id(purpose, number, rid, to, "thread", domain) if ticket else "",
    )


def _thread(order: LetterOrder, ticket: Ticket | None, carriers: _Carriers) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References. After the oldest stands the id of ours that is the same in all of a reader's thread;
    it also takes the place of a letter that went to somebody else."""
    answered = order.in_reply_to or (ticket.last_message_id if ticket else "")
    in_reply_to = answered if _readers_own(answered, carriers.mac) else carriers.anchor
    earlier = [one for one in (ticket.references if ticket else ()) if _readers_own(one, carriers.mac)]
    chain = [one for one in thread([*earlier, in_reply_to]) if one != carriers.anchor]
    if not carriers.anchor:
        return in_reply_to, tuple(chain)
    kept = [chain[0], *chain[2 - MAX_REFERENCES :]] if len(chain) >= MAX_REFERENCES else chain
    return in_reply_to, (*kept[:1], carriers.anchor, *kept[1:])


def _readers_own(message_id: str, mac: str) -> bool:
    """Whether the reader may be shown that Message-ID: ours carry the token of whom they went to, and nobody else's."""
    token = split_message_id(message_id)
    return token is None or token.mac == mac


def _sender_name(order: LetterOrder, brand: Brand, policy: Policy) -> str:
    """The desk's name, or the agent's at the desk where the brand says so."""
    agent = policy.agents.get(order.agent)
    if order.kind not in _AGENTS_WORDS or not brand.agent_names or agent is None:
        return brand.name
    return f"{agent.name}（{brand.name}）" if order.language.startswith("zh") else f"{agent.name} at {brand.name}"


def _answerer(order: LetterOrder, ticket: Ticket | None, brand: Brand) -> str:
    """Who reads the reply: an agent who answers a notification writes to the customer, by way of the desk."""
    if order.purpose is not Purpose.AGENT or order.kind not in _TO_AGENTS or ticket is None:
        return brand.name
    name = ticket.requester.name or ticket.requester.email.replace("@", " at ")
    return f"{name}（{brand.name}）" if order.language.startswith("zh") else f"{name} via {brand.name}"
