"""Commands about who reads what: notes for agents, people who are copied in or left out."""

from __future__ import annotations

from mailgate.desk.commands.scene import Meaning, Result, Scene
from mailgate.desk.identity.rights import Act
from mailgate.desk.phrase import phrase


def _note(argument: str, scene: Scene) -> Result:
    return Result(takes_text=True, said=phrase("kept as a note; nothing goes to the customer"))


COMMANDS: tuple[Meaning, ...] = (Meaning("note", _note, Act.NOTE),)
