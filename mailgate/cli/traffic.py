"""``ingest`` and ``explain``: mail from files, kept or only looked at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, console, emit, keep_owner, plain, read_settings, say

if TYPE_CHECKING:
    from rich.console import Console

PIPE = Path("-")
REFUSED = 65


def _there(paths: list[Path]) -> list[Path]:
    """All of them, or a usage error before the first is taken."""
    for path in paths:
        if path != PIPE and not path.exists():
            raise typer.BadParameter(f"{path} does not exist")
    return paths


Paths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH…", callback=_there, help="Mail files, mboxes, Maildirs or folders of .eml; or -."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example, in an MTA's alias: |mailgate ingest -c /etc/mailgate/config.toml -")(ingest)
    app.command(epilog="Example: mailgate explain -c config.toml --json last-month/ | jq .team")(explain)


def ingest(
    paths: Paths,
    config: ConfigFile = DEFAULT_CONFIG,
    mailbox: Annotated[
        str, typer.Option(metavar="ADDRESS", help="For which mailbox it is; by default its headers tell.")
    ] = "",
) -> None:
    """Take mail from files or a pipe.

    One mail from stdin with -. Once kept, it becomes a ticket as any other mail does.
    """
    from mailgate.desk.identity.token import split_address
    from mailgate.ingest import ingest_paths, ingest_pipe

    settings = read_settings(config)
    keep_owner(settings)
    if mailbox and not split_address(mailbox, settings.policy.mailboxes):
        raise typer.BadParameter(f"{mailbox} is no mailbox of the desk")
    if paths == [PIPE]:
        refusal = ingest_pipe(settings, sys.stdin.buffer.read(), mailbox)
        if refusal:
            say(f"mailgate: {refusal}")
        raise typer.Exit(REFUSED if refusal else 0)
    with _Progress() as told:
        refused = ingest_paths(settings, paths, mailbox, told)
    raise typer.Exit(1 if refused else 0)


class _Progress:
    """Counts mails on stderr while they go in, and names each that is refused."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bar = Progress(*columns, console=Console(stderr=True))

    def __enter__(self) -> _Progress:
        self.bar.start()
        self.task = self.bar.add_task("mails kept", total=None)
        self.kept = 0
        return self

    def __call__(self, name: str, refusal: str) -> None:
        if refusal:
            say(f"{plain(name)}: {plain(refusal)}")
        else:
            self.kept += 1
            self.bar.update(self.task, completed=self.kept)

    def __exit__(self, *_: object) -> None:
        self.bar.update(self.task, total=self.kept)
        self.bar.stop()


def explain(
    paths: Paths,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", metavar="FILE", help="The configuration; without it, a plain desk.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what would become of mails, and why.

    Without any effect. --json prints one object a mail (JSON Lines).
    """
    from mailgate.explain import explain as answers

    settings = read_settings(config) if config else None
    if settings:
        keep_owner(settings)
    shown = console()
    for answer in answers(paths, settings):
        if as_json:
            emit(answer)
        else:
            _show(shown, answer)


SHOWN = (
    ("from", "from_addr"),
    ("subject", "subject"),
    ("verdict", "verdict"),
    ("proof", "proof"),
    ("outcome", "outcome"),
    ("held as", "cause"),
    ("team", "team"),
    ("priority", "priority"),
    ("tags", "tags"),
    ("rule", "rule"),
    ("acknowledged", "ack"),
)


def _show(shown: Console, answer: dict[str, object]) -> None:
    """One mail for people: the facts that are there, then the reasons."""
    from rich.markup import escape

    shown.print(f"[bold]{escape(plain(answer.get('id', '')))}[/bold]")
    for title, key in SHOWN:
        value = answer.get(key)
        if value not in (None, "", []):
            said = ", ".join(map(str, value)) if isinstance(value, list) else "yes" if value is True else value
            shown.print(f"  {title:>12}  {escape(plain(said))}")
    trail = answer.get("trail")
    for hop in trail if isinstance(trail, list) else ():
        shown.print(f"  {'came by':>12}  {escape(plain(hop['by']))}, {hop['delay']:g} s after the hop before")
    trace = answer.get("trace")
    for line in trace if isinstance(trace, list) else ():
        shown.print(f"  {'why':>12}  [dim]{escape(plain(line))}[/dim]")
