"""Commands that move a ticket from one state to another, and those that say when it is next looked at."""

from __future__ import annotations

from collections.abc import Callable

from mailgate.desk.commands.scene import Meaning, Result, Scene
from mailgate.desk.identity.rights import Act
from mailgate.desk.lifecycle import Happening
from mailgate.desk.phrase import Phrase, phrase


def _move(happening: Happening, said: Phrase) -> Callable[[str, Scene], Result]:
    return lambda argument, scene: Result({"state": ""}, happening, said=said)


COMMANDS: tuple[Meaning, ...] = (
    Meaning("resolve", _move(Happening.RESOLVED, phrase("resolved")), Act.CLOSE),
    Meaning("close", _move(Happening.CLOSED, phrase("closed")), Act.CLOSE, destroys=True),
    Meaning("reopen", _move(Happening.REOPENED, phrase("open again"))),
    Meaning("spam", _move(Happening.MARKED_SPAM, phrase("marked as spam")), Act.SPAM, destroys=True),
)
