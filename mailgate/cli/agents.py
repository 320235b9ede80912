"""``mailgate agents``: who is enrolled, and the address that each one's own commands go to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, emit, failed, group, opened, read_settings, table

if TYPE_CHECKING:
    from mailgate.desk.policy import Policy

app = group("See who is enrolled, and each one's control address.")


@app.command("list", epilog="Example: mailgate agents list --json")
def list_(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List the agents, those that were enrolled by mail included."""
    found = _policy(config).agents.values()
    rows = [
        {"id": one.id, "name": one.name, "address": one.address, "role": one.role.value, "active": one.active}
        for one in found
    ]
    if as_json:
        emit(rows)
        return
    table(("ID", "NAME", "ADDRESS", "ROLE", "ACTIVE"), (tuple(row.values()) for row in rows), "nobody is enrolled")


@app.command(epilog="Example: mailgate agents address ana")
def address(
    agent: Annotated[str, typer.Argument(metavar="ID", help="The agent's id.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show an agent's personal control address, one per brand.

    A mail to it from the enrolled address may carry commands for the whole desk. Give it to nobody else: what it lets
    somebody do is what the agent may do, once the sender is proved.
    """
    from mailgate.desk.identity.token import Tokens
    from mailgate.desk.letter import Purpose

    policy = _policy(config)
    found = policy.agents.get(agent)
    if found is None or not found.active:
        failed(f"there is no agent {agent}")
        return
    tokens = Tokens(policy.secrets)
    boxes = [box for brand in policy.brands.values() if (box := policy.mailbox(brand.address))]
    shown = {box.brand: tokens.address(box, Purpose.CONTROL, 0, "", found.address) for box in boxes}
    if as_json:
        emit(shown)
        return
    for line in shown.values():
        typer.echo(line)


def _policy(config: Path) -> Policy:
    """The policy in force: what the file says, and what admins have changed by mail since."""
    from mailgate.desk.roster import with_roster

    settings = read_settings(config)
    with opened(settings) as store:
        return with_roster(settings.policy, store.run(lambda tx: tx.roster()))
