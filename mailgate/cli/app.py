"""The tree of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate import __version__
from mailgate.cli import (
    agents,
    audit,
    backup,
    held,
    init,
    keys,
    outbox,
    privacy,
    rules,
    search,
    serve,
    stats,
    ticket,
    traffic,
    webhooks,
)

app = typer.Typer(
    help="A helpdesk whose only screen is the mail client that people already have open.",
    epilog="First steps: mailgate demo; then mailgate init DIR, and mailgate serve -c DIR/config.toml.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailgate {__version__}")
        raise typer.Exit


@app.callback()
def everything(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and nothing else.")
    ] = False,
) -> None:
    """A helpdesk whose only screen is the mail client that people already have open."""


for add in (serve.register, init.register, traffic.register, stats.register, backup.register, search.register):
    add(app)
app.add_typer(ticket.app, name="ticket")
app.add_typer(outbox.app, name="outbox")
app.add_typer(held.app, name="held")
app.add_typer(rules.app, name="rules")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(agents.app, name="agents")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(privacy.app, name="privacy")
