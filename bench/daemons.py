"""Several daemons over one PostgreSQL, each with a spool and ports of its own, against one daemon: rate and ratio.

Every daemon gets its share of the same load over ten sessions of its own. All of them share this machine's cores with
the database and the relay, so the ratio shows what sharing a database costs, and not what four machines would reach.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import uvloop

from bench import sink
from bench.desk import RECIPIENT, Desk
from bench.ingest import WARM, wait_for
from bench.load import Load, make, send
from bench.servers import database


def run(mails: int, daemons: int) -> dict[str, object]:
    """Mails a second, all the way, and CPU a mail: of one daemon, and of so many together."""
    one, many = _rate(mails, 1), _rate(mails, daemons)
    return {
        "figure": "daemons",
        "mails": mails,
        "daemons": daemons,
        **{f"one_{name}": value for name, value in one.items()},
        **{f"many_{name}": value for name, value in many.items()},
        "ratio": round(many["mails_per_s"] / one["mails_per_s"], 3),
    }


def _rate(mails: int, daemons: int) -> dict[str, float]:
    load = make(mails, RECIPIENT)
    warm = make(WARM, RECIPIENT, seed=2, name="warm", answers=0)
    with database("postgresql") as base, ExitStack() as stack:
        relay, port, letters = sink.start()
        stack.callback(relay.terminate)
        desks: list[Desk] = []
        for _ in range(daemons):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-daemon-"))
            desks.append(Desk(Path(folder), port, base.url))
            stack.callback(desks[-1].stop)
        uvloop.run(_spread(warm, desks))
        wait_for(lambda: letters.value >= warm.letters, "letters of the first mails")
        before, start = base.cpu() + sum(desk.cpu()["all"] for desk in desks), time.monotonic()
        uvloop.run(_spread(load, desks))
        wait_for(lambda: letters.value >= warm.letters + load.letters, "letters at the relay")
        spent = base.cpu() + sum(desk.cpu()["all"] for desk in desks) - before
        return {
            "mails_per_s": round(mails / (time.monotonic() - start), 1),
            "cpu_ms_per_mail": round(1000 * spent / mails, 2),
        }


async def _spread(load: Load, desks: Sequence[Desk]) -> None:
    """To each daemon every so-many-th person: an answer goes where the mail went that it answers."""
    shares: list[list[tuple[str, bytes]]] = [[] for _ in desks]
    for sender, raw in load.mails:
        person = int(sender.partition("customer")[2].partition("@")[0])
        shares[person % len(desks)].append((sender, raw))
    await asyncio.gather(
        *(send(replace(load, mails=tuple(share)), desk.port) for share, desk in zip(shares, desks, strict=True))
    )
