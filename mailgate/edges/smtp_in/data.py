"""Mail data, from ``354`` to the lone dot (RFC 5321 sections 4.1.1.4 and 4.5.2), and the trace line that we add.

Only ``<CRLF>.<CRLF>`` ends the data; bare CR, bare LF and NUL are content like any other and stay as they came, so
that nothing can be smuggled behind an end that only one side sees. The data is read in large pieces, not line by line:
a third of the cost of a mail.
"""

from __future__ import annotations

import asyncio
import re
from email.utils import formatdate

from mailgate.edges.smtp_in.limits import Share
from mailgate.edges.smtp_in.reply import LONG_LINE, TOO_BIG, TOO_BUSY, TOO_MANY_HOPS, Reply

END = b"\r\n.\r\n"
EMPTY = b".\r\n"
READ_AHEAD = 131_072
"""What the reader of a connection holds at most; so much comes in one piece."""
MAX_RECEIVED = 50
HEADER_LOOK = 1_048_576
STUFFING = 64
"""The share of octets that dots at the start of lines may add on the wire; they do not count (RFC 1870 section 3)."""

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)
_NOT_IN_TRACE = re.compile(r"[^A-Za-z0-9.:\[\]_-]")


async def receive(reader: asyncio.StreamReader, max_size: int, max_line: int, share: Share) -> bytes:
    """The content between DATA and the dot, dots unstuffed; all of it has been read also when this raises ``Reply``.

    Too big, or no memory left for it: the rest is read and thrown away, since a client that is cut off tries again.
    Where it goes on to four times the size it is cut off after all. Raises what the reader raises when the connection
    ends.
    """
    data = bytearray()
    total = 0
    ceiling = max_size + max_size // STUFFING + len(END)
    refusal = ""
    while True:
        piece = await _piece(reader)
        total += len(piece)
        if total > 4 * max_size + READ_AHEAD:
            raise Reply(TOO_BIG, hang_up=True)
        if not refusal and (total > ceiling or not share.take(len(piece))):
            refusal = TOO_BIG if total > ceiling else TOO_BUSY
        data += piece
        if data.endswith(END) or (total == len(EMPTY) and data == EMPTY):
            break
        if refusal:
            del data[: -len(END)]
    if refusal:
        raise Reply(refusal)
    content = _unstuffed(bytes(memoryview(data)[: -len(EMPTY)]))
    if len(content) > max_size:
        raise Reply(TOO_BIG)
    if has_long_line(content, max_line):
        raise Reply(LONG_LINE)
    return content


async def _piece(reader: asyncio.StreamReader) -> bytes:
    """Up to the next thing that may be the end, or as much as the reader will hold."""
    try:
        return await reader.readuntil(EMPTY)
    except asyncio.LimitOverrunError as error:
        return await reader.read(error.consumed)


def _unstuffed(data: bytes) -> bytes:
    """A dot at the start of a line was put there by the client (RFC 5321 section 4.5.2)."""
    return data.removeprefix(b".").replace(b"\r\n.", b"\r\n")


def has_long_line(content: bytes, most: int) -> bool:
    """Whether there is a line of more than ``most`` octets; looks only about once per ``most`` octets."""
    start = 0
    while len(content) - start > most:
        newline = content.rfind(b"\n", start, start + most + 1)
        if newline < 0:
            return True
        start = newline + 1
    return False


def check_hops(content: bytes) -> None:
    """``Reply`` when the header has more than 50 Received lines: the mail loops (RFC 5321 section 6.3)."""
    end = _HEADER_END.search(content, 0, HEADER_LOOK)
    header = content[: end.start() if end else HEADER_LOOK]
    if len(_RECEIVED.findall(header)) > MAX_RECEIVED:
        raise Reply(TOO_MANY_HOPS)


def trace_line(helo: str, ip: str, hostname: str, protocol: str, now_ms: int) -> bytes:
    """Our Received header (RFC 5321 section 4.4, protocols of RFC 3848); nothing of the client's gets in unwashed."""
    name = _NOT_IN_TRACE.sub("?", helo)[:255] or "unknown"
    source = f"{name} ([{'IPv6:' if ':' in ip else ''}{ip}])" if ip else name
    date = formatdate(now_ms / 1000)
    return f"Received: from {source}\r\n\tby {hostname} with {protocol}; {date}\r\n".encode("ascii", "replace")
