"""What all commands share: the ``-c`` and ``--json`` options, the settings, the database, and how results are shown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mailgate.clock import SystemClock

if TYPE_CHECKING:
    from rich.console import Console

    from mailgate.config.settings import Settings
    from mailgate.store.database import Store

PIPE_WIDTH = 1000
DEFAULT_CONFIG = Path("config.toml")

ConfigFile = Annotated[
    Path, typer.Option("-c", "--config", metavar="FILE", help="The configuration.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output on stdout, and nothing else there.")]


def group(help_text: str) -> typer.Typer:
    """A group of commands, such as ``mailgate ticket …``."""
    return typer.Typer(help=help_text, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def read_settings(config: Path) -> Settings:
    """The settings of that file; raises ``ConfigError``."""
    from mailgate.config.load import load

    return load(config, SystemClock())


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The desk's database, as the daemon has it; raises ``Temporary`` while it is away."""
    from mailgate.assembly import open_store

    keep_owner(settings)
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings, SystemClock(), announce=say)
    try:
        yield store
    finally:
        store.close()


def known(value: str, names: Iterable[str]) -> str:
    """The value of an option that is empty or one of these names; anything else is a usage error that names them."""
    listed = tuple(names)
    if value and value not in listed:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(listed)}")
    return value


def length(written: str) -> int:
    """A length of time as options have it, such as ``90d``, in ms; anything else is a usage error."""
    from mailgate.config.units import Wrong, clock_duration

    try:
        return clock_duration(written).ms()
    except Wrong as error:
        raise typer.BadParameter(f"{error.wrong}; {error.right}") from error


def keep_owner(settings: Settings) -> None:
    """End with a sentence where root is about to leave files in the state folder that the daemon's user cannot open."""
    if os.geteuid() != 0 or not settings.state_dir.exists():
        return
    owner = settings.state_dir.stat().st_uid
    if owner != 0:
        failed(f"{settings.state_dir} belongs to another user: run this as that one, with sudo -u '#{owner}'")


def say(line: str) -> None:
    """A line for the person at the terminal, on stderr, so that it never mixes with output."""
    sys.stderr.write(f"{line}\n")


def emit(value: object) -> None:
    """One JSON document, one line, on stdout."""
    sys.stdout.write(f"{json.dumps(value, ensure_ascii=False, default=str)}\n")


def console() -> Console:
    """A console on stdout: colours in a terminal, plain text in a pipe, where no line is cut."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table on stdout, or the sentence ``empty`` where there is nothing. What strangers wrote is shown as it is:
    no markup, no control characters."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        shown.add_column(name, no_wrap=True, overflow="ellipsis")
    for row in rows:
        shown.add_row(*(Text(plain(cell)) for cell in row))
    console().print(shown if shown.row_count else empty)


def plain(value: object) -> str:
    """The value as one line of printable text: a terminal obeys control characters (CWE-150)."""
    text = "" if value is None else str(value)
    return "".join(char if char.isprintable() else " " for char in text)


def paragraphs(value: str) -> str:
    """A text of several lines, without any other control character."""
    return "\n".join(plain(line) for line in value.splitlines())


def moment(at_ms: int | None, zone: str) -> str:
    """A time as people of that zone read it, or a dash."""
    if at_ms is None:
        return "–"
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def zone_of(settings: Settings) -> str:
    """The zone of times on the terminal: the first brand's."""
    return next(iter(settings.policy.brands.values())).timezone


def each_done(asked: Sequence[int], done: Sequence[int], verb: str, as_json: bool, why: str = "") -> None:
    """What a command did to each id; exit 1, with ``why`` in brackets, when something that was asked for was not."""
    missing = [one for one in asked if one not in done]
    if as_json:
        emit({verb: done, "missing": missing})
    else:
        typer.echo(f"{verb}: {', '.join(map(str, done)) or 'nothing'}")
    if missing:
        failed(f"not {verb}: {', '.join(map(str, missing))}{why and f' ({why})'}")


def failed(reason: str) -> Any:
    """End the command with exit 1 and a sentence."""
    say(f"mailgate: {reason}")
    raise typer.Exit(1)
