"""What the rules of a verdict look at: the mail, how it came, and what is ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailgate.mail.model import Envelope, Mail, Verdict, VerdictKind

if TYPE_CHECKING:
    from mailgate.mail.parts import Parsed

MESSAGE_ID_SHAPE = re.compile(r"(?:ticket\.\d{1,12}|t\d{1,12}\.m\d{1,12})\.\S{1,200}@\S{1,200}", re.IGNORECASE)
"""The shape of the Message-IDs that our letters carry."""

MAX_COMMENT_DEPTH = 5

_TOKEN = re.compile(r"-[a-z]\d{0,12}-[a-z2-7]{16,32}$")
_COMMENT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Ours:
    """What belongs to this desk, so that its own echo is known.

    ``addresses`` are the mailboxes' addresses, lower case, without subaddress. ``message_id_domains`` are the domains
    that stand behind the ``@`` of our own Message-IDs; since people's mail programs and web forms use the same domains,
    ``message_id_shape`` tells ours from theirs.
    """

    addresses: frozenset[str]
    message_id_domains: frozenset[str] = frozenset()
    loop_header: str = "X-Mailgate-Loop"
    message_id_shape: re.Pattern[str] = MESSAGE_ID_SHAPE

    def is_own(self, address: str) -> bool:
        """Whether mail to ``address`` would come back to this desk.

        Behind ``+`` anything may stand; behind ``-`` only a token, since support-france@ may be somebody else.
        """
        address = address.strip().lower()
        local, _, domain = address.rpartition("@")
        plain = _TOKEN.sub("", local).partition("+")[0]
        return address in self.addresses or f"{plain}@{domain}" in self.addresses

    def is_own_message_id(self, message_id: str) -> bool:
        """Whether a Message-ID (without angle brackets) has the shape of those that we give."""
        domain = message_id.rpartition("@")[2].lower()
        return domain in self.message_id_domains and self.message_id_shape.fullmatch(message_id) is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, gathered once: ``headers`` maps lower-case names to decoded values, top first."""

    parsed: Parsed
    envelope: Envelope
    ours: Ours
    author: str
    headers: dict[str, list[str]] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """The first header of that lower-case name, stripped; empty when there is none."""
        values = self.headers.get(name)
        return values[0].strip() if values else ""

    @property
    def mail(self) -> Mail:
        """The mail itself."""
        return self.parsed.mail


def gather(parsed: Parsed, envelope: Envelope, ours: Ours) -> Facts:
    """The facts that the rules need, in one walk over the headers."""
    headers: dict[str, list[str]] = {}
    for name, value in parsed.mail.headers:
        headers.setdefault(name.lower(), []).append(value)
    mail = parsed.mail
    author = mail.author or (mail.from_[0] if mail.from_ else None)
    return Facts(parsed, envelope, ours, author.key if author else "", headers)


def without_comments(value: str) -> str:
    """A structured header value in lower case, without its comments (RFC 5322 section 3.2.2) and parameters."""
    value = value[:1000]
    for _ in range(MAX_COMMENT_DEPTH):
        if "(" not in value:
            break
        value = _COMMENT.sub(" ", value)
    return value.partition(";")[0].strip().strip('"').lower()


def robot(evidence: str, report: str) -> Verdict:
    """A machine's mail, with the name of its report where it is one."""
    return Verdict(VerdictKind.AUTO_REPLY, automatic=True, evidence=(evidence,), report=report)
