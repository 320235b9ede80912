"""A desk with nothing to do: how fast one mail gets through it, and what it costs to wait.

``latency``: single mails, each sent when the one before it is done; from connecting (a little more than from the 250)
to the moment when the relay has both letters, the acknowledgement and what the agent is told.
``mailboxes``: processor time of all processes over some seconds with nothing to do but twenty IMAP mailboxes in IDLE at
a real Dovecot.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import uvloop

from bench import sink
from bench.desk import RECIPIENT, Desk
from bench.ingest import wait_for
from bench.load import Load, make, percentile, send
from bench.servers import dovecot, imap_section

EACH_BOX = '[[mailboxes]]\naddress = "support{number}@bench.example"\nteam = "support"\n'
SETTLE_S = 5.0


def latency(mails: int) -> dict[str, object]:
    """Milliseconds from connecting to both letters at the relay: the median and the slowest."""
    with tempfile.TemporaryDirectory(prefix="bench-idle-") as folder:
        relay, port, letters = sink.start()
        desk = Desk(Path(folder), port)
        try:
            spent = []
            for sender, raw in make(mails + 3, RECIPIENT, answers=0).mails:
                before, start = letters.value, time.perf_counter()
                uvloop.run(send(Load(((sender, raw),), RECIPIENT, 2), desk.port, 1))
                wait_for(partial(_reached, letters, before + 2), "the letters of one mail")
                spent.append(1000 * (time.perf_counter() - start))
            spent = spent[3:]  # the first ones open connections and compile templates
            return {
                "figure": "idle",
                "mails": mails,
                "to_relay_p50_ms": round(percentile(spent, 0.5), 1),
                "to_relay_worst_ms": round(max(spent), 1),
            }
        finally:
            desk.stop()
            relay.terminate()


def _reached(letters: Synchronized[int], count: int) -> bool:
    return letters.value >= count


def mailboxes(count: int, seconds: float) -> dict[str, object]:
    """Per cent of one core, by role and in all, with so many mailboxes in IDLE."""
    with dovecot(count) as server, tempfile.TemporaryDirectory(prefix="bench-idle-") as folder:
        boxes = "".join(EACH_BOX.format(number=number) + imap_section(server, number) for number in range(1, count))
        relay, port, _ = sink.start()
        desk = Desk(Path(folder), port, imap=imap_section(server, 0) + boxes)
        try:
            wait_for(lambda: server.log().count("Login: user=") >= count, "logins at Dovecot")
            time.sleep(SETTLE_S)
            before = desk.cpu()
            time.sleep(seconds)
            after = desk.cpu()
            return {
                "figure": "mailboxes",
                "mailboxes": count,
                "seconds": seconds,
                "idle_cpu_percent": round(100 * (after["all"] - before["all"]) / seconds, 2),
                "by_process": [round(100 * (after[pid] - before[pid]) / seconds, 2) for pid in after if pid != "all"],
                "pss_mb": round(desk.pss(), 1),
            }
        finally:
            desk.stop()
            relay.terminate()
