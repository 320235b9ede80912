"""Mail data, from ``354`` to the lone dot (RFC 5321 sections 4.1.1.4 and 4.5.2), and the trace line that we add.

Only ``<CRLF>.<CRLF>`` ends the data; bare CR, bare LF and NUL are content like any other and stay as they came, so
that nothing can be smuggled behind an end that only one side sees. The data is read in large pieces, not line by line:
a third of the cost of a mail.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache

from mailgate.edges.smtp_in.content import Content
from mailgate.edges.smtp_in.limits import Share
from mailgate.edges.smtp_in.reply import TOO_BIG, TOO_BUSY, Reply
from mailgate.edges.spool.octets import LARGE, Aside, Octets
from mailgate.errors import Temporary

END = b"\r\n.\r\n"
EMPTY = b".\r\n"
READ_AHEAD = 131_072
"""What the reader of a connection holds at most; so much comes in one piece."""
STUFFING = 64
"""The share of octets that dots at the start of lines may add on the wire; they do not count (RFC 1870 section 3)."""

_NOT_IN_TRACE = re.compile(r"[^A-Za-z0-9.:\[\]_-]")


async def receive(
    reader: asyncio.StreamReader, max_size: int, max_line: int, share: Share, aside: Callable[[], Aside]
) -> Octets:
    """The content between DATA and the dot, dots unstuffed; a large one has been put aside, for the caller to close.

    All of it has been read also when this raises ``Reply``, or ``Temporary`` where it cannot be kept: the rest is
    thrown away, since a client that is cut off tries again. Where it goes on to four times the size it is cut off after
    all. Raises what the reader raises when the connection ends.
    """
    content = Content(max_size, max_line, aside)
    try:
        return await _receive(reader, max_size, share, content)
    except BaseException:
        content.close()
        raise


async def _receive(reader: asyncio.StreamReader, max_size: int, share: Share, content: Content) -> Octets:
    data = bytearray()
    total = 0
    ceiling = max_size + max_size // STUFFING + len(END)
    refusal: Exception | None = None
    while True:
        piece = await _piece(reader)
        total += len(piece)
        if total > 4 * max_size + READ_AHEAD:
            raise Reply(TOO_BIG, hang_up=True)
        if not refusal and (total > ceiling or not share.take(len(piece))):
            refusal = Reply(TOO_BIG if total > ceiling else TOO_BUSY)
        data += piece
        if data.endswith(END) or (total == len(EMPTY) and data == EMPTY):
            break
        if refusal or len(data) > LARGE:
            octets = bytes(memoryview(data)[: -len(END)])
            del data[: -len(END)]
            refusal = refusal or await _added(content, octets)
    if refusal:
        raise refusal
    return await content.whole(bytes(memoryview(data)[: -len(EMPTY)]))


async def _added(content: Content, octets: bytes) -> Exception | None:
    """Add a piece; what stands in the way is said only when the mail has been read to its end."""
    try:
        await content.add(octets)
    except (Reply, Temporary) as error:
        return error
    return None


async def _piece(reader: asyncio.StreamReader) -> bytes:
    """Up to the next thing that may be the end, or as much as the reader will hold."""
    try:
        return await reader.readuntil(EMPTY)
    except asyncio.LimitOverrunError as error:
        return await reader.read(error.consumed)


def trace_line(helo: str, ip: str, hostname: str, protocol: str, now_ms: int) -> bytes:
    """Our Received header (RFC 5321 section 4.4, protocols of RFC 3848); nothing of the client's gets in unwashed."""
    name = _NOT_IN_TRACE.sub("?", helo)[:255] or "unknown"
    source = f"{name} ([{'IPv6:' if ':' in ip else ''}{ip}])" if ip else name
    date = _date(now_ms // 1000)
    return f"Received: from {source}\r\n\tby {hostname} with {protocol}; {date}\r\n".encode("ascii", "replace")


@lru_cache(maxsize=8)
def _date(second: int) -> str:
    """As a header has it; many mails come in one second."""
    return formatdate(second)
