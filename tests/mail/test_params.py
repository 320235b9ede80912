"""Parameters of Content-Type and Content-Disposition, as RFC 2045 and 2231 have them and as senders write them."""

from __future__ import annotations

import pytest

from mailgate.mail.head.params import parse


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ('attachment; filename="a b.txt"', "filename", "a b.txt"),
        ("attachment; filename=a b.txt", "filename", "a b.txt"),
        (r'attachment; filename="a\"b.txt"', "filename", 'a"b.txt'),
        ("attachment; filename*=utf-8''caf%C3%A9.txt", "filename", "café.txt"),
        ('attachment; filename*0="a"; filename*1="b.txt"', "filename", "ab.txt"),
        ('attachment; filename*1="b.txt"; filename*0="a"', "filename", "ab.txt"),
        ("attachment; filename*0*=utf-8''%E9%80%80; filename*1*=%E6%AC%BE.pdf", "filename", "退款.pdf"),
        ('attachment; filename="=?utf-8?B?6YCA5qy+LnBkZg==?="', "filename", "退款.pdf"),
        ("text/plain; CHARSET=UTF-8", "charset", "UTF-8"),
        ("text/plain;; charset = utf-8", "charset", "utf-8"),
        ('multipart/mixed; boundary="=?utf-8?Q?a?="', "boundary", "=?utf-8?Q?a?="),
        ('attachment; filename="a.txt', "filename", "a.txt"),
    ],
)
def test_a_parameter_is_found(header: str, name: str, value: str) -> None:
    assert parse(header).params[name] == value


def test_the_first_of_two_counts_and_both_are_told() -> None:
    read = parse('multipart/mixed; boundary="A"; boundary="B"')
    assert read.params["boundary"] == "A"
    assert read.doubled == ("boundary",)


def test_the_value_is_lower_case_without_parameters() -> None:
    assert parse("Text/HTML ; charset=x").value == "text/html"


def test_C05_floods_are_read_in_one_pass() -> None:
    assert len(parse("text/plain; " + 'a="\\";' * 1_000).params) <= 100
    assert parse("application/x-y; " + "; ".join(f"name*{n}=a" for n in range(900))).params["name"]
    assert parse('text/plain; a="' + "\\" * 8_000).value == "text/plain"
