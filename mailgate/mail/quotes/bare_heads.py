"""Heads of old letters that have no colons: the column of labels of Lotus Notes, the arrows of GroupWise.

Notes puts name, address and date above or beside ``To``, ``cc`` and ``Subject``, each label at the end of a line or
alone on it::

    Ana Lima/Desk/Example@Example                          Ana Lima
    16.11.2026 09:12                                       <ana@desk.example>
                                                                                To
    To                                                     16.11.2026 09:12     bo@client.example
    bo@client.example                                                           cc
    cc                                                                     Subject
    Subject                                                                     Printer
    Printer

GroupWise writes ``>>> Ana Lima 16.11.2026 09:12 >>>`` on one line, and quotes nothing below it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.mail.model import SpanKind
from mailgate.mail.quotes import attribution
from mailgate.mail.quotes.attribution_words import HEADER_LABELS

MAX_LABEL = 24
MAX_ABOVE = 6
MAX_BELOW = 12
_LABELS_IN_ORDER = ("to", "cc", "subject")


def bare_head(lines: Sequence[str], at: int) -> attribution.Found | None:
    """The head that shows itself at ``lines[at]``: the label ``To`` of Notes, or the line of GroupWise; else None."""
    line = lines[at].strip()
    if line.startswith(">>>") and line.endswith(">>>") and attribution.names_when_or_who(line):
        return attribution.Found(at, at + 1, SpanKind.ATTRIBUTION, 0.9, "groupwise")
    return _notes(lines, at) if _bare_role(lines[at]) == "to" else None


def _bare_role(line: str) -> str:
    return HEADER_LABELS.get(line.strip().lower(), "") if len(line.rstrip()) <= 100 else ""


def _notes(lines: Sequence[str], at: int) -> attribution.Found | None:
    """The labels below one another from ``lines[at]`` on, with a date or an address around the first."""
    below = lines[at : at + MAX_BELOW]
    roles = [(number, role) for number, role in enumerate(map(_bare_role, below)) if role in _LABELS_IN_ORDER]
    if tuple(role for _, role in roles[:3]) != _LABELS_IN_ORDER:
        return None
    start = _start(lines, at)
    end = at + roles[2][0] + 1
    if not attribution.names_when_or_who(" ".join(" ".join(lines[start:end]).split())):
        return None
    subject = next((number for number in range(end, min(end + 3, len(lines))) if lines[number].strip()), end - 1)
    return attribution.Found(start, subject + 1, SpanKind.ATTRIBUTION, 0.85, "lotus notes")


def _start(lines: Sequence[str], at: int) -> int:
    """Where name, address and date above the labels begin: the last paragraphs with either, at most six lines up."""
    start = at
    for above in range(at - 1, max(at - 1 - MAX_ABOVE, -1), -1):
        if not lines[above].strip():
            if start < at:
                break
            continue
        start = above
    return start
