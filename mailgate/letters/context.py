"""What is filled into a letter: the order's values, the ticket and the desk, in the reader's words.

Text that could make a letter endless is cut here, each at its own length; what an agent wrote to a customer never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from mailgate.desk.identity.token import Tokens, scrub
from mailgate.desk.letter import LetterKind, LetterOrder, Purpose
from mailgate.desk.phrase import Phrase
from mailgate.desk.policy import Agent, Brand, Mailbox, Policy, Role
from mailgate.desk.ticket import Ticket
from mailgate.letters import values, when
from mailgate.letters.address import Addressing, Return, way_back
from mailgate.letters.answers import shown
from mailgate.letters.buttons import buttons, of_commands
from mailgate.letters.headers import clean_line
from mailgate.letters.kinds import MANNERS
from mailgate.letters.listed import LISTS, listed
from mailgate.letters.manual import manual
from mailgate.letters.phrases import spoken
from mailgate.letters.reader import Reader
from mailgate.letters.subject import customers_subject, tag_of
from mailgate.letters.vocabulary import said, told
from mailgate.letters.words import cut
from mailgate.mail.quotes.quote import MARKER_LINE

WHOLE_TEXT = 100_000
"""Characters of a customer's text that a notification shows; a longer one is attached whole as well."""

_LENGTHS: Mapping[LetterKind, tuple[tuple[str, int], ...]] = {
    LetterKind.ACKNOWLEDGEMENT: (("quote", 500),),
    LetterKind.NOTIFICATION: (("text", WHOLE_TEXT), ("quoted", 20_000)),
    LetterKind.ANSWER: (("quote", 8_000),),
    LetterKind.RESOLUTION: (("quote", 8_000),),
    LetterKind.COPY: (("quote", 8_000),),
    LetterKind.CUSTOMER_REMINDER: (("text", 1_000),),
    LetterKind.UNDELIVERED: (("text", 8_000),),
}
_PEOPLES_TEXTS = frozenset({"text", "quote", "quoted"})
"""They may quote an older letter of ours, with a token that was somebody else's."""

_WORDLESS = frozenset({str, int, bool, type(None)})
"""Types of values in which there is nothing to be said in a language."""

UNPROVED = frozenset({LetterKind.NEUTRAL_ACKNOWLEDGEMENT, LetterKind.CONFIRMATION})
"""What these are about was not proved to be anybody's, so nothing of it is repeated (DESIGN: promise 6)."""

_ROWS: Mapping[LetterKind, str] = {LetterKind.NOTIFICATION: "history", **dict.fromkeys(LISTS, "tickets")}


@dataclass(frozen=True)
class Page:
    """All that one letter is made of."""

    order: LetterOrder
    ticket: Ticket | None
    brand: Brand
    policy: Policy
    tokens: Tokens
    addressing: Addressing
    language: str
    now_ms: int

    @cached_property
    def zone(self) -> str:
        """The time zone of the reader: an agent's own, else the desk's."""
        reader = self.policy.agent_by_address(self.order.to.email)
        return (reader.timezone if reader else "") or self.brand.timezone

    def in_words(self, name: str, amount_ms: int) -> str:
        """A moment or a span of time as the reader says it."""
        if name in values.SPANS:
            return when.lapse(abs(amount_ms), self.language)
        if name in values.DATED:
            return when.dated(amount_ms, self.now_ms, self.zone, self.language)
        return when.moment(amount_ms, self.now_ms, self.zone, self.language)

    def in_list(self, name: str, amount_ms: int) -> str:
        """The same in a list of many: the zone would be said on every line."""
        if name in values.SPANS:
            return when.lapse(abs(amount_ms), self.language)
        return when.brief(amount_ms, self.now_ms, self.zone, self.language)

    @property
    def control(self) -> str:
        """The reader's own address for commands that concern no ticket."""
        known = self.policy.mailbox(self.order.mailbox)
        mailbox = known or Mailbox(self.order.mailbox or self.brand.address, self.brand.id)
        return self.tokens.address(mailbox, Purpose.CONTROL, 0, "", self.order.to.email)

    def back_about(self, ticket: Ticket) -> Return:
        """Where the reader's answer about a ticket of a list goes."""
        purpose = Purpose.CUSTOMER if self.order.kind is LetterKind.STATUS else Purpose.AGENT
        return way_back(ticket, purpose, self.order.to.email, self.policy, self.tokens)


