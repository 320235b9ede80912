"""From whom a letter is, where its answer goes, and by which ids it belongs to its thread.

The three carriers of a token (DESIGN: threading) are all set here: the Reply-To address, the Message-ID with one more
id in References (relays replace Message-IDs, never References), and the reference line at the end of the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.desk.plan import LetterKind, LetterOrder, Purpose
from mailgate.desk.policy import Brand, Mailbox, Policy
from mailgate.desk.ticket import Ticket
from mailgate.desk.token import Tokens, reference_line
from mailgate.letters.headers import MAX_REFERENCES, thread
from mailgate.letters.kinds import MANNERS
from mailgate.mail.model import Address

_TO_AGENTS = frozenset({LetterKind.NOTIFICATION, LetterKind.REMINDER})


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
    def reply(self) -> str:
        """The address that answers go to."""
        return self.reply_to.email


def address(
    order: LetterOrder, ticket: Ticket | None, brand: Brand, policy: Policy, tokens: Tokens, unique: str
) -> Addressing:
    """Everything of ``Addressing`` for one order; ``unique`` makes the Message-ID the letter's own."""
    mailbox = policy.mailbox(order.mailbox) or Mailbox(order.mailbox or brand.address, brand.id)
    number, rid = (ticket.number, ticket.rid) if ticket else (0, "")
    domain = mailbox.address.rpartition("@")[2]
    to, purpose = order.to.email, order.purpose
    reply, reference, message_id, anchor = mailbox.address, "", f"letter.{unique}@{domain}", ""
    if purpose is not None:
        reply = tokens.address(mailbox, purpose, number, rid, to)
        mac = tokens.sign(purpose, rid, to)
        message_id = tokens.message_id(purpose, number, rid, to, unique, domain)
        if ticket:
            reference = reference_line(number, purpose, mac)
            anchor = tokens.message_id(purpose, number, rid, to, "thread", domain)
    in_reply_to = order.in_reply_to or (ticket.last_message_id if ticket and purpose is not None else "")
    return Addressing(
        sender=Address(mailbox.address, _sender_name(order, brand, policy)),
        recipient=order.to,
        reply_to=Address(reply, _answerer(order, ticket, brand)),
        mail_from="" if MANNERS[order.kind].null_sender else reply,
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=_references(ticket if purpose is not None else None, anchor, in_reply_to),
        reference=reference,
        carried=reply != mailbox.address,
    )


def _references(ticket: Ticket | None, anchor: str, in_reply_to: str) -> tuple[str, ...]:
    """The chain, and after its oldest the id of ours that carries the token and is the same in all of a thread."""
    chain = thread([*(ticket.references if ticket else ()), in_reply_to])
    if not anchor:
        return tuple(chain)
    kept = [chain[0], *chain[2 - MAX_REFERENCES :]] if len(chain) >= MAX_REFERENCES else chain
    return (*kept[:1], anchor, *kept[1:])


def _sender_name(order: LetterOrder, brand: Brand, policy: Policy) -> str:
    """The desk's name, or the agent's at the desk where the brand says so."""
    agent = policy.agents.get(order.agent)
    if order.kind is not LetterKind.ANSWER or not brand.agent_names or agent is None:
        return brand.name
    return f"{agent.name}（{brand.name}）" if order.language.startswith("zh") else f"{agent.name} at {brand.name}"


def _answerer(order: LetterOrder, ticket: Ticket | None, brand: Brand) -> str:
    """Who reads the reply: an agent who answers a notification writes to the customer, by way of the desk."""
    if order.purpose is not Purpose.AGENT or order.kind not in _TO_AGENTS or ticket is None:
        return brand.name
    name = ticket.requester.name or ticket.requester.email.replace("@", " at ")
    return f"{name}（{brand.name}）" if order.language.startswith("zh") else f"{name} via {brand.name}"
