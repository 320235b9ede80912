"""SMTP in to tickets and letters out, against two floors in the same run.

One floor is Postfix that delivers into a Maildir, the other aiosmtpd that writes one file and fsyncs it a mail. All
take the same mails over ten kept sessions from the same load generator, with the same relay beside them. The clock of
the desk stops when the last letter is at the relay, that of Postfix when the last mail is in the Maildir.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from bench import floor, sink
from bench.desk import RECIPIENT, Desk
from bench.load import Load, make, percentile, send
from bench.postfix import postfix
from bench.servers import Database, Missing, database

PATIENCE_S = 600.0
WARM = 200


def run(mails: int, sessions: int, where: str, workers: int) -> dict[str, object]:
    """One JSON object: the rates, their ratios to the floors, and what a mail costs."""
    load = make(mails, RECIPIENT)
    bare = _bare(load, sessions)
    with database(where) as base:
        desk = _desk(load, sessions, base, workers)
    rate = float(str(desk["mails_per_s"]))
    return {
        "figure": "ingest",
        "database": "sqlite" if where == "sqlite" else "postgresql",
        "workers": workers,
        "mails": mails,
        "sessions": sessions,
        **desk,
        "aiosmtpd_per_s": round(bare, 1),
        "ratio_to_aiosmtpd": round(rate / bare, 3),
        **_beside_postfix(load, sessions, rate),
    }


def _bare(load: Load, sessions: int) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-floor-") as folder:
        process, port = floor.start(Path(folder))
        try:
            start = time.monotonic()
            assert len(uvloop.run(send(load, port, sessions))) == len(load.mails)
            return len(load.mails) / (time.monotonic() - start)
        finally:
            process.terminate()
            process.join()


def _beside_postfix(load: Load, sessions: int, rate: float) -> dict[str, object]:
    """What Postfix delivers a second, and the ratio; why not, where it is missing."""
    try:
        with postfix() as server:
            before, start = server.cpu(), time.monotonic()
            count = len(uvloop.run(send(load, server.port, sessions)))
            assert count == len(load.mails), f"Postfix took {count} of {len(load.mails)}"
            wait_for(lambda: server.delivered() >= count, "mails in the Maildir")
            floor_rate = count / (time.monotonic() - start)
            spent = server.cpu() - before
    except Missing as error:
        return {"postfix": str(error)}
    return {
        "postfix_per_s": round(floor_rate, 1),
        "postfix_cpu_ms_per_mail": round(1000 * spent / count, 2),
        "ratio_to_postfix": round(rate / floor_rate, 3),
    }


def _desk(load: Load, sessions: int, base: Database, workers: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-desk-") as folder:
        relay, port, letters = sink.start()
        desk = Desk(Path(folder), port, base.url, workers)
        try:
            warm = make(WARM, RECIPIENT, seed=2, name="warm", answers=0)
            uvloop.run(send(warm, desk.port, sessions))
            wait_for(lambda: letters.value >= warm.letters, "letters of the first mails")
            before, before_base, start = desk.cpu()["all"], base.cpu(), time.monotonic()
            waits = uvloop.run(send(load, desk.port, sessions))
            taken = time.monotonic() - start
            assert len(waits) == len(load.mails), f"{len(waits)} of {len(load.mails)} accepted"
            wait_for(lambda: letters.value >= warm.letters + load.letters, "letters at the relay")
            whole = time.monotonic() - start
            server = base.cpu() - before_base
            return {
                "accepted_per_s": round(len(waits) / taken, 1),
                "mails_per_s": round(len(waits) / whole, 1),
                "letters_per_s": round(load.letters / whole, 1),
                "cpu_ms_per_mail": round(1000 * (desk.cpu()["all"] - before + server) / len(waits), 2),
                **({"of_it_the_database_server": round(1000 * server / len(waits), 2)} if base.server else {}),
                "accept_p50_ms": round(1000 * percentile(waits, 0.5), 1),
                "accept_p99_ms": round(1000 * percentile(waits, 0.99), 1),
                "pss_mb": round(desk.pss(), 1),
            }
        finally:
            desk.stop()
            relay.terminate()


def wait_for(done: Callable[[], bool], what: str) -> None:
    """Until it is done; ``RuntimeError`` when that takes ten minutes."""
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"still waiting for {what} after {PATIENCE_S} s")
        time.sleep(0.005)
