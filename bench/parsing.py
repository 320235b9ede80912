"""What it costs to understand a mail, against the bare standard library on the same mail in the same run.

Ours is parse, classify and fold (mark what is not new). The floor is ``email`` with compat32, headers and text decoded:
less than that, nobody has read the mail. Rounds of both alternate, and the best of each counts, so that a busy machine
slows both. ``linear`` is the cost of a kilobyte in a mail of 1 MB against that in one of 100 KB: 1 where it is linear.
"""

from __future__ import annotations

import email
import email.header
import time
from collections.abc import Callable

from mailgate.mail import classify
from mailgate.mail.model import Envelope
from mailgate.mail.parse import parse

ROUNDS = 15
MAILS_A_ROUND = 60

_HEAD = (
    b"Return-Path: <ana@client.example>\r\n"
    b"Received: from mail.client.example (mail.client.example [192.0.2.7])\r\n"
    b"\tby mx.desk.example with ESMTPS id 4BCDEF; Sat, 21 Nov 2026 10:00:01 +0000\r\n"
    b"Received: from mx1.client.example (mx1.client.example [192.0.2.9]) by mail.client.example (Postfix)\r\n"
    b"\twith ESMTPS id 9AABBCC for <support@desk.example>; Sat, 21 Nov 2026 10:00:01 +0000 (UTC)\r\n"
    b"Authentication-Results: mx.desk.example; dkim=pass header.d=client.example; spf=pass\r\n"
    b"Received-SPF: pass (mx.desk.example: domain of ana@client.example) client-ip=192.0.2.7;\r\n"
    b"Received: from [10.0.0.4] by mail.client.example with ESMTPSA; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=client.example; s=s1;\r\n"
    b"\th=from:to:subject:date:message-id; bh=" + b"abcd" * 11 + b";\r\n\tb=" + b"abcd" * 60 + b"\r\n"
    b"From: =?utf-8?Q?Ana_Lim=C3=A1?= <ana@client.example>\r\n"
    b"To: Support <support@desk.example>\r\n"
    b"Subject: =?utf-8?B?UmU6IFsjMTA0Ml0gRHLDvGNrZXI=?=\r\n"
    b"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <a1b2c3@client.example>\r\n"
    b"In-Reply-To: <t1042.m3.abc@desk.example>\r\n"
    b"References: <t1042.m1.abc@desk.example> <t1042.m3.abc@desk.example>\r\n"
    b"Thread-Topic: =?utf-8?B?RHLDvGNrZXI=?=\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0\r\n"
    b"Content-Language: en-US\r\n"
    b"X-Originating-IP: [198.51.100.7]\r\n"
    b"X-Spam-Status: No, score=-1.2\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_NEW = b"The printer in the office smokes again, and nobody knows what to do =\r\nabout it since Monday morning.\r\n"
_OLD = b"\r\nOn Fri, 20 Nov 2026 at 09:12, Support <support@desk.example> wrote:\r\n" + b"> Is it on?\r\n" * 40
_OURS = classify.Ours(frozenset({"support@desk.example"}), frozenset({"desk.example"}))
_ENVELOPE = Envelope("smtp", ("support@desk.example",), "ana@client.example", 1_795_000_000_000)


def mail(octets: int) -> bytes:
    """A plain answer of about so many octets."""
    return _HEAD + _NEW * max(1, (octets - len(_HEAD) - len(_OLD)) // len(_NEW)) + _OLD


def understand(raw: bytes) -> None:
    """What a worker does with a mail, proofs aside."""
    classify.classify(parse(raw), _ENVELOPE, _OURS)


def floor(raw: bytes) -> None:
    """The standard library's compat32 with every header and the text decoded."""
    message = email.message_from_bytes(raw)
    for value in message.values():
        str(email.header.make_header(email.header.decode_header(value)))
    octets = message.get_payload(decode=True)
    assert isinstance(octets, bytes)
    octets.decode("utf-8", "replace")


def run() -> dict[str, object]:
    """Milliseconds a mail of 3 KB, ours and the floor's; their ratio; how linear ours is."""
    plain = mail(3_000)
    ours, floors = _alternating(lambda: understand(plain), lambda: floor(plain), MAILS_A_ROUND)
    large, small = _alternating(lambda: understand(mail(1_000_000)), lambda: understand(mail(100_000)), 1, rounds=7)
    return {
        "figure": "parse",
        "ms": round(ours * 1000, 3),
        "floor_ms": round(floors * 1000, 3),
        "ratio": round(ours / floors, 2),
        "linear": round(large / (10 * small), 2),
    }


def _alternating(
    one: Callable[[], None], other: Callable[[], None], times: int, rounds: int = ROUNDS
) -> tuple[float, float]:
    """The best seconds of a run of each, in turns."""
    pairs = [(_seconds(one, times), _seconds(other, times)) for _ in range(rounds)]
    return min(first for first, _ in pairs), min(second for _, second in pairs)


def _seconds(work: Callable[[], None], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times
