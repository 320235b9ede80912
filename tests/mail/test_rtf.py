"""Bodies that Outlook wrote in RTF only: decompressed and read."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.mail.containers import rtf
from mailgate.mail.text.charset import storable
from tests.mail.cost import expect_cpu_within

SPECIFIED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""The example of MS-OXRTFCP section 3.1.1."""


def stored(document: bytes) -> bytes:
    """The uncompressed form of the container."""
    return struct.pack("<IIII", len(document) + 12, len(document), 0x414C454D, 0) + document


def literal(document: bytes) -> bytes:
    """The compressed form without a single reference."""
    runs = b"".join(b"\0" + document[at : at + 8] for at in range(0, len(document), 8))
    return struct.pack("<IIII", len(runs) + 12, len(document), 0x75465A4C, 0) + runs


@pytest.mark.parametrize("packed", [stored, literal])
def test_both_forms_of_the_container_are_undone(packed: object) -> None:
    document = rb"{\rtf1\ansi Hello}"
    assert rtf.decompressed(packed(document)) == document  # type: ignore[operator]


def test_the_example_of_the_specification_is_undone() -> None:
    assert rtf.decompressed(SPECIFIED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf.read(rtf.decompressed(SPECIFIED)) == ("hello world", "")


@pytest.mark.parametrize("octets", [b"", b"x" * 15, b"x" * 400, stored(b"")[:12], literal(b"{\\rtf1 x}")[:20]])
def test_what_is_cut_or_is_none_gives_what_can_be_read(octets: bytes) -> None:
    assert len(rtf.decompressed(octets)) <= 400


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe\par zweite Zeile}", "Grüße\nzweite Zeile"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator Riched20;}\pard Hello\tab you}", "Hello\tyou"),
        (rb"{\rtf1\ansicpg936 \'c4\'fa\'ba\'c3}", "您好"),
        (rb"{\rtf1\uc1 \u26085?\u26412? ok}", "日本 ok"),
        (rb"{\rtf1\uc1 \u-10179?\u-8704? end}", "😀 end"),
        (rb"{\rtf1 braces \{ and \\ stay\~.}", "braces { and \\ stay\xa0."),
        (rb"{\rtf1{\pict 89504e470d0a}seen}", "seen"),
        (rb"}}}{{{\rtf1 broken", ""),
        (b"not rtf at all", ""),
    ],
)
def test_text_is_read(document: bytes, text: str) -> None:
    assert rtf.read(document) == (text, "")


def test_the_html_that_outlook_hid_in_rtf_is_taken_out() -> None:
    document = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}"
        rb"{\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 It {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 smokes"
        rb"\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>}.{\*\htmltag72 </p>}}"
    )
    assert rtf.read(document) == ("", "<p>It <b>smokes</b>.</p>")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([b"{", b"}", rb"\par ", rb"\u-5 ", rb"\'e4", b"x", rb"\*", rb"\htmlrtf", b"\n", b"\\"]))
)
def test_any_tokens_give_storable_text(tokens: list[bytes]) -> None:
    text, _ = rtf.read(rb"{\rtf1 " + b"".join(tokens))
    assert storable(text) == text


@pytest.mark.parametrize("piece", [b"{", b"}", rb"\par", rb"\u12?", b"a", rb"\*", rb"\'"])
def test_C14_three_hundred_kilobytes_of_anything_takes_one_pass(piece: bytes) -> None:
    with expect_cpu_within(2.0):
        rtf.read(rb"{\rtf1 " + piece * (300_000 // len(piece)))


def test_a_reference_cannot_make_more_than_the_stated_size() -> None:
    runs = b"\x00" + b"abcdefgh" + (b"\xff" + bytes([0x0C, 0xFF]) * 8) * 50_000
    assert len(rtf.decompressed(struct.pack("<IIII", len(runs) + 12, 100_000, 0x75465A4C, 0) + runs)) <= 100_000
