"""``#undo``: what the agent did last to the ticket is taken back.

Each mail whose commands changed something is remembered with what undoes it (``RecordAct``). What has gone out by mail
cannot be fetched back; a ticket that was filed, or a part for another team, is closed, and one that was split off goes
on where it came from. Where the customer has written since, a ticket keeps the state that this brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mailgate.desk.clock.clocks import REMINDER, SURVEY, remind
from mailgate.desk.commands.scene import Asker, Meaning, Result, Scene, Wants, refuse
from mailgate.desk.effect import (
    AddNote,
    AddParticipant,
    ChangeTicket,
    ClearTimer,
    Effect,
    LinkTickets,
    MarkUndone,
    RemoveParticipant,
    SetTimer,
    UnlinkTickets,
)
from mailgate.desk.facts import Act as Done
from mailgate.desk.lifecycle import ENDED, Happening, changes
from mailgate.desk.phrase import phrase
from mailgate.desk.ticket import Status, Ticket

UNDOING = (AddParticipant, ChangeTicket, ClearTimer, LinkTickets, RemoveParticipant, SetTimer, UnlinkTickets)
"""What may undo something; anything else in a memory is left alone."""

_MOVED = frozenset({"status", "state", "waiting_since_ms", "closed_ms", "merged_into"})


def taken_back(ticket: int, into: int | None) -> tuple[Effect, ...]:
    """What undoes the opening of a ticket, from the hour of the ``#undo`` on: it goes on in the one that it was split
    off, else it is over, and nobody is asked whether that helped."""
    over: dict[str, object] = {"status": Status.CLOSED if into is None else Status.MERGED, "merged_into": into}
    return (
        ChangeTicket(ticket, {**over, "state": "", "waiting_since_ms": None}, "undone"),
        ClearTimer(ticket, REMINDER),
        ClearTimer(ticket, SURVEY),
    )


def _last(argument: str, asker: Asker) -> Wants:
    return Wants(last_act=True, family=True)


def _undo(argument: str, scene: Scene) -> Result:
    """The author's last act on this ticket that is not undone; a second ``#undo`` takes back the one before it."""
    done, ticket = scene.facts.last_act, scene.ticket
    if done is None or ticket is None or done.ticket != ticket.id or done.agent != scene.agent.id:
        return refuse(phrase("there is nothing of yours to undo on this ticket"))
    back: dict[str, object] = {}
    for effect in done.undo:
        if isinstance(effect, ChangeTicket) and effect.ticket == ticket.id:
            back |= _still(effect.changes, ticket, done, scene.now_ms)
    return Result(
        back,
        effects=(*_others(done, ticket, scene), *_parts(done, scene), *_reminded(back, scene), MarkUndone(done.id)),
        said=phrase("undone: {command}", command=tuple(done.command.split("; "))),
        forgets=True,
    )


def _others(done: Done, ticket: Ticket, scene: Scene) -> Iterator[Effect]:
    for effect in done.undo:
        if not isinstance(effect, UNDOING):
            continue
        if not isinstance(effect, ChangeTicket):
            yield effect
        elif effect.ticket != ticket.id:
            other = scene.facts.touched.get(effect.ticket)
            yield replace(effect, changes=_still(effect.changes, other, done, scene.now_ms))


def _parts(done: Done, scene: Scene) -> Iterator[Effect]:
    """The parts that the same mail gave to other teams are nobody's work any more."""
    for child in scene.facts.children:
        if child.created_ms == done.at_ms and child.requester.email.lower() in scene.agent.addresses:
            yield ChangeTicket(child.id, changes(child, Happening.CLOSED, scene.now_ms), "undone", scene.agent.id)
            yield AddNote(child.id, phrase("taken back"), scene.agent.id)


def _still(back: Mapping[str, object], ticket: Ticket | None, done: Done, now_ms: int) -> dict[str, object]:
    """Without the state where the customer has written since: that mail must not be forgotten. What ends by it
    ends now."""
    wrote = ticket is not None and _wrote(ticket, done)
    ends = back.get("status") in ENDED and not (ticket and ticket.closed_ms)
    back = {"closed_ms": now_ms, **back} if ends else back
    return {name: value for name, value in back.items() if not (wrote and name in _MOVED)}


def _wrote(ticket: Ticket, done: Done) -> bool:
    """Whether the customer wrote after the act; on a ticket that it opened, whether more than that was said."""
    waits = ticket.waiting_since_ms is not None and ticket.waiting_since_ms > done.at_ms
    opened = ClearTimer(ticket.id, SURVEY) in done.undo
    return waits or (opened and len(ticket.references) > 1)


def _reminded(back: Mapping[str, object], scene: Scene) -> Iterator[Effect]:
    """Who waits again is not forgotten."""
    if scene.ticket and back.get("waiting_since_ms") is not None:
        yield from remind(scene.policy, scene.ticket.team, scene.ticket.id, scene.now_ms)


COMMANDS: tuple[Meaning, ...] = (Meaning("undo", _undo, wants=_last),)
