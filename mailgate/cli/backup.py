"""``mailgate backup`` and ``mailgate restore``: a copy of the whole desk while it runs, and the way back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, emit, keep_owner, read_settings, say
from mailgate.clock import SystemClock


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command(epilog="Example: mailgate backup -c /etc/mailgate/config.toml /backup/desk-monday")(backup)
    app.command(epilog="Example: mailgate restore /backup/desk-monday -c /etc/mailgate/config.toml")(restore)


def backup(
    target: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="A folder that is not there yet; by default a dated one.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Copy the whole desk into a folder while it runs.

    Database, spool, config and keys. The folder holds every secret of the desk: keep it as safe as the desk itself.
    """
    from mailgate.backup import back_up

    settings, clock = read_settings(config), SystemClock()
    keep_owner(settings)
    day = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    made = back_up(settings, target or Path(f"mailgate-backup-{day}"), clock, say)
    if as_json:
        emit({"backup": str(made), "octets": sum(each.stat().st_size for each in made.rglob("*") if each.is_file())})
    else:
        typer.echo(f"backed up into {made}; `mailgate restore {made}` is the way back")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `mailgate backup` wrote.")],
    config: ConfigFile = DEFAULT_CONFIG,
    replace: Annotated[
        bool, typer.Option("--replace", help="A database that is there is moved aside (PostgreSQL: overwritten).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place of the database; the daemon must not run.

    Where the config is missing, the backup's own is put there first, as on a new machine. A spool that is there stays:
    mail that it took since the backup is settled again when the daemon starts.
    """
    from mailgate.backup import place_config
    from mailgate.backup import restore as put_back

    clock = SystemClock()
    place_config(source, config, say)
    settings = read_settings(config)
    keep_owner(settings)
    done = put_back(source, settings, clock, say, replace=replace)
    if as_json:
        emit({**asdict(done), "replaced": [str(path) for path in done.replaced]})
        return
    typer.echo("restored; ticket numbers go on 1,000 higher than the backup's")
    if done.letters_unknown:
        typer.echo(
            f"{done.letters_unknown} letters may have gone out since the backup and wait for a word from you: "
            "mailgate outbox list --state unknown"
        )
