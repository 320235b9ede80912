"""The clues in a mail: every piece of evidence that it belongs to a ticket, best first (DESIGN: threading).

==================  ================================================  ===============================================
carrier             found in                                          holds when
==================  ================================================  ===============================================
ADDRESS             envelope recipients, then To, Cc, Delivered-To    the code verifies for the ticket's random id
MESSAGE_ID          In-Reply-To, then References, newest first        the same
BODY                the reference line in the quoted text             the same
KNOWN_ID            In-Reply-To, then References, newest first        the store knows the id, in or out
TAG                 the subject: the brand's format and its aliases   there is such a ticket
==================  ================================================  ===============================================

A clue is only found here; whether it holds is for ``thread``, which knows the tickets, and what its bearer may then do
for ``trust``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mailgate.desk.facts import Carrier, Clue
from mailgate.desk.identity.token import Token, find_references, split_address, split_message_id
from mailgate.desk.policy import Policy
from mailgate.mail.model import Envelope, Mail

CLUE_LIMIT = 40
"""A thread of a hundred letters names the same ticket a hundred times."""

BODY_LIMIT = 200_000
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to")


def clues(mail: Mail, envelope: Envelope, policy: Policy) -> tuple[Clue, ...]:
    """Every clue of a mail, best first, each once; at most ``CLUE_LIMIT``."""
    found: dict[tuple[object, ...], Clue] = {}
    for clue in _all_clues(mail, envelope, policy):
        found.setdefault((clue.carrier, clue.header, clue.number, clue.mac, clue.message_id), clue)
        if len(found) >= CLUE_LIMIT:
            break
    return tuple(found.values())


def tag_number(subject: str, tags: tuple[str, ...]) -> int | None:
    """The ticket number that a subject carries in one of the formats, full-width brackets and digits too; None
    without."""
    matched = next((found for pattern in _tag_patterns(tags) if (found := pattern.search(subject))), None)
    return int(matched[1]) if matched else None


def _all_clues(mail: Mail, envelope: Envelope, policy: Policy) -> Iterator[Clue]:
    for header, address in _addresses(mail, envelope):
        split = split_address(address, policy.mailboxes)
        if split and split.token:
            yield token_clue(Carrier.ADDRESS, split.token, header)
    ids = [("in-reply-to", one) for one in mail.in_reply_to] + [
        ("references", one) for one in reversed(mail.references)
    ]
    for header, message_id in ids[:CLUE_LIMIT]:
        token = split_message_id(message_id)
        if token:
            yield token_clue(Carrier.MESSAGE_ID, token, header)
    for token in find_references(mail.text[:BODY_LIMIT]):
        yield token_clue(Carrier.BODY, token, "")
    for header, message_id in ids[:CLUE_LIMIT]:
        yield Clue(Carrier.KNOWN_ID, message_id=message_id, header=header, shown=f"<{message_id}>")
    for brand in policy.brands.values():
        number = tag_number(mail.subject, brand.tags)
        if number is not None:
            yield Clue(Carrier.TAG, number=number, header="subject", shown=f"#{number}")


def _addresses(mail: Mail, envelope: Envelope) -> Iterator[tuple[str, str]]:
    """Where a token may ride: as the envelope says it, else (IMAP) as the headers do."""
    yield from (("", address) for address in envelope.recipients)
    yield from (("to", address.email) for address in mail.to[:CLUE_LIMIT])
    yield from (("cc", address.email) for address in mail.cc[:CLUE_LIMIT])
    written = [(key.lower(), value) for key, value in mail.headers if key.lower() in _DELIVERED]
    for name in _DELIVERED if written else ():
        yield from [(name, value.strip("<> ")) for key, value in written if key == name][:5]


def token_clue(carrier: Carrier, token: Token, header: str) -> Clue:
    """The clue that a token is."""
    number = token.number or None
    shown = f"{token.purpose.value}{number or ''}"
    return Clue(carrier, number, token.purpose.value, token.mac, token.mac[:1], header=header, shown=shown)


@lru_cache(maxsize=256)
def _tag_patterns(tags: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_tag_pattern(tag), re.IGNORECASE) for tag in tags if "{number}" in tag)


def _tag_pattern(tag: str) -> str:
    """The format as a pattern: spaces may be missing or many, brackets and the number sign may be full-width."""
    widths = {"[": r"[\[［【]", "]": r"[\]］】]", "#": "[#＃]", "(": "[(（]", ")": "[)）]", ":": "[:：]", " ": r"\s?"}
    before, _, after = tag.partition("{number}")
    spelled = [("".join(widths.get(char, re.escape(char)) for char in part)) for part in (before, after)]
    return rf"{spelled[0]}\s?(\d{{1,12}})\s?{spelled[1]}" if after else rf"{spelled[0]}\s?(\d{{1,12}})(?!\d)"
