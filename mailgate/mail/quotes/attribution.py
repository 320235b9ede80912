"""Where the answer ends and the old letter begins: the lines that mail programs put between the two.

Three shapes, each recognised from one line of the text on:

- an attribution ("On Mon, 1 Jan 2026 at 10:00, Ana <ana@example.org> wrote:"), which may be broken over five lines;
- a header block ("From: … Sent: … To: … Subject: …"), in any order, bold, as a table or with blank lines between;
- a separator ("-----Original Message-----", "---- On Monday Ana wrote ----").

Heads without colons are in ``bare_heads``.

The words are in ``attribution_words``. An attribution in a language that is not there is still known when it holds a
date and an address in angle brackets and ends with a colon, as most do. Nothing here backtracks: lines are looked at by
their first characters, their last, and by substrings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mailgate.mail.model import SpanKind
from mailgate.mail.quotes.attribution_words import HEADER_LABELS, SEPARATORS, WROTE, Wrote

MAX_LINES = 5
MAX_LENGTH = 500
MAX_LABEL = 24
MAX_BLOCK = 16

_DECORATION = " \t*_|>\xa0\u3000\u200b\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_COLONS = (":", "：", "︰")
_DATE = re.compile(
    r"\d{1,2}[:.h]\d{2}|\d{1,4}[-./年]\s?\d{1,2}[-./月]|\d\s?[月월]|\b(?:19|20)\d\d\b|\d{1,2}\.? \w{3,12}\.?,? \d{2,4}",
)
_TIME = re.compile(r"\d{1,2}[:.]\d{2}")
_ADDRESS = re.compile(r"[\w.+%'=/-]{1,64}@[\w-]{1,63}")
_BRACKETED = re.compile(r"<[^\w<>@]{0,4}[\w.+%'=/-]{1,64}@[\w.-]{1,253}[^\w<>@]{0,4}>[^<>@]{0,40}$")
_ADDRESS_ENDS = re.compile(r"[\w.+%'=/-]{1,64}@[\w.-]{1,253}[>\"')\]]{0,2}\s?[:：︰]$")
_VERBS = tuple(verb for words in WROTE for verb in words.verbs)
_OPENERS = tuple(opener for words in WROTE for opener in words.openers)
_DASHES = "-–—_=*~+. \t\xa0"


class Found(NamedTuple):
    """Lines ``start`` to ``end`` (exclusive) that introduce old text of ``kind``, and the voice that says so."""

    start: int
    end: int
    kind: SpanKind
    confidence: float
    evidence: str


def attribution(lines: Sequence[str], last: int) -> Found | None:
    """The attribution whose last line is ``lines[last]``, or None.

    Joined with up to four lines above it, the line must name a date and, besides, an address or one of the words of
    ``WROTE``; words and an address without a date, or words and a date without an opener, count for less.
    """
    joined = plain(lines[last])
    if not _may_end(joined):
        return None
    weak: Found | None = None
    for start in range(last, max(last - MAX_LINES, -1), -1):
        if start < last:
            above = plain(lines[start])
            if not above or lines[start].lstrip().startswith(">"):
                break
            joined = f"{above} {joined}"
        if len(joined) > MAX_LENGTH:
            break
        confidence, language = _weigh(joined)
        if confidence >= 0.8:
            return _widened(lines, Found(start, last + 1, SpanKind.ATTRIBUTION, confidence, f"attribution:{language}"))
        if confidence and (weak is None or confidence > weak.confidence):
            weak = Found(start, last + 1, SpanKind.ATTRIBUTION, confidence, f"attribution:{language}")
    return weak


def _may_end(line: str) -> bool:
    """Whether an attribution can end with this line: with a colon, as nearly all do; with the verb itself, or between
    dashes, as Zoho Mail's do."""
    return line.endswith(_COLONS) or (line.startswith("--") and line.endswith("--")) or ends_with_verb(line)


def ends_with_verb(line: str) -> bool:
    """Whether the line names an address and ends with a verb of ``WROTE``."""
    return "@" in line and line.lower().endswith(_VERBS)


def _weigh(joined: str) -> tuple[float, str]:
    """How sure it is that the joined lines are an attribution, and in which language."""
    lowered = joined.lower().strip(_DASHES)
    spoken = next((words for words in WROTE if any(verb in lowered for verb in words.verbs)), None)
    dated = _DATE.search(joined) is not None
    addressed = _ADDRESS.search(joined) is not None
    if spoken is None:
        shaped = dated and joined.endswith(_COLONS) and (_BRACKETED.search(joined) or _is_date_and_address(joined))
        return (0.85, "any") if shaped else (0.0, "")
    opened = _opened(lowered, spoken)
    if dated and (addressed or opened is not None or _DATE.match(joined)):
        return 0.95, (opened or spoken).language
    if _TIME.search(joined) and lowered.rstrip(":：︰ ").endswith(spoken.verbs):
        return 0.85, spoken.language
    if addressed:
        return 0.75, spoken.language
    return (0.6, spoken.language) if dated else (0.0, "")


def _is_date_and_address(joined: str) -> bool:
    """Whether a line with its colon is a date, perhaps a name, and an address at the end; not one of a log."""
    return _DATE.match(joined) is not None and _ADDRESS_ENDS.search(joined[-320:]) is not None


def names_when_or_who(line: str) -> bool:
    """Whether a date or an address stands in the line."""
    return _DATE.search(line[:MAX_LENGTH]) is not None or _ADDRESS.search(line[:MAX_LENGTH]) is not None


