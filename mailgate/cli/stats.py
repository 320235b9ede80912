"""``mailgate stats``: what became of everything that came in, in counts that add up."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, console, emit, opened, read_settings
from mailgate.clock import SystemClock

if TYPE_CHECKING:
    from mailgate.config.settings import Settings

DAY_MS = 86_400_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: mailgate stats --days 30 --json")(stats)


def stats(
    config: ConfigFile = DEFAULT_CONFIG,
    days: Annotated[int, typer.Option(min=0, help="Of the last so many days; 0: of all time.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Count what became of all mail.

    Deliveries by outcome, held mail by cause, letters by state, tickets by status.
    """
    from mailgate.store.stats import stats as count

    settings = read_settings(config)
    since = SystemClock().now_ms() - days * DAY_MS if days else 0
    with opened(settings) as store:
        found = count(store.rows, since)
    waiting = _spooled(settings)
    if as_json:
        emit({**asdict(found), "deliveries": found.deliveries, "spooled": waiting})
        return
    shown = console()
    shown.print(f"{found.deliveries} deliveries, {waiting} in the spool, {found.held} held now, {found.timers} timers")
    for title, counts in (
        ("deliveries", found.outcomes),
        ("held for", found.causes),
        ("letters", found.letters),
        ("tickets", found.tickets),
    ):
        for name, number in counts.items():
            shown.print(f"  {title:>10}  {name:<28} {number:>8}")


def _spooled(settings: Settings) -> int:
    """Mails that are accepted and not settled yet; 0 where there is no spool."""
    from mailgate.edges.spool.spool import Spool

    path = settings.spool_path
    if not path.exists():
        return 0
    spool = Spool.open(path, SystemClock())
    try:
        return spool.unfinished()
    finally:
        spool.close()
