"""What of a mail's text is new, and what is quote, signature or disclaimer: marked, never cut.

``mark`` asks several voices and gives spans over the whole text; ``reply_text`` leaves the spans out. The voices, in
the order in which they are believed:

1. our own marker line ("Please write above this line"): whatever stands below it is our letter;
2. the HTML's structure (``structure``): elements that mail programs use for quotes;
3. attribution lines, header blocks and separators (``attribution``): what follows is old, to the end of the mail or,
   where ``>`` quoting follows, as far as the quoting goes;
4. ``>`` at the beginning of a line; below an attribution ``|`` or somebody's initials (``AL>``) serve as well;
5. in what is left, signatures and disclaimers (``signature``).

An answer between two quotes stays new: a voice that sees quoting line by line never claims the lines between. Where
nothing new is left and part of the mail is forwarded, the forwarded part is what the author wanted to say, and
``reply_text`` gives it. Time is linear in the text; lines past ``MAX_LINES`` are taken as they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import not_
from typing import Literal, NamedTuple

from mailgate.mail.model import Span, SpanKind
from mailgate.mail.quotes import attribution, bare_heads, signature, structure
from mailgate.mail.quotes.attribution_words import FORWARD_PREFIXES
from mailgate.mail.quotes.phrase_table import Phrases

MARKER_LINE: dict[str, str] = {
    "en": "-- Please write above this line --",
    "zh-Hans": "—— 请在此行上方回复 ——",
    "zh-Hant": "—— 請在此行上方回覆 ——",
    "de": "-- Bitte schreiben Sie über dieser Zeile --",
    "fr": "-- Merci d'écrire au-dessus de cette ligne --",
    "es": "-- Escriba por encima de esta línea, por favor --",
    "pt": "-- Por favor, escreva acima desta linha --",
    "it": "-- Si prega di scrivere sopra questa riga --",
    "nl": "-- Schrijf uw antwoord boven deze regel --",
    "pl": "-- Prosimy pisać powyżej tej linii --",
    "ru": "-- Пожалуйста, пишите выше этой строки --",
    "ja": "—— この行より上にご返信ください ——",
    "ko": "—— 이 줄 위에 답장을 써 주세요 ——",
    "tr": "-- Lütfen bu satırın üzerine yazın --",
}
"""The line in our letters above which people answer, by BCP 47 language; the letters take it from here."""

_EDGES = " \t-–—=*_>|#\xa0\u3000"

MAX_LINES = 20_000
MAX_TRIES = 300
"""Attributions and header blocks looked at in one mail before the rest is left to the other voices."""

_MARK = re.compile(r"[ ]?(\||[A-ZА-Я]{1,4}>)(?:[ >]|$)")
_MARKERS = Phrases(" ".join(line.strip(_EDGES).lower().split()) for line in MARKER_LINE.values())
_OF_THE_AUTHOR = frozenset({SpanKind.SIGNATURE})
_COLONS = (":", "：", "︰")


class Label(NamedTuple):
    """What a line is, who said so, and how sure."""

    kind: SpanKind
    confidence: float
    evidence: str


class Page:
    """A text as lines, and one label or None for each; the voices write labels, the first one stays."""

    __slots__ = ("labels", "lines", "text")

    def __init__(self, text: str) -> None:
        """Split ``text``; a line's end belongs to it."""
        self.text = text
        self.lines = text.split("\n")
        self.labels: list[Label | None] = [None] * len(self.lines)

    def put(self, start: int, end: int, label: Label) -> None:
        """Label the lines from ``start`` up to ``end`` where no voice has spoken yet."""
        labels = self.labels
        for at in range(start, end):
            if labels[at] is None:
                labels[at] = label

    def next_filled(self, start: int) -> int:
        """The first line from ``start`` on that is not blank; the number of lines when there is none."""
        lines = self.lines
        return next((at for at in range(start, len(lines)) if lines[at] and not lines[at].isspace()), len(lines))


def mark(text: str, html_raw: str, subject: str) -> tuple[Span, ...]:
    """The stretches of ``text`` that are not new: sorted, not overlapping, offsets into ``text``.

    ``html_raw`` is the mail's HTML as it came, or empty; ``subject`` tells a forwarded mail from an answer.
    """
    if not text or text.isspace():
        return ()
    page = Page(text)
    hear_marker(page)
    if html_raw:
        hear_structure(page, html_raw)
    hear_lines(page, forwarded=subject.lower().lstrip().startswith(FORWARD_PREFIXES))
    hear_signatures(page)
    return spans_of(page)


# ------------------------------------------------------------------ the voices


def hear_marker(page: Page) -> None:
    """Our marker line: everything below it is our letter. Quoted with ``>``, the quoting itself says how far."""
    lowered = page.text.lower().replace("\xa0", " ")
    if not _MARKERS.any_in(lowered):
        return
    for at, line in enumerate(page.lines[:MAX_LINES]):
        if len(line) < 200 and " ".join(line.strip(_EDGES).lower().split()) in _MARKERS:
            page.put(at, at + 1, Label(SpanKind.MARKER, 1.0, "marker"))
            if not _is_angled(line):
                page.put(at + 1, len(page.lines), Label(SpanKind.QUOTE, 1.0, "below marker"))
                _introduced(page, at)
                return


