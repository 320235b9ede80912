"""Mail data as octets; the wire tests do the rest."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.edges.smtp_in import data
from mailgate.edges.smtp_in.content import check_hops, open_line
from mailgate.edges.smtp_in.data import receive, trace_line
from mailgate.edges.smtp_in.limits import Budget
from mailgate.edges.smtp_in.reply import Reply
from mailgate.edges.spool.octets import Aside
from mailgate.errors import Temporary

CONTENT = st.lists(st.sampled_from([b".", b"\r\n", b"\r", b"\n", b"a", b"..", b"\0", b"x" * 50])).map(b"".join)


def no_room() -> Aside:
    """Where nothing needs to be put aside."""
    raise Temporary("no file can be made")


def through(pieces: list[bytes], aside: Callable[[], Aside] = no_room) -> tuple[bytes, bytes]:
    """The content out of a reader with a small buffer, and what is left in the reader."""

    async def run() -> tuple[bytes, bytes]:
        reader = asyncio.StreamReader(limit=64)
        for piece in pieces:
            reader.feed_data(piece)
        reader.feed_eof()
        with Budget(1 << 30).share() as share:
            content = await receive(reader, 10_000, 10_000, share, aside)
            return b"".join(content.pieces()) if isinstance(content, Aside) else content, await reader.read()

    return asyncio.run(run())


@settings(max_examples=200, deadline=None)
@given(CONTENT, st.integers(1, 40))
def test_whatever_is_stuffed_comes_out_again_and_nothing_more(content: bytes, step: int) -> None:
    """Any content, cut into any pieces, through a buffer far too small for it; the next command is left alone."""
    content = content and content + b"\r\n"
    wire = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n" + b"QUIT\r\n"
    pieces = [wire[start : start + step] for start in range(0, len(wire), step)]
    assert through(pieces) == (content, b"QUIT\r\n")


@settings(max_examples=100, deadline=None)
@given(content=CONTENT, step=st.integers(1, 40), large=st.integers(1, 30))
def test_whatever_is_put_aside_is_the_same(content: bytes, step: int, large: int) -> None:
    """Where the pieces of a large mail end, within a stuffed dot or a line end, makes no difference."""
    content = content and content + b"\r\n"
    wire = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n" + b"QUIT\r\n"
    pieces = [wire[start : start + step] for start in range(0, len(wire), step)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "LARGE", large)
        assert through(pieces, lambda: Aside(Path(folder) / "spool.db")) == (content, b"QUIT\r\n")
        assert os.listdir(folder) == []


def test_a_connection_that_ends_within_the_data_is_no_mail() -> None:
    """The reader's own exception."""
    with pytest.raises(asyncio.IncompleteReadError):
        through([b"x: y\r\n\r\nhalf a"])


def test_what_is_too_big_is_read_to_its_end() -> None:
    """So that the next command is not read in the middle of a mail."""

    async def run() -> bytes:
        reader = asyncio.StreamReader(limit=64)
        reader.feed_data(b"a line\r\n" * 500 + b".\r\nNOOP\r\n")
        with Budget(1 << 30).share() as share, pytest.raises(Reply, match=r"^552"):
            await receive(reader, 1000, 10_000, share, no_room)
        return await reader.readline()

    assert asyncio.run(run()) == b"NOOP\r\n"


def test_what_cannot_be_put_aside_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """D-08: our trouble is told when the client listens again."""
    monkeypatch.setattr(data, "LARGE", 100)

    async def run() -> bytes:
        reader = asyncio.StreamReader(limit=64)
        reader.feed_data(b"a line\r\n" * 50 + b".\r\nNOOP\r\n")
        with Budget(1 << 30).share() as share, pytest.raises(Temporary):
            await receive(reader, 1000, 10_000, share, no_room)
        return await reader.readline()

    assert asyncio.run(run()) == b"NOOP\r\n"


@pytest.mark.parametrize(
    ("content", "long"),
    [
        (b"", False),
        (b"a" * 10, False),
        (b"a" * 11, True),
        (b"a" * 10 + b"\n" + b"b" * 10, False),
        (b"a" * 10 + b"\n" + b"b" * 11 + b"\n", True),
        (b"a\n" * 100 + b"b" * 11, True),
        (b"a\n" * 100 + b"b" * 10, False),
    ],
)
def test_long_lines(content: bytes, long: bool) -> None:
    """Ten octets are the limit here, wherever the content is cut in two."""
    for cut in range(len(content) + 1):
        with pytest.raises(Reply, match=r"^554 5\.6\.0") if long else nullcontext():
            open_line(content[cut:], 10, open_line(content[:cut], 10))


def test_hops_are_counted_in_the_header_only() -> None:
    """In any case, at the start of a line, with LF alone too."""
    check_hops(b"Received: a\n" * 50 + b"\nReceived: quoted\n")
    check_hops(b"X-Received: a\r\n" * 60)
    with pytest.raises(Reply, match=r"^554 5\.4\.6"):
        check_hops(b"RECEIVED : a\n" * 51)


def test_a_trace_line_is_one_header_in_ascii() -> None:
    """Whatever the client calls itself."""
    line = trace_line("evil\r\nX-Header: 1", "2001:db8::1", "mx.help.example", "ESMTPS", 0)
    assert line == (
        b"Received: from evil??X-Header:?1 ([IPv6:2001:db8::1])\r\n"
        b"\tby mx.help.example with ESMTPS; Thu, 01 Jan 1970 00:00:00 -0000\r\n"
    )
