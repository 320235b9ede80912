"""``python -m bench FIGURE``: one JSON line per figure. ``python -m bench --help`` lists them."""

from __future__ import annotations

import argparse
import json
import sys

from bench import ingest


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
    chosen = parser.parse_args()
    json.dump(ingest.run(chosen.mails, chosen.sessions, chosen.database, chosen.workers), sys.stdout)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
