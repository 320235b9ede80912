"""What understanding a mail costs: time that grows as the mail does, few copies, a few times the standard library."""

from __future__ import annotations

import email
import email.header
import time
import tracemalloc
from collections.abc import Callable

import pytest

from mailgate.mail import classify
from mailgate.mail.model import Envelope
from mailgate.mail.parse import parse
from tests.mail.cost import expect_cpu_within
from tests.mail.written import TEXT, attached, mail, multipart, multipart_mail

ENVELOPE = Envelope("smtp", ("support@help.example",), "customer@client.example", 1_795_000_000_000)
OURS = classify.Ours(frozenset({"support@help.example"}), frozenset({"help.example"}))

SHAPES: dict[str, Callable[[int], bytes]] = {
    "words": lambda size: mail(body=b"A line of words that somebody wrote.\r\n" * (size // 38)),
    "quotes": lambda size: mail(body=b"On 1/2/26, Ana <ana@x.example> wrote:\r\n> words\r\n" * (size // 48)),
    "one line": lambda size: mail(body=b"words " * (size // 6)),
    "blank lines": lambda size: mail(body=b"\r\n" * (size // 2) + b"end"),
    "quoted-printable": lambda size: mail(body=b"Gr=C3=BC=C3=9Fe =\r\n" * (size // 19), encoding="quoted-printable"),
    "html": lambda size: mail(body=b"<p>Some <b>words</b> of it.</p>\r\n" * (size // 33), content_type="text/html"),
    "attachment": lambda size: multipart_mail(TEXT, attached('filename="a.bin"', bytes(size))),
    "signatures": lambda size: mail(body=b"-- \r\nAna\r\n\r\n" * (size // 13)),
    "bounce": lambda size: mail(
        body=b"<bo@x.example>:\r\n550 5.1.1 no mailbox\r\n\r\n" * (size // 42),
        sender="mailer-daemon@x.example",
        subject="failure notice",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_time_is_linear_in_the_size(shape: str) -> None:
    """Five times as large takes five times as long; the test allows thrice that, for a busy machine."""

    def seconds(raw: bytes) -> float:
        started = time.process_time()
        classify.classify(parse(raw), ENVELOPE, OURS)
        return time.process_time() - started

    small, large = SHAPES[shape](100_000), SHAPES[shape](500_000)
    rounds = [(seconds(small), seconds(large)) for _ in range(2)]
    assert min(two for _, two in rounds) < 15 * max(min(one for one, _ in rounds), 0.002)


MANY = 20_000
SLOW: dict[str, Callable[[], bytes]] = {
    "parameters of a calendar's line": lambda: mail(
        content_type="text/calendar", body=b"BEGIN:VEVENT\r\nATTENDEE" + b";" * 27 + b"\r\nEND:VEVENT\r\n"
    ),
    "comments before no markup": lambda: multipart_mail(TEXT, attached('filename="a.bin"', b"<!---->" * 25 + b"x")),
    "accents, the last of them cut in two": lambda: mail(subject=b"x" + b"\xc3\xa9" * 38 + b"\xc3", content_type=None),
    "hard blanks in a line of HTML": lambda: mail(content_type="text/html", body=b"x" + b"&nbsp;" * MANY + b"x"),
    "blanks in a line of text": lambda: mail(body=b"a \r\nx" + b" " * 5 * MANY + b"x"),
    "blanks in an address": lambda: mail(b"Cc: <x" + b" " * MANY + b"y@z.example>"),
}


@pytest.mark.parametrize("shape", SLOW)
def test_C26_no_pattern_tries_all_ways_to_cut_what_repeats(shape: str) -> None:
    raw = SLOW[shape]()
    with expect_cpu_within(0.5):
        parse(raw)


def test_C28_text_that_grows_when_it_is_folded_costs_no_more() -> None:
    growing = "\u0130\u1e9e\ufb03\u0390" * 25_000
    with expect_cpu_within(0.5):
        got = parse(mail(body=growing.encode(), subject=growing[:3_000])).mail
    assert got.text == growing


def test_a_plain_mail_costs_a_few_times_what_the_standard_library_takes() -> None:
    """The aim is four times; the test allows eight, for a machine that does other things beside."""
    raw = mail(
        "Received: from a.example by b.example; Sat, 21 Nov 2026 10:00:00 +0000",
        "DKIM-Signature: v=1; a=rsa-sha256; d=client.example;\r\n bh=abcd; b=" + "abcd" * 60,
        body=b"A line of words that somebody wrote in the office.\r\n" * 50,
    )

    def ours() -> None:
        parse(raw)

    def theirs() -> None:
        message = email.message_from_bytes(raw)
        for value in message.values():
            str(email.header.make_header(email.header.decode_header(value)))
        assert isinstance(message.get_payload(decode=True), bytes)

    def seconds(work: Callable[[], None]) -> float:
        started = time.process_time()
        for _ in range(50):
            work()
        return time.process_time() - started

    rounds = [(seconds(ours), seconds(theirs)) for _ in range(7)]
    assert min(one for one, _ in rounds) < 8 * min(other for _, other in rounds)


def test_a_large_attachment_costs_few_copies_of_itself() -> None:
    raw = multipart_mail(TEXT, attached('filename="big.bin"', bytes(4_000_000)))
    tracemalloc.start()
    parse(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * len(raw)


def test_two_hundred_thousand_boundaries_of_another_name_are_only_text() -> None:
    body = multipart([TEXT]) + b"--other\r\n" * 50_000
    assert parse(mail(body=body, content_type="multipart/mixed; boundary=BND")).mail.text == "see attachment"
