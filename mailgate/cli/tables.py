"""``mailgate ticket import`` and ``export``: tickets from and to a table."""

from __future__ import annotations

import csv
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Annotated

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    emit,
    moment,
    opened,
    plain,
    read_settings,
    say,
    zone_of,
)
from mailgate.clock import SystemClock


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV; its first line names the columns.")],
    config: ConfigFile = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check all rows and open nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a ticket for each row of a table.

    Columns: requester and subject; team, brand, priority, assignee, kind, tags, due, note and field:NAME where wanted.
    Nobody gets a letter. What was imported before is left out, so the same file may be imported again.
    """
    from mailgate.assembly import desk_of
    from mailgate.importing import import_rows, read

    settings, clock = read_settings(config), SystemClock()
    rows = read(file, settings.policy)
    numbers: list[int] = []
    if not dry_run:
        with opened(settings) as store:
            for row, number in import_rows(store, desk_of(settings, clock), rows, clock.now_ms()):
                numbers.append(number)
                if not as_json and len(numbers) % 500 == 0:
                    say(f"line {row.line}: {len(numbers)} of {len(rows)}")
    fresh = [number for number in numbers if number]
    if as_json:
        emit({"rows": len(rows), "opened": fresh, "there_already": len(numbers) - len(fresh), "dry_run": dry_run})
    elif dry_run:
        typer.echo(f"{len(rows)} tickets would be opened; nothing is wrong with them")
    else:
        typer.echo(f"opened: {len(fresh)}; there already: {len(numbers) - len(fresh)}")


EXPORTED = ("number", "subject", "status", "team", "assignee", "priority", "requester", "tags", "created", "due")


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A CSV file, or - for stdout.")],
    config: ConfigFile = DEFAULT_CONFIG,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not closed.")] = False,
    team: Annotated[str, typer.Option(metavar="ID", help="Only this team's.")] = "",
) -> None:
    """Write tickets into a table, newest first.

    What a spreadsheet would run as a formula has an apostrophe before it.
    """
    from mailgate.importing import safe_cell
    from mailgate.store.tickets import all_tickets

    settings = read_settings(config)
    zone = zone_of(settings)
    with opened(settings) as store, _written(out) as file:
        table = csv.writer(file)
        table.writerow(EXPORTED)
        for each in all_tickets(store.rows, open_only=open_only, team=team):
            about = (each.number, each.subject, each.status.value, each.team, each.assignee, each.priority)
            who = (each.requester.email, " ".join(each.tags), moment(each.created_ms, zone), moment(each.due_ms, zone))
            table.writerow(safe_cell(plain(cell)) for cell in (*about, *who))


def _written(out: Path) -> AbstractContextManager[IO[str]]:
    """The file, which must not be there yet, or stdout."""
    return nullcontext(sys.stdout) if str(out) == "-" else out.open("x", encoding="utf-8", newline="")
