"""``mailgate stats``: what became of everything that came in, in counts that add up; what was promised and kept, and
how content customers are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, console, emit, opened, read_settings, zone_of
from mailgate.clock import SystemClock

if TYPE_CHECKING:
    from mailgate.config.settings import Settings
    from mailgate.store.csat import Csat
    from mailgate.store.kept import Kept
    from mailgate.store.stats import Stats

DAY_MS = 86_400_000


class Grouping(StrEnum):
    """What promises and ratings are shown for."""

    DESK = "desk"
    AGENT = "agent"
    TEAM = "team"
    BRAND = "brand"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: mailgate stats --since 90d --by team --json")(stats)


def stats(
    config: ConfigFile = DEFAULT_CONFIG,
    days: Annotated[int, typer.Option(metavar="N", min=0, help="Of the last so many days; 0: of all time.")] = 0,
    since: Annotated[
        str, typer.Option(metavar="TIME", help="Since then: a length of time such as 90d, or a date.")
    ] = "",
    by: Annotated[
        Grouping, typer.Option(metavar="desk|agent|team|brand", help="For whom promises and ratings are shown.")
    ] = Grouping.DESK,
    as_json: AsJson = False,
) -> None:
    """Count mail, promises kept and content customers.

    Deliveries by outcome, held mail by cause, letters by state, tickets by status; promises kept and late; ratings and
    CSAT, the share of customers who rate 4 or 5.
    """
    from mailgate.store.csat import By, csat
    from mailgate.store.kept import kept
    from mailgate.store.stats import stats as count

    now_ms = SystemClock().now_ms()
    settings = read_settings(config)
    since_ms = _since(since, now_ms, zone_of(settings)) if since else now_ms - days * DAY_MS if days else 0
    with opened(settings) as store:
        found = count(store.rows, since_ms)
        ratings = csat(store.rows, since_ms, by=By(by.value))
        promises = kept(store.rows, since_ms, By(by.value))
    waiting = _spooled(settings)
    if as_json:
        rated = [{**asdict(each), "csat": each.csat, "average": each.average} for each in ratings]
        ended = [asdict(each) for each in promises]
        counted = {**asdict(found), "deliveries": found.deliveries, "spooled": waiting}
        emit({**counted, "promises": ended, "ratings": rated})
    else:
        _show(found, waiting)
        _show_promises(promises, ratings, by.value)


def _show(found: Stats, waiting: int) -> None:
    """What became of mail and letters, and where tickets stand."""
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


def _show_promises(promises: Sequence[Kept], ratings: Sequence[Csat], whose: str) -> None:
    """What was promised and kept, and what customers said; the whole desk's has no name but ``whose``."""
    shown = console()
    for one in promises:
        named = f"{one.name or whose}: {one.promise}"
        shown.print(f"  {'promises':>10}  {named:<28} {one.kept:>8} kept, {one.late} late")
    for each in ratings:
        share = "no rating yet" if each.csat is None else f"{each.csat:.0%} content, {each.average:.1f} of 5"
        shown.print(f"  {'ratings':>10}  {each.name or whose:<28} {each.rated:>8} of {each.asked} asked: {share}")


def _since(text: str, now_ms: int, zone: str) -> int:
    """The moment that ``90d`` or ``2026-11-01`` names, in ms; a day is the desk's own. A text that names none ends with
    exit code 2."""
    from mailgate.config.units import Wrong, clock_duration

    try:
        at = datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).timestamp() * 1000)
    except ValueError:
        pass
    try:
        return now_ms - clock_duration(text).ms()
    except Wrong as error:
        raise typer.BadParameter(f"{error.wrong}; {error.right}", param_hint="--since") from error


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
