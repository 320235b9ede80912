"""``mailgate ticket``: what the desk has, for people at a terminal and for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    console,
    emit,
    failed,
    group,
    known,
    moment,
    opened,
    paragraphs,
    plain,
    read_settings,
    table,
    zone_of,
)
from mailgate.cli.sla import sla
from mailgate.cli.tables import export, import_

if TYPE_CHECKING:
    from mailgate.desk.ticket import Ticket
    from mailgate.store.tickets import Shown

app = group("Look at tickets.")
app.command(epilog="Example: mailgate ticket sla 1042")(sla)
app.command("import", epilog="Example: mailgate ticket import contracts.csv --dry-run")(import_)
app.command("export", epilog="Example: mailgate ticket export tickets.csv --open")(export)


@app.command("list", epilog="Example: mailgate ticket list --open --team billing")
def list_(
    config: ConfigFile = DEFAULT_CONFIG,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not closed.")] = False,
    team: Annotated[str, typer.Option(metavar="TEAM", help="Only this team's.")] = "",
    status: Annotated[
        str, typer.Option(metavar="STATUS", help="Only those of this status, such as waiting-customer.")
    ] = "",
    requester: Annotated[str, typer.Option(metavar="ADDRESS", help="Only this requester's.")] = "",
    search: Annotated[
        str, typer.Option(metavar="WORDS", help="Only those with a message that has all these words.")
    ] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="At most so many, newest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List tickets, newest first."""
    from mailgate.desk.ticket import Status
    from mailgate.store.tickets import list_tickets, search_tickets

    known(status, Status)
    settings = read_settings(config)
    with opened(settings) as store:
        if search:
            found = search_tickets(store.rows, search, limit)
        else:
            found = list_tickets(
                store.rows, open_only=open_only, team=team, status=status, requester=requester, limit=limit
            )
    if as_json:
        emit([asdict(ticket) for ticket in found])
        return
    zone = zone_of(settings)
    table(
        ("NUMBER", "STATUS", "PRIORITY", "TEAM", "ASSIGNEE", "DUE", "UPDATED", "REQUESTER", "SUBJECT"),
        (_row(ticket, zone) for ticket in found),
        "no tickets",
    )


def _row(ticket: Ticket, zone: str) -> tuple[object, ...]:
    due, updated = ticket.next_due_ms, moment(ticket.updated_ms, zone)
    status, who = ticket.state or ticket.status, ticket.requester.email
    about = (ticket.number, status, ticket.priority, ticket.team, ticket.assignee)
    return (*about, moment(due, zone) if due else "", updated, who, ticket.subject)


@app.command(epilog="Example: mailgate ticket show 1042 --json | jq .events")
def show(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The ticket's number, as in its subject tag.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show one ticket.

    Its messages, letters and history, and why it is where it is.
    """
    from mailgate.store.tickets import show_ticket

    settings = read_settings(config)
    with opened(settings) as store:
        found = show_ticket(store.rows, number)
    if found is None:
        failed(f"there is no ticket {number}")
    elif as_json:
        emit(asdict(found))
    else:
        _print(found, zone_of(settings))


def _print(found: Shown, zone: str) -> None:
    """The ticket as one reads it: what it is, then everything in its order."""
    from rich.text import Text

    shown, ticket = console(), found.ticket
    shown.print(Text(f"#{ticket.number} {plain(ticket.subject)}", style="bold"))
    facts = {
        "status": f"{ticket.state} ({ticket.status})" if ticket.state else ticket.status,
        "team": " / ".join(filter(None, (ticket.team, ticket.assignee))),
        "priority": ticket.priority,
        "requester": f"{ticket.requester.name} <{ticket.requester.email}>".strip(),
        "tags": ", ".join(ticket.tags),
        "kind": ticket.kind,
        "rule": " – ".join(filter(None, (ticket.rule, ticket.reason))),
        "due": moment(due, zone) if (due := ticket.next_due_ms) else "",
        "snoozed": moment(ticket.snoozed_ms, zone) if ticket.snoozed_ms else "",
        "nudged": f"{ticket.nudges}, last {moment(ticket.nudged_ms, zone)}" if ticket.nudges else "",
        "promise": ticket.sla,
        "opened": moment(ticket.created_ms, zone),
        "closed": moment(ticket.closed_ms, zone) if ticket.closed_ms else "",
        "rating": ticket.rating,
        "parent": f"#{found.parent}" if found.parent else "",
        "children": ", ".join(f"#{number}" for number in found.children),
        "related": ", ".join(f"#{link['number']} ({link['why']})" for link in found.links),
    }
    for name, value in facts.items():
        if value not in ("", None):
            shown.print(Text(f"  {name:>9}  {plain(value)}"))
    for message in found.messages:
        shown.print()
        shown.print(Text(_heading(message, zone), style="cyan"))
        shown.print(Text(paragraphs(str(message["new_text"] or ""))))
    shown.print()
    for event in found.events:
        said = " ".join(f"{key}={plain(value)}" for key, value in (event["meta"] or {}).items())
        shown.print(Text(f"{moment(event['at_ms'], zone)}  {plain(event['kind'])} {said}".rstrip(), style="dim"))
    for letter in found.letters:
        line = f"{moment(letter['created_ms'], zone)}  letter {letter['id']}: {letter['kind']} to {letter['recipient']}"
        shown.print(Text(plain(f"{line}, {letter['state']} {letter['error'] or ''}").rstrip(), style="dim"))


def _heading(message: dict[str, Any], zone: str) -> str:
    who = plain(message["author_name"] or message["author_email"] or message["agent"])
    marks = "".join(f" [{plain(mark)}]" for mark in message["marks"] or ())
    files = "".join(f"; {plain(part['filename'])}" for part in message["attachments"])
    seen = "" if message["visibility"] == "public" else " (agents only)"
    by = ", ".join(filter(None, (who, plain(message["direction"]))))
    return f"{moment(message['received_ms'], zone)}  {by}{seen}{marks}{files}"