def context(page: Page) -> dict[str, Any]:
    """Every value of ``mailgate.letters.values`` for this letter, in its language."""
    order, language, kind = page.order, page.language, page.order.kind
    given: dict[str, Any] = _table_in_language(order.values, language)
    given |= _common(order, page.ticket, page.brand, page.policy, language)
    if order.text:
        given["text"] = order.text
    if kind in LISTS:
        given.update(_listed(given, page))
    full = values.complete(kind, given, page.in_words, page.in_list)
    for name, most in _LENGTHS.get(kind, ()):
        full[name] = cut(full[name], most)
    for name in _PEOPLES_TEXTS:
        if name in full:
            full[name] = scrub(str(full[name]))
    if kind in UNPROVED:
        full["subject"] = full["name"] = full["requester"] = ""
    full["marker"] = marker(language) if MANNERS[kind].marker else ""
    full["reference"] = page.addressing.reference
    _in_readers_words(full, page)
    subject = f"{full['tag']} {full['subject']}".strip()
    theirs = page.ticket is not None and page.ticket.assignee == order.agent != ""
    reads = full.get("reads", False)
    full["buttons"] = () if reads else buttons(kind, page.addressing.back, subject, language, theirs)
    if kind is LetterKind.ALERT:
        full["control"] = page.control
        full["buttons"] = of_commands(full["commands"], Return(page.control, "", True), page.brand.name)
    return full


def _listed(given: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """The tickets of a list, and how many there are; none to a reader who is not known to be who asked."""
    if not given.get("proved", True):
        return {"tickets": (), "total": 0}
    rows, tickets = given.get("tickets", ()), page.order.rows
    found = listed(
        page.order.kind, rows, tickets, page.policy, page.language, page.now_ms, page.back_about, page.order.agent
    )
    return {"tickets": found, "total": given.get("total", len(rows or tickets))}


def _in_language(value: Any, language: str) -> Any:
    """The desk's sentences in the reader's language, wherever in a value they stand."""
    if type(value) in _WORDLESS:
        return value
    if isinstance(value, Phrase):
        return spoken(value, language)
    if isinstance(value, dict):
        return _table_in_language(value, language)
    if isinstance(value, tuple | list):
        return tuple([_in_language(one, language) for one in value])
    return value


def _table_in_language(table: Mapping[str, Any], language: str) -> dict[str, Any]:
    pairs = table.items()
    return {name: one if type(one) in _WORDLESS else _in_language(one, language) for name, one in pairs}


def _in_readers_words(full: dict[str, Any], page: Page) -> None:
    """The desk's own words, wherever they stand, in the reader's; and what only some kinds have."""
    kind, language = page.order.kind, page.language
    if kind is LetterKind.NOTIFICATION:
        full["marks"] = tuple([said(mark, language) for mark in full["marks"]])
    state = told if kind is LetterKind.STATUS else said
    for row in full[_ROWS[kind]] if kind in _ROWS else ():
        usual = kind in LISTS and row["priority"] == "normal"
        row.update(status=state(row["status"], language), priority="" if usual else said(row["priority"], language))
    if kind is LetterKind.TRANSCRIPT:
        reader = Reader(page.policy, language, page.zone, page.now_ms)
        for line in full["lines"]:
            line["answer"] = shown(line["answer"], reader) if line["answer"] else None
    if kind is LetterKind.DIGEST:
        full["counts"] = {said(name, language): count for name, count in full["counts"].items()}
    if kind is LetterKind.WELCOME or (kind is LetterKind.TRANSCRIPT and any(line["help"] for line in full["lines"])):
        full.update(_taught(page))


def _taught(page: Page) -> dict[str, Any]:
    """The manual for the reader's role, and the reader's own address for what concerns no ticket."""
    order, policy = page.order, page.policy
    agent = policy.agents.get(order.agent) or policy.agent_by_address(order.to.email)
    if agent is None:  # enrolled by this very mail: the policy learns of it when the transaction is over
        agent = Agent(order.agent, order.to.name, order.to.email, role=Role(str(order.values.get("role", Role.AGENT))))
    return {"manual": tuple(manual(agent, page.language)), "control": page.control}


@lru_cache(maxsize=64)
def marker(language: str) -> str:
    """The line above which to write, in the nearest language that has one."""
    primary = language.partition("-")[0]
    near = (line for key, line in MARKER_LINE.items() if key.partition("-")[0] == primary)
    return MARKER_LINE.get(language) or next(near, MARKER_LINE["en"])


def _common(order: LetterOrder, ticket: Ticket | None, brand: Brand, policy: Policy, language: str) -> dict[str, Any]:
    """The values of ``values.COMMON`` that ticket, brand and policy tell."""
    common: dict[str, Any] = {"brand": brand.name, "name": clean_line(order.to.name), "language": language}
    if ticket is None:
        return {"subject": customers_subject(str(order.values.get("subject", "")), "", language), **common}
    tag = tag_of(ticket.number, brand)
    team = policy.teams.get(ticket.team)
    agent = policy.agents.get(ticket.assignee)
    requester = ticket.requester
    return {
        **common,
        "number": str(ticket.number),
        "tag": tag,
        "subject": customers_subject(str(order.values.get("subject") or ticket.subject), tag, language),
        "team": team.name_in(language) if team else "",
        "requester": clean_line(requester.name) or requester.email,
        "priority": said(ticket.priority, language),
        "assignee": agent.name if agent else "",
    }
