"""What a mail costs as the desk grows: with 100,000 tickets against none, with 10,000 keyword rules against ten.

Two desks on SQLite settle the same mails, batch by batch in turn, in this process. What is compared is the processor
time of one mail (claim, facts, decide, compose, write, commit) at the lower quartile of the batches, so that what else
the machine does hits both alike. Reading a mail knows neither tickets nor rules and is left out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.desk import CONFIG, RECIPIENT
from bench.load import make
from mailgate.assembly import desk_of, open_store, senses_of
from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.gateway import Arrival, Desk, read, settle
from mailgate.mail.model import Envelope
from mailgate.store.database import Store
from mailgate.store.words import words_of

BATCH = 50
CLOCK = SystemClock()

RULE = '[[rules]]\nname = "rule {n}"\nwhen = {{ text = ["gadget{n}", "part number {n}"] }}\ntags = ["t{n}"]\n'

TICKET_IDS = {
    "tickets": ("id", "number"),
    "participants": ("ticket_id",),
    "messages": ("ticket_id",),
    "known_ids": ("ticket_id",),
    "events": ("ticket_id",),
    "letters": ("ticket_id",),
    "deliveries": ("ticket_id",),
    "timers": ("ticket_id",),
    "dedupe": (),
    "customers": (),
}
ROW_IDS = {"messages": ("id",), "letters": ("id",), "known_ids": ("letter_id",), "deliveries": ("message_id",)}
KEYS = ("rid", "entry_key", "requester_email", "requester_key", "email", "email_key", "dedupe_key", "message_id")
"""Text that must differ from ticket to ticket."""


@dataclass(frozen=True)
class Bench:
    """One desk in a folder of its own."""

    desk: Desk
    store: Store

    def settle(self, batch: Sequence[Arrival]) -> float:
        """Settle a batch; the seconds of processor time that it took."""
        start = time.process_time()
        settle(batch, self.desk, self.store, CLOCK)
        return time.process_time() - start


def tickets(count: int, mails: int) -> dict[str, object]:
    """CPU of a mail with ``count`` tickets already there, against an empty database."""
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        empty, full = open_desk(Path(folder) / "empty", ""), open_desk(Path(folder) / "full", "")
        known = fill(full, count)
        return {"figure": "tickets", "tickets": known, **_compare(empty, full, mails)}


def rules(count: int, mails: int) -> dict[str, object]:
    """CPU of a mail with ``count`` keyword rules, none of which it meets, against ten."""
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        few = open_desk(Path(folder) / "few", "".join(RULE.format(n=n) for n in range(10)))
        many = open_desk(Path(folder) / "many", "".join(RULE.format(n=n) for n in range(count)))
        return {"figure": "rules", "rules": count, **_compare(few, many, mails)}


def fill(bench: Bench, count: int) -> int:
    """At least ``count`` tickets: a thousand by mail, then all rows doubled under new ids; returns how many."""
    for batch in _batches(1000, "fill"):
        bench.settle(batch)
    rows = bench.store.rows
    held, copies = _largest(bench, "tickets"), 0
    while held < count:
        copies += 1
        with rows.transaction():
            last = _largest(bench, "messages", "letters")
            for table, ids in TICKET_IDS.items():
                _double(bench, table, dict.fromkeys(ids, held) | dict.fromkeys(ROW_IDS.get(table, ()), last), copies)
            # A thousand mails have few words of their own; two hundred characters each keep the file small.
            fresh = rows.all("SELECT id, substr(text, 1, 200) FROM messages WHERE id > ?", (last,))
            rows.insert("search", "rowid, words", [(number, " ".join(words_of(text))) for number, text in fresh])
            rows.run("UPDATE sequences SET next = 2 * next")
        held = _largest(bench, "tickets")
    rows.run("ANALYZE")
    return held


def _double(bench: Bench, table: str, shifts: dict[str, int], copy: int) -> None:
    """Copy every row of a table, its numbers shifted and its keys made others."""
    names = [str(column[1]) for column in bench.store.rows.all(f"PRAGMA table_info({table})")]
    said = [
        f"{name} + {shifts[name]}" if name in shifts else f"{name} || '~{copy}'" if name in KEYS else name
        for name in names
    ]
    bench.store.rows.run(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(said)} FROM {table}")


def _largest(bench: Bench, *tables: str) -> int:
    """The largest id in any of the tables."""
    said = " UNION ALL ".join(f"SELECT max(id) FROM {table}" for table in tables)
    return max(int(number) for (number,) in bench.store.rows.all(said))


def open_desk(folder: Path, extra: str) -> Bench:
    """A desk on SQLite in that folder, with more of a config."""
    folder.mkdir()
    config, secret = folder / "config.toml", folder / "secret"
    config.write_text(CONFIG.format(database="sqlite", relay=25, workers=1, imap="") + extra)
    secret.write_text(f"audit {'1' * 64}\ntoken {'2' * 64}\n")
    secret.chmod(0o600)
    settings = load(config, CLOCK)
    return Bench(desk_of(settings, CLOCK), open_store(settings, CLOCK, checkpoints=True))


def _batches(mails: int, name: str) -> list[list[Arrival]]:
    """The load as the appliers would get it, read."""
    with tempfile.TemporaryDirectory(prefix="bench-senses-") as folder:
        config, secret = Path(folder) / "config.toml", Path(folder) / "secret"
        config.write_text(CONFIG.format(database="sqlite", relay=25, workers=1, imap=""))
        secret.write_text(f"audit {'1' * 64}\ntoken {'2' * 64}\n")
        secret.chmod(0o600)
        senses = senses_of(load(config, CLOCK), CLOCK)
    arrivals = []
    for sender, raw in make(mails, RECIPIENT, name=name, answers=0.0 if name == "fill" else 0.3).mails:
        envelope = Envelope("smtp", (RECIPIENT,), sender, CLOCK.now_ms())
        arrivals.append(Arrival(read(raw, envelope, CLOCK.token_hex(16), senses), raw))
    return [arrivals[start : start + BATCH] for start in range(0, mails, BATCH)]


def _compare(base: Bench, grown: Bench, mails: int) -> dict[str, object]:
    """Both settle the same batches in turn; milliseconds a mail of each, and their ratio."""
    spent = [(base.settle(batch), grown.settle(batch)) for batch in _batches(mails, "run")][1:]
    low, high = (sorted(times)[len(spent) // 4] * 1000 / BATCH for times in zip(*spent, strict=True))
    return {"mails": mails, "base_cpu_ms": round(low, 2), "grown_cpu_ms": round(high, 2), "ratio": round(high / low, 3)}
