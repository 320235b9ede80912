"""Our own echo, and mails that go round in circles."""

from __future__ import annotations

from mailgate.mail.model import Verdict, VerdictKind
from mailgate.mail.verdicts.facts import Facts

MAX_HOPS = 50
"""Received headers before a mail counts as going round in circles; Postfix's ``hopcount_limit``."""


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
