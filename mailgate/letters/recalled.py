"""What the desk has kept in English, said in the reader's language.

Decisions and histories are kept as they were worded, in English: for ``explain``, for logs, for good. Where they are
shown in a letter to a reader of Chinese, each line is known again by the table that says it (``chinese.kept``) or by a
phrase of the desk, and so is what stands in it. Somebody's own words, and a line that nothing knows, stay as they are.

The lines have strangers' words in them: a pattern begins with its own words or has hardly a free place before them, and
a line is looked at up to a length only, so that no line is long to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from string import Formatter

from mailgate.desk.routing.subjects import NAMES
from mailgate.letters.chinese import admins, commands, identity, rules, teams
from mailgate.letters.chinese.kept import LETTERS, LINES, WORDS
from mailgate.letters.typeset import dated, filled
from mailgate.letters.vocabulary import said

_LONGEST = 1_000
"""Characters; what is longer was written by people."""

_SUBJECT = "|".join(re.escape(each.text.partition("{")[0]) + r"\S*" for each in NAMES.values())
_STANDS = {"what": _SUBJECT, "one": f"(?:{_SUBJECT}) .+?", "id": r"\S+", "address": r"\S+"}
_STANDS |= {"number": r"\d+", "count": r"\d+", "score": r"\d"}
"""What may stand for a name, where not just anything."""

Patterns = tuple[tuple[re.Pattern[str], str], ...]


def recalled(text: str, language: str) -> str:
    """The line in Chinese for readers of ``zh`` and so on, else as it is."""
    return _recalled(text) if language.startswith("zh") and len(text) <= _LONGEST else text


@lru_cache(maxsize=512)
def _recalled(text: str) -> str:
    if text in WORDS:
        return WORDS[text]
    known = _filled(_lines(), text)
    if known is not None:
        return known
    parts = text.split("; ")
    if len(parts) > 1:
        return "；".join(map(_recalled, parts))
    known = _filled(_phrases(), text)
    return dated(said(text, "zh")) if known is None else known


def _filled(patterns: Patterns, text: str) -> str | None:
    """What the first pattern that fits says, with what stands in it; None where none fits."""
    for pattern, chinese in patterns:
        found = pattern.fullmatch(text)
        if found:
            return filled(chinese, {name: _stands(name, part) for name, part in found.groupdict().items()})
    return None


def _stands(name: str, part: str) -> str:
    return LETTERS.get(part, part) if name == "letter" else _recalled(part)


@cache
def _lines() -> Patterns:
    """What is one sentence, though a semicolon may stand in it."""
    return tuple(_compiled((*LINES.items(), *(each for each in _said() if "; " in each[0]))))


@cache
def _phrases() -> Patterns:
    return tuple(_compiled(each for each in _said() if "; " not in each[0]))


def _said() -> Iterable[tuple[str, str]]:
    """Why a ticket came to its team, and what commands did, the more particular first; not what fits any sentence."""
    about = {**rules.CHINESE, **teams.CHINESE}
    about.pop("{routed}; {given}")
    done = {**commands.CHINESE, **identity.CHINESE, **admins.CHINESE}
    about |= {english: chinese for english, chinese in done.items() if not english.startswith("{")}
    return sorted(about.items(), key=lambda each: (each[0] != "{one} and {other}", -len(each[0])))


def _compiled(table: Iterable[tuple[str, str]]) -> Iterable[tuple[re.Pattern[str], str]]:
    for english, chinese in table:
        parts = [(re.escape(literal), name) for literal, name, _, _ in Formatter().parse(english)]
        yield re.compile("(?s)" + "".join(before + _group(name) for before, name in parts)), chinese


def _group(name: str | None) -> str:
    return f"(?P<{name}>{_STANDS.get(name, '.+?')})" if name else ""
