"""``mailgate audit``: whether the history is what was written."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, emit, failed, group, opened, read_settings, say

if TYPE_CHECKING:
    from mailgate.store.audit import Anchor

app = group("Prove the history.")


@app.callback()
def everything() -> None:
    """Prove the history."""


@app.command(epilog="Example: mailgate audit verify --anchors anchors.jsonl")
def verify(
    config: ConfigFile = DEFAULT_CONFIG,
    anchors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Anchors kept outside the database, one JSON object a line.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every ticket's history.

    Exit 1 when an event was changed or is missing, or a history was cut.
    """
    from mailgate.store.audit import verify as broken_chains

    settings = read_settings(config)
    kept = _anchors(anchors) if anchors else []
    with opened(settings) as store:
        broken = broken_chains(store.rows, settings.policy.audit_key, kept)
    if as_json:
        emit([asdict(each) for each in broken])
    else:
        for each in broken:
            say(f"ticket id {each.ticket_id}, event {each.seq}: {each.wrong}")
    if broken:
        failed(f"the history of {len(broken)} tickets is not what was written")
    elif not as_json:
        typer.echo("the history is whole")


def _anchors(path: Path) -> list[Anchor]:
    """The anchors of a file; anything else in it is an error, since a check that skips lines proves nothing."""
    from mailgate.store.audit import Anchor

    try:
        lines = path.read_text("utf-8").splitlines()
        return [Anchor(**json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, TypeError) as error:
        failed(f"{path} holds no anchors: {error}")
        raise
