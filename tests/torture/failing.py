"""``python -m tests.torture.failing serve …``: the real daemon, whose processes die at the steps that a test names.

Nothing in mailgate knows of this. Each ``Step`` wraps one of its functions and sends SIGKILL to the process that comes
by, before or after the function, as long as the folder ``MAILGATE_TOKENS`` holds a token of that step: a token is a
file, taken by removing it, so that every process of the daemon shares one account. A process dies at every third visit
or so, for else nothing would ever get past a step.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ODDS = 0.35


@dataclass(frozen=True)
class Step:
    """A place to die at: a function, by module and name, and whether its work is done then. ``when`` looks at the
    arguments, for functions that do several things; ``database`` names the only one whose desks come by."""

    name: str
    module: str
    function: str
    after: bool
    when: Callable[[tuple[Any, ...]], bool] = lambda _: True
    database: str = ""


def _in(role: str) -> Callable[[tuple[Any, ...]], bool]:
    """Whether a COMMIT is that of a role's process."""
    return lambda arguments: "COMMIT" in arguments and [role] == ROLE


ROLE: list[str] = []
_SPOOL, _ROWS = "mailgate.edges.spool.spool", "mailgate.store.rows"
_LANE, _TAKE = "mailgate.edges.smtp_out.lane", "mailgate.edges.imap_in.take"
_HANDING = "mailgate.handing"

STEPS: tuple[Step, ...] = (
    Step("accepting, before the commit", _SPOOL, "Spool.accept_many", False),
    Step("accepting, committed, before the 250", _SPOOL, "Spool.accept_many", True),
    Step("imap, marked, before the cursor is saved", _TAKE, "Folder._mark", True),
    Step("imap, in the spool, before the mark", _TAKE, "Folder._mark", False),
    Step("imap, the cursor is saved", _TAKE, "Folder._save", True),
    Step("settling, before the commit", _ROWS, "Rows.run", False, _in("applier")),
    Step("settling, committed, before the spool knows", _ROWS, "Rows.run", True, _in("applier")),
    Step("settling, the spool knows", _SPOOL, "Spool.done", True),
    Step("sending, before the claim is committed", _ROWS, "Rows.run", False, _in("sender")),
    Step("sending, claimed", _ROWS, "Rows.run", True, _in("sender")),
    Step("sending, noted", _HANDING, "Handing.write", True, database="sqlite"),
    Step("sending, before the letter", _LANE, "Lane._give", False),
    Step("sending, after the dot, before its answer", _LANE, "Lane._give", True),
    Step("sending, answered, not written down", _LANE, "Lane._answer", True),
)
"""Between any two of these something was made durable, here or at the other side."""


def token(step: Step, number: int) -> str:
    """The name of a token's file."""
    return f"{STEPS.index(step)}.{number}"


def die(step: Step, folder: Path, chance: random.Random) -> None:
    """Die here, if a token says so."""
    if chance.random() > ODDS:
        return
    for path in folder.glob(f"{STEPS.index(step)}.*"):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def wrap(step: Step, folder: Path, chance: random.Random) -> None:
    """Put the step into the function that it names."""
    module = importlib.import_module(step.module)
    holder_name, _, name = step.function.rpartition(".")
    holder = getattr(module, holder_name) if holder_name else module
    function = getattr(holder, name)

    def stepped(*arguments: Any, **named: Any) -> Any:
        meant = step.when(arguments)
        if meant and not step.after:
            die(step, folder, chance)
        answer = function(*arguments, **named)
        if meant and step.after:
            die(step, folder, chance)
        return answer

    setattr(holder, name, stepped)


def know_roles() -> None:
    """Let each child remember which role it has."""
    roles = importlib.import_module("mailgate.roles")
    for name in ("front", "imap", "worker", "applier", "sender", "clock"):
        role = getattr(roles, name)

        def started(context: Any, role: Any = role, name: str = name) -> None:
            ROLE[:] = [name]
            role(context)

        setattr(roles, name, started)


def main() -> int:
    """The command line of mailgate, with the steps in it."""
    folder = Path(os.environ["MAILGATE_TOKENS"])
    chance = random.Random(os.getpid())
    os.register_at_fork(after_in_child=lambda: chance.seed(os.getpid()))
    for step in STEPS:
        wrap(step, folder, chance)
    know_roles()
    return importlib.import_module("mailgate.cli").main()


if __name__ == "__main__":
    sys.exit(main())
