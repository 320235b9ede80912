"""One mail's octets, understood; and no octets that parse cannot take."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailgate.errors import Permanent
from mailgate.mail import classify
from mailgate.mail.contents import Contents
from mailgate.mail.html import clean
from mailgate.mail.limits import Limits
from mailgate.mail.model import Mail
from mailgate.mail.parse import minimal, parse
from tests.mail.test_clean import PAYLOADS, active
from tests.mail.test_cost import ENVELOPE, OURS, SHAPES
from tests.mail.written import TEXT, attached, mail, multipart_mail, part


def read(raw: bytes) -> Mail:
    return parse(raw).mail


def test_a_plain_mail_is_read_whole() -> None:
    got = read(mail("In-Reply-To: <m0@x.example>", "References: <r1@x.example>\r\n <r2@x.example>", "Cc: b@y.example"))
    assert got.author is not None
    assert got.author.email == "customer@client.example"
    assert [one.email for one in got.to + got.cc] == ["support@help.example", "b@y.example"]
    assert (got.subject, got.text, got.message_id) == ("printer on fire", "hello", "m1@client.example")
    assert (got.in_reply_to, got.references) == (("m0@x.example",), ("r1@x.example", "r2@x.example"))
    assert got.date_ms == 1795255200000
    assert got.return_path is None
    assert (got.defects, got.minimal, got.html, got.attachments) == ((), False, "", ())


def test_the_return_path_tells_null_from_none() -> None:
    assert read(mail("Return-Path: <>")).return_path == ""
    assert read(mail("Return-Path: <a@b.example>")).return_path == "a@b.example"


def test_headers_are_decoded_in_order_and_found_by_name() -> None:
    got = read(mail("X-One: a", "x-one: =?utf-8?Q?=C3=A9?="))
    assert got.headers_named("X-ONE") == ("a", "é")
    assert got.header("x-one") == "a"


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("<a\r\n b@x.example>", ("ab@x.example",)),
        ("Your message of Monday <a@x.example>", ("a@x.example",)),
        ("a@x.example", ("a@x.example",)),
        ("<a@x.example><b@x.example> <a@x.example>", ("a@x.example", "b@x.example")),
        ("no id in here", ()),
        ("<" + "a" * 5000 + "@x.example>", ()),
    ],
)
def test_identifiers_are_read_however_they_were_broken(line: str, ids: tuple[str, ...]) -> None:
    assert read(mail(f"In-Reply-To: {line}")).in_reply_to == ids


def test_S59_of_ten_thousand_references_the_first_and_the_last_are_kept() -> None:
    got = read(mail("References: " + "\r\n ".join(f"<r{n}@x.example>" for n in range(2_000))))
    assert len(got.references) == 100
    assert got.references[-1] == "r1999@x.example"


@pytest.mark.parametrize("date", ["Mon, 99 Foo 99999 99:99:99 +9999", "1" * 5000, "", "Fri, 1 Jan 10000 00:00 +0000"])
def test_a_date_that_is_none_is_none(date: str) -> None:
    raw = b"From: a@b.example\r\nDate: " + date.encode() + b"\r\n\r\nx"
    assert read(raw).date_ms is None


# ------------------------------------------------------------------ the dedupe hash


def test_the_hash_is_the_same_by_two_ways_and_differs_for_two_mails() -> None:
    one = mail()
    by_imap = b"Received: from a by b\r\nReturn-Path: <x@y.example>\r\n" + one.replace(b"\r\n", b"\n") + b"\n"
    assert read(one).content_hash == read(by_imap).content_hash
    folded = one.replace(b"Subject: printer on", b"Subject: printer\r\n on")
    assert read(one).content_hash == read(folded).content_hash
    for other in (
        mail(body=b"hello!"),
        mail(subject="else"),
        mail(sender="x@y.example"),
        one.replace(b"10:00:00", b"10:00:01"),
    ):
        assert read(other).content_hash != read(one).content_hash


def test_I_a_nul_that_dovecot_stored_as_0x80_does_not_change_the_hash() -> None:
    assert read(mail(body=b"a\0b")).content_hash == read(mail(body=b"a\x80b")).content_hash


def test_C08_line_ends_do_not_change_the_hash_and_a_cr_within_a_line_does() -> None:
    crlf, lf, within, none = (
        read(mail(body=body)).content_hash for body in (b"a\r\nb", b"a\nb", b"a\rb\r\n", b"ab\r\n")
    )
    assert crlf == lf
    assert within != none
    assert read(mail(body=b"a\rb\r\nc")).content_hash == read(mail(body=b"a\rb\nc")).content_hash


def test_C08_a_mail_of_nothing_but_nuls_is_no_copy_of_an_empty_one() -> None:
    """By SMTP our own trace stands above both; Dovecot makes other octets of the NULs."""
    trace = b"Received: from a by b\r\n"
    empty, nuls, fetched = (minimal(raw, "unparseable").content_hash for raw in (trace, trace + b"\0" * 9, b"\x80" * 9))
    assert empty != nuls == fetched


# ------------------------------------------------------------------ refusals and limits


@pytest.mark.parametrize("raw", [b"", b"\0" * 4096, b"\r\n\r\n", b"this is not a mail\r\nat all\r\n"])
def test_C08_what_is_no_mail_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(Permanent) as refused:
        parse(raw)
    assert refused.value.cause == "unparseable"


@pytest.mark.parametrize(
    "raw",
    [
        b"X: a\r\n" * 30_000 + b"\r\nx",
        b"X: " + b"a" * 10_000_000 + b"\r\n\r\nx",
        mail(body=b"--BND\r\n" * 30_000, content_type="multipart/mixed; boundary=BND"),
    ],
    ids=["headers", "header", "boundaries"],
)
def test_C04_far_beyond_a_limit_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(Permanent) as refused:
        parse(raw)
    assert refused.value.cause == "too-complex"


def nested(levels: int) -> bytes:
    body = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (level, level + 1)
        for level in range(levels)
    )
    return mail(body=body + b"--b%d\r\n\r\nx\r\n" % levels, content_type='multipart/mixed; boundary="b0"')


def test_C01_fifty_levels_are_read_and_more_cost_only_their_structure() -> None:
    assert read(nested(50)).text == "x"
    for levels in (65, 101, 900):
        got = read(nested(levels))
        assert got.minimal
        assert got.subject == "printer on fire"
        assert got.author is not None
        assert "too complex" in got.text


def test_C02_a_thousand_mails_in_mails_cost_only_their_structure() -> None:
    raw = b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 900 + b"Subject: deep\r\n\r\nx"
    assert read(raw).minimal


def test_C03_more_parts_than_the_limit_make_a_minimal_mail() -> None:
    got = parse(multipart_mail(*[b"\r\nx"] * 60), Limits(parts=50)).mail
    assert got.minimal
    assert "too-many-parts" in got.defects


def test_where_the_headers_were_cut_nobody_is_the_author() -> None:
    """A second From may stand beyond the cut."""
    got = read(mail("X-Big: " + "a" * 300_000, "From: agent@corp.example"))
    assert got.minimal
    assert got.author is None


def test_S04_a_bare_cr_in_from_makes_nobody_the_author() -> None:
    assert read(mail(sender=b"mallory@evil.example\rFrom: agent@corp.example")).author is None


def test_S06_only_from_names_the_author() -> None:
    got = read(mail("Sender: a@x.example", "Resent-From: b@x.example", "X-Original-From: c@x.example"))
    assert got.author is not None
    assert got.author.email == "customer@client.example"


def test_S07_a_from_with_a_space_before_its_colon_makes_nobody_the_author() -> None:
    got = read(mail("From : agent@corp.example", sender="mallory@evil.example"))
    assert (got.author, bool(got.author_unknown)) == (None, True)
    assert read(b"From : a@b.example\r\n\r\nx").author is None


def test_a_text_beyond_the_limit_is_cut_for_show_and_attached_whole() -> None:
    raw = mail(body=b"word " * 1_000)
    got = parse(raw, Limits(text=100)).mail
    assert got.text.startswith("word word")
    assert len(got.text) < 200
    assert [one.size for one in got.attachments] == [5_000]
    assert Contents()(raw, got.attachments[0].path) == b"word " * 1_000


def test_html_beyond_the_limit_is_attached_whole() -> None:
    raw = mail(content_type="text/html", body=b"<p>word</p>" * 1_000)
    got = parse(raw, Limits(text=100, html=5_000)).mail
    assert {"text-cut", "html-too-large"} <= set(got.defects)
    assert [(one.size, one.content_type) for one in got.attachments] == [(11_000, "text/html")]


def test_C08_odd_line_ends_are_read() -> None:
    for raw in (mail(body=b"x"), mail(body=b"x").replace(b"\r\n", b"\n"), mail(body=b"x").replace(b"\r\n", b"\r")):
        assert read(raw).text == "x"


@pytest.mark.parametrize("name", PAYLOADS)
def test_C11_the_html_of_a_mail_is_inert(name: str) -> None:
    got = read(mail(content_type="text/html; charset=utf-8", body=f"<p>hi</p>{PAYLOADS[name]}".encode()))
    assert active(got.html) == []


def test_C09_utf_7_is_text_and_never_markup() -> None:
    got = read(mail(content_type="text/html; charset=utf-7", body=b"+ADw-img src+AD0-x onerror+AD0-alert(1)+AD4-hi"))
    assert active(got.html) == []


# ------------------------------------------------------------------ any octets

FRAGMENTS = (
    *(b"\r\n", b"\n\n", b"\r\n\r\n", b"--BND\r\n", b"--BND--\r\n", b"\xff\xfe\x00", b"\x1b$B"),
    *(b"From: a@b.example\r\n", b"Subject: =?utf-8?B?4oI=?=\r\n", b"Message-ID: <", b"Date: Mon, 1 Jan"),
    b"Content-Type: multipart/mixed; boundary=BND\r\n\r\n",
    b"Content-Type: multipart/alternative; boundary=BND\r\n\r\n",
    b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n",
    b"Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n\x78\x9f\x3e\x22",
    b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\n\x30\x80",
    b"Content-Disposition: attachment; filename*0*=utf-8''a",
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n"),
    *(b"begin 644 a\r\n#0V%T\r\n`\r\nend\r\n", b"=ybegin line=1 size=1 name=a\r\n"),
    *(b"> quoted\r\n", b"On Monday, A wrote:\r\n", b"<p>&nbsp;<img src=cid:x>", b'charset="gb2312"'),
)
PIECES = st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(FRAGMENTS)), max_size=14).map(b"".join)


def storable(text: str) -> bool:
    text.encode()  # a lone surrogate raises
    return "\0" not in text


@given(PIECES)
@example(b"Message-ID:\0")
@example(multipart_mail(TEXT, attached('filename="a.txt"'), part("text/html", b"<p>x")))
@settings(max_examples=250, deadline=None)
def test_C30_any_octets_give_a_value_or_a_clean_refusal(raw: bytes) -> None:
    try:
        parsed = parse(raw)
    except Permanent:
        return
    got = parsed.mail
    texts = [
        got.subject,
        got.text,
        got.html,
        got.reply_text,
        got.message_id,
        *got.references,
        *(value for _, value in got.headers),
    ]
    texts += [f"{one.filename}{one.content_id}" for one in got.attachments] + [
        one.name + one.email for one in got.from_ + got.to
    ]
    assert all(storable(text) for text in texts)
    assert not set(got.subject) & set("\r\n")
    at = 0
    for span in got.spans:
        assert at <= span.start < span.end <= len(got.text)
        at = span.end
    assert len({one.filename.casefold() for one in got.attachments}) == len(got.attachments)
    for one in got.attachments:
        assert len(Contents()(raw, one.path)) == one.size
    shown = frozenset(one.content_id for one in got.attachments if one.inline)
    assert clean.sanitise(got.html, shown) == got.html


def test_C29_no_damage_to_any_mail_raises_anything_but_a_refusal() -> None:
    """Octets flipped, lost, doubled and moved between mails, by a fixed dice."""
    dice = random.Random(29)
    whole = [shape(3_000) for shape in SHAPES.values()]
    for _ in range(250):
        raw = bytearray(dice.choice(whole))
        for _ in range(dice.randrange(1, 9)):
            at, size = dice.randrange(len(raw) + 1), dice.randrange(1, 60)
            other = dice.choice(whole)
            away = dice.randrange(len(other))
            raw[at : at + dice.choice((0, size))] = dice.choice((b"", other[away : away + size], dice.randbytes(3)))
        with contextlib.suppress(Permanent):
            classify.classify(parse(bytes(raw)), ENVELOPE, OURS)
