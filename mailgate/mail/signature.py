"""Where a signature or a legal disclaimer begins in a stretch of new text.

``closings`` looks at one stretch (the lines between two quotes, or to the end) and names the lines at which a signature
and a footer begin. In order: the delimiter of RFC 3676 section 4.3, what a telephone adds, a disclaimer, a closing
phrase with a few short lines below it, a name behind a dash. A phrase inside a sentence is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mailgate.mail.model import SpanKind
from mailgate.mail.signature_words import (
    CLOSINGS,
    DEVICES,
    DISCLAIMERS,
    LIST_FOOTERS,
    MOBILE,
    MOBILE_ENDINGS,
    MOBILE_MINE,
)

MAX_CLOSING_LINES = 12
MAX_CLOSING_WIDTH = 80
MAX_LOOKED_AT = 60

_DELIMITERS = frozenset({"--", "—", "––", "—-", "——", "__", "–"})
_NAME = re.compile(r"[-–—/~]\s?[A-ZÀ-ÞА-Я][\w.'’-]*(?: [A-ZÀ-ÞА-Я][\w.'’-]*){0,3}")
_CLOSINGS = frozenset(CLOSINGS)
_EDGE = " \t*_,.!;:，。！、~\xa0\u3000"
_LINK = re.compile(r"[<(\[][^<>()\[\]]*[>)\]]")


class Closing(NamedTuple):
    """From line ``start`` on (of those given) the stretch is ``kind``."""

    start: int
    kind: SpanKind
    confidence: float
    evidence: str


def closings(lines: Sequence[str]) -> list[Closing]:
    """Where the signature of these lines begins and, apart from it, a footer below; in order, empty when there is none.

    Each runs to the next, the last one to the end.
    """
    filled = [at for at, line in enumerate(lines) if line and not line.isspace()]
    if not filled:
        return []
    found = _delimiter(lines)
    low = found.start if found else len(lines)
    for at in filled[-MAX_LOOKED_AT:]:
        if at >= low:
            break
        here = _at(lines, at, filled)
        if here is not None:
            found = here
            break
    if found is None:
        return _name(lines, filled)
    above = [at for at in filled if at < found.start]
    if _is_list_footer(lines[found.start + 1 : found.start + 8]):
        return [*_name(lines, above), found._replace(kind=SpanKind.DISCLAIMER, evidence="list footer")]
    return [*_name(lines, above), found]


def _is_list_footer(lines: Sequence[str]) -> bool:
    """Whether these are the lines that a list server adds below every mail."""
    return any(phrase in line.lower() for line in lines for phrase in LIST_FOOTERS)


def _delimiter(lines: Sequence[str]) -> Closing | None:
    """The first line that is nothing but a signature delimiter, with something below it."""
    for at, line in enumerate(lines):
        if len(line) < 6 and line.strip() in _DELIMITERS:
            return Closing(at, SpanKind.SIGNATURE, 0.95, "delimiter")
    return None


def _at(lines: Sequence[str], at: int, filled: list[int]) -> Closing | None:
    """The signature that begins with this line, judged by the line and by how little follows."""
    line = lines[at][:400].strip(_EDGE)
    lowered = line.lower()
    below = sum(1 for other in filled[-MAX_CLOSING_LINES - 2 :] if other > at)
    if below <= 3 and is_mobile(line, alone=at == filled[0]):
        return Closing(at, SpanKind.SIGNATURE, 0.9, "mobile")
    if any(phrase in lowered for phrase in DISCLAIMERS) and _ends_the_mail(lines, at, filled):
        return Closing(at, SpanKind.DISCLAIMER, 0.8, "disclaimer")
    if is_closing(lowered) and below <= MAX_CLOSING_LINES and _short(lines, at, filled):
        return Closing(at, SpanKind.SIGNATURE, 0.8, "closing")
    if _is_rule(lines[at]) and 1 <= below <= MAX_CLOSING_LINES and _short(lines, at, filled):
        return Closing(at, SpanKind.SIGNATURE, 0.7, "rule")
    return None


def _is_rule(line: str) -> bool:
    """Whether the line is a row of underscores, as list servers and companies put above their footers."""
    line = line[:400].strip()
    return len(line) >= 5 and not line.strip("_")


def is_mobile(line: str, *, alone: bool = False) -> bool:
    """Whether the line is what a telephone or a mail program adds ("Sent from my iPhone"), and not a sentence.

    With no text above it (``alone``) only the plainest wordings count.
    """
    core = _LINK.sub("", line[:200]).strip(_EDGE).lower()
    if len(core) > 70 or ", " in core or "，" in core or core.count(" ") > 8:
        return False
    if core.startswith(MOBILE_MINE):
        return True
    if alone:
        return False
    if core.startswith("sent from ") and core.count(" ") <= 3:
        return True
    return core.startswith(MOBILE) | core.endswith(MOBILE_ENDINGS) and any(device in core for device in DEVICES)


def is_closing(lowered: str) -> bool:
    """Whether a lower-case line is a closing phrase, alone or with a name behind a comma."""
    return lowered in _CLOSINGS or lowered.partition(",")[0].strip() in _CLOSINGS


def _short(lines: Sequence[str], at: int, filled: list[int]) -> bool:
    """Whether what follows looks like name and address: no long line but a disclaimer's."""
    for other in filled[-MAX_CLOSING_LINES - 2 :]:
        if other > at and len(lines[other].strip()) > MAX_CLOSING_WIDTH:
            return any(phrase in lines[other].lower() for phrase in DISCLAIMERS)
    return True


def _ends_the_mail(lines: Sequence[str], at: int, filled: list[int]) -> bool:
    """Whether the paragraph stands apart, and there is text above it."""
    return at > filled[0] and not lines[at - 1].strip()


def _name(lines: Sequence[str], filled: list[int]) -> list[Closing]:
    """A last line such as ``-Ana`` or ``/John``, below other text."""
    if len(filled) > 1 and _NAME.fullmatch(lines[filled[-1]].strip()[:60]):
        return [Closing(filled[-1], SpanKind.SIGNATURE, 0.7, "name")]
    return []
