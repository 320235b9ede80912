"""What a stretch of HTML would cost its parser, told by counting, before any parser sees it (catalogue C-14).

Browser-grade parsers take more than linear time on deep nesting (100,000 open ``<div>``: 14 to 20 s) and on one tag
with thousands of attributes (4 s). No mail that people write comes near: a newsletter has a depth of about 60.
"""

from __future__ import annotations

import re

from mailgate.mail.wordlist import words

MAX_HTML = 2 * 1024 * 1024
"""Characters of HTML beyond which only its text is shown."""
MAX_DEPTH = 400
"""Open elements beyond which only its text is shown."""
MAX_ATTRIBUTES = 500
"""Attributes of one tag beyond which only its text is shown."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]*)")
_VOID = words("area base br col embed hr img input link meta param source track wbr")
_SELF_CLOSING = words("p li td th tr dt dd option thead tbody tfoot colgroup rt rp")


def outrageous(html: str) -> bool:
    """Whether a parser would spend more on this HTML than it can be worth: size, depth, or attributes of one tag."""
    if len(html) > MAX_HTML:
        return True
    if html.count("<") < MAX_DEPTH and len(html) < 50_000:
        return False
    return html.count("<") * 2 > len(html) > 10_000 or _depth(html) > MAX_DEPTH or _attributes(html) > 500


def _depth(html: str) -> int:
    """The most elements open at once, end tags missing or not; those that close each other count by half a hundred."""
    depth = deepest = loose = 0
    for closing, name, _ in _TAG.findall(html):
        name = name.lower()
        if name in _VOID:
            continue
        if name in _SELF_CLOSING:
            loose += -1 if closing else 1
        else:
            depth += -1 if closing else 1
        depth = max(depth, 0)
        deepest = max(deepest, depth + max(loose, 0) // 50)
    return deepest


def _attributes(html: str) -> int:
    """The most attributes that one tag has, about."""
    return max((rest.count("=") for _, _, rest in _TAG.findall(html) if len(rest) > 2000), default=0)
