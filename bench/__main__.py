"""``python -m bench FIGURE``: one JSON line per figure. ``python -m bench --help`` lists them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench import clock, feed, growth, ingest, parsing, replay


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    figures = parser.add_subparsers(dest="figure", required=True)
    one = figures.add_parser(
        "ingest", help="SMTP in to tickets and letters out, against aiosmtpd with one file and fsync a mail"
    )
    one.add_argument("--mails", type=int, default=3000)
    one.add_argument("--sessions", type=int, default=10)
    one.add_argument("--database", default="sqlite", help='"sqlite", or postgresql://… of an empty database')
    one.add_argument("--workers", type=int, default=1)
    folder = figures.add_parser(
        "feed", help="a folder of mails into a fresh desk, twice; all of them are accounted for"
    )
    folder.add_argument("folder", type=Path, metavar="FOLDER", help="of .eml files")
    folder.add_argument("--way", choices=("smtp", "imap"), default="smtp")
    folder.add_argument("--server", default="", help="for --way imap: imap://USER:PASSWORD@HOST:PORT, an empty mailbox")
    folder.add_argument("--database", default="sqlite", help='"sqlite", or postgresql://… of an empty database')
    figures.add_parser("parse", help="parse, classify and fold a plain mail, against the bare standard library")
    for name, said in (
        ("tickets", "CPU of a mail with so many tickets already there, against an empty database"),
        ("rules", "CPU of a mail with so many keyword rules, against ten"),
    ):
        grown = figures.add_parser(name, help=said)
        grown.add_argument("--count", type=int, default=100_000 if name == "tickets" else 10_000)
        grown.add_argument("--mails", type=int, default=1500)
    diff = figures.add_parser("diff", help="rules diff over stored mail, against plainly parsing it")
    diff.add_argument("--mails", type=int, default=10_000)
    ticks = figures.add_parser("clock", help="a tick with so many open tickets and nothing due, and 1,000 letters due")
    ticks.add_argument("--count", type=int, default=100_000)
    chosen = parser.parse_args()
    if chosen.figure == "feed" and (chosen.way == "imap") != bool(chosen.server):
        parser.error("--way imap needs --server, and only that")
    json.dump(_measure(chosen), sys.stdout)
    sys.stdout.write("\n")
    return 0


def _measure(chosen: argparse.Namespace) -> dict[str, object]:
    if chosen.figure == "feed":
        server = feed.ImapServer.from_url(chosen.server) if chosen.server else None
        return feed.run(chosen.folder, chosen.database, server)
    if chosen.figure in ("tickets", "rules"):
        grow = growth.tickets if chosen.figure == "tickets" else growth.rules
        return grow(chosen.count, chosen.mails)
    if chosen.figure == "clock":
        return clock.run(chosen.count)
    if chosen.figure == "diff":
        return replay.run(chosen.mails)
    if chosen.figure == "parse":
        return parsing.run()
    return ingest.run(chosen.mails, chosen.sessions, chosen.database, chosen.workers)


if __name__ == "__main__":
    sys.exit(main())
