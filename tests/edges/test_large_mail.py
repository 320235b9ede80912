"""Mails too large to be in memory many times over: written and read in place, and put aside while they come in."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate.edges.smtp_in import data
from mailgate.edges.smtp_in.data import receive
from mailgate.edges.smtp_in.limits import Budget
from mailgate.edges.spool.octets import LARGE, Aside, after
from mailgate.edges.spool.spool import Spool, SpoolFull
from mailgate.errors import Temporary
from mailgate.mail.model import Envelope
from tests.edges.smtp_server import Front

ENVELOPE = Envelope("smtp", ("support@help.example",))
HEAD = b"Received: from a\r\n"
FILM = b"Subject: a film\r\n\r\n" + os.urandom(3 * LARGE)
LEAN = """
import re, sys
from pathlib import Path
from mailgate.clock import SystemClock
from mailgate.edges.spool.spool import Spool
from mailgate.mail.model import Envelope

def most(work):
    Path("/proc/self/clear_refs").write_text("5")
    before, kept = memory("VmRSS"), work()
    return memory("VmHWM") - before, kept

def memory(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

spool = Spool.open(Path(sys.argv[1]), SystemClock())
spool.accept(b"x", Envelope("smtp", ("a@help.example",)))
aside = spool.aside()
for _ in range(40):
    aside.write(bytes(1_000_000))
written, key = most(lambda: spool.accept(aside, Envelope("smtp", ("a@help.example",))))
read, raw = most(lambda: spool.raw(key))
print(written, read, len(raw))
"""


@pytest.mark.parametrize("size", [0, 1, LARGE - 1, LARGE, LARGE + 1, len(FILM)])
def test_a_mail_of_any_size_comes_out_as_it_went_in(spool: Spool, size: int) -> None:
    """From memory and from aside, where a trace line is put before it."""
    aside = spool.aside()
    aside.write(FILM[:size])
    keys = spool.accept_many([(FILM[:size], ENVELOPE, ""), (after(HEAD, aside), ENVELOPE, ""), (b"next", ENVELOPE, "")])
    assert [spool.raw(key) for key in keys] == [FILM[:size], HEAD + FILM[:size], b"next"]
    assert [entry.size for entry in spool.pending(0, 9, 1 << 40)] == [size, len(HEAD) + size, 4]
    aside.close()


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="Linux only")
def test_what_cannot_be_read_again_is_not_kept_nor_what_came_with_it(spool: Spool) -> None:
    """A disk that fails under a mail that was put aside: the group fails as a whole, and the next one passes."""
    aside = spool.aside()
    aside.write(FILM)
    aside._file = open("/proc/self/mem", "rb")  # noqa: SIM115 - reading its beginning is an error of the device
    with pytest.raises(Temporary):
        spool.accept_many([(b"first", ENVELOPE, ""), (aside, ENVELOPE, "")])
    aside.close()
    assert spool.pending(0, 9, 1 << 40) == []
    spool.accept(b"next", ENVELOPE)
    assert spool.unfinished() == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux only")
def test_D08_a_disk_that_is_full_under_what_is_put_aside_says_so(spool: Spool) -> None:
    """The admin reads of the spool, the sender comes again."""
    aside = spool.aside()
    aside._file = open("/dev/full", "wb")  # noqa: SIM115
    with pytest.raises(SpoolFull, match="No space left"):
        aside.write(bytes(LARGE))


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="Linux only")
def test_P11_a_large_mail_is_in_memory_once_at_most(tmp_path: Path) -> None:
    """40 MB go from aside into the spool without being in memory, and come out of it in one copy."""
    command = [sys.executable, "-c", LEAN, str(tmp_path / "spool.db")]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert float(told[0]) < 12
    assert float(told[1]) < 52
    assert told[2] == "40000000"


def test_a_large_mail_comes_through_the_wire_as_it_is(serve: Callable[..., Front]) -> None:
    """Through the front, in pieces, dots stuffed; and again on the same connection."""
    front = serve()
    film = b"Subject: a film\r\n\r\n" + b"..\r\n.\r\nfull of dots\r\n" * 150_000
    wire = front.wire()
    for mail in (film, b"x: y\r\n", film):
        assert wire.mail(mail.replace(b"\r\n.", b"\r\n..")).startswith("250")
    assert [raw.strip() for raw in front.raws()] == [film.strip(), b"x: y", film.strip()]


def test_P17_a_connection_that_drops_within_a_large_mail_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No name in the folder, and the room on the disk is given back."""
    monkeypatch.setattr(data, "LARGE", 100)
    asides: list[Aside] = []

    def aside() -> Aside:
        asides.append(Aside(tmp_path / "spool.db"))
        return asides[-1]

    async def run() -> None:
        reader = asyncio.StreamReader(limit=64)
        reader.feed_data(b"half a film\r\n" * 100)
        reader.feed_eof()
        with Budget(1 << 30).share() as share:
            await receive(reader, 10_000, 1000, share, aside)

    with pytest.raises(asyncio.IncompleteReadError):
        asyncio.run(run())
    assert os.listdir(tmp_path) == []
    with pytest.raises(ValueError, match="closed"):
        asides[0].write(b"more")
