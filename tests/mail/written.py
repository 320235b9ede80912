"""Mails written octet by octet, since the standard library would mend most of what these tests are about."""

from __future__ import annotations

import base64
from collections.abc import Sequence

CUSTOMER = "customer@client.example"


def mail(
    *extra: str | bytes,
    body: bytes = b"hello\r\n",
    sender: str | bytes | None = CUSTOMER,
    subject: str | bytes | None = "printer on fire",
    content_type: str | None = "text/plain; charset=utf-8",
    encoding: str | None = None,
) -> bytes:
    """A mail with ``extra`` header lines below its own."""
    lines: list[bytes] = []
    if sender is not None:
        lines.append(b"From: " + octets(sender))
    lines.append(b"To: support@help.example")
    if subject is not None:
        lines.append(b"Subject: " + octets(subject))
    lines.append(b"Date: Sat, 21 Nov 2026 10:00:00 +0000")
    lines.append(b"Message-ID: <m1@client.example>")
    if content_type is not None:
        lines.append(b"Content-Type: " + octets(content_type))
    if encoding is not None:
        lines.append(b"Content-Transfer-Encoding: " + octets(encoding))
    lines += [octets(line) for line in extra]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def part(content_type: str, content: bytes, *extra: str | bytes) -> bytes:
    """One part of a multipart: headers and content."""
    return b"\r\n".join([b"Content-Type: " + content_type.encode(), *map(octets, extra)]) + b"\r\n\r\n" + content


def multipart(parts: Sequence[bytes], boundary: bytes = b"BND", close: bool = True) -> bytes:
    """The body of a multipart."""
    joined = b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in parts)
    return joined + (b"--" + boundary + b"--\r\n" if close else b"")


def multipart_mail(*parts: bytes, subtype: str = "mixed", **others: str | bytes | None) -> bytes:
    """A whole multipart mail."""
    return mail(body=multipart(parts), content_type=f'multipart/{subtype}; boundary="BND"', **others)  # type: ignore[arg-type]


def attached(name: str | bytes, content: bytes = b"x", content_type: str = "application/octet-stream") -> bytes:
    """An attachment whose Content-Disposition goes on with ``name`` as it stands (``filename="a.txt"``)."""
    return part(
        content_type,
        base64.encodebytes(content).replace(b"\n", b"\r\n"),
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; " + octets(name),
    )


def octets(value: str | bytes) -> bytes:
    """``value`` in UTF-8."""
    return value if isinstance(value, bytes) else value.encode()


TEXT = part("text/plain; charset=utf-8", b"see attachment")
