"""The language of conditions: what can be asked, of mails and of tickets, and how.

``SUBJECTS`` is all of it: per subject the relations it takes, the first of which is the one that a bare key in the TOML
means (``subject = "refund"`` is ``subject_words = "refund"``). ``config`` validates against it; ``header:NAME`` and
``field:NAME`` stand there as ``header`` and ``field``. Patterns run on RE2 only, whose time is linear in the mail.
"""

from __future__ import annotations

from collections.abc import Mapping

import re2

from mailgate.desk.phrase import Phrase

_TEXT = ("words", "words_unaccented", "contains", "is", "starts", "matches")
SUBJECTS: dict[str, tuple[str, ...]] = {
    "subject": _TEXT,
    "body": ("words", "words_unaccented", "contains", "starts", "matches"),
    "text": ("words", "words_unaccented", "contains", "matches"),
    "from": ("is", "domain", "in", "contains", "matches"),
    "from_name": _TEXT,
    "to": ("is", "domain", "in", "contains", "matches"),
    "mailbox": ("is",),
    "brand": ("is",),
    "header": ("contains", "words", "words_unaccented", "is", "starts", "matches", "exists"),
    "attachment": ("words", "contains", "is", "type", "extension", "risk", "matches", "exists"),
    "size": ("over", "under"),
    "language": ("is",),
    "hours": ("is", "open", "closed"),
    "customer_tag": ("is",),
    "verdict": ("is",),
    "proof": ("is",),
    "field": ("is", "contains", "matches", "exists"),
    "status": ("is",),
    "state": ("is",),
    "team": ("is",),
    "priority": ("is",),
    "assignee": ("is", "exists"),
    "tag": ("is", "exists"),
    "age": ("over", "under"),
    "idle": ("over", "under"),
    "waiting": ("over", "under"),
    "replies": ("over", "under", "is"),
    "nudges": ("over", "under", "is"),
    "rating": ("over", "under", "is"),
}
"""Subject → relations, the default first."""

NAMES: Mapping[str, Phrase] = {
    "subject": Phrase("subject"),
    "body": Phrase("body"),
    "text": Phrase("text"),
    "from": Phrase("from"),
    "from_name": Phrase("from name"),
    "to": Phrase("to"),
    "mailbox": Phrase("mailbox"),
    "brand": Phrase("brand"),
    "header": Phrase("header:{name}"),
    "attachment": Phrase("attachment"),
    "size": Phrase("size"),
    "language": Phrase("language"),
    "hours": Phrase("hours"),
    "customer_tag": Phrase("customer tag"),
    "verdict": Phrase("verdict"),
    "proof": Phrase("proof"),
    "field": Phrase("field:{name}"),
    "status": Phrase("status"),
    "state": Phrase("state"),
    "team": Phrase("team"),
    "priority": Phrase("priority"),
    "assignee": Phrase("assignee"),
    "tag": Phrase("tag"),
    "age": Phrase("age"),
    "idle": Phrase("idle"),
    "waiting": Phrase("waiting"),
    "replies": Phrase("replies"),
    "nudges": Phrase("nudges"),
    "rating": Phrase("rating"),
}
"""What evidence calls each."""

OF_TICKET = frozenset(list(SUBJECTS)[list(SUBJECTS).index("status") :])
"""Subjects that only a ticket has: for rules on events."""

OF_MAIL = frozenset({"to", "header", "attachment", "size", "verdict", "proof"})
"""Subjects that only a mail on its way to a ticket has: for rules on ``created``."""

TIMES = frozenset({"age", "idle", "waiting"})
"""Subjects that are measured in time."""

UNITS = {"": 1, "B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "KIB": 1 << 10, "MIB": 1 << 20}


def pattern_problem(pattern: str) -> str:
    """Why RE2 refuses a pattern (it knows no look-around and no back-references); empty when it takes it."""
    try:
        re2.compile(pattern, pattern_options())
    except re2.error as error:
        return error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error.args[0])
    return ""


def octets(size: str) -> int:
    """``"10 MB"``, ``"64 KiB"`` or plain octets, as a number; raises ``ValueError``."""
    digits = size.strip().rstrip("BKMGIbkmgi ")
    return int(float(digits) * UNITS[size.strip()[len(digits) :].strip().upper()])


def pattern_options() -> re2.Options:
    """How admins' patterns are read: case does not matter."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options
