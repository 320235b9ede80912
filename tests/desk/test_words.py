"""Keywords: folded, by word where the script has words, anywhere where it has none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.routing.words import Keyword, Text, fold


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("refund", "I want a REFUND!", True),
        ("refund", "is it refundable?", False),
        ("Refund", "(refund)", True),
        ("order number", "my Order\n number: 5", True),
        ("order number", "my order has a number", False),
        ("ｒｅｆｕｎｄ", "refund", True),
        ("refund", "ＲＥＦＵＮＤ", True),
        ("STRASSE", "straße", True),
        ("mhz", "300 ㎒", True),
        ("退款", "我要退款谢谢", True),
        ("退款", "我要退\n款谢谢", True),
        ("退款", "我要退货", False),
        ("款", "退款", True),
        ("iPhone退款", "买的iphone退款单", True),
        ("iphone", "我的iPhone坏了", True),
        ("phone", "我的iPhone坏了", False),
        ("返金", "返金してください", True),
        ("คืนเงิน", "ต้องการคืนเงินครับ", True),
        ("환불", "환불 해주세요", True),
        ("हिन्दी", "यह हिन्दी है", True),
        ("café", "Cafe", False),
        ("e-mail", "my e-mail is broken", True),
        ("at&t", "the AT&T bill", True),
        ("!!!", "help!!!", False),
        ("", "anything", False),
    ],
)
def test_a_keyword_is_found_where_a_reader_would_find_it(keyword: str, text: str, found: bool) -> None:
    assert Keyword(keyword).found_in(Text(text)) is found


def test_accents_count_unless_the_rule_says_otherwise() -> None:
    assert Keyword("uber", True).found_in(Text("Über uns", True))
    assert not Keyword("uber").found_in(Text("Über uns"))


def test_folding_a_japanese_voiced_letter_keeps_it_what_it_is() -> None:
    assert fold("が", accents=True) == "が"


words = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)


@given(words, words, words)
def test_the_index_never_misses_what_the_search_would_find(keyword: str, before: str, after: str) -> None:
    """The token of a keyword is among the tokens of every text in which the keyword is found."""
    text = Text(f"{before} {keyword}, {after}")
    made = Keyword(keyword)
    if made.found_in(text):
        assert made.token in text.tokens


@given(words, words, words)
def test_a_keyword_that_stands_alone_is_found(keyword: str, before: str, after: str) -> None:
    made = Keyword(keyword)
    assert not made.token or made.found_in(Text(f"{before} {keyword} {after}"))


@given(st.text(max_size=500))
@settings(max_examples=100)
def test_any_text_can_be_taken_apart(text: str) -> None:
    made = Text(text)
    assert made.canonical.startswith(" ")
    assert made.canonical.endswith(" ")
    assert "" not in made.tokens
