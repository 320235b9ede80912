"""What undoes an agent's command, as text and back: a list of effects, each an object with its name and fields.

Only the effects that ``RecordAct`` allows are written and read; a text with any other, or with a value of another sort
than the ticket's field has, raises ``ValueError``: a bug of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from mailgate.desk import effect as p
from mailgate.desk.facts import Act
from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.store.rows import Rows, from_json, to_json
from mailgate.store.sql import among

KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        *(p.ChangeTicket, p.AddParticipant, p.RemoveParticipant, p.LinkTickets, p.UnlinkTickets),
        *(p.SetTimer, p.ClearTimer),
    )
}

READ: Mapping[str, Callable[[Any], object]] = {
    "status": Status,
    "tags": tuple,
    "references": tuple,
    "requester": lambda said: Participant(said["email"], said["name"], ParticipantRole(said["role"])),
}
"""Fields of a ticket that JSON does not give back as they were."""


def to_text(effects: tuple[p.Effect, ...]) -> str:
    """The effects as JSON; raises ``ValueError`` for one that may not stand there."""
    return to_json([_told(effect) for effect in effects])


def _told(effect: p.Effect) -> dict[str, object]:
    name = type(effect).__name__
    if name not in KINDS:
        raise ValueError(f"{name} cannot be an effect that undoes")
    told = {each.name: getattr(effect, each.name) for each in fields(effect)}
    if isinstance(effect, p.ChangeTicket):
        told["changes"] = {field: _plain(value) for field, value in effect.changes.items()}
    return {"effect": name, **told}


def _plain(value: object) -> object:
    if isinstance(value, Participant):
        return {"email": value.email, "name": value.name, "role": value.role}
    return value


def from_text(text: str) -> tuple[p.Effect, ...]:
    """What ``to_text`` wrote."""
    return tuple(_read(dict(said)) for said in from_json(text))


def _read(said: dict[str, Any]) -> p.Effect:
    name = said.pop("effect")
    if name not in KINDS:
        raise ValueError(f"{name} cannot be an effect that undoes")
    if "role" in said:
        said["role"] = ParticipantRole(said["role"])
    if "changes" in said:
        said["changes"] = {field: _value(field, value) for field, value in said["changes"].items()}
    effect: p.Effect = KINDS[name](**said)
    return effect


def _value(field: str, value: Any) -> object:
    return READ[field](value) if value is not None and field in READ else value


def last_act(rows: Rows, tickets: list[int], agent: str) -> Act | None:
    """The newest act of the agent on one of these tickets that is not undone, or None."""
    if not tickets:
        return None
    row = rows.one(
        "SELECT id, ticket_id, agent, command, at_ms, undo FROM acts "  # noqa: S608
        f"WHERE {among('ticket_id', tickets)} AND agent = ? AND undone_ms IS NULL ORDER BY id DESC LIMIT 1",
        (*tickets, agent),
    )
    if row is None:
        return None
    act, ticket, name, command, at_ms, undo = row
    return Act(act, ticket, name, command, at_ms, from_text(undo))
