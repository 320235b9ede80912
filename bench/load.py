"""The load: mails as a desk gets them, and a client that sends them over kept SMTP sessions.

2 to 5 KB each, a tenth with an attachment of 100 KB, 30 % answers to an earlier mail of the same person. The same seed
gives the same mails, so that two servers can be compared.
"""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORDS = (  # noqa: SIM905 - a list literal of fifty words is no easier to read
    "printer invoice delivery yesterday order screen password broken account refund please thanks question again since "
    "morning office monitor cable network update version error message customer number contract service phone address "
    "payment received answer waiting problem started working cannot open window page login reset warranty package"
).split()


@dataclass(frozen=True, slots=True)
class Load:
    """Mails with their envelope senders; ``letters`` is how many letters the desk owes for them."""

    mails: tuple[tuple[str, bytes], ...]
    recipient: str
    letters: int


def make(count: int, recipient: str, *, seed: int = 1, answers: float = 0.3, name: str = "run") -> Load:
    """Build ``count`` mails. An answer refers to a mail at least 200 places earlier, so that it is there already."""
    chance = random.Random(seed)
    attachment = base64.encodebytes(chance.randbytes(100_000)).replace(b"\n", b"\r\n")
    mails: list[tuple[str, bytes]] = []
    firsts: list[int] = []
    letters = 0
    for number in range(count):
        earlier = [place for place in firsts[-2000:] if place < number - 200]
        if earlier and chance.random() < answers / 0.95:
            origin = chance.choice(earlier)
            mails.append(_mail(number, origin, recipient, name, chance, attachment))
            letters += 1
        else:
            firsts.append(number)
            mails.append(_mail(number, None, recipient, name, chance, attachment))
            letters += 2
    return Load(tuple(mails), recipient, letters)


def _mail(
    number: int, origin: int | None, recipient: str, name: str, chance: random.Random, attachment: bytes
) -> tuple[str, bytes]:
    who = origin if origin is not None else number
    sender = f"{name}.customer{who}@client{who % 997}.example"
    subject = " ".join(chance.choices(WORDS, k=5))
    size = chance.randint(1600, 4400)
    lines, length = [], 0
    while length < size:
        line = " ".join(chance.choices(WORDS, k=11))
        lines.append(line)
        length += len(line) + 2
    head = [
        f"From: Customer {who} <{sender}>",
        f"To: {recipient}",
        f"Subject: {'Re: ' if origin is not None else ''}{subject}",
        "Date: Sat, 21 Nov 2026 10:00:00 +0000",
        f"Message-ID: <{name}.{number}@client.example>",
        "MIME-Version: 1.0",
    ]
    if origin is not None:
        head += [f"In-Reply-To: <{name}.{origin}@client.example>", f"References: <{name}.{origin}@client.example>"]
    body = "\r\n".join(lines)
    if number % 10 == 0:
        head.append('Content-Type: multipart/mixed; boundary="b0undary"')
        text = (
            f"--b0undary\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--b0undary\r\n"
            'Content-Type: application/octet-stream; name="data.bin"\r\nContent-Transfer-Encoding: base64\r\n'
            'Content-Disposition: attachment; filename="data.bin"\r\n\r\n'
        ).encode()
        return sender, "\r\n".join(head).encode() + b"\r\n\r\n" + text + attachment + b"--b0undary--\r\n"
    head.append("Content-Type: text/plain; charset=utf-8")
    return sender, "\r\n".join(head).encode() + b"\r\n\r\n" + body.encode() + b"\r\n"


async def send(load: Load, port: int, sessions: int = 10) -> list[float]:
    """Send all of it over ``sessions`` kept connections; returns, for each mail that was accepted, the seconds from its
    final dot to the 250."""
    queue = iter(load.mails)
    waits: list[float] = []
    await asyncio.gather(*(_session(load.recipient, port, queue, waits) for _ in range(sessions)))
    return waits


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def _session(recipient: str, port: int, queue: Iterator[tuple[str, bytes]], waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _answer(reader)
    writer.write(b"EHLO bench.example\r\n")
    await _answer(reader)
    for sender, mail in queue:
        writer.write(f"MAIL FROM:<{sender}>\r\n".encode())
        await _answer(reader)
        writer.write(f"RCPT TO:<{recipient}>\r\n".encode())
        await _answer(reader)
        writer.write(b"DATA\r\n")
        await _answer(reader)
        start = time.perf_counter()
        writer.write(mail + b".\r\n")
        if (await _answer(reader)).startswith(b"250"):
            waits.append(time.perf_counter() - start)
    writer.write(b"QUIT\r\n")
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """One reply, all its lines; returns the last."""
    while True:
        line = await reader.readline()
        if len(line) < 4 or line[3:4] == b" ":
            return line
