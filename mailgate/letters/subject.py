"""What a letter calls a ticket: the customer's own subject, on one clean line, with our tag before it."""

from __future__ import annotations

import re

from mailgate.desk.policy import Brand
from mailgate.letters.headers import clean_line, shorten

LENGTH = 200
"""Characters of a customer's subject that are shown."""

_SAYING = re.compile(r"\w|[^\x00-\x7f]")
_NO_SUBJECT = {"en": "(no subject)", "zh": "（无主题）"}


def customers_subject(subject: str, tag: str, language: str) -> str:
    """The customer's words as they were, on one line, without our own tag, at most 200 characters of them."""
    words = clean_line(clean_line(subject).replace(tag, " ")) if tag else clean_line(subject)
    if not _SAYING.search(words):
        return _NO_SUBJECT["zh" if language.startswith("zh") else "en"]
    return shorten(words, LENGTH)


def tag_of(number: int, brand: Brand | None) -> str:
    """The tag that leads the subject of all letters of a ticket, as ``[#1042]``; empty for a brand that wants none."""
    return brand.tags[0].format(number=number) if brand and brand.tags else ""
