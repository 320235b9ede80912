"""What is filled into a letter: the order's values, the ticket and the desk, in the reader's words.

Text that could make a letter endless is cut here, each at its own length; what an agent wrote to a customer never is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mailgate.desk.identity.token import scrub
from mailgate.desk.plan import LetterKind, LetterOrder
from mailgate.desk.policy import Brand, Policy
from mailgate.desk.ticket import Ticket
from mailgate.letters import values, when
from mailgate.letters.address import Addressing
from mailgate.letters.buttons import buttons
from mailgate.letters.headers import clean_line, shorten
from mailgate.letters.kinds import MANNERS
from mailgate.letters.vocabulary import said
from mailgate.letters.words import cut
from mailgate.mail.quotes.quote import MARKER_LINE

SUBJECT_LENGTH = 200
WHOLE_TEXT = 100_000
"""Characters of a customer's text that a notification shows; a longer one is attached whole as well."""

_LENGTHS: Mapping[tuple[LetterKind, str], int] = {
    (LetterKind.ACKNOWLEDGEMENT, "quote"): 500,
    (LetterKind.NOTIFICATION, "text"): WHOLE_TEXT,
    (LetterKind.NOTIFICATION, "quoted"): 20_000,
    (LetterKind.ANSWER, "quote"): 8_000,
    (LetterKind.COPY, "quote"): 8_000,
    (LetterKind.UNDELIVERED, "text"): 8_000,
}
_PEOPLES_TEXTS = frozenset({"text", "quote", "quoted"})
"""They may quote an older letter of ours, with a token that was somebody else's."""

UNPROVED = frozenset({LetterKind.NEUTRAL_ACKNOWLEDGEMENT, LetterKind.CONFIRMATION})
"""What these are about was not proved to be anybody's, so nothing of it is repeated (DESIGN: promise 6)."""

_ROWS: Mapping[LetterKind, str] = {LetterKind.NOTIFICATION: "history", LetterKind.REMINDER: "tickets"}
_NO_SUBJECT = {"en": "(no subject)", "zh": "（无主题）"}


def context(
    order: LetterOrder,
    ticket: Ticket | None,
    brand: Brand,
    policy: Policy,
    addressing: Addressing,
    language: str,
    now_ms: int,
) -> dict[str, Any]:
    """Every value of ``mailgate.letters.values`` for this order, in ``language``."""

    def in_words(name: str, amount_ms: int) -> str:
        if name == "waited_ms":
            return when.lapse(amount_ms, language)
        return when.moment(amount_ms, now_ms, brand.timezone, language)

    given: dict[str, Any] = {**order.values, **_common(order, ticket, brand, policy, language)}
    if order.text:
        given["text"] = order.text
    full = values.complete(order.kind, given, in_words)
    for (kind, name), most in _LENGTHS.items():
        if kind is order.kind:
            full[name] = cut(full[name], most)
    for name in _PEOPLES_TEXTS.intersection(full):
        full[name] = scrub(str(full[name]))
    if order.kind in UNPROVED:
        full["subject"] = full["name"] = full["requester"] = ""
    full["marker"] = marker(language) if MANNERS[order.kind].marker else ""
    full["reference"] = addressing.reference
    _in_readers_words(full, order.kind, language)
    subject = f"{full['tag']} {full['subject']}".strip()
    full["buttons"] = buttons(order.kind, addressing, subject, language)
    return full


def _in_readers_words(full: dict[str, Any], kind: LetterKind, language: str) -> None:
    """The desk's own words, wherever they stand, in the reader's."""
    if kind is LetterKind.NOTIFICATION:
        full["marks"] = tuple([said(mark, language) for mark in full["marks"]])
    for row in full[_ROWS[kind]] if kind in _ROWS else ():
        row.update(status=said(row["status"], language), priority=said(row["priority"], language))


def marker(language: str) -> str:
    """The line above which to write, in the nearest language that has one."""
    primary = language.partition("-")[0]
    near = (line for key, line in MARKER_LINE.items() if key.partition("-")[0] == primary)
    return MARKER_LINE.get(language) or next(near, MARKER_LINE["en"])


def customers_subject(subject: str, tag: str, language: str) -> str:
    """The customer's words as they were, on one line, without our own tag, at most 200 characters of them."""
    words = clean_line(clean_line(subject).replace(tag, " ")) if tag else clean_line(subject)
    if not re.search(r"\w|[^\x00-\x7f]", words):
        return _NO_SUBJECT["zh" if language.startswith("zh") else "en"]
    return shorten(words, SUBJECT_LENGTH)


def _common(order: LetterOrder, ticket: Ticket | None, brand: Brand, policy: Policy, language: str) -> dict[str, Any]:
    """The values of ``values.COMMON`` that ticket, brand and policy tell."""
    common: dict[str, Any] = {"brand": brand.name, "name": clean_line(order.to.name), "language": language}
    if ticket is None:
        return {"subject": customers_subject(str(order.values.get("subject", "")), "", language), **common}
    tag = brand.tags[0].format(number=ticket.number) if brand.tags else ""
    team = policy.teams.get(ticket.team)
    agent = policy.agents.get(ticket.assignee)
    requester = ticket.requester
    return {
        **common,
        "number": str(ticket.number),
        "tag": tag,
        "subject": customers_subject(ticket.subject, tag, language),
        "team": team.name_in(language) if team else "",
        "requester": clean_line(requester.name) or requester.email,
        "priority": said(ticket.priority, language),
        "assignee": agent.name if agent else "",
    }
