"""Octets become text by what labels mean, and never raise."""

from __future__ import annotations

import pytest

from mailgate.mail.text import charset
from mailgate.mail.text.charset import decode


@pytest.mark.parametrize(
    ("octets", "label", "text"),
    [
        ("退款申请".encode("gb18030"), "gb2312", "退款申请"),
        ("朱镕基".encode("gbk"), "gb2312", "朱镕基"),
        ("請退款".encode("big5"), "big5", "請退款"),
        ("①㈱髙".encode("cp932"), "shift_jis", "①㈱髙"),
        ("こんにちは".encode("iso2022_jp"), "iso-2022-jp", "こんにちは"),
        ("こんにちは".encode("euc_jp"), "euc-jp", "こんにちは"),
        ("똠방각하".encode("cp949"), "ks_c_5601-1987", "똠방각하"),
        (b"\x93smart\x94 \x80", "iso-8859-1", "“smart” €"),
        ("Việt".encode("cp1258", "replace"), "windows-1258", "Vi?t"),
        (b"+AOk-t+AOk-", "utf-7", "été"),
        ("привет".encode("koi8-r"), "koi8-r", "привет"),
        ("zażółć".encode("iso8859_2"), "ISO-8859-2", "zażółć"),
        ("ğış".encode("cp1254"), "iso-8859-9", "ğış"),
        ("\ufeffx".encode(), "utf-8", "x"),
    ],
)
def test_labels_are_read_as_what_programs_mean(octets: bytes, label: str, text: str) -> None:
    assert decode(octets, label) == (text, "")


@pytest.mark.parametrize(
    ("octets", "label", "text", "defect"),
    [
        ("héllo €".encode(), "us-ascii", "héllo €", ""),
        ("héllo €".encode(), "x-does-not-exist", "héllo €", "unknown-charset"),
        (b"caf\xe9", "x-does-not-exist", "café", "unknown-charset"),
        (b"caf\xe9", "", "café", "8bit-without-charset"),
        ("안녕하세요, 주문이 아직".encode(), "euc-kr", "안녕하세요, 주문이 아직", "mislabelled-utf-8"),
        ("次のあて先へ".encode("euc_jp"), "iso-2022-jp", "次のあて先へ", "mislabelled-euc-jis-2004"),
        ("grüße für".encode(), "iso-8859-1", "grüße für", "mislabelled-utf-8"),
        ("こんにちは".encode("iso2022_jp"), "", "こんにちは", "unlabelled-iso-2022-jp"),
    ],
)
def test_where_the_label_fails_the_octets_decide(octets: bytes, label: str, text: str, defect: str) -> None:
    got, why = decode(octets, label)
    assert got == text
    assert why == defect


def test_one_broken_octet_does_not_spoil_a_text() -> None:
    text, defect = decode("viele Grüße aus Köln, ".encode() * 20 + b"\xff", "utf-8")
    assert text.startswith("viele Grüße aus Köln, ")
    assert defect == "not-utf-8"


def test_a_long_unlabelled_chinese_text_is_guessed() -> None:
    text, _ = decode("您好，我的订单还没有收到，请问什么时候发货？谢谢您的帮助。".encode("gb18030") * 3, "")
    assert "订单" in text


@pytest.mark.parametrize(
    "label",
    [
        *["idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "rot13", "hex", "zlib", "bz2"],
        *["base64", "uu", "mbcs", "../../etc/passwd", "utf-8\0", '""', "a" * 5000],
    ],
)
def test_C09_codecs_that_make_no_text_are_not_on_the_list(label: str) -> None:
    """None of Python's other codecs is ever reached: the octets are read as text."""
    assert charset.codec(label) is None
    assert "\\x1b[2J" in decode(b"\\x1b[2J hello", label)[0]


def test_C10_no_nul_no_lone_surrogate_no_terminal_control() -> None:
    for octets, label in (
        (b"a\0b", "utf-8"),
        (b"\xed\xa0\x80x", "utf-8"),
        (b"+2AA-x", "utf-7"),
        (b"a\x1b[2Jb", "cp1252"),
    ):
        text, _ = decode(octets, label)
        text.encode()
        assert not set(text) & set("\0\x1b")


def test_the_codecs_on_the_list_exist() -> None:
    for name in set(charset._SUPERSETS.values()):
        assert "x".encode(name), name
