"""What has come of one mail so far: its dots unstuffed, looked over, and past a megabyte on disk.

A slow client may take half an hour for a mail, and many send at once: what waits for its rest must not be in memory.
The octets come in large pieces that end anywhere, also within a line end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from mailgate.edges.smtp_in.reply import LONG_LINE, TOO_BIG, TOO_MANY_HOPS, Reply
from mailgate.edges.spool.octets import Aside, Octets

MAX_RECEIVED = 50

_STUFFED = re.compile(rb"\r\n\.")
_HEADER_END = re.compile(rb"\n\r?\n")
_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)


class Content:
    """The content of one mail as it comes in. The first piece of a large one holds its header."""

    def __init__(self, max_size: int, max_line: int, aside: Callable[[], Aside]) -> None:
        """``aside`` makes the file for what is large."""
        self._max_size, self._max_line, self._make_aside = max_size, max_line, aside
        self._before = b"\r\n"
        self._size = self._line = 0
        self._aside: Aside | None = None

    async def add(self, stuffed: bytes) -> None:
        """Take a piece that has others after it. ``Reply`` where the mail shall not be had, ``Temporary`` where it
        cannot be kept."""
        octets = self._look_over(stuffed)
        if self._aside is None:
            self._aside = self._make_aside()
        await asyncio.to_thread(self._aside.write, octets)

    async def whole(self, stuffed: bytes) -> Octets:
        """The last piece, or the only one; returns all of them. Raises what ``add`` raises."""
        if self._aside is None:
            return self._look_over(stuffed)
        await self.add(stuffed)
        return self._aside

    def close(self) -> None:
        """Nobody wants it any more."""
        if self._aside is not None:
            self._aside.close()

    def _look_over(self, stuffed: bytes) -> bytes:
        """The piece unstuffed, when nothing is wrong with it."""
        octets = self._unstuffed(stuffed)
        first = not self._size
        self._size += len(octets)
        if self._size > self._max_size:
            raise Reply(TOO_BIG)
        self._line = open_line(octets, self._max_line, self._line)
        if first:
            check_hops(octets)
        return octets

    def _unstuffed(self, stuffed: bytes) -> bytes:
        """A dot at the start of a line was put there by the client (RFC 5321 section 4.5.2)."""
        whole = self._before + stuffed
        self._before = whole[-2:]
        if _STUFFED.search(whole):  # in base64 found, or not, in less than half the time that ``replace`` takes
            whole = whole.replace(b"\r\n.", b"\r\n")
        return whole[2:]


def open_line(octets: bytes, most: int, before: int = 0) -> int:
    """How long the line is that ``octets`` leave open, of which ``before`` octets had come earlier.

    ``Reply`` where a line has more than ``most``; looks only about once per ``most`` octets.
    """
    start = 0
    while before + len(octets) - start > most:
        newline = octets.rfind(b"\n", start, start + most - before + 1)
        if newline < 0:
            raise Reply(LONG_LINE)
        start, before = newline + 1, 0
    last = octets.rfind(b"\n", start)
    return before + len(octets) - start if last < 0 else len(octets) - last - 1


def check_hops(octets: bytes) -> None:
    """``Reply`` when the header has more than 50 Received lines: the mail loops (RFC 5321 section 6.3)."""
    end = _HEADER_END.search(octets)
    header = octets[: end.start()] if end else octets
    if header.count(b"\n") >= MAX_RECEIVED and len(_RECEIVED.findall(header)) > MAX_RECEIVED:
        raise Reply(TOO_MANY_HOPS)
