"""``mailgate search``: finding a ticket by any word that was said on it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    console,
    emit,
    moment,
    opened,
    plain,
    read_settings,
    zone_of,
)

if TYPE_CHECKING:
    from mailgate.desk.query import Answer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: mailgate search refund invoice --open")(search)


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="All of them must stand in one message.")],
    config: ConfigFile = DEFAULT_CONFIG,
    open_only: Annotated[bool, typer.Option("--open", help="Only tickets that are not closed.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=300, help="At most so many.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Find tickets by words.

    In subjects, messages, notes and names of files; the best first, then the newest. In scripts without spaces any two
    characters or more are found.
    """
    from mailgate.desk.query import Ask, Order, Query, Terms
    from mailgate.store.queries import answer

    settings = read_settings(config)
    query = Query(Ask.TICKETS, words=" ".join(words), open_only=open_only, order=Order.RELEVANCE, limit=limit)
    with opened(settings) as store:
        found = answer(store.rows, query, Terms(priorities=settings.policy.priorities))
    if as_json:
        emit([asdict(row) for row in found.rows])
    else:
        _print(found, zone_of(settings))


def _print(found: Answer, zone: str) -> None:
    from rich.text import Text

    from mailgate.desk.query import TicketRow

    shown = console()
    for row in found.rows:
        assert isinstance(row, TicketRow)
        shown.print(Text(plain(f"#{row.number} {row.subject}"), style="bold"))
        owner = row.assignee or row.team
        shown.print(
            Text(plain(f"  {row.state or row.status}, {owner}, {row.requester}, {moment(row.updated_ms, zone)}"))
        )
        shown.print(Text(plain(f"  {row.snippet}"), style="dim"))
    if not found.rows:
        shown.print("nothing found")
    elif found.total > len(found.rows):
        shown.print(f"{len(found.rows)} of {found.total}")
