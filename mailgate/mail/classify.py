"""Who, or what, wrote a mail: a person, a robot, a list, our own echo; and the evidence for it.

``classify`` asks the rules of ``RULES`` in order; the first that answers decides, and what it saw is kept in the
verdict. No rule acts, none knows the desk's state. The order is the policy:

============== ========== ==================================================================================
rule           kind       holds for
============== ========== ==================================================================================
loop           loop       our own letter coming back, a mail in our own name, more than 50 hops
bounce         bounce     a delivery report in any dialect (``bounce.read``)
receipt        auto-reply a read receipt (RFC 8098); a request for one is never honoured and is no evidence
abuse report   auto-reply a complaint in ARF (RFC 5965)
challenge      auto-reply "prove that you are a person"; never followed
calendar       auto-reply an answer to an invitation; an invitation itself is a person's mail
automatic      auto-reply ``Auto-Submitted`` other than ``no`` (RFC 3834 section 5) and its older relatives
vacation       auto-reply a vacation notice known by its subject or its first words only
infected       unsafe     the provider's scanner found a virus
spam           spam       the provider says so, in a header
list           bulk       a mailing list or a newsletter (RFC 2919, RFC 2369)
genuine        genuine    everything else: a person until shown otherwise
============== ========== ==================================================================================

A genuine mail may still be one that no robot should answer: ``Precedence: bulk``, ``X-Auto-Response-Suppress``,
a no-reply address. Then ``automatic`` is set and the evidence says why, and nothing else follows from it: such
headers never drop a mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailgate.mail import bounce, vacation
from mailgate.mail.bounces.tree import walk
from mailgate.mail.model import Envelope, Mail, Verdict, VerdictKind

if TYPE_CHECKING:
    from mailgate.mail.parts import Parsed

MAX_HOPS = 50
"""Received headers before a mail counts as going round in circles; Postfix's ``hopcount_limit``."""

_COMMENT = re.compile(r"\([^()]*\)")
_BULK_PRECEDENCE = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
_NO_REPLY = re.compile(
    r"(?:no|not?|donot|do-not|dont|don-t)[-_.]?(?:reply|respond|answer)|noreply|antwort(?:en)?[-_.]nicht|ne[-_.]?pas[-_.]?repondre"
)
_ROBOT_LOCAL = frozenset({"mailer-daemon", "mailerdaemon", "mdaemon", "mail-daemon"})
_WARY_LOCAL = frozenset({"postmaster", "bounce", "bounces", "listserv", "majordomo", "nobody", "autoresponder"})


@dataclass(frozen=True, slots=True)
class Ours:
    """What belongs to this desk, so that its own echo is known.

    ``addresses`` are the mailboxes' addresses, lower case, without subaddress. ``message_id_domains`` are the domains
    that stand behind the ``@`` of our own Message-IDs. Where people's mail programs use the same domain,
    ``message_id_shape`` must tell ours from theirs; without it every id in these domains counts as ours.
    """

    addresses: frozenset[str]
    message_id_domains: frozenset[str] = frozenset()
    loop_header: str = "X-Mailgate-Loop"
    message_id_shape: re.Pattern[str] | None = None

    def is_own(self, address: str) -> bool:
        """Whether mail to ``address`` would come back to this desk; ``+`` and ``-`` subaddresses are seen through."""
        address = address.strip().lower()
        if address in self.addresses:
            return True
        local, _, domain = address.rpartition("@")
        return any(
            local.startswith(own_local) and local[len(own_local) : len(own_local) + 1] in ("+", "-")
            for own_local, _, own_domain in (own.rpartition("@") for own in self.addresses)
            if own_domain == domain
        )

    def is_own_message_id(self, message_id: str) -> bool:
        """Whether a Message-ID (without angle brackets) has the shape of those that we give."""
        if message_id.rpartition("@")[2].lower() not in self.message_id_domains:
            return False
        return self.message_id_shape is None or self.message_id_shape.fullmatch(message_id) is not None


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


Rule = Callable[[Facts], Verdict | None]