def _introduced(page: Page, marker: int) -> None:
    """The paragraph right above the marker, when it can only be an attribution in words that we do not know."""
    last = next((at for at in range(marker - 1, max(marker - 4, -1), -1) if page.lines[at].strip()), -1)
    line = attribution.plain(page.lines[last]) if last >= 0 else ""
    if line.endswith(_COLONS) and any(character.isdigit() for character in line):
        page.put(last, marker, Label(SpanKind.ATTRIBUTION, 0.8, "above marker"))


def hear_structure(page: Page, html_raw: str) -> None:
    """The elements of the HTML."""
    found = structure.regions(page.text, html_raw)
    if not found:
        return
    starts = [0]
    for line in page.lines:
        starts.append(starts[-1] + len(line) + 1)
    at = 0
    for region in found:
        while starts[at] < region.start:
            at += 1
        first = at
        while at < len(page.lines) and starts[at] < region.end:
            at += 1
        kind = region.kind
        opening = page.lines[page.next_filled(first)] if page.next_filled(first) < at else ""
        if kind is SpanKind.QUOTE and attribution.separator(opening) is SpanKind.FORWARDED:
            kind = SpanKind.FORWARDED
        if kind not in _OF_THE_AUTHOR:
            first = attribution.rule_above(page.lines, first)
        page.put(first, at, Label(kind, 0.95, region.evidence))


def hear_lines(page: Page, *, forwarded: bool) -> None:
    """Quoting line by line, and the lines that introduce it."""
    lines = page.lines
    tries = MAX_TRIES
    at = 0
    stop = min(len(lines), MAX_LINES)
    while at < stop:
        stripped = lines[at].strip()
        if not stripped or page.labels[at] is not None or _is_prose(stripped):
            at += 1
        elif stripped[0] in ">＞" and not attribution.is_tail(stripped) and not stripped.endswith(">>>"):
            at = _angled(page, at)
        elif tries > 0 and (found := _introduces(lines, at, stripped)) is not None:
            tries -= 1
            at = _old_from(page, found, forwarded=forwarded) if found else at + 1
        else:
            at += 1


def _is_prose(stripped: str) -> bool:
    """Whether a line has nothing by which a quote or its introduction shows itself, as most lines have not."""
    return (
        len(stripped) > bare_heads.MAX_LABEL
        and stripped[0].isalnum()
        and (stripped[-1].isalnum() or stripped[-1] in ".,;!?)")
        and ":" not in stripped
        and "@" not in stripped
        and "：" not in stripped
    )


def _introduces(lines: Sequence[str], at: int, stripped: str) -> attribution.Found | Literal[False] | None:
    """What begins old text at this line; False when it was looked at in vain, None when it needed no look."""
    first, last = stripped[0], stripped[-1]
    if first in "-–—_=*<#" or last in _COLONS:
        kind = attribution.separator(stripped)
        if kind is not None:
            return attribution.Found(at, at + 1, kind, 0.9, "separator")
    looked = False
    if first == "|" or ((":" in stripped or "：" in stripped) and any(colon in stripped[:40] for colon in ":：")):
        looked = attribution.role(stripped) != ""
        block = attribution.header_block(lines, at) if looked else None
        if block is not None:
            return block
    if last in ":：︰-*_\u202c\u2069\u200f" or ("@" in stripped and attribution.ends_with_verb(stripped)):
        looked = True
        found = attribution.attribution(lines, at)
        if found is not None:
            return found
    if len(stripped) <= bare_heads.MAX_LABEL or stripped.startswith(">>>"):
        return bare_heads.bare_head(lines, at) or (False if looked else None)
    return False if looked else None


def _old_from(page: Page, found: attribution.Found, *, forwarded: bool) -> int:
    """Label what ``found`` introduces; the line from which to read on."""
    if found.evidence == "separator":
        found = _with_headers(page, found)
    after = page.next_filled(found.end)
    _put_marked(page, after)
    quoted = after < len(page.lines) and _is_angled(page.lines[after])
    structured = after < len(page.lines) and page.labels[after] is not None
    if found.confidence < 0.7 and not quoted and not structured:
        return found.end
    if _opens_the_mail(page, found.start):
        if found.kind is SpanKind.MARKER:
            page.put(found.start, found.end, Label(SpanKind.MARKER, 0.9, "another helpdesk's marker"))
            return found.end
        if found.evidence == "header block" and not forwarded and not quoted:
            return found.end
    kind = SpanKind.FORWARDED if found.kind is SpanKind.FORWARDED else SpanKind.QUOTE
    if forwarded and found.evidence == "header block":
        kind = SpanKind.FORWARDED
    page.put(found.start, after if quoted else found.end, Label(SpanKind.ATTRIBUTION, found.confidence, found.evidence))
    if quoted or structured:
        return after
    page.put(found.end, len(page.lines), Label(kind, found.confidence, f"after {found.evidence}"))
    return len(page.lines)


