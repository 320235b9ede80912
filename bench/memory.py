"""What all processes hold together after many mails, and under large ones: proportional set size, in MB.

``run`` sends the usual load over ten sessions and looks ten times on the way; flat means that the last look shows no
more than the second. Then twenty mails of 25 MB come at once, and the highest of many looks counts.
"""

from __future__ import annotations

import base64
import random
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import uvloop

from bench import sink
from bench.desk import RECIPIENT, Desk
from bench.ingest import wait_for
from bench.load import Load, make, send

LOOKS = 10
LARGE = 20
LARGE_OCTETS = 18_000_000
"""Of the file; as base64 in a mail it is 25 MB."""


def run(mails: int, large: int = LARGE, sessions: int = 4) -> dict[str, object]:
    """PSS after each tenth of the mails, and at most while the large ones come through."""
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        relay, port, letters = sink.start()
        desk = Desk(Path(folder), port)
        owed = 0
        try:
            looks = []
            for part in range(LOOKS):
                load = make(mails // LOOKS, RECIPIENT, seed=part, name=f"part{part}")
                uvloop.run(send(load, desk.port, 10))
                owed += load.letters
                wait_for(partial(_reached, letters, owed), "letters at the relay")
                looks.append(round(desk.pss(), 1))
            heavy = _heavy(large)

            def pass_through() -> None:
                uvloop.run(send(heavy, desk.port, sessions))
                wait_for(lambda: letters.value >= owed + heavy.letters, "letters of the large mails")

            return {
                "figure": "memory",
                "mails": mails,
                "pss_mb": looks,
                "large_mails": large,
                "sessions_of_large_mails": sessions,
                "pss_mb_under_large_mails": _highest(desk, pass_through),
                "pss_mb_afterwards": round(desk.pss(), 1),
            }
        finally:
            desk.stop()
            relay.terminate()


def _reached(letters: Synchronized[int], count: int) -> bool:
    return letters.value >= count


def _heavy(count: int) -> Load:
    """Mails with one file of 18 MB each."""
    data = base64.encodebytes(random.Random(3).randbytes(LARGE_OCTETS)).replace(b"\n", b"\r\n")
    head = (
        "From: C <c{n}@client.example>\r\nTo: {to}\r\nSubject: a film\r\nMessage-ID: <film{n}@client.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name="film.bin"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    mails = tuple((f"c{n}@client.example", head.format(n=n, to=RECIPIENT).encode() + data) for n in range(count))
    return Load(mails, RECIPIENT, 2 * count)


def _highest(desk: Desk, work: Callable[[], None]) -> float:
    """The most that was seen at once while the work was done."""
    worker = threading.Thread(target=work)
    worker.start()
    seen = [desk.pss()]
    while worker.is_alive():
        worker.join(0.05)
        seen.append(desk.pss())
    return round(max(seen), 1)
