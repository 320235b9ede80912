"""``mailgate rules``: trying the rules before mail meets them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.frame import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigFile,
    emit,
    failed,
    group,
    length,
    opened,
    plain,
    read_settings,
    say,
)
from mailgate.clock import SystemClock

app = group("Try the rules.")


@app.callback()
def everything() -> None:
    """Try the rules."""


@app.command("test", epilog="Example: mailgate rules test --only refund")
def run_tests(
    config: ConfigFile = DEFAULT_CONFIG,
    only: Annotated[str, typer.Option(metavar="TEXT", help="Only tests whose name has this in it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run the [[tests]] of the configuration.

    Each mail meets the same decision as a live one, without effect; exit 1 when one comes out otherwise than expected.
    """
    from mailgate.cli.rule_trial import Trial

    settings = read_settings(config)
    trial = Trial.of(settings, SystemClock())
    results = [trial.run(test) for test in settings.tests if only.lower() in test.name.lower()]
    if as_json:
        emit([{"name": each.test.name, "ok": each.ok, "wrong": each.wrong, "trace": each.trace} for each in results])
    for each in [] if as_json else results:
        say(f"{'ok    ' if each.ok else 'WRONG '} {plain(each.test.name)}")
        for line in each.wrong:
            say(f"         {plain(line)}")
        for line in [] if each.ok else each.trace:
            say(f"         why: {plain(line)}")
    bad = sum(not each.ok for each in results)
    if bad:
        failed(f"{bad} of {len(results)} tests came out otherwise")
    elif not as_json:
        typer.echo(f"all as expected: {len(results)}" if results else "there are no tests")


@app.command("diff", epilog="Example: mailgate rules diff new/config.toml --since 90d")
def diff(
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Another configuration, or a file with [[rules]] alone.")],
    config: ConfigFile = DEFAULT_CONFIG,
    since: Annotated[str, typer.Option(metavar="TIME", help="Mail of the last 90d, 12 weeks, 24h …")] = "90d",
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Show at most so many tickets; sums count all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what other rules would have made of stored mail.

    Each stored mail that opened a ticket, or was held by a rule, is decided with the rules in force and with the new
    ones; nothing is changed. With --json one object a mail that differs (JSON Lines), and the sums last.
    """
    from mailgate.cli.rule_diff import other_policy, show_difference, show_sums, tell_progress
    from mailgate.rule_diff import RuleDiff

    since_ms = SystemClock().now_ms() - length(since)
    settings = read_settings(config)
    compared = RuleDiff(settings.policy, other_policy(new, settings))
    with opened(settings) as store, tell_progress() as progress:
        for place, difference in enumerate(compared.differences(store.rows, since_ms, progress)):
            if as_json or place < limit:
                show_difference(difference, as_json=as_json)
    show_sums(compared, as_json=as_json)
