"""What a customer's short mail wishes of the desk itself: where things stand, news, or to be left out.

================  =====================================  =============================================================
wish              what is said, and nothing else         counts
================  =====================================  =============================================================
status            "status", "status #1042", 进度          in any mail to the desk
nudge             "any news?", 催单, "gibt es Neues?"     on a ticket where somebody waits
unsubscribe       "unsubscribe", 退订                     from a watcher
================  =====================================  =============================================================

Precision before recall: a mail that says anything more is a question, and a person reads it. So the new text is cut
into clauses; greetings, thanks and the author's own name are dropped; and all that is left must be the same wish. The
subject speaks only where the text says nothing. Requests under data-protection law are another matter: they are looked
for inside longer mails too, since finding one swallows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import re2

from mailgate.desk.identity.token import scrub
from mailgate.desk.outcome.courtesy import phrases, substance
from mailgate.desk.outcome.wish_words import ERASE, EXPORT, NUDGE, PLEASE, STATUS, STEMS, UNSUBSCRIBE
from mailgate.desk.query import Ask, Order, Query
from mailgate.desk.routing.words import fold
from mailgate.mail.model import Mail

LONGEST = 300
"""Characters of a mail that may still be a wish."""

CLAUSES = 8
CLAUSE = 80
PRIVACY_LIMIT = 1_500
"""Characters of a mail that are searched for a request under data-protection law."""


class WishKind(StrEnum):
    """See the table above."""

    STATUS = "status"
    NUDGE = "nudge"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wished; ``number`` is the ticket that a status wish names, or None."""

    kind: WishKind
    number: int | None = None


class Right(StrEnum):
    """What somebody claims of their data: to see it, or that it is forgotten."""

    EXPORT = "export"
    ERASE = "erase"


_PATTERNS: tuple[tuple[WishKind, tuple[re.Pattern[str], ...]], ...] = tuple(
    (kind, tuple(re.compile(pattern) for pattern in patterns))
    for kind, patterns in (
        (WishKind.STATUS, STATUS),
        (WishKind.NUDGE, NUDGE),
        (WishKind.UNSUBSCRIBE, UNSUBSCRIBE),
    )
)
_CLAIMS = tuple(
    (right, tuple(fold(phrase) for phrase in phrases))
    for right, phrases in ((Right.ERASE, ERASE), (Right.EXPORT, EXPORT))
)
_STEMS = re2.compile("|".join(fold(stem) for stem in STEMS))  # one pass over the text, whatever their number
_PLEASE = phrases(PLEASE)
_PREFIX = re.compile(r"(?:(?:re|aw|sv|antw|fwd?|wg|tr|回复|答复|回覆|转发)\s*[:：]\s*)+", re.IGNORECASE)
_TAG = re.compile(r"[\[［【(][#＃]?(?:ticket)?[#＃]?\s?\d{1,12}[\]］】)]", re.IGNORECASE)


def wish(mail: Mail) -> Wish | None:
    """The one wish that a mail is made of; None where it says anything else, or carries a file that somebody wants."""
    text = scrub(mail.reply_text_nosig[: 2 * LONGEST]).strip()
    if len(text) > LONGEST or any(not part.noise and not part.inline for part in mail.attachments):
        return None
    return _wish(mail.subject, text, mail.author.name if mail.author else "")


@lru_cache(maxsize=128)  # asked before the facts are gathered, and again when the mail is decided
def _wish(subject: str, text: str, name: str) -> Wish | None:
    names = (name,) if name else ()
    said = _said(text, names)
    if not said:
        subject = _PREFIX.sub("", subject.strip())
        whole = _wished(fold(subject))
        if whole:
            return whole
        said = _said(_TAG.sub(" ", subject), names)
    return _only(_wished(clause) for clause in said) if len(said) <= CLAUSES else None


def claims(mail: Mail) -> Right | None:
    """Which right to their data the author claims; None mostly. Erasure is the stronger word of the two."""
    return _claims(f"{mail.subject}\n{mail.reply_text_nosig[:PRIVACY_LIMIT]}")


def own_tickets(brand: str, author: str) -> Query:
    """What the store is asked for a status wish: the author's own tickets in the brand, newest first."""
    return Query(Ask.CUSTOMERS_OWN, brand, requester=author, order=Order.NEWEST)


@lru_cache(maxsize=128)
def _claims(said: str) -> Right | None:
    text = fold(said)
    if not _STEMS.search(text):
        return None
    flat = " ".join(text.split())
    return next((right for right, phrases in _CLAIMS if any(phrase in flat for phrase in phrases)), None)


def _only(found: Iterable[Wish | None]) -> Wish | None:
    """The wish that all clauses share; None if one is no wish, or another one."""
    wishes = list(found)
    if not wishes or None in wishes or len({each.kind for each in wishes if each}) != 1:
        return None
    return next((each for each in wishes if each and each.number is not None), wishes[0])


def _said(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The clauses that say something."""
    return tuple(clause for clause in substance(text, names) if clause not in _PLEASE)


def _wished(clause: str) -> Wish | None:
    """The wish that the whole clause is."""
    if len(clause) > CLAUSE:
        return None
    for kind, patterns in _PATTERNS:
        for pattern in patterns:
            found = pattern.fullmatch(clause)
            if found:
                number = next((int(value) for value in found.groupdict().values() if value), None)
                return Wish(kind, number)
    return None
