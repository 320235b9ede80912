"""The tree of commands, as typer has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from mailgate.cli.app import app


def _below(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, below in tree.commands.items():
        if hasattr(below, "commands"):
            yield from _below(below, (*path, name))
        else:
            yield " ".join((*path, name)), below


COMMANDS = dict(_below(typer.main.get_command(app), ()))
"""Every command, by what one types for it."""

GROUPS = {command.partition(" ")[0] for command in COMMANDS if " " in command}
