"""``mailgate keys``: the keys that sign tokens, and how they are changed for new ones.

The file is written anew beside the old one and put in its place, so that a crash leaves one of the two whole. Nothing
here ever prints a key.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, emit, failed, group, read_settings, table
from mailgate.clock import SystemClock
from mailgate.durable import replace_private

app = group("See the keys that sign tokens, and change them.")
GRACE_DAYS = 90
RELOAD = "reload the daemon (systemctl reload mailgate, or SIGHUP), on every machine that has this file"


@app.command("list", epilog="Example: mailgate keys list --json")
def list_(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List the keys, newest first.

    By their ids, each with what it is still good for; a key itself is never shown.
    """
    from mailgate.config.keys import lines

    found = lines(read_settings(config).secret_file.read_text("utf-8"))
    newest = next(line.id for line in found if line.use == "token")
    today = _today()
    states = [
        "the history's"
        if line.use == "audit"
        else "retired"
        if line.until and line.until < today
        else "signs"
        if line.id == newest
        else "good"
        for line in found
    ]
    if as_json:
        emit([{**asdict(line), "state": state} for line, state in zip(found, states, strict=True)])
        return
    rows = ((line.id, line.use, state, line.until or "–") for line, state in zip(found, states, strict=True))
    table(("ID", "USE", "STATE", "UNTIL"), rows, "there is no key")


@app.command(epilog="Example: mailgate keys rotate --grace-days 30")
def rotate(
    config: ConfigFile = DEFAULT_CONFIG,
    grace_days: Annotated[
        int,
        typer.Option(
            "--grace-days", metavar="DAYS", min=1, max=3650, help="How long the tokens of older keys stay good."
        ),
    ] = GRACE_DAYS,
) -> None:
    """Put a new key above the old ones.

    It signs from the next reload on; the old ones prove what they have signed until their grace is over.
    """
    from mailgate.config.keys import lines, rotated

    path = read_settings(config).secret_file
    text = rotated(path.read_text("utf-8"), SystemClock(), grace_days)
    replace_private(path, text)
    newest = next(line.id for line in lines(text) if line.use == "token")
    typer.echo(f"the new key {newest} is in {path}; the older ones stay good for {grace_days} days\nnow {RELOAD}")


@app.command(epilog="Example: mailgate keys retire q4")
def retire(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """End an old key's grace today.

    Because it leaked, say: its tokens prove nothing from the next reload on.
    """
    from mailgate.config.keys import retired
    from mailgate.config.units import Wrong

    path = read_settings(config).secret_file
    try:
        text = retired(path.read_text("utf-8"), key_id, SystemClock().now_ms())
    except Wrong as error:
        failed(f"{error.wrong}; {error.right}")
        return
    replace_private(path, text)
    typer.echo(f"the key {key_id} is retired\nnow {RELOAD}")


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC).date().isoformat()
