"""``mailgate outbox``: letters on their way, and those that did not get there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from mailgate.store.work import Work

app = group("Look at letters, send them again, or take them back.")

Ids = Annotated[list[int], typer.Argument(metavar="ID…", help="As `outbox list` shows them.")]
ACTOR = "command line"
TOO_LATE = "no such letter, or it is past that"


@app.command("list", epilog="Example: mailgate outbox list --state unknown")
def list_(
    config: ConfigFile = DEFAULT_CONFIG,
    state: Annotated[
        str,
        typer.Option(
            metavar="STATE", help="queued, handing, sent, retry, failed, unknown or cancelled; else what waits."
        ),
    ] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="At most so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List letters that wait.

    With them those that did not arrive; or, with --state, all letters of one state.
    """
    from mailgate.store.outbox import LetterState, list_letters

    known(state, LetterState)
    settings = read_settings(config)
    with opened(settings) as store:
        found = list_letters(store.rows, state=state, limit=limit)
    if as_json:
        emit(found)
        return
    zone = zone_of(settings)
    table(
        ("ID", "STATE", "TRIES", "NEXT", "KIND", "TO", "SUBJECT", "ERROR"),
        (
            (
                letter["id"],
                letter["state"],
                letter["attempts"],
                moment(letter["next_ms"], zone),
                letter["kind"],
                letter["recipient"],
                letter["subject"],
                letter["error"],
            )
            for letter in found
        ),
        "no letters",
    )


@app.command(epilog="Example: mailgate outbox retry 31 32")
def retry(ids: Ids, config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Send letters again.

    They go out now, under the same Message-ID: after a failure, or when their fate is unknown."""
    from mailgate.store.outbox import retry_letter

    each_done(ids, _by_hand(retry_letter, ids, config), "queued", as_json, TOO_LATE)


@app.command(epilog="Example: mailgate outbox cancel 31")
def cancel(ids: Ids, config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Take letters back that have not gone out yet."""
    from mailgate.store.outbox import cancel_letter

    each_done(ids, _by_hand(cancel_letter, ids, config), "cancelled", as_json, TOO_LATE)


def _by_hand(act: Callable[[Work, int, int, str], bool], ids: list[int], config: Path) -> list[int]:
    """Do it to each letter, each in a transaction of its own; the ids for which it was possible."""
    now_ms = SystemClock().now_ms()
    with opened(read_settings(config)) as store:

        def done(letter: int) -> bool:
            return store.run(lambda tx: act(tx.work, letter, now_ms, ACTOR))

        return [letter for letter in ids if done(letter)]
