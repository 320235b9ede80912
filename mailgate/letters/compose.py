"""Orders to letters: values in, bytes out, fixed for good (promise 3).

``Composer.compose`` is called inside the transaction that settles a mail or a duty. Each order becomes one letter to
one recipient: 7-bit MIME with CRLF, Message-ID and Date included. Whatever a stranger wrote into names, subjects or
file names is one clean line before it comes near a header.

What can go wrong: a template that fails costs its looks, not the letter (``Letter.failed_template``); an attachment
that cannot be read is listed instead of carried; a recipient that is no address raises ``Permanent``, so that the mail
is held and shown instead of a forged header going out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache

from mailgate.clock import Clock
from mailgate.desk.effect import Cause
from mailgate.desk.identity.token import Tokens, scrub
from mailgate.desk.letter import Letter, LetterKind, LetterOrder, Purpose
from mailgate.desk.policy import Brand, Policy
from mailgate.desk.ticket import Ticket
from mailgate.errors import Permanent
from mailgate.letters import headers, mime, when
from mailgate.letters.address import Addressing, address
from mailgate.letters.context import WHOLE_TEXT, Page, context
from mailgate.letters.dkim import Key, Signer
from mailgate.letters.enclose import AttachmentOf, Files
from mailgate.letters.kinds import MANNERS
from mailgate.letters.listed import LISTS
from mailgate.letters.render import Rendered, Templates
from mailgate.mail.model import Attachment

SUBJECT_LIMIT = 255
LOOP_HEADER = "X-Mailgate-Loop"


@dataclass(frozen=True)
class Composer:
    """Writes all letters of a desk. ``dkim`` holds keys by brand id; a brand without one sends unsigned letters.

    Making one reads the keys: ``ConfigError`` when one cannot be used.
    """

    policy: Policy
    tokens: Tokens
    templates: Templates
    clock: Clock
    dkim: Mapping[str, Key] = field(default_factory=dict)
    _signers: Mapping[str, Signer] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Try every key now, rather than at the first letter."""
        signers = {brand: Signer(key.domain, key.selector, key.key_file) for brand, key in self.dkim.items()}
        object.__setattr__(self, "_signers", signers)

    def under(self, policy: Policy) -> Composer:
        """The same composer for a policy with other agents; no key is read anew."""
        another = copy(self)
        object.__setattr__(another, "policy", policy)
        return another

    def compose(
        self,
        orders: Sequence[LetterOrder],
        ticket: Ticket | None,
        raw: bytes | None,
        attachment_of: AttachmentOf,
        now_ms: int,
        attachments: Sequence[Attachment] = (),
    ) -> tuple[Letter, ...]:
        """One letter per order, in order.

        ``raw`` is the mail being settled, whose parts the orders attach; ``attachments`` describes those parts.
        """
        files = Files(raw, attachment_of, attachments)
        return tuple([self._letter(order, ticket, files, now_ms) for order in orders])

    def _letter(self, order: LetterOrder, ticket: Ticket | None, files: Files, now_ms: int) -> Letter:
        if not headers.is_address(order.to.email):
            raise Permanent(Cause.INTERNAL.value, f"a letter ({order.kind.value}) was ordered to what is no address")
        order, ticket = _about(order, ticket)
        brand = self._brand(order)
        unique = self.clock.token_hex(8)
        addressing = address(order, ticket, brand, self.policy, self.tokens, unique)
        enclosed = self._enclosures(order, files)
        rendered = self._rendered(order, ticket, brand, addressing, files.rows(order, enclosed), now_ms)
        subject = headers.shorten(headers.clean_line(rendered.subject), SUBJECT_LIMIT)
        head = _head(addressing, subject, order.kind, when.header_date(now_ms, brand.timezone))
        data = mime.body(rendered.text, rendered.html, enclosed, unique, head)
        signer = self._signers.get(brand.id)
        return Letter(
            kind=order.kind,
            ticket=ticket.id if ticket else order.ticket,
            brand=brand.id,
            recipient=order.to.email,
            mail_from=addressing.mail_from,
            message_id=addressing.message_id,
            data=signer.sign(data) if signer else data,
            at_most_once=order.at_most_once,
            subject=subject,
            text=rendered.text,
            failed_template=rendered.failed,
        )

    def _brand(self, order: LetterOrder) -> Brand:
        return self.policy.brands.get(order.brand) or Brand(order.brand, order.brand, order.mailbox)

    def _enclosures(self, order: LetterOrder, files: Files) -> tuple[mime.Enclosure, ...]:
        """The parts to carry; a text too long to be read in a letter goes along whole as a file of its own."""
        enclosed = files.enclosures(order)
        text = str(order.values.get("text", ""))
        if order.kind is LetterKind.NOTIFICATION and len(text) > WHOLE_TEXT:
            octets = scrub(text).encode("utf-8", "replace")
            whole = mime.Enclosure("message.txt", "text/plain; charset=utf-8", octets)
            return (*enclosed, whole)
        return enclosed

    def _rendered(
        self,
        order: LetterOrder,
        ticket: Ticket | None,
        brand: Brand,
        addressing: Addressing,
        rows: Sequence[Mapping[str, object]],
        now_ms: int,
    ) -> Rendered:
        name = order.template or order.kind.value
        asked = brand.language if order.language in ("", "und") else order.language
        language = self.templates.language_of(name, asked, brand.id)
        filled = context(Page(order, ticket, brand, self.policy, self.tokens, addressing, language, now_ms))
        if "attachments" in filled:
            filled["attachments"] = rows
        return self.templates.render(order.kind, language, brand.id, filled, name)


def _about(order: LetterOrder, ticket: Ticket | None) -> tuple[LetterOrder, Ticket | None]:
    """A list of several tickets is about none of them, so an answer to it must not end on the first: an agent's goes to
    the agent's own control address, where questions are answered and nothing is taken for a customer's mail."""
    if order.kind not in LISTS or order.purpose in (Purpose.AGENT, Purpose.CUSTOMER):
        return order, ticket
    return (order if order.kind is LetterKind.STATUS else replace(order, purpose=Purpose.CONTROL)), None


def _head(addressing: Addressing, subject: str, kind: LetterKind, date: str) -> bytes:
    """All headers but those of the body (RFC 5322 section 3.6)."""
    return b"".join(
        [
            f"Date: {date}\r\n".encode("ascii"),
            headers.addresses("From", [addressing.sender]),
            headers.addresses("To", [addressing.recipient]),
            headers.addresses("Reply-To", [addressing.reply_to]),
            headers.unstructured("Subject", subject),
            headers.message_ids("Message-ID", [addressing.message_id]),
            headers.message_ids("In-Reply-To", [addressing.in_reply_to]),
            headers.message_ids("References", addressing.references),
            _to_machines(kind, addressing.sender.email),
        ]
    )


@lru_cache(maxsize=256)
def _to_machines(kind: LetterKind, sender: str) -> bytes:
    """The headers that tell other machines what this is and whose, the same in all letters of a kind and mailbox
    (RFC 3834 section 3.1)."""
    manner = MANNERS[kind]
    lines = "MIME-Version: 1.0\r\n"
    if manner.automatic:
        # The first is the standard; Exchange and Outlook obey only the second (MS-OXCMAIL 2.2.3.2.14).
        lines += f"Auto-Submitted: {manner.submitted}\r\nX-Auto-Response-Suppress: All\r\n"
        lines += f"Precedence: {manner.precedence}\r\n"
    return lines.encode("ascii") + headers.unstructured(LOOP_HEADER, sender)
