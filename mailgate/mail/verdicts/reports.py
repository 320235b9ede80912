"""What robots report: bounces, receipts, complaints, answers to invitations; and what filters ask."""

from __future__ import annotations

import re

from mailgate.mail import bounce
from mailgate.mail.bounces.tree import walk
from mailgate.mail.model import Verdict, VerdictKind
from mailgate.mail.verdicts import machines, receipt_words
from mailgate.mail.verdicts.facts import Facts, robot

MAX_RECEIPT = 1_000


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
    seen = seen or _receipt_in_words(facts)
    return robot(seen, "mdn") if seen else None


def _receipt_in_words(facts: Facts) -> str:
    """A receipt whose report a gateway has taken off: by its title and words, if short, since people title so too."""
    mail = facts.mail
    title = mail.subject[:200].lower().replace("\xa0", " ").lstrip()
    if not title.startswith(receipt_words.TITLES) or not 0 < len(mail.reply_text) <= MAX_RECEIPT:
        return ""
    said = mail.reply_text.lower()
    asks = any(mark in said for mark in "?？؟")
    return f"Subject: {mail.subject[:200]}" if not asks and any(word in said for word in receipt_words.WORDS) else ""


def abuse_report(facts: Facts) -> Verdict | None:
    """A complaint in the abuse reporting format, RFC 5965."""
    seen = _report(facts, "feedback-report", "message/feedback-report")
    return robot(seen, "arf") if seen else None


_CHALLENGE_HEADERS = ("x-tmda-fingerprint", "x-boxtrapper", "x-ask-auth", "x-challenge-response", "x-qconfirm-id")
_CHALLENGE_SUBJECT = re.compile(
    r"please confirm (?:your|this) (?:message|e-?mail)|\[spam ?arrest\]|"
    r"(?:sender|e-?mail) (?:address )?verification required|"
    r"your (?:e-?mail|message) (?:requires|needs) verification",
    re.IGNORECASE,
)


def challenge(facts: Facts) -> Verdict | None:
    """A filter that asks the sender to prove to be a person; following it would confirm strangers' spam.

    A title alone is no evidence: people ask for confirmations too.
    """
    for name in _CHALLENGE_HEADERS:
        if name in facts.headers:
            return robot(f"{name}: {facts.first(name)}"[:200], "challenge")
    subject = facts.mail.subject[:200]
    if _CHALLENGE_SUBJECT.search(subject) and machines.evidence_of(facts):
        return robot(f"Subject: {subject}", "challenge")
    return None


def calendar(facts: Facts) -> Verdict | None:
    """The answer to an invitation (RFC 5546: REPLY, COUNTER, REFRESH); an invitation itself is a person's mail."""
    root = facts.parsed.root
    if not root.children and root.content_type != "text/calendar":
        return None
    for part in walk(root):
        if part.content_type == "text/calendar":
            method = str(part.params.get("method", "")).upper()
            if method in ("REPLY", "COUNTER", "REFRESH"):
                return robot(f"Content-Type: text/calendar; method={method}", "calendar")
    return None
