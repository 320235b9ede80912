"""Header values become one safe line of text, however they were encoded."""

from __future__ import annotations

import base64

import pytest

from mailgate.mail.text import encoded_word
from mailgate.mail.text.encoded_word import decode, raw_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?caf=C3=A9?=", "café"),
        ("=?UTF-8?b?5L2g5aW9?=", "你好"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b", "a b"),
        ("Re: =?utf-8?Q?a_b?= c", "Re: a b c"),
        ("=?gb2312?B?z+7EvydI?=", "项目'H"),
        ("=?iso-8859-1*de?Q?=FC?=", "ü"),
        ("=?utf-8?Q?with space?=", "with space"),
        ("=?utf-8?Q?what?_now?=", "what? now"),
        ("=?nope?Q?caf=C3=A9?=", "café"),
        ("a =? b", "a =? b"),
    ],
)
def test_encoded_words_are_read(value: str, text: str) -> None:
    assert decode(value) == text


def test_a_character_cut_between_two_words_is_whole_again() -> None:
    assert decode("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=") == "€"


def test_words_that_cannot_be_read_stay_as_they_stand() -> None:
    assert decode("=?utf-8?B?@@@@?=") == "=?utf-8?B?@@@@?="
    assert decode("=?utf-8?X?a?=") == "=?utf-8?X?a?="


@pytest.mark.parametrize("hidden", ["\r\nBcc: victim@victim.example", "\n", "\r", "\x85", "\u2028", "\0", "\x1b[2J"])
def test_what_would_act_never_survives(hidden: str) -> None:
    """Line ends, NUL and terminal controls hidden in an encoded word do not get out of it."""
    value = f"=?utf-8?B?{base64.b64encode(f'x{hidden}y'.encode()).decode()}?="
    text = decode(value)
    assert text.startswith("x")
    assert not set(text) & set("\r\n\0\x1b\x85\u2028")


def test_bidirectional_overrides_are_removed() -> None:
    assert decode("\u202eelpmaxe\u202c") == "elpmaxe"


def test_raw_octets_are_utf_8_or_what_the_hint_says() -> None:
    assert raw_text("grüß".encode()) == "grüß"
    assert raw_text("退款".encode("gb18030"), "gb2312") == "退款"
    assert raw_text(b"caf\xe9") == "café"


def test_a_fold_becomes_a_blank() -> None:
    assert raw_text(b"one\r\n two\r\n\tthree") == "one two three"


def test_an_encoded_comma_does_not_become_syntax() -> None:
    assert decode("=?utf-8?Q?Doe=2C_Jane?= <j@x.example>", quote=True) == '"Doe, Jane" <j@x.example>'


def test_floods_of_openings_are_read_in_one_pass() -> None:
    flood = "=?" * 4_000
    assert decode(flood) == flood
    assert len(decode("=?utf-8?Q?a?= " * 600).strip()) == 600
    assert encoded_word.decode("=?a?q?" * 1_300).startswith("=?a?q?")


def test_raw_octets_are_utf_8_before_they_are_what_the_text_is_in() -> None:
    assert raw_text("您好".encode(), "gb2312") == "您好"
    assert raw_text("こんにちは".encode("iso2022_jp")) == "こんにちは"
    assert raw_text("退款申请".encode("gb18030")) == "退款申请"
