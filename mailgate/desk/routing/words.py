"""Text as keyword rules see it: width and case folded, words apart, scripts without word borders kept in one piece.

``canonical`` turns any text into segments joined by single spaces, with a space at both ends: `` 我的 iphone 坏了 ``.
In that form a keyword of a script with word borders is looked for with its spaces (`` iphone ``), so that *refund* does
not find *refundable*; one of Chinese, Japanese, Thai, Khmer, Lao or Burmese without them, so that 退款 is found inside
我要退款谢谢. Line breaks and spaces between two such characters are dropped, since mail clients put them anywhere.

``tokens`` are what an index looks up: every word, and of the borderless runs every character and every pair.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from operator import add

LIMIT = 65_536
"""Characters that are looked at: a keyword rule is about what somebody wrote, not about a log file pasted below it."""

_BORDERLESS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # iteration marks, kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # ideographs
    "\U00020000-\U0003ffff"
)
# Marks that sit on a letter are part of its word, though ``\w`` leaves many of them out.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff"
_SEGMENT = re.compile(rf"[{_BORDERLESS}]+|(?:(?![{_BORDERLESS}])[\w{_MARKS}])+")
_GAP = re.compile(rf"\s(?<=[{_BORDERLESS}]\s)\s*(?=[{_BORDERLESS}])")
_HAS_BORDERLESS = re.compile(rf"[{_BORDERLESS}]")
_PLAIN = re.compile(r"\w+", re.ASCII)


def fold(text: str, accents: bool = False) -> str:
    """NFKC and case folded; with ``accents`` letters lose their marks too (é is e, ü is u)."""
    if text.isascii():
        return text.lower()
    folded = _compose(_compose(text).casefold())
    if not accents:
        return folded
    bare = (char for char in unicodedata.normalize("NFD", folded) if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", "".join(bare))


def _compose(text: str) -> str:
    """NFKC; asking first is cheaper, since nearly all text is in it already."""
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def segments(folded: str) -> list[str]:
    """The words and the borderless runs of a folded text, in order."""
    if folded.isascii():
        return _PLAIN.findall(folded)
    return _SEGMENT.findall(_GAP.sub("", folded))


def borderless(segment: str) -> bool:
    """Whether a segment is a run of a script that does not part words."""
    return _HAS_BORDERLESS.match(segment) is not None


class Text:
    """A text ready for keyword matching; each form is made once, when a rule first asks for it."""

    def __init__(self, text: str, accents: bool = False) -> None:
        self._raw = text[:LIMIT]
        self._accents = accents

    @cached_property
    def folded(self) -> str:
        """Case and width folded, nothing else: what substring relations look at."""
        return fold(self._raw, self._accents)

    @cached_property
    def segments(self) -> list[str]:
        """See ``segments``."""
        return segments(self.folded)

    @cached_property
    def canonical(self) -> str:
        """The segments, joined and bordered by spaces."""
        return f" {' '.join(self.segments)} "

    @cached_property
    def tokens(self) -> frozenset[str]:
        """What an index looks up: words, and characters and pairs of borderless runs."""
        if self.folded.isascii():
            return frozenset(self.segments)
        found: set[str] = set()
        for segment in set(self.segments):
            if borderless(segment):
                found.update(segment)
                found.update(map(add, segment, segment[1:]))
            else:
                found.add(segment)
        return frozenset(found)


class Keyword:
    """A word or phrase of a rule, made ready once: ``needle`` is looked for in ``Text.canonical``.

    ``tokens`` are those that every text with the keyword has; none when the keyword has no word in it (then it matches
    nothing). ``token`` is the one of them that is likely to be the rarest.
    """

    def __init__(self, keyword: str, accents: bool = False) -> None:
        self.shown = keyword
        parts = segments(fold(keyword, accents))
        left = " " if parts and not borderless(parts[0]) else ""
        right = " " if parts and not borderless(parts[-1]) else ""
        self.needle = f"{left}{' '.join(parts)}{right}"
        self.tokens = tuple(dict.fromkeys(token for part in parts for token in _tokens(part)))
        self.token = max(self.tokens, key=_rarity, default="")

    def found_in(self, text: Text) -> bool:
        """Whether the text has the keyword."""
        return bool(self.token) and self.needle in text.canonical


def _tokens(segment: str) -> list[str]:
    """The tokens that stand for a segment: a word itself, the pairs of a borderless run, or its only character."""
    if not borderless(segment) or len(segment) == 1:
        return [segment]
    return list(map(add, segment, segment[1:]))


def _rarity(token: str) -> int:
    """Long words are rare, and a pair of ideographs says about as much as a word of eight letters."""
    return 8 if borderless(token) else len(token)
