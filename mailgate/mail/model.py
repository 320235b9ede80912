"""What a mail is, once it has been read: frozen values, no socket, no database, no behaviour beyond lookups.

``parse`` makes a ``Mail`` out of bytes, ``classify`` a ``Verdict``, ``prove`` a ``Sender``. All text in here is valid
Unicode without NUL and without lone surrogates, so that both databases take it. Message-IDs stand without their
angle brackets. Everything pickles: it travels from the worker process to the applier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a mail came in: what was said about it outside its own bytes.

    ``source`` is ``smtp``, ``lmtp``, ``imap``, ``ingest`` or ``submission`` (authenticated at our own port, then
    ``auth_user`` names the agent). ``mail_from`` is None where the intake could not know it (IMAP without
    Return-Path), and empty for the null sender ``<>``. ``recipients`` are the addresses at which it reached us, as
    they were given, tokens included. ``received_ms`` is when the spool took it.
    """

    source: str
    recipients: tuple[str, ...]
    mail_from: str | None = None
    received_ms: int = 0
    client_ip: str = ""
    helo: str = ""
    auth_user: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322 section 3.4: ``email`` is the addr-spec with its domain in lower case (IDNA domains as
    A-labels), ``name`` the display name, decoded, one line, without bidirectional controls; it may be empty."""

    email: str
    name: str = ""

    @property
    def key(self) -> str:
        """The address for comparison: A to Z in lower case, nothing else folded (no NFKC, no dots removed)."""
        return self.email.translate(_FOLD)

    @property
    def domain(self) -> str:
        """What follows the last ``@``, lower case; empty when there is none."""
        return self.email.rpartition("@")[2].lower()


_FOLD = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
"""``str.lower`` would make a ``k`` of the Kelvin sign, and a stranger an agent (S-12)."""


class SpanKind(StrEnum):
    """What a stretch of the text is; whatever no span covers is new text of the author."""

    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
    FORWARDED = "forwarded"
    MARKER = "marker"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch ``text[start:end]`` of a mail's text that is not new, with the voice that said so.

    ``confidence`` runs from 0 to 1; ``evidence`` names the rule (``gmail_quote``, ``attribution:de``).
    """

    start: int
    end: int
    kind: SpanKind
    confidence: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of the mail that is not its text.

    ``path`` addresses the part in the raw mail (``1.2`` counts parts from 1, ``1.2/report.pdf`` a file unpacked out of
    a container such as winmail.dat); ``mailgate.mail.contents.Contents`` gives the content.
    ``filename`` is safe to show and to write (catalogue C-17) and unique within the mail. ``content_type`` is what the
    content is, ``claimed_type`` what the sender said. ``inline`` means that the HTML shows it by its ``content_id``;
    ``noise`` that it is a logo or tracking pixel that no agent wants to see. ``risks`` names why it is dangerous.
    """

    path: str
    filename: str
    content_type: str
    claimed_type: str
    size: int
    sha256: str
    content_id: str = ""
    inline: bool = False
    noise: bool = False
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail that another one brings along: who it says wrote it, its subject and new text. ``path`` is that of the
    part where it was attached; empty for one in the text."""

    author: Address
    subject: str
    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, understood.

    ``author`` is the one strict author, or None, and then ``author_unknown`` says why in a few words. ``from_`` are all
    mailboxes that the From headers name, for display only. ``text`` is what an agent reads, whole; ``spans`` mark what
    of it is not new; ``reply_text`` is the new text, ``reply_text_nosig`` the same without the signature. ``html`` is
    sanitised, or empty. ``headers`` are (name, decoded value) in the order of the mail, at most the first 2,000.
    ``defects`` names what was wrong with the mail and was mended, ``minimal`` that a limit was hit and only the headers
    were read. ``language`` is a BCP 47 tag such as ``en``, ``zh-Hans``, ``zh-Hant``, or ``und`` when unknown.
    ``content_hash`` is the dedupe hash of promise 2: SHA-256 (hex) over body, From, To, Date and Subject. ``enclosed``
    are the messages attached to it.
    """

    subject: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date_ms: int | None
    author: Address | None
    author_unknown: str
    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    return_path: str | None
    text: str
    html: str
    spans: tuple[Span, ...]
    reply_text: str
    reply_text_nosig: str
    language: str
    attachments: tuple[Attachment, ...]
    headers: tuple[tuple[str, str], ...]
    content_hash: str
    size: int
    protection: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    minimal: bool = False
    enclosed: tuple[Forwarded, ...] = ()

    def header(self, name: str) -> str:
        """The first header of that name, decoded, or the empty string; the case of ``name`` does not matter."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def headers_named(self, name: str) -> tuple[str, ...]:
        """All headers of that name, top first."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


class VerdictKind(StrEnum):
    """Who, or what, wrote the mail."""

    GENUINE = "genuine"
    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"
    LOOP = "loop"
    BULK = "bulk"
    SPAM = "spam"
    UNSAFE = "unsafe"


class Action(StrEnum):
    """The action field of RFC 3464 section 2.3.3."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """What a bounce says of one recipient; ``status`` as in RFC 3463 (``5.1.1``), empty when it does not say."""

    email: str
    action: Action
    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report, in any of the forms that MTAs send.

    ``message_ids`` are those found in the returned part (the bounced letter's own Message-ID first, then its
    References), by which we know which letter of ours it was; ``subject`` is the returned letter's, for our tag.
    """

    recipients: tuple[ReportedRecipient, ...]
    message_ids: tuple[str, ...] = ()
    subject: str = ""
    addressed_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What kind of mail it is, and the evidence, each as ``header: value`` or a short sentence.

    ``automatic`` says that no automatic letter may answer it, whatever the kind. ``away_until_ms`` is the end that a
    vacation reply states. ``bounce`` is set for ``BOUNCE`` only. ``report`` names the other robots' reports:
    ``mdn``, ``arf``, ``calendar``, ``list``, ``challenge``, or empty.
    """

    kind: VerdictKind
    automatic: bool
    evidence: tuple[str, ...] = ()
    bounce: Bounce | None = None
    away_until_ms: int | None = None
    report: str = ""


class Proof(StrEnum):
    """Whether the author's address was proved (DESIGN: trust)."""

    PASS = "pass"  # noqa: S105
    UNKNOWN = "unknown"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent the mail, and how far that is proved.

    ``address`` is the strict author (None: unknown). ``method`` names what proved or disproved it (``dmarc``,
    ``dkim``, ``submission``, ``authserv-id mx.example``); ``evidence`` are the results that were believed, and those
    that were not and why. ``signed_headers`` are the lower-case names of the headers that the proving DKIM signature
    covers, or None where no DKIM signature of ours proved it: a threading header outside them is no clue for acts
    that need proof.
    """

    address: Address | None
    proof: Proof
    method: str = ""
    evidence: tuple[str, ...] = ()
    signed_headers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail read from the spool: all that can be known without the desk's state; the worker makes it, the applier
    settles it. ``entry_key`` is the spool entry's random 128-bit key in hex; ``words`` are those by which a search
    finds the mail, as the store's index wants them (None: not gathered yet)."""

    entry_key: str
    envelope: Envelope
    mail: Mail
    verdict: Verdict
    sender: Sender
    sha256: str
    trouble: tuple[str, ...] = field(default=())
    words: str | None = None
