"""Message-ID, In-Reply-To and References: identifiers without their brackets, however they were broken on the way.

RFC 5322 section 3.6.4. Folding inside an identifier is undone, one without brackets is taken where it looks like one,
an old In-Reply-To in words (``Your message of Monday <id>``) gives its identifier.
"""

from __future__ import annotations

import re

MAX_ID = 998
"""Octets of the longest identifier that is believed: a line of RFC 5322."""

_BRACKETED = re.compile(r"<([^<>]{1,6000})>")
_BLANKS = re.compile(r"\s+")


def message_id(value: str) -> str:
    """The identifier of a Message-ID header, or an empty string."""
    return next(iter(identifiers(value)), "")


def identifiers(value: str) -> tuple[str, ...]:
    """All identifiers of a header value, in order, each once."""
    if not value:
        return ()
    found = [_BLANKS.sub("", one) for one in _BRACKETED.findall(value)]
    if not found:
        bare = value.split()
        found = [word.strip("<>,;") for word in bare if "@" in word or len(bare) == 1]
    return tuple(dict.fromkeys(one for one in found if one and len(one) <= MAX_ID))


def last(ids: tuple[str, ...], limit: int) -> tuple[str, ...]:
    """The first, which named the thread, and the newest ones, at most ``limit`` in all."""
    return ids if len(ids) <= limit else (ids[0], *ids[-(limit - 1) :])
