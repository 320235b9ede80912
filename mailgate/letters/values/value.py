"""One name that templates may use, those that every letter has, and the keys of the tables that several share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOON = 1_795_258_800_000
QUESTION = "The printer on the second floor says PC LOAD LETTER.\nIt did so yesterday, too."
ANSWER = "Please open the tray and close it again."


@dataclass(frozen=True, slots=True)
class Value:
    """One name that templates may use. ``item`` holds the keys of a table (or of a list's members), with defaults."""

    name: str
    meaning: str
    default: Any = ""
    sample: Any = ""
    item: Mapping[str, Any] = field(default_factory=dict)


COMMON: tuple[Value, ...] = (
    Value("brand", "the desk's name, as customers read it", sample="Acme Support"),
    Value("number", "the ticket's number as text; empty without a ticket", sample="1042"),
    Value("tag", "the subject tag; empty without a ticket", sample="[#1042]"),
    Value(
        "subject", "the customer's subject without our tag, one line, at most 200 characters", sample="Printer broken"
    ),
    Value("team", "the team's name in the reader's language", sample="Second floor"),
    Value("name", "the reader's own name; may be empty", sample="Ana Lee"),
    Value("requester", "name, else address, of the ticket's requester", sample="Ana Lee"),
    Value("priority", "the ticket's priority", default="normal", sample="high"),
    Value("assignee", "name of the agent who has the ticket; may be empty", sample="Bo Chen"),
    Value("language", "the language of this letter", default="en", sample="en"),
    Value("marker", "the line above which to write; empty in letters that have none", sample="-- write above --"),
    Value("reference", "the line that leads a reply back to the ticket", sample="Ref: 1042-t-abcdefgh"),
    Value(
        "buttons",
        "ready replies: ``word`` is what to show, ``write`` what they write, ``link`` where they lead",
        default=(),
        sample=({"word": "Take it", "write": "#take", "link": "mailto:a@b.example"},),
    ),
)

ATTACHED = {"name": "", "size": 0, "risks": (), "enclosed": False}
TICKET: Mapping[str, Any] = {
    "number": "",
    "subject": "",
    "status": "",
    "requester": "",
    "priority": "",
    "team": "",
    "assignee": "",
}
LISTED: Mapping[str, Any] = {
    **TICKET,
    "state": "",
    "waited_ms": None,
    "due_ms": None,
    "created_ms": None,
    "updated_ms": None,
    "buttons": (),
}
"""A ticket in a list: ``state`` is the team's own word for its status, ``waited_ms`` how long the customer waits."""

ROW = {
    "number": 1042,
    "subject": "Printer broken",
    "status": "open",
    "requester": "Ana Lee",
    "priority": "high",
    "waited_ms": 7_200_000,
    "due_ms": NOON,
}
"""A sample of one."""
