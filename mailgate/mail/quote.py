"""What of a mail's text is new, and what is quote, signature or disclaimer: marked, never cut."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailgate.mail.model import Span, SpanKind

MARKER_LINE: dict[str, str] = {
    "en": "-- Please write above this line --",
    "zh-Hans": "—— 请在此行上方回复 ——",
}
"""The line in our letters above which people answer, by BCP 47 language."""

MARKERS: tuple[str, ...] = tuple(re.escape(line) for line in MARKER_LINE.values())
"""Patterns that know these lines again."""

_SIGNATURES = frozenset({SpanKind.SIGNATURE, SpanKind.DISCLAIMER})


def mark(text: str, html_raw: str, subject: str) -> tuple[Span, ...]:
    """The stretches of ``text`` that are not new: sorted, not overlapping, offsets into ``text``."""
    spans: list[Span] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.startswith(">"):
            spans.append(Span(at, at + len(line), SpanKind.QUOTE, 0.95, "angle"))
        at += len(line)
    return tuple(spans)


def reply_text(text: str, spans: Iterable[Span]) -> str:
    """The new text with its signature."""
    return _without(text, [span for span in spans if span.kind not in _SIGNATURES])


def reply_text_nosig(text: str, spans: Iterable[Span]) -> str:
    """The new text without signature and disclaimer."""
    return _without(text, list(spans))


def _without(text: str, spans: list[Span]) -> str:
    kept = []
    at = 0
    for span in spans:
        kept.append(text[at : span.start])
        at = span.end
    kept.append(text[at:])
    return "".join(kept).strip()