def classify(parsed: Parsed, envelope: Envelope, ours: Ours) -> Verdict:
    """What kind of mail this is. Pure; raises nothing on any mail.

    The answer is the first that a rule of ``RULES`` gives; ``evidence`` holds what that rule saw, and for a genuine
    mail also what speaks against answering it automatically.
    """
    facts = gather(parsed, envelope, ours)
    for _, rule in RULES:
        verdict = rule(facts)
        if verdict is not None:
            return verdict
    wary = _reasons_for_silence(facts)
    return Verdict(VerdictKind.GENUINE, automatic=bool(wary), evidence=wary)


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
    if "(" in value:
        value = _COMMENT.sub(" ", value[:1000])
    return value.partition(";")[0].strip().strip('"').lower()


# ------------------------------------------------------------------ loops


def loop(facts: Facts) -> Verdict | None:
    """Our own letter coming back, or a mail that has been going round."""
    evidence = _loop_evidence(facts)
    return Verdict(VerdictKind.LOOP, automatic=True, evidence=(evidence,)) if evidence else None


def _loop_evidence(facts: Facts) -> str:
    """One sentence that says why this is a loop, or nothing."""
    ours = facts.ours
    if (name := ours.loop_header.lower()) in facts.headers:
        return f"{ours.loop_header}: {facts.first(name)}"[:200]
    if len(facts.headers.get("received", ())) > MAX_HOPS:
        return f"{len(facts.headers['received'])} Received headers"
    if facts.author and not facts.envelope.auth_user and ours.is_own(facts.author):
        return f"From: {facts.author} is our own"
    if facts.mail.message_id and ours.is_own_message_id(facts.mail.message_id):
        return f"Message-ID: {facts.mail.message_id} is our own"
    return _delivered_twice(facts)


def _delivered_twice(facts: Facts) -> str:
    """Delivered-To names one of our mailboxes twice: it was here before. Once is what a provider's delivery into the
    mailbox that we fetch from leaves behind, and means nothing."""
    seen: set[str] = set()
    for value in facts.headers.get("delivered-to", ()):
        address = value.strip().strip("<>").lower()
        if address in seen and facts.ours.is_own(address):
            return f"Delivered-To: {address}, twice"
        seen.add(address)
    return ""


# ------------------------------------------------------------------ reports of robots


def bounced(facts: Facts) -> Verdict | None:
    """A delivery report; which letter of ours it means is in ``Verdict.bounce``."""
    found = bounce.read(facts.parsed, facts.envelope)
    if found is None:
        return None
    evidence = [f"delivery report: {found.recipients[0].action}" if found.recipients else "delivery report"]
    if facts.envelope.mail_from:
        evidence.append(f"its envelope sender is not null: {facts.envelope.mail_from}")
    return Verdict(VerdictKind.BOUNCE, automatic=True, evidence=tuple(evidence), bounce=found)


def _report(facts: Facts, report_type: str, part_type: str) -> str:
    """The header that makes a mail a multipart/report of that type (RFC 6522), or nothing."""
    root = facts.parsed.root
    if not root.content_type.startswith("multipart/"):
        return f"Content-Type: {root.content_type}" if root.content_type == part_type else ""
    if str(root.params.get("report-type", "")).lower() == report_type:
        return f"Content-Type: multipart/report; report-type={report_type}"
    if root.content_type == "multipart/report" and any(part.content_type == part_type for part in walk(root)):
        return f"Content-Type: {part_type}"
    return ""


def receipt(facts: Facts) -> Verdict | None:
    """A read receipt: message disposition notification, RFC 8098."""
    seen = _report(facts, "disposition-notification", "message/disposition-notification")
    return _robot(seen, "mdn") if seen else None


def abuse_report(facts: Facts) -> Verdict | None:
    """A complaint in the abuse reporting format, RFC 5965."""
    seen = _report(facts, "feedback-report", "message/feedback-report")
    return _robot(seen, "arf") if seen else None


