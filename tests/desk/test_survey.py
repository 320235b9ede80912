"""One word is an answer; two different ones, or a sentence, are for a person to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.outcome.survey import COMMENT_LIMIT, READ_LIMIT, Rating, rating


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
        ("Hi,\n\ngood\n\nBest,\nCleo", 5),
        ("Good, thank you!", 5),
        ("my rating: 4", 4),
        ("评分：5", 5),
        ("4 out of 5", 4),
        ("Five stars!", 5),
        ("★★★★☆", 4),
        ("⭐⭐⭐⭐⭐", 5),
        ("👎👎", 1),
        ("👍 thanks Ana", 5),
        ("满意，谢谢", 5),
        ("5分，非常好", 5),
        ("很好", 5),
        ("sehr gut, danke", 5),
        ("5 von 5", 5),
        ("très bien, merci", 5),
        ("regular", 3),
        ("4 - quite ok", 4),
        ("Very good!\nSent from my iPhone", 5),
        (":-)", 5),
        (":(", 1),
        ("5 👍", 5),
        ("满意👍", 5),
        ("Great service", 5),
        ("Great service, thanks!", 5),
        ("Not great", 2),
        ("so-so", 3),
        ("🤬", 1),
        ("10/10", 5),
        ("我很满意", 5),
        ("五颗星", 5),
        ("已解决，满意", 5),
        ("解决了，谢谢", 5),
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
        "5 May",
        "5 days later it is still broken",
        "1. The printer still burns",
        "2 printers are broken",
        "OK, but when does the new one arrive?",
        "No, it does not work",
        "No thanks",
        "Thanks!",
        "1, no wait, 5",
        "10",
        "the answer is 5",
        "Good morning",
        "Good question, let me look",
        "yes and no",
        "可以，但是什么时候能修好？",
        "一个问题",
        "好的，请问还要等多久",
        "5 because-I-said-so printers 4",
        "ok but the scanner is broken",
        "可以但是太慢",
        "okay 👍",
        "Solved. But now the scanner is broken",
        "已解决，但是扫描仪坏了",
        ":-) :-(",
        "good afternoon but still broken",
    ],
)
def test_V06_anything_doubtful_is_no_rating(text: str) -> None:
    assert rating(text) is None


def test_what_stands_below_is_the_comment() -> None:
    found = rating("bad\nIt took two weeks.\nNever again.")
    assert found is not None
    assert found.comment == "It took two weeks.\nNever again."


@pytest.mark.parametrize(
    ("text", "score", "comment"),
    [
        ("5, because Ana was quick", 5, "because Ana was quick"),
        ("bad. never again", 1, "never again"),
        ("不满意，太慢了", 1, "太慢了"),
        ("👎 it took two weeks", 1, "it took two weeks"),
        ("good\n\nBest regards,\nCleo", 5, ""),
        ("满意\n谢谢", 5, "谢谢"),
        ("2 because nobody answered for days", 2, "because nobody answered for days"),
        ("Good but slow", 5, "but slow"),
        ("不错但是有点慢", 4, "但是有点慢"),
    ],
)
def test_words_behind_the_answer_are_the_comment_and_a_good_bye_is_none(text: str, score: int, comment: str) -> None:
    assert rating(text, ("Cleo Miller",)) == Rating(score, comment)


@pytest.mark.parametrize(
    "text",
    ["5\n\nBut the scanner is broken now, can you help?", "bad\nPlease call me.", "满意\n请问发票什么时候寄到"],
)
def test_a_comment_that_asks_for_something_is_a_question_too(text: str) -> None:
    found = rating(text)
    assert found is not None
    assert found.asks


def test_of_a_mail_without_end_the_beginning_is_the_answer() -> None:
    """Megabytes of faces are not weighed one by one while other mail waits."""
    found = rating("5\n" + "quick " * READ_LIMIT + "\n1")
    assert found is not None
    assert (found.score, len(found.comment)) == (5, COMMENT_LIMIT)
    assert rating("quick\n" * READ_LIMIT + "5") is None


@given(st.text(max_size=300))
def test_any_text_gives_a_score_in_range_or_none(text: str) -> None:
    found = rating(text)
    assert found is None or 1 <= found.score <= 5
