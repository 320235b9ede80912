"""What speaks against any automatic answer to a mail that a person may well have written."""

from __future__ import annotations

import re

from mailgate.mail.verdicts.facts import Facts, without_comments

_BULK_PRECEDENCE = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
_NO_REPLY = re.compile(
    r"(?:^|[-_.])(?:no|not|donot|do[-_.]not|dont)[-_.]?(?:reply|respond|answer)|"
    r"(?:^|[-_.])antwort(?:en)?[-_.]nicht|(?:^|[-_.])ne[-_.]?pas[-_.]?repondre"
)
_HELPDESKS = ("x-rt-loop-prevention", "x-otrs-loop", "x-zammad-ticket-id", "x-freescout-mail-type")
"""Other helpdesks put these on everything that they send, what their people write included."""

_WARY_LOCAL = frozenset({"postmaster", "bounce", "bounces", "listserv", "majordomo", "nobody", "autoresponder"})


def reasons(facts: Facts) -> tuple[str, ...]:
    """What speaks against any automatic answer to a genuine mail (RFC 3834 section 2, RFC 5230 section 4.6)."""
    found = []
    if (precedence := facts.first("precedence")) and without_comments(precedence) in _BULK_PRECEDENCE:
        found.append(f"Precedence: {precedence}")
    suppress = facts.first("x-auto-response-suppress")  # MS-OXCMAIL 2.2.3.2.14: any value but None asks for silence
    if suppress and suppress.lower() != "none":
        found.append(f"X-Auto-Response-Suppress: {suppress}"[:200])
    if not facts.author:
        found.append("nobody to answer: no author can be read")
    elif _speaks_for_a_robot(facts.author):
        found.append(f"From: {facts.author}")
    if any(facts.ours.is_own(address.email) for address in facts.mail.reply_to[:20]):
        found.append("Reply-To: an answer would come back to us")
    if facts.first("return-path") == "<>":
        found.append("Return-Path: <>")
    found.extend(f"{name}: {facts.first(name)}"[:200] for name in _HELPDESKS if name in facts.headers)
    if facts.mail.minimal:
        found.append("too complex to read whole")
    return tuple(found)


def _speaks_for_a_robot(address: str) -> bool:
    local = address.partition("@")[0].partition("+")[0]
    return (
        local in _WARY_LOCAL
        or local.startswith("owner-")
        or local.endswith(("-request", "-owner", "-bounces", "-bounce"))
        or _NO_REPLY.search(local) is not None
    )
