"""The way of a mail by its Received headers."""

from __future__ import annotations

from mailgate.mail.head.trail import received_trail
from mailgate.mail.parse import parse
from tests.mail.written import mail

HOPS = (
    "Received: from mx.client.example (mx.client.example [9.9.9.9])\r\n"
    "\tby in.desk.example (Postfix) with ESMTPS id 4F00\r\n"
    "\tfor <support@desk.example>; Mon, 16 Nov 2026 10:00:05 +0000 (UTC)",
    "Received: from laptop.client.example (laptop.client.example [198.51.100.9])\r\n"
    "\tby mx.client.example (Postfix) with ESMTPSA id 1A2B; Mon, 16 Nov 2026 10:00:00 +0000 (UTC)",
)


def test_the_hops_come_oldest_first_with_their_delays() -> None:
    hops = received_trail(parse(mail(*HOPS)).raw_headers)
    assert [hop.number for hop in hops] == [1, 2]
    assert "laptop.client.example" in hops[0].from_
    assert "in.desk.example" in hops[1].by
    assert [hop.delay for hop in hops] == [0.0, 5.0]
    assert hops[1].protocol.startswith("ESMTPS")


def test_a_mail_without_hops_has_no_trail() -> None:
    assert received_trail(parse(mail()).raw_headers) == ()


def test_odd_hops_raise_nothing() -> None:
    odd = parse(mail("Received: ", "Received: \xff\xfe", "Received: from by with ; Mon, 99 Foo")).raw_headers
    assert isinstance(received_trail(odd), tuple)
    assert isinstance(received_trail(parse(mail(*["Received: from a by b; " + "x" * 1900] * 100)).raw_headers), tuple)
