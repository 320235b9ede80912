"""SMTP in to tickets and letters out, against the bare floor in the same run.

The floor is aiosmtpd that writes one file and fsyncs it a mail; both take the same mails over ten kept sessions from
the same load generator, with the same relay beside them. The clock of the desk stops when the last letter is at the
relay.
"""

from __future__ import annotations

import tempfile
import time
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import uvloop

from bench import floor, sink
from bench.desk import RECIPIENT, Desk
from bench.load import Load, make, send

PATIENCE_S = 600.0
WARM = 200


def run(mails: int, sessions: int, database: str, workers: int) -> dict[str, object]:
    """One JSON object: both rates, their ratio, and what a mail costs."""
    load = make(mails, RECIPIENT)
    floor_rate = _floor(load, sessions)
    desk = _desk(load, sessions, database, workers)
    return {
        "figure": "ingest",
        "database": "sqlite" if database == "sqlite" else "postgresql",
        "mails": mails,
        "sessions": sessions,
        "floor_per_s": round(floor_rate, 1),
        **desk,
        "ratio": round(float(str(desk["mails_per_s"])) / floor_rate, 3),
    }


def _floor(load: Load, sessions: int) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-floor-") as folder:
        process, port = floor.start(Path(folder))
        try:
            start = time.monotonic()
            accepted = uvloop.run(send(load, port, sessions))
            assert len(accepted) == len(load.mails)
            return len(accepted) / (time.monotonic() - start)
        finally:
            process.terminate()
            process.join()


def _desk(load: Load, sessions: int, database: str, workers: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-desk-") as folder:
        relay, port, letters = sink.start()
        desk = Desk(Path(folder), port, database, workers)
        try:
            warm = make(WARM, RECIPIENT, seed=2, name="warm", answers=0)
            uvloop.run(send(warm, desk.port, sessions))
            _wait(letters, warm.letters)
            before, start = desk.cpu()["all"], time.monotonic()
            accepted = uvloop.run(send(load, desk.port, sessions))
            taken = time.monotonic() - start
            assert len(accepted) == len(load.mails), f"{len(accepted)} of {len(load.mails)} accepted"
            _wait(letters, warm.letters + load.letters)
            whole = time.monotonic() - start
            return {
                "accepted_per_s": round(len(accepted) / taken, 1),
                "mails_per_s": round(len(accepted) / whole, 1),
                "letters_per_s": round(load.letters / whole, 1),
                "cpu_ms_per_mail": round(1000 * (desk.cpu()["all"] - before) / len(accepted), 2),
                "pss_mb": round(desk.pss(), 1),
            }
        finally:
            desk.stop()
            relay.terminate()


def _wait(letters: Synchronized[int], count: int) -> None:
    """Until the relay has that many letters."""
    deadline = time.monotonic() + PATIENCE_S
    while letters.value < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{letters.value} of {count} letters after {PATIENCE_S} s")
        time.sleep(0.005)
