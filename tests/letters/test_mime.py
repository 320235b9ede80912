"""Bodies: 7-bit, short lines, and they read back as they were."""

from __future__ import annotations

from base64 import encodebytes
from email import message_from_bytes
from email.policy import default

import mailparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.letters.mime import Enclosure, body, clean_text
from mailgate.mail.text.transfer import tidy_base64

TEXT = "Hello 王小明,\n\nthis line ends in a blank \nFrom here on\n.dot\n" + "long " * 300 + "\n=_end"
HTML = "<p>Hello 王小明</p>\n"


def content(part) -> str:
    """What stands in the part, with the line ends of this machine."""
    return part.get_content().replace("\r\n", "\n")


def parsed(block: bytes):
    return message_from_bytes(b"MIME-Version: 1.0\r\n" + block, policy=default)


def test_text_alone_is_one_part():
    message = parsed(body(TEXT, "", (), "u1"))
    assert message.get_content_type() == "text/plain"
    assert content(message) == TEXT + "\n"


def test_text_html_and_files_read_back():
    files = (
        Enclosure("a.bin", "application/x-thing", bytes(range(256)) * 40),
        Enclosure("报告.pdf", "application/pdf", b"%PDF"),
    )
    message = parsed(body(TEXT, HTML, files, "u1"))
    assert content(message.get_body(("plain",))) == TEXT + "\n"
    assert content(message.get_body(("html",))) == HTML
    found = list(message.iter_attachments())
    assert [part.get_content() for part in found] == [file.content for file in files]
    assert [part.get_filename() for part in found] == ["a.bin", "报告.pdf"]


@pytest.mark.parametrize("size", [0, 57, 57 * 256 - 1, 57 * 256, 57 * 256 + 1, 57 * 512 + 40])
def test_a_file_of_any_size_reads_back_from_lines_of_76(size):
    octets = (bytes(range(256)) * (size // 256 + 1))[:size]
    block = body("Hello", "", (Enclosure("a.bin", "application/pdf", octets),), "u1")
    assert [part.get_content() for part in parsed(block).iter_attachments()] == [octets]
    assert max(map(len, block.split(b"\r\n"))) <= 76


@pytest.mark.parametrize("size", [1, 57, 57 * 256, 57 * 512 + 40])
def test_a_file_that_is_in_base64_already_makes_the_same_letter(size):
    octets = (bytes(range(256)) * (size // 256 + 1))[:size]
    lines = encodebytes(octets).replace(b"\n", b"\r\n")
    written, carried = (
        body("Hello", "", (Enclosure("a.bin", "application/pdf", one), Enclosure("b", "", b"b")), "u1")
        for one in (octets, tidy_base64(lines, 0, len(lines)))
    )
    assert carried == written


@given(*[st.text("a= .é<\n\t", max_size=200)] * 3)
def test_a_page_reads_back_whatever_stands_around_its_body(before, between, after):
    """The lines before the body are encoded once for all letters of a layout."""
    html = f"<html>{before}\n<body{between}>\n{after}<body>\n"
    for _ in range(2):
        block = body("Hello", html, (), "u1")
        assert max(map(len, block.split(b"\r\n"))) <= 78
        assert content(parsed(block).get_body(("html",))) == html


@pytest.mark.parametrize("odd", ["\0", "\x0b", "\x1f", "\x7f", "\x9f", "\u2028", "\ufffe", "\uffff", "\ud800"])
@pytest.mark.parametrize("around", ["plain", "\u00a0caf\u00e9", "，汉字", "\ud55c\uae00", "— 🙂"])
def test_an_odd_character_is_found_among_any_others(odd, around):
    shown = clean_text(f"{around}{odd}{around}")
    assert shown.replace("\n", "") == around * 2


def test_another_parser_agrees():
    files = (Enclosure("a.bin", "application/x-thing", b"\0\1\2"),)
    found = mailparser.parse_from_bytes(b"MIME-Version: 1.0\r\n" + body(TEXT, HTML, files, "u1"))
    assert [text.replace("\r\n", "\n") for text in found.text_plain] == [TEXT + "\n"]
    assert [html.replace("\r\n", "\n") for html in found.text_html] == [HTML]
    assert [one["filename"] for one in found.attachments] == ["a.bin"]


@given(st.text(max_size=2000), st.text(max_size=500))
def test_any_text_gives_7_bit_lines_of_at_most_78_octets(text, html):
    block = body(text, html, (Enclosure("x", "text/plain", text.encode("utf-8", "replace")),), "u1")
    assert block.isascii()
    assert b"\0" not in block
    assert b"\r" not in block.replace(b"\r\n", b"")
    assert b"\n" not in block.replace(b"\r\n", b"")
    assert max(map(len, block.split(b"\r\n"))) <= 78


@given(st.text(alphabet=st.characters(exclude_categories=["C"]) | st.just("\n"), max_size=1000))
def test_any_clean_text_reads_back(text):
    text = text.replace("\u2028", "").replace("\u2029", "").replace("\ufffe", "").replace("\uffff", "")
    found = content(parsed(body(text, "", (), "u1")))
    assert found.rstrip("\n") == text.rstrip("\n")


def test_a_text_that_looks_like_a_boundary_ends_nothing():
    hostile = "--=_alt_u1--\r\n--=_mix_u1--\r\n\r\nContent-Type: text/html\r\n\r\n<script>"
    message = parsed(body(hostile, HTML, (Enclosure("a", "text/plain", hostile.encode()),), "u1"))
    assert content(message.get_body(("plain",))).startswith("--=_alt_u1--")
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/plain",
    ]


@pytest.mark.parametrize(
    "kind", ["text/plain\r\nBcc: x@y", "message/rfc822", "multipart/mixed", "", "TEXT", 'a/b; name="x"']
)
def test_J03_a_type_that_could_do_harm_becomes_a_plain_file(kind):
    message = parsed(body("x", "", (Enclosure("a", kind, b"x"),), "u1"))
    (part,) = message.iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert message["Bcc"] is None
