"""``mailgate webhooks``: calls that wait or failed, and another try."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    each_done,
    emit,
    group,
    known,
    moment,
    opened,
    read_settings,
    table,
    zone_of,
)
from mailgate.clock import SystemClock

app = group("Look at calls of webhooks, or try them again.")

STATES = ("queued", "handing", "sent", "retry", "failed")


@app.command("list", epilog="Example: mailgate webhooks list --state failed")
def list_(
    config: ConfigFile = DEFAULT_CONFIG,
    state: Annotated[str, typer.Option(metavar="STATE", help=f"{', '.join(STATES)}; else what is not sent.")] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List calls that wait, and those that failed."""
    from mailgate.store.calls import list_calls

    known(state, STATES)
    settings = read_settings(config)
    with opened(settings) as store:
        found = list_calls(store.rows, state, limit)
    if as_json:
        emit(found)
        return
    zone = zone_of(settings)
    rows = ((c["id"], c["name"], c["state"], c["attempts"], moment(c["created_ms"], zone), c["error"]) for c in found)
    table(("ID", "WEBHOOK", "STATE", "TRIES", "SINCE", "ERROR"), rows, "nothing waits")


@app.command(epilog="Example: mailgate webhooks retry 4711")
def retry(
    ids: Annotated[list[int], typer.Argument(metavar="ID…", help="As `webhooks list` shows them.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Make these calls at once."""
    from mailgate.store.calls import retry_calls

    with opened(read_settings(config)) as store:
        due = retry_calls(store.rows, ids, SystemClock().now_ms())
    each_done(ids, due, "queued", as_json, "no such call, or it neither waits nor has failed")
