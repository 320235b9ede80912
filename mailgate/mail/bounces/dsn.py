"""Delivery status notifications by the book: RFC 3464, its internationalised form RFC 6533, what MTAs make of them.

The per-message fields are not needed; each further group of fields is about one recipient. Groups that run together
without a blank line are parted where a new recipient begins. At most ``MAX_RECIPIENTS`` are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailgate.mail.bounces.tree import walk
from mailgate.mail.model import Action, ReportedRecipient

if TYPE_CHECKING:
    from mailgate.mail.parts import Part

MAX_RECIPIENTS = 1000
MAX_OCTETS = 2_000_000

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")

_ACTIONS: tuple[tuple[str, Action], ...] = (
    ("fail", Action.FAILED),
    ("err", Action.FAILED),
    ("delay", Action.DELAYED),
    ("deliverable", Action.DELIVERED),
    ("delivered", Action.DELIVERED),
    ("relay", Action.RELAYED),
    ("expand", Action.EXPANDED),
)
_BY_CLASS = {"5": Action.FAILED, "4": Action.DELAYED, "2": Action.DELIVERED}

Fields = dict[str, str]


def recipients(root: Part) -> tuple[ReportedRecipient, ...]:
    """What every delivery-status part says, each recipient once, in order; empty when there is no such part."""
    found: dict[str, ReportedRecipient] = {}
    for part in walk(root):
        if part.content_type in STATUS_TYPES:
            for group in groups(part.payload()[:MAX_OCTETS].decode("utf-8", "replace")):
                _add(found, recipient(group))
                if len(found) >= MAX_RECIPIENTS:
                    return tuple(found.values())
    return tuple(found.values())


def _add(found: dict[str, ReportedRecipient], new: ReportedRecipient | None) -> None:
    """Keep ``new`` unless the same address was already reported as failed."""
    if new is None:
        return
    known = found.get(new.email.lower())
    if known is None or (new.action is Action.FAILED and known.action is not Action.FAILED):
        found[new.email.lower()] = new


def groups(text: str) -> Iterator[Fields]:
    """The groups of fields that name a recipient, names in lower case, folded lines joined."""
    fields: Fields = {}
    last = ""
    for line in text.splitlines():
        if not line.strip():
            yield from _if_recipient(fields)
            fields, last = {}, ""
        elif line[0] in " \t" and last:
            fields[last] += " " + line.strip()
        else:
            name, colon, value = line.partition(":")
            name = name.strip().lower()
            if not colon:
                continue
            if name in ("final-recipient", "original-recipient") and name in fields:
                yield from _if_recipient(fields)
                fields = {}
            fields.setdefault(name, value.strip())
            last = name
    yield from _if_recipient(fields)


def _if_recipient(fields: Fields) -> Iterator[Fields]:
    if "final-recipient" in fields or "original-recipient" in fields:
        yield fields


def recipient(fields: Fields) -> ReportedRecipient | None:
    """One recipient's fate out of its fields, or None where no address can be read.

    The original recipient (RFC 3464 section 2.3.1) is whom we wrote to; the final one may be an alias behind it.
    """
    email = address(fields.get("original-recipient", "")) or address(fields.get("final-recipient", ""))
    if not email:
        return None
    reason = diagnostic(fields.get("diagnostic-code", ""))
    status = status_code(fields.get("status", ""), reason)
    return ReportedRecipient(email, action(fields.get("action", ""), status), status, reason)


def address(value: str) -> str:
    """``rfc822; <a@b>`` → ``a@b``; empty when there is none."""
    kind, semicolon, rest = value.partition(";")
    rest = (rest if semicolon else kind).strip().strip("<>\"' ")
    if "<" in rest:
        rest = rest.rpartition("<")[2].partition(">")[0].strip()
    return rest if "@" in rest and len(rest) <= 320 and " " not in rest else ""


def diagnostic(value: str) -> str:
    """The words of a Diagnostic-Code, without its type, on one line and at most 500 characters."""
    kind, semicolon, rest = value.partition(";")
    words = rest if semicolon and " " not in kind.strip() else value
    return " ".join(words[:1000].split())[:500]


def status_code(status: str, reason: str) -> str:
    """The status of RFC 3463; where the field is missing or says nothing (``5.0.0``), the one inside the words."""
    match = STATUS.search(status[:200])
    if match and match[0][1:] != ".0.0":
        return match[0]
    inside = STATUS.search(reason)
    return inside[0] if inside else (match[0] if match else "")


def action(value: str, status: str) -> Action:
    """The Action field; where it is missing or unknown, what the class of the status says; else failed."""
    word = value.strip().lower()
    for start, known in _ACTIONS:
        if word.startswith(start):
            return known
    return _BY_CLASS.get(status[:1], Action.FAILED)
