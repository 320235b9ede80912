"""The language of a text, cheaply: scripts first, then the small words and letters that European languages live on.

It serves templates and rules, so it answers ``und`` rather than guess: short or mixed texts have no language here.
Only the first 500 characters are looked at.
"""

from __future__ import annotations

import re

from mailgate.mail.text.language_words import ACCENTS, SIMPLIFIED, SMALL_WORDS, TRADITIONAL

_SAMPLE = 500
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile("[a-z]+")
_NOT_PROSE = re.compile(r"https?://\S+|\S+@\S+|^>.*$|^\[[^\[\]]{0,500}\]?$", re.MULTILINE)
"""Addresses, quotes, and what we put into the text ourselves: notes and calendars in brackets."""

_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("kana", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("han", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e01-\u0e5b]")),
    ("arabic", re.compile("[\u0620-\u06ff]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("el", re.compile("[\u0386-\u03ce]")),
    ("cyrillic", re.compile("[\u0400-\u045f\u0490\u0491]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("hy", re.compile("[\u0531-\u0587]")),
    ("ka", re.compile("[\u10d0-\u10ff]")),
    ("latin", re.compile("[a-zA-Z\u00c0-\u024f\u1ea0-\u1ef9]")),
)
_LANGUAGES_OF: dict[str, list[str]] = {}
for _name, _known in SMALL_WORDS.items():
    for _word in _known:
        _LANGUAGES_OF.setdefault(_word, []).append(_name)
_PERSIAN = re.compile("[پچژگی]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_BULGARIAN = re.compile(r"\b(?:това|съм|не|за|със|който|благодаря|здравейте)\b")


def detect(text: str) -> str:
    """A BCP 47 tag such as ``en``, ``zh-Hans``, ``zh-Hant``; ``und`` where the text does not tell."""
    sample = text[:_SAMPLE]
    if any(mark in sample for mark in ("@", "://", ">", "[")):
        sample = _NOT_PROSE.sub(" ", sample)
    if sample.isascii():
        return _european(sample)
    counts = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS}
    total = sum(counts.values())
    if total < 2:
        return "und"
    if (
        counts["kana"]
        and counts["kana"] * 10 >= counts["kana"] + counts["han"]
        and (counts["kana"] + counts["han"]) * 4 >= total
    ):
        return "ja"
    # A character of Chinese says as much as three letters.
    counts["han"] *= 3
    name = max(counts, key=lambda one: counts[one])
    return _BY_SCRIPT[name](sample) if name in _BY_SCRIPT else name


def _chinese(sample: str) -> str:
    simplified = sum(1 for char in sample if char in SIMPLIFIED)
    traditional = sum(1 for char in sample if char in TRADITIONAL)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _arabic(sample: str) -> str:
    return "fa" if len(_PERSIAN.findall(sample)) * 25 > len(sample) else "ar"


def _cyrillic(sample: str) -> str:
    if _UKRAINIAN.search(sample):
        return "uk"
    return "bg" if not re.search("[ыэЫЭ]", sample) and len(_BULGARIAN.findall(sample.lower())) >= 2 else "ru"


def _european(sample: str) -> str:
    """The language whose small words make up most of the text; at least two of them, and clearly before the next."""
    words = (_ASCII_WORD if sample.isascii() else _WORD).findall(sample.lower())
    scores: dict[str, int] = {}
    for word in filter(_LANGUAGES_OF.__contains__, words):
        for name in _LANGUAGES_OF[word]:
            scores[name] = scores.get(name, 0) + 1
    if not sample.isascii():
        for letter, name in ACCENTS.items():
            if letter in sample:
                scores[name] = scores.get(name, 0) + 2
    if not scores:
        return "und"
    first = max(scores, key=lambda name: scores[name])
    best = scores.pop(first)
    enough = best >= 2 and best * 12 >= len(words)
    return first if enough and best > max(scores.values(), default=0) else "und"


_BY_SCRIPT = {"han": _chinese, "arabic": _arabic, "cyrillic": _cyrillic, "latin": _european}
