"""What others have judged before us: mailing lists, spam filters, virus scanners."""

from __future__ import annotations

import re

from mailgate.mail.model import Verdict, VerdictKind
from mailgate.mail.verdicts.facts import Facts

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
