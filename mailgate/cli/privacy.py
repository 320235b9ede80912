"""``mailgate privacy``: all that the desk holds about a person, handed out or erased."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, emit, failed, group, opened, read_settings, say
from mailgate.clock import SystemClock

app = group("Hand out or erase what is held about a person.")

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's mail address.")]


@app.command("export", epilog="Example: mailgate privacy export eve@example.org eve.zip")
def export(
    address: Address,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder, or a file that ends in .zip.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Write all that is held about a person into a folder or zip.

    JSON for what the desk knows, .eml for the person's mails and letters as they were. Agents' notes among each other
    and the letters to them are not in it.
    """
    from mailgate import privacy

    with opened(read_settings(config)) as store:
        files = privacy.export(store, address, out)
    if as_json:
        emit({"address": address, "out": str(out), "files": files})
    else:
        typer.echo(f"written: {out} ({files} files)")


@app.command("erase", epilog="Example: mailgate privacy erase eve@example.org --export eve.zip")
def erase(
    address: Address,
    config: ConfigFile = DEFAULT_CONFIG,
    out: Annotated[Path | None, typer.Option("--export", metavar="OUT", help="Export to there first.")] = None,
    unexported: Annotated[bool, typer.Option("--without-export", help="Nobody wants the data.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase what is personal about a person, for good.

    Subjects, texts, attachments, raw mails, letters and search tokens go; numbers, times and the chain of the history
    stay, and `audit verify` finds it whole. Backups made before still have the data.
    """
    from mailgate import privacy
    from mailgate.edges.spool.spool import Spool
    from mailgate.store.privacy import find

    if (out is None) is not unexported:
        raise typer.BadParameter("say --export OUT, or --without-export")
    settings, clock = read_settings(config), SystemClock()
    if settings.policy.agent_by_address(address):
        failed(f"{address} is an agent's: what agents wrote belongs to the customers' tickets")
    with opened(settings) as store:
        if not find(store.rows, address):
            failed(f"nothing is held about {address}")
        if out is not None:
            say(f"exported first: {out} ({privacy.export(store, address, out)} files)")
        spool = Spool.open(settings.spool_path, clock) if settings.spool_path.exists() else None

        def progress(done: int, total: int) -> None:
            say(f"{done} of {total} tickets")

        found = privacy.erase(store, spool, address, clock.now_ms(), progress)
        if spool is not None:
            spool.close()
    if as_json:
        emit({"address": address, **{name: _count(value) for name, value in asdict(found).items()}})
    else:
        typer.echo(f"erased: {len(found.tickets)} tickets, {len(found.messages)} messages on others'")


def _count(value: object) -> object:
    return len(value) if isinstance(value, tuple) else value
