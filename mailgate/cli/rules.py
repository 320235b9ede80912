"""``mailgate rules``: trying the rules before mail meets them."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, emit, failed, group, plain, read_settings, say
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