def _with_headers(page: Page, found: attribution.Found) -> attribution.Found:
    """A separator together with the header block right below it."""
    below = page.next_filled(found.end)
    if below >= len(page.lines) or not attribution.role(page.lines[below]):
        return found
    block = attribution.header_block(page.lines, below)
    return found._replace(end=block.end) if block is not None else found


def _opens_the_mail(page: Page, start: int) -> bool:
    """Whether nothing at all stands above: then labels such as From and Subject are a web form's, not a quote's."""
    return page.labels[start] is None and all(not line.strip() for line in page.lines[:start])


def _angled(page: Page, start: int) -> int:
    """Label a run of ``>`` lines, its blank lines and its wrapped ones; the line after it."""
    lines = page.lines
    end = at = start
    while at < len(lines):
        line = lines[at]
        if _is_angled(line):
            end = at + 1
        elif line and not line.isspace() and not _is_wrapped(lines, at):
            break
        at += 1
    page.put(start, end, Label(SpanKind.QUOTE, 0.95, "angle"))
    if start and page.labels[start - 1] is None and attribution.is_short_attribution(lines[start - 1]):
        page.put(start - 1, start, Label(SpanKind.ATTRIBUTION, 0.7, "above quoting"))
    return end


def _put_marked(page: Page, start: int) -> None:
    """Label a run of lines quoted by another mark than ``>``: a bar, or the initials of whom it quotes."""
    mark = _MARK.match(page.lines[start]) if start < len(page.lines) else None
    if mark is None or page.lines[start].rstrip().endswith("|"):  # a row of a table
        return
    end = at = start
    while at < len(page.lines) and (page.lines[at].startswith(mark[1]) or not page.lines[at].strip()):
        end = at + 1 if page.lines[at].strip() else end
        at += 1
    page.put(start, end, Label(SpanKind.QUOTE, 0.8, "marked"))


def _is_angled(line: str) -> bool:
    return line.lstrip()[:1] in (">", "＞")


def _is_wrapped(lines: Sequence[str], at: int) -> bool:
    """A long quoted line that a mail program broke, leaving its last words without ``>``: small letter, quoting before
    and after, no end of a sentence above. An answer between two quotes begins otherwise."""
    line = lines[at].strip()
    above, below = lines[at - 1], lines[at + 1] if at + 1 < len(lines) else ""
    return (
        line[0].islower()
        and len(line) <= 80
        and len(above) >= 65
        and _is_angled(above)
        and _is_angled(below)
        and above.rstrip()[-1] not in ".?!:。？！："
    )


def hear_signatures(page: Page) -> None:
    """Signatures and disclaimers at the end of each stretch of new text."""
    at = 0
    for new, run in groupby(map(not_, page.labels)):
        size = len(list(run))
        if new:
            end = at + size
            for found in reversed(signature.closings(page.lines[at:end])):
                page.put(at + found.start, end, Label(found.kind, found.confidence, found.evidence))
        at += size


# ------------------------------------------------------------------ from labels to spans to text


def spans_of(page: Page) -> tuple[Span, ...]:
    """One span for each run of lines with the same label."""
    spans: list[Span] = []
    offset = 0
    at = 0
    for label, run in groupby(page.labels):
        size = len(list(run))
        length = sum(map(len, page.lines[at : at + size])) + size
        if label is not None:
            spans.append(Span(offset, min(offset + length, len(page.text)), *label))
        offset += length
        at += size
    return tuple(span for span in spans if span.end > span.start)


def reply_text(text: str, spans: Iterable[Span]) -> str:
    """The new text with its signature and without disclaimers; of a mail that only forwards, what it forwards.

    A signature that stands alone below the old letter signs nothing (list footers do) and is left out.
    """
    left_out: list[Span] = []
    for span in spans:
        below_old = bool(left_out) and text[left_out[-1].end : span.start].strip() == ""
        if span.kind not in _OF_THE_AUTHOR or (below_old and left_out[-1].kind is not SpanKind.FORWARDED):
            left_out.append(span)
    return _without(text, left_out)


def reply_text_nosig(text: str, spans: Iterable[Span]) -> str:
    """The new text without signature and disclaimer; of a mail that only forwards, what it forwards."""
    return _without(text, list(spans))


def only_forwards(text: str, spans: Sequence[Span]) -> bool:
    """Whether the author wrote nothing above or below what the mail forwards: then its new text is somebody else's."""
    return any(span.kind is SpanKind.FORWARDED for span in spans) and not _left(text, spans)


def _without(text: str, spans: Sequence[Span]) -> str:
    new = _left(text, spans)
    if not new and any(span.kind is SpanKind.FORWARDED for span in spans):
        return _left(text, [span for span in spans if span.kind is not SpanKind.FORWARDED])
    return new


def _left(text: str, spans: Sequence[Span]) -> str:
    if not spans:
        return text.strip()
    kept = []
    at = 0
    for span in spans:
        kept.append(text[at : span.start])
        at = span.end
    kept.append(text[at:])
    return "".join(kept).strip()
