"""Reading the answer to "did that help?": one word, one digit or one face, or nothing at all.

Only what leaves no doubt counts: the first line of the new text is the answer and nothing else, and no other line is a
different one. Everything else is an ordinary mail, for a person to read.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.desk.routing.words import fold

ANSWERS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (5, ("5", "good", "great", "excellent", "perfect", "very good", "yes", "满意", "很满意", "非常满意", "很好", "好")),
    (5, ("好评", "滿意", "很滿意", "非常滿意", "👍", "😀", "😃", "😊", "🙂", "五", "五星")),
    (4, ("4", "四", "四星", "比较满意", "比較滿意", "不错", "不錯")),
    (
        3,
        (
            "3",
            "ok",
            "okay",
            "so so",
            "fair",
            "average",
            "neutral",
            "一般",
            "还行",
            "還行",
            "还可以",
            "還可以",
            "😐",
            "三",
            "三星",
        ),
    ),
    (2, ("2", "poor", "not good", "二", "二星", "不太满意", "不太滿意")),
    (1, ("1", "bad", "very bad", "terrible", "no", "不满意", "不滿意", "很不满意", "很不滿意", "差", "很差", "差评")),
    (1, ("👎", "😞", "😠", "☹", "🙁", "一", "一星")),
)
"""Score → what people write for it."""

_SCORES = {fold(word): score for score, words in ANSWERS for word in words}
_TRIM = " \t.!?,;:\"'*_()[]。！？，；：“”‘’（）…~～\ufe0e\ufe0f"
_SKIN = dict.fromkeys(range(0x1F3FB, 0x1F400))
COMMENT_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Rating:
    """A score from 1 (bad) to 5 (good), and what the customer wrote below it."""

    score: int
    comment: str = ""


def rating(new_text: str) -> Rating | None:
    """The rating in a mail's new text; None where it has none or more than one."""
    lines = [line.strip() for line in new_text.splitlines() if line.strip()]
    if not lines:
        return None
    score = _score(lines[0])
    others = {found for line in lines[1:] if (found := _score(line)) is not None}
    if score is None or others - {score}:
        return None
    return Rating(score, "\n".join(lines[1:])[:COMMENT_LIMIT])


def _score(line: str) -> int | None:
    if len(line) > 40:
        return None
    bare = fold(line.translate(_SKIN).strip(_TRIM))
    return _SCORES.get(bare.removesuffix("/5").removesuffix("分").strip())
