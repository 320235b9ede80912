"""``mailgate held``: mail that did not become a ticket, under its cause, with the way back."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    console,
    each_done,
    emit,
    failed,
    group,
    known,
    moment,
    opened,
    plain,
    read_settings,
    say,
    table,
    zone_of,
)
from mailgate.clock import SystemClock

app = group("Look at held mail, release it, or drop it.")

Ids = Annotated[list[int], typer.Argument(metavar="ID…", help="As `held list` shows them.")]


@app.command("list", epilog="Example: mailgate held list --cause spam")
def list_(
    config: ConfigFile = DEFAULT_CONFIG,
    cause: Annotated[str, typer.Option(metavar="CAUSE", help="Only mail held for this cause.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="With what was released or dropped.")] = False,
    as_json: AsJson = False,
) -> None:
    """List held mail, oldest first."""
    from mailgate.desk.effect import Cause
    from mailgate.store.held import list_held

    known(cause, Cause)
    settings = read_settings(config)
    with opened(settings) as store:
        found = list_held(store.rows, cause=cause, everything=everything)
    if as_json:
        emit([asdict(mail) for mail in found])
        return
    zone = zone_of(settings)
    table(
        ("ID", "STATE", "CAUSE", "RECEIVED", "FROM", "SUBJECT", "DETAIL"),
        (
            (mail.id, mail.state, mail.cause, moment(mail.received_ms, zone), mail.author, mail.subject, mail.detail)
            for mail in found
        ),
        "nothing is held",
    )


@app.command(epilog="Example: mailgate held show 7 --raw > mail.eml")
def show(
    held_id: Annotated[int, typer.Argument(metavar="ID", help="As `held list` shows it.")],
    config: ConfigFile = DEFAULT_CONFIG,
    raw: Annotated[bool, typer.Option("--raw", help="The mail itself, byte for byte, on stdout.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one held mail.

    Why it is held; with --raw the mail itself.
    """
    from mailgate.store.held import raw_of, show_held

    settings = read_settings(config)
    with opened(settings) as store:
        found = show_held(store.rows, held_id)
        kept = raw_of(store.rows, found.entry_key) if found and raw else None
    if found is None:
        failed(f"there is no held mail {held_id}")
    elif raw and kept is None:
        failed(f"the mail {held_id} was dropped")
    elif kept is not None:
        sys.stdout.buffer.write(kept[0])
    elif as_json:
        emit(asdict(found))
    else:
        for name, value in asdict(found).items():
            shown = moment(value, zone_of(settings)) if name == "received_ms" else plain(value)
            console().print(f"{name.removesuffix('_ms'):>10}  {shown}", markup=False)


@app.command(epilog="Example: mailgate held release 7 9")
def release(ids: Ids, config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Put held mail on a ticket, by the rules as they are now.

    What it was held for counts no more. The acknowledgement is left out when it came more than a day ago.
    """
    from mailgate.assembly import desk_of, senses_of
    from mailgate.desk.plan import Outcome
    from mailgate.releasing import settle_held
    from mailgate.store.held import HeldState, show_held

    settings, clock = read_settings(config), SystemClock()
    desk, senses, done = desk_of(settings, clock), senses_of(settings, clock), []
    with opened(settings) as store:
        for held_id in ids:
            mail = show_held(store.rows, held_id)
            if mail is None or mail.state is not HeldState.HELD:
                say(f"mailgate: there is no held mail {held_id}")
                continue
            plan = settle_held(mail, desk, senses, store, clock, confirmed=False)
            if plan.outcome is Outcome.HOLD:
                say(f"mailgate: {held_id} stays held: {plain('; '.join(plan.trace))}")
            else:
                done.append(held_id)
    each_done(ids, done, "released", as_json)


@app.command(epilog="Example: mailgate held drop 8")
def drop(ids: Ids, config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Forget held mail for good.

    Its bytes are deleted; only the record that it came stays.
    """
    settings, clock = read_settings(config), SystemClock()
    with opened(settings) as store:
        done = [held_id for held_id in ids if store.drop_held(held_id, "", clock.now_ms())]
    for held_id in ids:
        if held_id not in done:
            say(f"mailgate: there is no held mail {held_id}")
    each_done(ids, done, "dropped", as_json)