def _opened(lowered: str, spoken: Wrote) -> Wrote | None:
    """The language with one of whose openers the line begins, the spoken one first; they share verbs (skrev)."""
    for words in (spoken, *WROTE):
        if words.openers and lowered.startswith(words.openers) and any(verb in lowered for verb in words.verbs):
            return words
    return None


def is_tail(line: str) -> bool:
    """Whether a line that begins with ``>`` quotes nothing but ends an attribution that broke inside an address
    (``> wrote:``, ``>:``)."""
    rest = line[1:40].strip()
    return rest in _COLONS or (rest.endswith(_COLONS) and rest.rstrip(":：︰ ").lower() in _VERBS)


def is_short_attribution(line: str) -> bool:
    """Whether a line right above ``>`` quoting introduces it, though it says less than an attribution should: a name
    and a verb ("Ana wrote:"), or a date and an address without a colon ("2026/11/16 Ana <ana@example.org>")."""
    line = plain(line)
    if not line or len(line) > 120:
        return False
    if line.endswith(_COLONS):
        return line.count(" ") <= 4 and line.rstrip(":：︰ ").lower().endswith(_VERBS)
    return _DATE.match(line) is not None and (line.endswith(">") or _ADDRESS.search(line[-60:]) is not None)


def _widened(lines: Sequence[str], found: Found) -> Found:
    """``found`` with the lines above it that belong to it: those that open the same sentence ("On Tue, Apr 29," /
    "2014 at 4:22 …"), which end in the middle of a date and one of which begins as attributions do; and headers
    below a rule (Yandex's "To" and "Subject")."""
    head = found.start
    while head > 0 and role(lines[head - 1]) in ("to", "cc", "subject"):
        head -= 1
    if head < found.start and (ruled := rule_above(lines, head)) < head:
        return found._replace(start=ruled)
    lowered = plain(lines[found.start]).lower()
    if lowered.startswith(_OPENERS) and not lowered.startswith("at "):
        return found
    for start in range(found.start - 1, max(found.start - 4, -1), -1):
        above = plain(lines[start]).lower()
        if not above or not (above[-1] in ",，、" or above[-1].isdigit()):
            break
        if above.startswith(_OPENERS):
            return found._replace(start=start)
    return found


def plain(line: str) -> str:
    """The line without decoration: emphasis, table borders, invisible and bidirectional characters at its ends."""
    return line[:MAX_LENGTH].strip(_DECORATION)


def role(line: str) -> str:
    """Which header a line such as ``*From:* Ana`` stands for, or the empty string."""
    head = line[: MAX_LABEL + 12].lstrip(_DECORATION)
    for at, character in enumerate(head[: MAX_LABEL + 1]):
        if character in ":：︰|":
            return HEADER_LABELS.get(head[:at].strip(_DECORATION).lower(), "")
    return ""


def header_block(lines: Sequence[str], first: int) -> Found | None:
    """The block of headers that begins with ``lines[first]``, with the separator above it, or None.

    It must name who wrote, and two of when, to whom, about what; below a separator one of them is enough. Without a
    subject an address must stand in it: journeys have a from, a to and a date too.
    """
    roles = {role(lines[first])}
    end = first + 1
    strangers = 0
    for at in range(first + 1, min(first + MAX_BLOCK, len(lines))):
        here = role(lines[at])
        if here and here not in roles:
            roles.add(here)
            end, strangers = at + 1, 0
        elif plain(lines[at]):
            strangers += 1
            if strangers > 2:
                break
    start = rule_above(lines, first)
    ruled = start < first
    if "from" not in roles or len(roles) < (2 if ruled else 3) or not roles & {"date", "subject"}:
        return None
    if not ruled and "subject" not in roles and not any("@" in line[:MAX_LENGTH] for line in lines[first:end]):
        return None
    return Found(start, end, SpanKind.ATTRIBUTION, 0.9, "header block")


def rule_above(lines: Sequence[str], first: int) -> int:
    """Where the rule above old text begins (dashes, underscores), at most two blank lines up; ``first`` if none."""
    for start in range(first - 1, max(first - 4, -1), -1):
        line = plain(lines[start]) or lines[start].strip()
        if line:
            return start if is_rule(lines[start], at_least=3) or _is_titled_rule(lines[start]) else first
    return first


def _is_titled_rule(line: str) -> bool:
    """Whether the line is words between dashes, whatever the words; right above a header block that is enough."""
    line = line[:200].strip()
    return (
        len(line) <= 120
        and line.startswith(("---", "___", "***", "———"))
        and line.endswith(("---", "___", "***", "———"))
    )


def is_rule(line: str, at_least: int = 5) -> bool:
    """Whether the line is nothing but a horizontal rule of so many characters or more."""
    line = line[:MAX_LENGTH].strip()
    return len(line) >= at_least and not line.strip("-–—_=*─━")


def separator(line: str) -> SpanKind | None:
    """What follows a line such as ``-----Original Message-----``; None where it is no such line.

    The words stand between dashes, or end with a colon as Apple Mail's "Begin forwarded message:" does.
    """
    line = line[:200].strip()
    core = line.strip(_DASHES + "<>|:：#")
    if not core or len(core) > 60 or not (line[0] in "-–—_=*<#" or line.endswith(_COLONS)):
        return None
    if line.startswith("##-") and line.endswith("-##"):  # Zendesk's, in any language
        return SpanKind.MARKER
    kind = SEPARATORS.get(core.lower())
    if kind is None and core.lower().startswith("forwarded by "):
        return SpanKind.FORWARDED
    return kind
