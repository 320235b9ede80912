"""Where a signature or a legal disclaimer begins in a stretch of new text.

``closing`` looks at one stretch (the lines between two quotes, or to the end) and names the line from which on it is
signature. In order: the delimiter of RFC 3676 section 4.3, what a telephone adds, a disclaimer, a closing phrase with a
few short lines below it, a name behind a dash. A phrase inside a sentence is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mailgate.mail.model import SpanKind
from mailgate.mail.signature_words import CLOSINGS, DISCLAIMERS, MOBILE, MOBILE_ENDINGS

MAX_CLOSING_LINES = 12
MAX_CLOSING_WIDTH = 80
MAX_LOOKED_AT = 60

_DELIMITERS = frozenset({"--", "—", "––", "—-", "——", "__", "–"})
_NAME = re.compile(r"[-–—/~]\s?[A-ZÀ-ÞА-Я][\w.'’-]*(?: [A-ZÀ-ÞА-Я][\w.'’-]*){0,3}")
_CLOSINGS = frozenset(CLOSINGS)
_EDGE = " \t*_,.!;:，。！、~\xa0\u3000"
_DEVICES = ("iphone", "ipad", "android", "blackberry", "samsung", "galaxy", "huawei", "xiaomi", "windows", "outlook", "phone", "mobile",
            "handy", "telefon", "mobil", "smartphone", "mail", "proton", "yahoo", "gmail", "ios", "nokia", "pixel", "手机", "手機", "tablet",
            "móvil", "portable", "celular", "cellulare", "device", "verizon", "airmail", "spark", "tutanota", "aol", "телефон", "htc", "wireless")  # fmt: skip


class Closing(NamedTuple):
    """From line ``start`` on (of those given) the stretch is ``kind``."""

    start: int
    kind: SpanKind
    confidence: float
    evidence: str


def closing(lines: Sequence[str]) -> Closing | None:
    """Where the signature of these lines begins, or None; blank lines above it are not part of it."""
    filled = [at for at, line in enumerate(lines) if line and not line.isspace()]
    if not filled:
        return None
    found = _delimiter(lines)
    low = found.start if found else len(lines)
    for at in filled[-MAX_LOOKED_AT:]:
        if at >= low:
            break
        here = _at(lines, at, filled)
        if here is not None:
            return here
    return found or _name(lines, filled)


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
    if is_mobile(lowered) and below <= 3:
        return Closing(at, SpanKind.SIGNATURE, 0.9, "mobile")
    if any(phrase in lowered for phrase in DISCLAIMERS) and _ends_the_mail(lines, at, filled):
        return Closing(at, SpanKind.DISCLAIMER, 0.8, "disclaimer")
    if is_closing(lowered) and below <= MAX_CLOSING_LINES and _short(lines, at, filled):
        return Closing(at, SpanKind.SIGNATURE, 0.8, "closing")
    if line and not line.strip("_-=*") and len(line) >= 5 and 1 <= below <= MAX_CLOSING_LINES and _short(lines, at, filled):
        return Closing(at, SpanKind.SIGNATURE, 0.7, "rule")
    return None


def is_mobile(lowered: str) -> bool:
    """Whether a lower-case line is what a telephone or a mail program adds ("Sent from my iPhone")."""
    if len(lowered) > 120:
        return False
    if lowered.startswith(MOBILE):
        return any(device in lowered for device in _DEVICES)
    return lowered.endswith(MOBILE_ENDINGS) and any(device in lowered for device in _DEVICES) and len(lowered) < 60


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


def _name(lines: Sequence[str], filled: list[int]) -> Closing | None:
    """A last line such as ``-Ana`` or ``/John``."""
    last = filled[-1]
    if len(filled) > 1 and _NAME.fullmatch(lines[last].strip()[:60]):
        return Closing(last, SpanKind.SIGNATURE, 0.7, "name")
    return None
