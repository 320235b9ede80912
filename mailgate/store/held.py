"""Held mail: what did not become a ticket waits here under its cause, with its raw, until somebody decides.

=========  ==============================================================================================
state      meaning
=========  ==============================================================================================
held       waits for an admin, or for an agent's confirmation
confirmed  the agent confirmed; goes back to intake as soon as the applier looks
released   went back to intake as a new entry; releasing it again is harmless, since the spool takes the
           same origin (``release:ID``) once
dropped    an admin said that nobody needs it; the raw is gone, the done-mark stays
=========  ==============================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from peewee import fn

from mailgate.desk.plan import Cause
from mailgate.mail.model import Envelope
from mailgate.store.rows import Rows, from_json
from mailgate.store.schema import Held
from mailgate.store.sql import among


class HeldState(StrEnum):
    """See the table above."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A line of the list of held mail."""

    id: int
    entry_key: str
    brand: str
    mailbox: str
    cause: str
    detail: str
    author: str
    subject: str
    received_ms: int
    state: HeldState


COLUMNS = tuple(getattr(Held, each.name) for each in fields(HeldMail))


@dataclass(frozen=True, slots=True)
class Released:
    """What goes back to intake: the raw, its envelope, and an origin that the spool takes only once."""

    raw: bytes
    envelope: Envelope
    origin: str


def list_held(rows: Rows, *, cause: str = "", everything: bool = False, limit: int = 1000) -> list[HeldMail]:
    """Held mail, oldest first; of one cause where given; with what was released or dropped where asked."""
    query = Held.select(*COLUMNS).order_by(Held.id).limit(limit)
    if not everything:
        query = query.where(Held.state == HeldState.HELD.value)
    if cause:
        query = query.where(Held.cause == cause)
    return [_held(row) for row in rows.select(query)]


def show_held(rows: Rows, held_id: int) -> HeldMail | None:
    """One held mail, in whatever state, or None."""
    found = rows.select(Held.select(*COLUMNS).where(Held.id == held_id))
    return _held(found[0]) if found else None


def held_counts(rows: Rows) -> dict[str, int]:
    """How many wait, by cause."""
    count = fn.COUNT(Held.id).alias("count")
    query = Held.select(Held.cause, count).where(Held.state == HeldState.HELD.value).group_by(Held.cause)
    return {row["cause"]: row["count"] for row in rows.select(query.order_by(Held.cause))}


def _held(row: dict[str, Any]) -> HeldMail:
    return HeldMail(**{**row, "state": HeldState(row["state"])})


def raw_of(rows: Rows, entry_key: str) -> tuple[bytes, Envelope] | None:
    """The whole mail of an entry and how it came, or None when it is not kept (any more)."""
    rows.connect()
    row = rows.one("SELECT data, envelope, received_ms FROM raws WHERE entry_key = ?", (entry_key,))
    if row is None or row[0] is None:
        return None
    said = from_json(row[1]) or {"source": "ingest", "recipients": [], "received_ms": row[2]}
    return bytes(row[0]), Envelope(**{**said, "recipients": tuple(said["recipients"])})


def release(rows: Rows, held_id: int, now_ms: int) -> Released | None:
    """Take a held mail back to intake: the caller gives what comes back to the spool. None when there is no such mail,
    or its raw was dropped. Its dedupe key goes, so that the mail is no duplicate of itself."""
    found = show_held(rows, held_id)
    kept = raw_of(rows, found.entry_key) if found else None
    if found is None or kept is None or found.state is HeldState.DROPPED:
        return None
    with rows.transaction():
        rows.run("UPDATE held SET state = 'released', settled_ms = ? WHERE id = ?", (now_ms, held_id))
        rows.run("DELETE FROM dedupe WHERE entry_key = ? AND brand = ?", (found.entry_key, found.brand))
    raw, envelope = kept
    return Released(raw, envelope, f"release:{held_id}")


def confirm_newest(rows: Rows, ticket_id: int | None, authors: Sequence[str], now_ms: int) -> None:
    """Mark the newest mail that is held as ``unproved-agent`` on a ticket (None: on none) and is from one of these
    addresses (lower case) as confirmed. In a transaction of the caller; nothing happens if there is none."""
    if not authors:
        return
    on_ticket = "d.ticket_id IS NULL" if ticket_id is None else "d.ticket_id = ?"
    found = rows.one(
        "SELECT h.id, h.entry_key, h.brand FROM held h JOIN deliveries d ON d.entry_key = h.entry_key "  # noqa: S608
        f"AND d.brand = h.brand WHERE h.state = 'held' AND h.cause = ? AND {among('lower(h.author)', authors)} "
        f"AND {on_ticket} ORDER BY h.id DESC LIMIT 1",
        (Cause.UNPROVED_AGENT.value, *authors, *(() if ticket_id is None else (ticket_id,))),
    )
    if found:
        rows.run("UPDATE held SET state = 'confirmed', settled_ms = ? WHERE id = ?", (now_ms, found[0]))
        rows.run("DELETE FROM dedupe WHERE entry_key = ? AND brand = ?", found[1:])


def confirmed(rows: Rows) -> list[tuple[int, Released]]:
    """Held mails that agents confirmed, by id. The caller gives each back to the spool (its origin makes that happen
    once), says so with ``settle_confirmed``, and settles it with ``Delivery.confirmed``."""
    rows.connect()
    found = rows.all("SELECT id, entry_key FROM held WHERE state = 'confirmed' ORDER BY id LIMIT 50")
    kept = ((held_id, raw_of(rows, entry_key)) for held_id, entry_key in found)
    return [(held_id, Released(raw[0], raw[1], f"confirm:{held_id}")) for held_id, raw in kept if raw]


def settle_confirmed(rows: Rows, held_id: int, now_ms: int) -> None:
    """The spool has it again."""
    rows.connect()
    with rows.transaction():
        rows.run("UPDATE held SET state = 'released', settled_ms = ? WHERE id = ?", (now_ms, held_id))


def drop(rows: Rows, held_id: int, now_ms: int) -> bool:
    """Forget a held mail's raw unless another brand's delivery needs it; False when it was not waiting."""
    rows.connect()
    with rows.transaction():
        found = rows.all(
            "UPDATE held SET state = 'dropped', settled_ms = ?, author = '', subject = '' "
            "WHERE id = ? AND state = 'held' RETURNING entry_key",
            (now_ms, held_id),
        )
        for (entry_key,) in found:
            rows.run(
                "DELETE FROM raws WHERE entry_key = ? AND NOT EXISTS (SELECT 1 FROM deliveries d "
                "WHERE d.entry_key = raws.entry_key AND d.outcome <> 'hold') AND NOT EXISTS (SELECT 1 FROM held h "
                "WHERE h.entry_key = raws.entry_key AND h.state = 'held')",
                (entry_key,),
            )
    return bool(found)
