"""Where a signature or a legal disclaimer begins in a stretch of new text.

``closings`` looks at one stretch (the lines between two quotes, or to the end) and names the lines at which a signature
and a footer begin. In order: the delimiter of RFC 3676 section 4.3, what a telephone adds, a disclaimer, a closing
phrase with a few short lines below it, a box of two rules around an address (as in Japan), a name behind a dash. A
phrase inside a sentence is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mailgate.mail.model import SpanKind
from mailgate.mail.quotes import attribution
from mailgate.mail.quotes.signature_words import (
    CLOSINGS,
    CONTACTS,
    DEVICES,
    DISCLAIMERS,
    LIST_FOOTERS,
    MOBILE,
    MOBILE_ENDINGS,
    MOBILE_MINE,
)

MAX_CLOSING_LINES = 12
MAX_CLOSING_WIDTH = 80
MAX_MOBILE_LINES = 3
MIN_DISCLAIMER = 20
MAX_LOOKED_AT = 40

_DELIMITERS = frozenset({"--", "—", "––", "—-", "——", "__", "–"})
_TITLE = re.compile(r"\s[|/–—-]\s|[,，（(]")
_NAME = re.compile(r"[-–—/~]\s?[A-ZÀ-ÞА-Я][\w.'’-]*(?: [A-ZÀ-ÞА-Я][\w.'’-]*){0,3}")
_CLOSINGS = frozenset(CLOSINGS)
_LONGEST_CLOSING = max(map(len, CLOSINGS))
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
    found = _delimiter(lines, filled)
    legal = _legal(lines, filled)
    near = max(0, len(filled) - MAX_CLOSING_LINES - 1)
    for number in (*(number for number in legal if number < near), *range(near, len(filled))):
        if found is not None and filled[number] >= found.start:
            break
        here = _at(lines, filled, number, legal=number in legal)
        if here is not None:
            found = here
            break
    found = found or _box(lines, filled)
    if found is None:
        return _name(lines, filled)
    above = [at for at in filled if at < found.start]
    if _is_list_footer(lines[found.start + 1 : found.start + 8]):
        return [*_name(lines, above), found._replace(kind=SpanKind.DISCLAIMER, evidence="list footer")]
    return [*_name(lines, above), found]


def _box(lines: Sequence[str], filled: Sequence[int]) -> Closing | None:
    """What stands between a rule that is the last line and one above it, when it tells how to reach somebody."""
    if not attribution.is_rule(lines[filled[-1]]):
        return None
    for number in range(len(filled) - 2, max(len(filled) - 3 - MAX_CLOSING_LINES, 0), -1):
        at = filled[number]
        if attribution.is_rule(lines[at]):
            inside = "\n".join(lines[at + 1 : filled[-1]]).lower()
            reachable = any(word in inside for word in CONTACTS) and _short(lines, filled[number + 1 :])
            return Closing(at, SpanKind.SIGNATURE, 0.7, "box") if reachable else None
    return None


def _is_list_footer(lines: Sequence[str]) -> bool:
    """Whether these are the lines that a list server adds below every mail."""
    return any(phrase in line.lower() for line in lines for phrase in LIST_FOOTERS)


def _delimiter(lines: Sequence[str], filled: Sequence[int]) -> Closing | None:
    """The first line that is nothing but a signature delimiter."""
    for at in [at for at in filled if len(lines[at]) < 6]:
        if lines[at].strip() in _DELIMITERS:
            return Closing(at, SpanKind.SIGNATURE, 0.95, "delimiter")
    return None


def _legal(lines: Sequence[str], filled: Sequence[int]) -> list[int]:
    """Which of ``filled``, by their places in it, begin a disclaimer: long lines below a blank one, near the end."""
    apart = [
        number
        for number in range(max(1, len(filled) - MAX_LOOKED_AT), len(filled))
        if filled[number] - filled[number - 1] > 1 and len(lines[filled[number]]) >= MIN_DISCLAIMER
    ]
    if not apart or not _is_disclaimer("\n".join(lines[filled[number]] for number in apart)):
        return []  # most have none, and once over all is a tenth of once a line
    return [number for number in apart if _is_disclaimer(lines[filled[number]])]


def _at(lines: Sequence[str], filled: Sequence[int], number: int, *, legal: bool) -> Closing | None:
    """The signature that begins with the line ``filled[number]``, judged by the line and by how little follows."""
    at = filled[number]
    below = len(filled) - 1 - number
    if legal:
        return Closing(at, SpanKind.DISCLAIMER, 0.8, "disclaimer")
    line = lines[at][:400].strip(_EDGE)
    if below <= MAX_MOBILE_LINES and is_mobile(line, alone=number == 0):
        return Closing(at, SpanKind.SIGNATURE, 0.9, "mobile")
    if (
        (len(line) <= _LONGEST_CLOSING or "," in line)
        and is_closing(line.lower())
        and _short(lines, filled[number + 1 :])
    ):
        return Closing(at, SpanKind.SIGNATURE, 0.8, "closing")
    if below and "_____" in lines[at] and _is_rule(lines[at]) and _short(lines, filled[number + 1 :]):
        return Closing(at, SpanKind.SIGNATURE, 0.7, "rule")
    return None


def _is_disclaimer(line: str) -> bool:
    return DISCLAIMERS.any_in(line.lower())


def _is_rule(line: str) -> bool:
    """Whether the line is a row of underscores, as list servers and companies put above their footers."""
    line = line[:400].strip()
    return len(line) >= 5 and not line.strip("_")


def is_mobile(line: str, *, alone: bool = False) -> bool:
    """Whether the line is what a telephone or a mail program adds ("Sent from my iPhone"), and not a sentence.

    With no text above it (``alone``) only the plainest wordings count.
    """
    core = line[:200]
    if "<" in core or "(" in core or "[" in core:
        core = _LINK.sub("", core)
    core = core.strip(_EDGE).lower()
    if len(core) > 70 or ", " in core or "，" in core or core.count(" ") > 8:
        return False
    if core.startswith(MOBILE_MINE):
        return True
    if alone:
        return False
    if core.startswith("sent from ") and core.count(" ") <= 3:
        return True
    return core.startswith(MOBILE) | core.endswith(MOBILE_ENDINGS) and any(device in core for device in DEVICES)


def without_device(text: str) -> str:
    """The text without a last line such as "Sent from my iPhone", in its plainest wordings; all else stays."""
    lines = text.rstrip().splitlines()
    if lines and is_mobile(lines[-1], alone=True):
        return "\n".join(lines[:-1]).rstrip()
    return text


def is_signature_of(text: str, names: Iterable[str]) -> bool:
    """Whether the text is one of these names, perhaps with a few short lines below, as under a business letter."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or len(lines) > MAX_CLOSING_LINES or any(len(line) > MAX_CLOSING_WIDTH for line in lines):
        return False
    name = _TITLE.split(lines[0], 1)[0].strip(_EDGE).casefold()
    return name in {one.strip().casefold() for one in names if one.strip()}


def is_closing(lowered: str) -> bool:
    """Whether a lower-case line is a closing phrase, alone or with a name behind a comma."""
    return lowered in _CLOSINGS or lowered.partition(",")[0].strip() in _CLOSINGS


def _short(lines: Sequence[str], below: Sequence[int]) -> bool:
    """Whether what follows looks like name and address: no long line before a disclaimer."""
    for at in below:
        if len(lines[at].strip()) > MAX_CLOSING_WIDTH:
            return _is_disclaimer(lines[at])
    return True


def _name(lines: Sequence[str], filled: list[int]) -> list[Closing]:
    """A last line such as ``-Ana`` or ``/John``, below other text."""
    if len(filled) > 1 and _NAME.fullmatch(lines[filled[-1]].strip()[:60]):
        return [Closing(filled[-1], SpanKind.SIGNATURE, 0.7, "name")]
    return []
