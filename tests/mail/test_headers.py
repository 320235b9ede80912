"""The header block is read past every line that is none."""

from __future__ import annotations

import pytest

from mailgate.mail import scan
from mailgate.mail.head import headers


def names(raw: bytes) -> list[str]:
    return [name for name, _ in headers.read(raw).fields]


def test_fields_keep_their_order_and_their_folds() -> None:
    block = headers.read(b"A: 1\r\nB: 2\r\n\tgoes on\r\nA: 3\r\n\r\ntext")
    assert block.fields == (("A", b"1"), ("B", b"2\r\n\tgoes on"), ("A", b"3"))
    assert block.defects == ()


def test_text_begins_after_the_empty_line_whatever_the_line_ends() -> None:
    for raw in (
        b"A: 1\r\n\r\ntext",
        b"A: 1\n\ntext",
        b"A: 1\r\n\ntext",
        b"A: 1\r\r\n\r\r\ntext",
        b"\r\ntext",
        b"\ntext",
    ):
        assert raw[headers.read(raw).body_start :] == b"text", raw


def test_an_illegal_line_does_not_end_the_headers() -> None:
    block = headers.read(b"Subject: a\r\nthis is no field\r\nTo: b\r\n\r\ntext")
    assert [name for name, _ in block.fields] == ["Subject", "To"]
    assert block.defects == ("illegal-header-line",)


def test_a_field_with_an_odd_name_is_kept_with_its_folds() -> None:
    block = headers.read(b'X-Odd/name \t!"#: one\r\n two\r\nSubject: a\r\n\r\ntext')
    assert [name for name, _ in block.fields] == ['X-Odd/name \t!"#', "Subject"]
    assert "illegal-header-name" in block.defects


def test_text_without_an_empty_line_before_it_is_no_header() -> None:
    raw = b"Subject: a\r\nHello there\r\nhow are you\r\n\r\nbye"
    block = headers.read(raw)
    assert raw[block.body_start :].startswith(b"Hello there")
    assert block.defects == ("no-empty-line-after-headers",)


def test_a_greeting_that_ends_in_a_colon_is_no_field() -> None:
    raw = b"Subject: a\r\nDear Sir or Madam:\r\nhow are you\r\n"
    assert raw[headers.read(raw).body_start :].startswith(b"Dear Sir")


def test_an_mbox_line_on_top_is_dropped() -> None:
    assert names(b"From mallory Mon Jan  1 00:00:00 2026\r\nSubject: a\r\n\r\nx") == ["Subject"]
    assert names(b">From mallory Mon Jan  1 00:00:00 2026\r\nSubject: a\r\n\r\nx") == ["Subject"]


def test_S07_a_space_before_the_colon_is_remembered() -> None:
    assert "space-before-colon:from" in headers.read(b"From : a@b.example\r\n\r\nx").defects


def test_a_hundred_thousand_folds_cost_one_pass() -> None:
    block = headers.read(b"X: a" + b"\r\n b" * 100_000 + b"\r\n\r\nx")
    assert len(block.fields) == 1
    assert len(block.fields[0][1]) > 300_000


def test_a_hundred_thousand_illegal_lines_cost_one_pass() -> None:
    block = headers.read(b"A: 1\r\n" + b"no field\r\n" * 100_000 + b"B: 2\r\n\r\nx")
    assert [name for name, _ in block.fields] == ["A", "B"]


# ------------------------------------------------------------------ the scan


def test_an_ordinary_mail_has_no_findings() -> None:
    assert scan.prescan(b"Subject: a\r\n\r\n-- \r\nhello\r\n") == ()


def test_each_limit_has_its_finding() -> None:
    cases = {
        "header-block-too-large": b"X: " + b"a" * 300_000 + b"\r\n\r\nx",
        "too-many-headers": b"X: a\r\n" * 2_100 + b"\r\nx",
        "too-many-boundary-lines": b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n' + b"--B\r\n" * 2_100,
        "too-many-multiparts": b"A: b\r\n\r\n" + b"Content-Type: multipart/mixed; boundary=x\r\n" * 200,
        "nul-in-header": b"Subject: a\0b\r\n\r\nx",
        "bare-cr": b"Subject: a\r\rx",
        "empty": b"\0\r\n \t",
    }
    for finding, raw in cases.items():
        assert finding in scan.prescan(raw), finding


@pytest.mark.parametrize("kind", [b"multipart/mixed", b"MULTIPART/MIXED", b"Message/RFC822", b"message/rfc822"])
@pytest.mark.parametrize("padding", [b"", b"x" * 70], ids=["short lines", "long lines"])
def test_parts_that_hold_parts_are_counted_however_they_are_written(kind: bytes, padding: bytes) -> None:
    line = b"Content-Type: " + kind + b"; boundary=x" + padding + b"\r\n"
    assert scan.prescan(b"A: b\r\n\r\n" + line * 101) == ("too-many-multiparts",)
    assert scan.prescan(b"A: b\r\n\r\n" + line * 100) == ()


def test_a_text_about_multiparts_holds_none() -> None:
    assert scan.prescan(b"A: b\r\n\r\n" + b"the part is multipart/mixed\r\n" * 200) == ()


def test_dashes_that_are_no_boundary_do_not_count() -> None:
    """An SQL dump or a patch is full of lines that begin with two dashes."""
    dump = b"Subject: dump\r\n\r\n" + b"-- comment\r\n" * 5_000
    assert scan.prescan(dump) == ()


def test_ten_times_beyond_a_limit_is_hopeless() -> None:
    assert scan.hopeless(scan.prescan(b"X: a\r\n" * 30_000 + b"\r\nx")) == "too-many-headers-hopeless"
    assert scan.hopeless(scan.prescan(b"X: a\r\n" * 3_000 + b"\r\nx")) == ""