_CHALLENGE_HEADERS = ("x-tmda-fingerprint", "x-boxtrapper", "x-ask-auth", "x-challenge-response", "x-qconfirm-id")
_CHALLENGE_SUBJECT = re.compile(
    r"please confirm (?:your|this) (?:message|e-?mail)|\[spam ?arrest\]|"
    r"(?:sender|e-?mail) (?:address )?verification required|"
    r"your (?:e-?mail|message) (?:requires|needs) verification",
    re.IGNORECASE,
)


def challenge(facts: Facts) -> Verdict | None:
    """A filter that asks the sender to prove to be a person; following it would confirm strangers' spam."""
    for name in _CHALLENGE_HEADERS:
        if name in facts.headers:
            return _robot(f"{name}: {facts.first(name)}"[:200], "challenge")
    subject = facts.mail.subject[:300]
    return _robot(f"Subject: {subject}", "challenge") if _CHALLENGE_SUBJECT.search(subject) else None


def calendar(facts: Facts) -> Verdict | None:
    """The answer to an invitation (RFC 5546: REPLY, COUNTER, REFRESH); an invitation itself is a person's mail."""
    root = facts.parsed.root
    if not root.children and root.content_type != "text/calendar":
        return None
    for part in walk(root):
        if part.content_type == "text/calendar":
            method = str(part.params.get("method", "")).upper()
            if method in ("REPLY", "COUNTER", "REFRESH"):
                return _robot(f"Content-Type: text/calendar; method={method}", "calendar")
    return None


# ------------------------------------------------------------------ automatic mail

_AUTO_HEADERS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("x-autoreply", lambda value: value not in ("no", "false", "0")),
    ("x-autoreply-from", bool),
    ("x-autorespond", bool),
    ("x-autogenerated", bool),
    ("x-auto-reply", bool),
    ("x-auto-reply-from", bool),
    ("x-mail-autoreply", bool),
    ("x-autoresponder", bool),
    ("x-vacation", bool),
    ("x-cron-env", bool),
    ("x-ms-exchange-inbox-rules-loop", bool),
    ("x-ms-exchange-generated-message-source", lambda value: "inbox rules" in value),
    ("x-failed-recipients", bool),
    ("x-rt-loop-prevention", bool),
    ("x-otrs-loop", bool),
)


def automatic(facts: Facts) -> Verdict | None:
    """``Auto-Submitted`` and its older relatives; any value but ``no`` is a machine (RFC 3834 section 5)."""
    evidence = _automatic_evidence(facts)
    if not evidence:
        return None
    mail = facts.mail
    until = vacation.away_until(mail.reply_text, mail.language, facts.envelope.received_ms)
    return Verdict(VerdictKind.AUTO_REPLY, automatic=True, evidence=(evidence,), away_until_ms=until)


def _automatic_evidence(facts: Facts) -> str:
    """The header that shows a machine, as ``name: value``, or nothing."""
    for value in facts.headers.get("auto-submitted", ()):
        if without_comments(value) not in ("no", ""):
            return f"Auto-Submitted: {value.strip()}"[:200]
    for name, is_evidence in _AUTO_HEADERS:
        if name in facts.headers and is_evidence(facts.first(name).lower()):
            return f"{name}: {facts.first(name)}"[:200]
    if facts.author.partition("@")[0] in _ROBOT_LOCAL:
        return f"From: {facts.author}"
    if facts.envelope.mail_from == "" or (facts.envelope.mail_from is None and facts.first("return-path") == "<>"):
        return "the envelope sender is empty"
    return ""


def on_vacation(facts: Facts) -> Verdict | None:
    """A vacation notice that no header betrays, known by its subject or its first words.

    ``Auto-Submitted: no`` is the sender's word that a person wrote it, and wins.
    """
    mail = facts.mail
    if "auto-submitted" in facts.headers:
        return None
    seen = vacation.notice_in_subject(mail.subject)
    if not seen and mail.in_reply_to:
        seen = vacation.notice_in_text(mail.reply_text)
    if not seen:
        return None
    until = vacation.away_until(mail.reply_text, mail.language, facts.envelope.received_ms)
    return Verdict(VerdictKind.AUTO_REPLY, automatic=True, evidence=(seen,), away_until_ms=until)


# ------------------------------------------------------------------ lists, spam


_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "x-mailing-list", "x-campaign-id", "x-mailman-version")


