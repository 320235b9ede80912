"""One word is an answer; two different ones, or a sentence, are for a person to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.outcome.survey import rating


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5", 5),
        ("Good!", 5),
        ("  good.\n\nThanks a lot, Ana was great\n", 5),
        ("OK", 3),
        ("bad", 1),
        ("4/5", 4),
        ("满意", 5),
        ("一般。", 3),
        ("不满意！", 1),
        ("３", 3),
        ("4分", 4),
        ("👍", 5),
        ("👍🏽", 5),
        ("👎", 1),
        ("☹️", 1),
        ("5\n5", 5),
    ],
)
def test_a_lone_word_digit_or_face_is_a_rating(text: str, score: int) -> None:
    found = rating(text)
    assert found is not None
    assert found.score == score


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "1 no wait 5",
        "1\n5",
        "it was good",
        "6",
        "0",
        "I am away until 5 May",
        "good or bad",
        "-1",
        "55",
        "👍👎",
    ],
)
def test_V06_anything_doubtful_is_no_rating(text: str) -> None:
    assert rating(text) is None


def test_what_stands_below_is_the_comment() -> None:
    found = rating("bad\nIt took two weeks.\nNever again.")
    assert found is not None
    assert found.comment == "It took two weeks.\nNever again."


@given(st.text(max_size=300))
def test_any_text_gives_a_score_in_range_or_none(text: str) -> None:
    found = rating(text)
    assert found is None or 1 <= found.score <= 5
