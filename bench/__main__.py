"""``python -m bench FIGURE``: one JSON line per figure. ``python -m bench --help`` lists them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import catchup, clock, daemons, feed, growth, idle, ingest, memory, parsing, replay, searching
from bench.servers import Missing

Option = tuple[str, dict[str, Any]]
Chosen = argparse.Namespace


def _count(name: str, default: float) -> Option:
    return f"--{name}", {"type": type(default), "default": default, "metavar": "N"}


DATABASE: Option = (
    "--database",
    {
        "default": "sqlite",
        "help": '"sqlite", "postgresql" (a server of its own), or postgresql://… of an empty database',
    },
)

FIGURES: dict[str, tuple[str, tuple[Option, ...], Callable[[Chosen], dict[str, object]]]] = {
    "ingest": (
        "SMTP in to tickets and letters out, against Postfix into a Maildir, and aiosmtpd with one fsync a mail",
        (_count("mails", 3000), _count("sessions", 10), DATABASE, _count("workers", 1)),
        lambda chosen: ingest.run(chosen.mails, chosen.sessions, chosen.database, chosen.workers),
    ),
    "idle": (
        "one mail through a desk with nothing to do, to the relay",
        (_count("mails", 30),),
        lambda chosen: idle.latency(chosen.mails),
    ),
    "mailboxes": (
        "CPU of a desk with so many IMAP mailboxes in IDLE and nothing to do",
        (_count("count", 20), _count("seconds", 60.0)),
        lambda chosen: idle.mailboxes(chosen.count, chosen.seconds),
    ),
    "catchup": (
        "a full IMAP folder into the spool, against imapclient that only fetches",
        (_count("mails", 5000),),
        lambda chosen: catchup.run(chosen.mails),
    ),
    "memory": (
        "PSS of all processes after so many mails, and under mails of 25 MB",
        (_count("mails", 50_000), _count("large", memory.LARGE), _count("sessions", 4)),
        lambda chosen: memory.run(chosen.mails, chosen.large, chosen.sessions),
    ),
    "tickets": (
        "CPU of a mail with so many tickets already there, against an empty database",
        (_count("count", 100_000), _count("mails", 1500)),
        lambda chosen: growth.tickets(chosen.count, chosen.mails),
    ),
    "rules": (
        "CPU of a mail with so many keyword rules, against ten",
        (_count("count", 10_000), _count("mails", 1500)),
        lambda chosen: growth.rules(chosen.count, chosen.mails),
    ),
    "search": (
        "a search over so many tickets, in English and Chinese",
        (_count("count", 100_000), _count("searches", 200)),
        lambda chosen: searching.run(chosen.count, chosen.searches),
    ),
    "daemons": (
        "several daemons over one PostgreSQL, against one",
        (_count("mails", 2000), _count("count", 4)),
        lambda chosen: daemons.run(chosen.mails, chosen.count),
    ),
    "parse": ("parse, classify and fold a plain mail, against the bare standard library", (), lambda _: parsing.run()),
    "diff": (
        "rules diff over stored mail, against plainly parsing it",
        (_count("mails", 10_000),),
        lambda chosen: replay.run(chosen.mails),
    ),
    "clock": (
        "a tick with so many open tickets and nothing due, and 1,000 letters due",
        (_count("count", 100_000),),
        lambda chosen: clock.run(chosen.count),
    ),
    "feed": (
        "a folder of mails into a fresh desk, twice; all of them are accounted for",
        (
            ("folder", {"type": Path, "metavar": "FOLDER", "help": "of .eml files"}),
            ("--way", {"choices": ("smtp", "imap"), "default": "smtp"}),
            ("--server", {"default": "", "help": "for --way imap: imap://USER:PASSWORD@HOST:PORT, an empty mailbox"}),
            DATABASE,
        ),
        lambda chosen: feed.run(
            chosen.folder, chosen.database, feed.ImapServer.from_url(chosen.server) if chosen.server else None
        ),
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    figures = parser.add_subparsers(dest="figure", required=True)
    for name, (said, options, _) in FIGURES.items():
        one = figures.add_parser(name, help=said)
        for flag, how in options:
            one.add_argument(flag, **how)
    chosen = parser.parse_args(arguments)
    if chosen.figure == "feed" and (chosen.way == "imap") != bool(chosen.server):
        parser.error("--way imap needs --server, and only that")
    try:
        found = FIGURES[chosen.figure][2](chosen)
    except Missing as error:
        found = {"figure": chosen.figure, "skipped": str(error)}
    json.dump(found, sys.stdout)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
