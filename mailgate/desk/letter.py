"""The letters that we send: their kinds, what a letter is ordered with, and the letter as it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Address


class LetterKind(StrEnum):
    """The letters that we send; each has templates of that name.

    STATUS tells a customer where things stand; ASK goes to a third party under the
    desk's address; HANDOVER offers tickets that need somebody; WARNING is a promise about to break, or broken; DIGEST
    the morning's queue; WELCOME greets somebody who was enrolled by mail;
    NOTICE is what a rule says by itself, to whomever it names.
    """

    ACKNOWLEDGEMENT = "acknowledgement"
    NEUTRAL_ACKNOWLEDGEMENT = "acknowledgement_neutral"
    NOTIFICATION = "notification"
    ANSWER = "answer"
    COPY = "copy"
    REMINDER = "reminder"
    SURVEY = "survey"
    TRANSCRIPT = "transcript"
    CONFIRMATION = "confirmation"
    UNDELIVERED = "undelivered"
    ALERT = "alert"
    STATUS = "status"
    ASK = "ask"
    HANDOVER = "handover"
    RESOLUTION = "resolution"
    CLOSING = "closing"
    CUSTOMER_REMINDER = "customer_reminder"
    WARNING = "warning"
    DIGEST = "digest"
    WELCOME = "welcome"
    NOTICE = "notice"


AT_MOST_ONCE = frozenset(
    {
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.NEUTRAL_ACKNOWLEDGEMENT,
        LetterKind.SURVEY,
        LetterKind.CLOSING,
        LetterKind.CUSTOMER_REMINDER,
    }
)
"""Promise 3: these are never sent twice, even at the price of not at all; everything else at least once."""


CONVERSATION = frozenset(
    {LetterKind.ANSWER, LetterKind.RESOLUTION, LetterKind.CLOSING, LetterKind.CUSTOMER_REMINDER, LetterKind.NOTICE}
)
"""What to the requester is one conversation: the next letter of these answers the one before it."""


class Purpose(StrEnum):
    """What a token is good for; one purpose never serves as another. The value is its letter in an address."""

    CUSTOMER = "t"
    AGENT = "a"
    CONTROL = "c"
    SURVEY = "s"
    CONFIRMATION = "y"


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """A letter to be composed: to whom, about what, in which language.

    ``values`` are what the template of ``kind`` needs beyond ticket, brand and team (see ``letters/render.py`` for the
    table). ``attach`` are part paths of the mail being settled. ``purpose`` says which token the Reply-To carries
    (None: the plain address). ``agent`` is the id of the agent who speaks (ANSWER) or is addressed. ``text`` is the
    body of an ANSWER or COPY. ``template`` overrides the template's name. ``in_reply_to`` is the Message-ID answered.
    ``bound`` is what the token binds beside ticket and recipient: the entry key of the mail to be confirmed. ``rows``
    are the tickets that ``values["tickets"]`` lists: each gets buttons with the reader's own token for it, and what its
    row does not say is taken from it.
    """

    kind: LetterKind
    to: Address
    ticket: int
    language: str
    brand: str
    mailbox: str
    purpose: Purpose | None = None
    agent: str = ""
    text: str = ""
    attach: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    template: str = ""
    in_reply_to: str = ""
    bound: str = ""
    rows: tuple[Ticket, ...] = ()

    @property
    def at_most_once(self) -> bool:
        """Which of the two ways of sending it takes."""
        return self.kind in AT_MOST_ONCE


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it will go out: its bytes, Message-ID and Date are fixed for good (promise 3).

    ``data`` has CRLF line ends and no Bcc. ``mail_from`` is the envelope sender (empty: the null sender ``<>``).
    ``failed_template`` is set when the template broke and the built-in text went out instead.
    """

    kind: LetterKind
    ticket: int
    brand: str
    recipient: str
    mail_from: str
    message_id: str
    data: bytes
    at_most_once: bool
    subject: str = ""
    text: str = ""
    failed_template: str = ""
