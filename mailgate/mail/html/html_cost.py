"""What a stretch of HTML would cost its parser, told by counting, before any parser sees it (catalogue C-14).

Browser-grade parsers take more than linear time on deep nesting (100,000 open ``<div>``: 14 to 20 s), on one tag with
thousands of attributes (4 s) and on hundreds of thousands of entities in one text (13 s). No mail that people write
comes near: a newsletter has a depth of about 60.
"""

from __future__ import annotations

import functools
import re

from mailgate.mail.text.wordlist import words

MAX_HTML = 2 * 1024 * 1024
"""Characters of HTML beyond which only its text is shown."""
MAX_DEPTH = 250
"""Open elements beyond which only its text is shown."""
MAX_ATTRIBUTES = 500
"""Attributes of one tag beyond which only its text is shown."""

MAX_ENTITIES = 100_000
"""Entities beyond which only its text is shown: a text of nothing else takes quadratic time."""

_SMALL = 10_000
_LONG_TAG = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]*)")
_VOID = words("area base br col embed hr img input link meta param source track wbr")
_SELF_CLOSING = words("p li td th tr dt dd option thead tbody tfoot colgroup rt rp")


@functools.lru_cache(maxsize=1)
def outrageous(html: str) -> bool:
    """Whether a parser would spend more on this HTML than it can be worth: size, depth, or attributes of one tag.

    The answer for the last HTML is kept, since its text and its safe form are asked for one after the other.
    """
    if len(html) > MAX_HTML:
        return True
    if html.count("&") > MAX_ENTITIES:
        return True
    angles = html.count("<")
    if angles < MAX_DEPTH and len(html) < _SMALL:
        return False
    return (angles * 2 > len(html) and len(html) > _SMALL) or _deep_or_crowded(html)


def _deep_or_crowded(html: str) -> bool:
    """Count open elements, end tags missing or not; those that close each other count by half a hundred."""
    depth = loose = 0
    for closing, name, rest in _TAG.findall(html):
        step = -1 if closing else 1
        name = name.lower()
        if name in _SELF_CLOSING:
            loose = max(loose + step, 0)
        elif name not in _VOID:
            depth = max(depth + step, 0)
            if depth + loose // 50 > MAX_DEPTH:
                return True
        if len(rest) > _LONG_TAG and rest.count("=") > MAX_ATTRIBUTES:
            return True
    return False
