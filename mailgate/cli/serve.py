"""``demo``, ``check``, ``serve`` and ``doctor``: trying the desk, running it, and finding out what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    console,
    emit,
    failed,
    keep_owner,
    plain,
    read_settings,
    say,
)
from mailgate.clock import SystemClock

if TYPE_CHECKING:
    from mailgate.doctor import Finding


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: mailgate demo --once")(demo)
    app.command(epilog="Example: mailgate check -c /etc/mailgate/config.toml")(check)
    app.command(epilog="Example: mailgate serve -c /etc/mailgate/config.toml")(serve)
    app.command(epilog="Example: mailgate doctor --json | jq .[].advice")(doctor)


def demo(once: Annotated[bool, typer.Option("--once", help="Stop after the sample mails.")] = False) -> None:
    """Show a desk at work with sample mails.

    It lives in a scratch folder on loopback; after the samples it serves until Ctrl-C.
    """
    from mailgate.demo import run

    raise typer.Exit(run(once=once, console=console()))


def check(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Name every error in the configuration.

    Rules and templates too, all at once, each with its line and what would be right; exit 2 when there is one.
    """
    from mailgate.config.rulebook import dead_rules
    from mailgate.config.templates import template_problems
    from mailgate.errors import ConfigError

    warnings, errors = [], []
    try:
        settings = read_settings(config)
        warnings = [*settings.warnings, *dead_rules(settings.policy.rules)]
        errors = template_problems(settings)
    except ConfigError as error:
        errors = list(error.problems)
    if as_json:
        keys = ("file", "line", "key", "wrong", "right")
        emit(
            [
                {"level": level, **{key: getattr(problem, key) for key in keys}}
                for level, problems in (("error", errors), ("warning", warnings))
                for problem in problems
            ]
        )
    else:
        for problem in errors:
            say(str(problem))
        for problem in warnings:
            say(f"warning: {problem}")
        if not errors:
            typer.echo(f"{config}: good")
    raise typer.Exit(2 if errors else 0)


def serve(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Run the desk.

    Until SIGTERM or Ctrl-C; SIGHUP reads the configuration again. Says on stderr when it is ready.
    """
    from mailgate.daemon import serve as run

    raise typer.Exit(run(Path(config)))


def doctor(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
    roundtrip: Annotated[
        bool, typer.Option("--roundtrip", help="Also send a mail through the relay to each mailbox, and wait for it.")
    ] = False,
    wait: Annotated[
        int, typer.Option("--wait", min=1, max=3600, metavar="SECONDS", help="How long such a mail may take.")
    ] = 120,
) -> None:
    """Find out what is wrong, live.

    Looks at everything that an admin would look at; exit 1 when something is bad.
    """
    from threading import Event

    from mailgate.doctor import examine
    from mailgate.doctor.roundtrip import roundtrip as go_round

    settings, clock = read_settings(config), SystemClock()
    keep_owner(settings)
    found = list(_shown(examine(settings, clock), as_json))
    if roundtrip:
        found += _shown(go_round(settings, clock, wait, say, Event().wait), as_json)
    if as_json:
        emit([asdict(each) for each in found])
    if any(each.level == "bad" for each in found):
        failed("something is wrong")


def _shown(found: Iterable[Finding], as_json: bool) -> Iterator[Finding]:
    """Each finding again, after it was printed for people."""
    for each in found:
        if not as_json:
            advice = f"; {each.advice}" if each.advice else ""
            typer.echo(f"{each.level:>4}  {plain(each.topic)}: {plain(each.seen)}{plain(advice)}")
        yield each
