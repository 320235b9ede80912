"""Reading the answer to "did that help?": a word, a number, stars or a face, in the new text of a reply.

The first thing that the mail says, after a greeting, must be the answer: alone, with a label ("my rating: 4"), with its
scale ("4/5", "4 out of 5"), or before politeness ("good, thank you!"). A number or a sign may also be followed on its
line by words ("5 - great service"). Whatever else is said is the comment, and two different answers are none: what
leaves a doubt is an ordinary mail, for a person to read (V-06). A comment that asks for something makes the mail both,
a rating and a question (``Rating.asks``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailgate.desk.outcome.courtesy import CLAUSES, SIGNS, asks, clauses, phrases, substance, thanks
from mailgate.desk.outcome.survey_words import ANSWERS, FACES, FILLERS, SMILEYS

COMMENT_LIMIT = 4_000
READ_LIMIT = 20_000
"""An answer is said at the beginning; characters behind this are looked at by whoever reads the mail, not here."""

_WORDS = {word: score for score, words in ANSWERS for word in phrases(words)}
_FILLERS = phrases(FILLERS)
_SIGNS = {sign: score for score, signs in FACES for sign in signs}
_SMILEYS = {smiley: score for score, smileys in SMILEYS for smiley in smileys.split()}
_STARS = re.compile(r"[⭐★☆\ufe0e\ufe0f\s]+")
_NUMBER = re.compile(
    r"([1-5])(?:[.,]0)?(?:\s*(?:/|out of|of|von|sur|de|su|van|из)\s*5)?\s*"
    r"(?:points?|stars?|sterne?n?|étoiles?|estrellas?|stelle|分|星|点)?"
)
_LABEL = re.compile(
    r"(?:my |our |meine |ma |mi )?(?:rating|score|vote|answer|bewertung|note|antwort|evaluación|voto)(?: is| ist)?"
    r"\s*[:：=]?\s+|(?:我的)?(?:评分|評分|评价|評價|打分|分数|回答)(?:是|为|為)?\s*[:：=]?\s*",
    re.IGNORECASE,
)
_JOINS = r"(?=(?:but|because|aber|weil|mais|pero|maar)\b|但|因为|因為|不过|不過)"
_NUMBER_FIRST = re.compile(
    rf"([1-5](?:\s*/\s*5)?|[1-5]\s*[分星])\s*(?:[-–—:,，：!！;]|{_JOINS})\s*(\D.*)", re.IGNORECASE
)
_JOINED = re.compile(rf"(.{{1,40}}?){_JOINS}(.+)", re.IGNORECASE)
_SIGN_FIRST = re.compile(rf"([{SIGNS}][{SIGNS}\s]*)\W*(.+)")
_STOP = re.compile(r"[.,!:;。，！：；…]+")
_NOISE = " \t.,;:!\"'*_~()[]{}。，；：！“”‘’（）…"
_FULL = str.maketrans("０１２３４５６７８９／", "0123456789/")
_UNSEEN = dict.fromkeys([*range(0x1F3FB, 0x1F400), 0xFE0E, 0xFE0F])


@dataclass(frozen=True, slots=True)
class Rating:
    """A score from 1 (bad) to 5 (good), what the customer wrote with it, and whether that asks for something."""

    score: int
    comment: str = ""
    asks: bool = False


def rating(new_text: str, names: tuple[str, ...] = ()) -> Rating | None:
    """The rating in a mail's new text; None where it has none, more than one, or one that might not be meant so.

    ``names`` are the writer's own, with which the mail may be signed.
    """
    lines = [line.strip() for line in new_text[:READ_LIMIT].splitlines() if line.strip()]
    while lines and lines[0] not in _SMILEYS and not _said(lines[0], names):
        lines.pop(0)
    if not lines:
        return None
    found = _answer(lines[0], names)
    if found is None:
        return None
    score, rest = found
    others = {other for line in lines[1:] if (other := _score(line)) is not None}
    if others - {score}:
        return None
    comment = "\n".join(line for line in (rest, *lines[1:]) if line)
    worth = comment if thanks(comment) or substance(comment, names) else ""
    return Rating(score, worth[:COMMENT_LIMIT], asks(worth))


def _answer(line: str, names: tuple[str, ...]) -> tuple[int, str] | None:
    """The score that a line begins with, and what else it says; None when it is not clearly one."""
    if line in _SMILEYS:
        return _SMILEYS[line], ""
    bare = _LABEL.sub("", line.strip(_NOISE), count=1).strip(_NOISE).translate(_FULL).translate(_UNSEEN)
    return next((found for reads in WAYS if (found := reads(bare, _said(bare, names)))), None)


def _said(line: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """What a line says beside politeness: *great service* is polite, and an answer here."""
    return tuple(each for each in clauses(line)[:CLAUSES] if _word(each) is not None or substance(each, names))


def _alone(line: str, _: tuple[str, ...]) -> tuple[int, str] | None:
    """As in *5*, *4 out of 5*, *good*, *👍*."""
    score = _score(line)
    return None if score is None else (score, "")


def _politely(line: str, said: tuple[str, ...]) -> tuple[int, str] | None:
    """As in *good, thank you!*"""
    score = _word(said[0]) if len(said) == 1 and not asks(line) else None
    return None if score is None else (score, "")


def _word_first(line: str, said: tuple[str, ...]) -> tuple[int, str] | None:
    """As in *bad. It took two weeks*."""
    score = _WORDS.get(said[0]) if len(said) > 1 and said[0] not in _FILLERS else None
    first, *rest = _STOP.split(line, maxsplit=1)
    if score is None or clauses(first) != said[:1] or not rest or _differs(rest[0], score):
        return None
    return score, rest[0].strip()


def _joined(line: str, _: tuple[str, ...]) -> tuple[int, str] | None:
    """As in *good but slow*."""
    led = _JOINED.fullmatch(line)
    said = clauses(led[1]) if led else ()
    score = _WORDS.get(said[0]) if len(said) == 1 and said[0] not in _FILLERS else None
    if led is None or score is None or _differs(led[2], score):
        return None
    return score, led[2]


def _number_first(line: str, _: tuple[str, ...]) -> tuple[int, str] | None:
    """As in *5 - very quick*, *👎 never again*; *5 days* and *1. first of all* are something else."""
    led = _NUMBER_FIRST.fullmatch(line) or _SIGN_FIRST.fullmatch(line)
    score = _score(led[1]) if led else None
    if led is None or score is None or re.search(r"\d", led[2]) or _differs(led[2], score):
        return None
    return score, led[2].strip()


WAYS: tuple[Callable[[str, tuple[str, ...]], tuple[int, str] | None], ...] = (
    _alone,
    _politely,
    _word_first,
    _joined,
    _number_first,
)
"""How a line may say the score: the line and its substance in, the score and the rest of the line out."""


def _differs(text: str, score: int | None) -> bool:
    """Whether another score is named further on."""
    return any(_word(each) not in (None, score) for each in clauses(text))


def _score(line: str) -> int | None:
    """A line that is a score and nothing else, be it said twice (*5 👍*)."""
    if len(line) > 40 or line in _SMILEYS:
        return _SMILEYS.get(line)
    bare = line.translate(_FULL).translate(_UNSEEN).strip(_NOISE)
    stars = bare.count("⭐") + bare.count("★")
    if 1 <= stars <= 5 and _STARS.fullmatch(bare):
        return stars
    number = _NUMBER.fullmatch(bare.casefold())
    if number:
        return int(number[1])
    signs = {_SIGNS.get(sign) for sign in bare if not sign.isspace()}
    if bare and len(signs) == 1 and None not in signs:
        return signs.pop()
    agreed = {_word(piece) for piece in clauses(bare)}
    return agreed.pop() if len(agreed) == 1 else None


def _word(clause: str) -> int | None:
    return _WORDS.get(clause) or _SIGNS.get(clause)