def listed(facts: Facts) -> Verdict | None:
    """A mailing list (RFC 2919, RFC 2369) or a newsletter."""
    for name in _LIST_HEADERS:
        if name in facts.headers:
            return Verdict(VerdictKind.BULK, True, (f"{name}: {facts.first(name)}"[:200],), report="list")
    return None


_SPAM_HEADERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("x-spam-flag", re.compile(r"yes|true", re.IGNORECASE)),
    ("x-spam-status", re.compile(r"yes\b", re.IGNORECASE)),
    ("x-spam", re.compile(r"yes\b", re.IGNORECASE)),
    ("x-rspamd-action", re.compile(r"reject|add header|rewrite subject", re.IGNORECASE)),
    ("x-ms-exchange-organization-scl", re.compile(r"[5-9]$")),
    ("x-dspam-result", re.compile(r"spam\b", re.IGNORECASE)),
    ("x-bogosity", re.compile(r"(?:spam|yes)\b", re.IGNORECASE)),
)
_INFECTED_HEADERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("x-virus-status", re.compile(r"infected|yes", re.IGNORECASE)),
    ("x-virus-infected", re.compile(r"\S")),
    ("x-amavis-alert", re.compile(r"infected", re.IGNORECASE)),
)


def infected(facts: Facts) -> Verdict | None:
    """The provider's scanner found a virus."""
    return _flagged(facts, _INFECTED_HEADERS, VerdictKind.UNSAFE)


def spam(facts: Facts) -> Verdict | None:
    """The provider's filter says spam."""
    return _flagged(facts, _SPAM_HEADERS, VerdictKind.SPAM)


def _flagged(facts: Facts, table: tuple[tuple[str, re.Pattern[str]], ...], kind: VerdictKind) -> Verdict | None:
    for name, pattern in table:
        if name in facts.headers and pattern.match(facts.first(name)):
            return Verdict(kind, automatic=True, evidence=(f"{name}: {facts.first(name)}"[:200],))
    return None


# ------------------------------------------------------------------ a person, and yet no answer from a robot


def _reasons_for_silence(facts: Facts) -> tuple[str, ...]:
    """What speaks against any automatic answer to a genuine mail (RFC 3834 section 2, RFC 5230 section 4.6)."""
    reasons = []
    if (precedence := facts.first("precedence")) and without_comments(precedence) in _BULK_PRECEDENCE:
        reasons.append(f"Precedence: {precedence}")
    suppress = facts.first("x-auto-response-suppress")  # MS-OXCMAIL 2.2.3.2.14: any value but None asks for silence
    if suppress and suppress.lower() != "none":
        reasons.append(f"X-Auto-Response-Suppress: {suppress}"[:200])
    if not facts.author:
        reasons.append("nobody to answer: no author can be read")
    elif _speaks_for_a_robot(facts.author):
        reasons.append(f"From: {facts.author}")
    if any(facts.ours.is_own(address.email) for address in facts.mail.reply_to[:20]):
        reasons.append("Reply-To: an answer would come back to us")
    if facts.first("return-path") == "<>":
        reasons.append("Return-Path: <>")
    if facts.mail.minimal:
        reasons.append("too complex to read whole")
    return tuple(reasons)


def _speaks_for_a_robot(address: str) -> bool:
    local = address.partition("@")[0].partition("+")[0]
    return (
        local in _WARY_LOCAL
        or local.startswith("owner-")
        or local.endswith(("-request", "-owner", "-bounces", "-bounce"))
        or _NO_REPLY.search(local) is not None
    )


def _robot(evidence: str, report: str) -> Verdict:
    return Verdict(VerdictKind.AUTO_REPLY, automatic=True, evidence=(evidence,), report=report)


RULES: tuple[tuple[str, Rule], ...] = (
    ("loop", loop),
    ("bounce", bounced),
    ("receipt", receipt),
    ("abuse report", abuse_report),
    ("challenge", challenge),
    ("calendar", calendar),
    ("automatic", automatic),
    ("vacation", on_vacation),
    ("infected", infected),
    ("spam", spam),
    ("list", listed),
)
