"""Held mail: what did not become a ticket waits here under its cause, with its raw, until somebody decides.

=========  ==============================================================================================
state      meaning
=========  ==============================================================================================
held       waits for an admin, or for an agent's confirmation
confirmed  the agent confirmed, or an admin released it by mail; settled as soon as the clock looks
released   settled after all, under the same entry: its delivery has another outcome now
dropped    an admin said that nobody needs it; the raw is gone, the done-mark stays
=========  ==============================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from peewee import fn

from mailgate.desk.effect import Cause
from mailgate.desk.facts import Asked
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
    """A line of the list of held mail. ``decided_by`` is the admin whose mail released or dropped it."""

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
    decided_by: str = ""


TO_CONFIRM = (Cause.UNPROVED_AGENT.value, Cause.AWAITS_CONFIRMATION.value)
"""The causes under which a mail waits for its author's word."""

ASKED = 100
"""Confirmations that an agent may still answer; an older one waits for an admin."""

COLUMNS = tuple(getattr(Held, each.name) for each in fields(HeldMail))


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


def release(rows: Rows, held_id: int, now_ms: int) -> bool:
    """Say that a held mail is settled after all, in the transaction that settles it; False when it no longer waits."""
    found = rows.all(
        "UPDATE held SET state = 'released', settled_ms = ? WHERE id = ? AND state IN ('held', 'confirmed') "
        "RETURNING id",
        (now_ms, held_id),
    )
    return bool(found)


def confirm(rows: Rows, held_id: int, by: str, now_ms: int) -> None:
    """Mark a mail as confirmed by its agent, or (``by`` an admin) as released by mail, in a transaction of the caller;
    nothing happens if it no longer waits. Agents confirm only what was held to be confirmed."""
    condition = "" if by else f"AND {among('cause', TO_CONFIRM)}"
    rows.run(
        "UPDATE held SET state = 'confirmed', settled_ms = ?, decided_by = ? "  # noqa: S608
        f"WHERE id = ? AND state = 'held' {condition}",
        (now_ms, by, held_id, *(() if by else TO_CONFIRM)),
    )


def keep_holding(rows: Rows, held_id: int, cause: str, detail: str) -> None:
    """A confirmed mail cannot be settled after all: it waits again, for an admin, under what stands in its way."""
    rows.run(
        "UPDATE held SET state = 'held', cause = ?, detail = ?, decided_by = '' WHERE id = ? AND state = 'confirmed'",
        (cause, detail, held_id),
    )


def asked(rows: Rows, brand: str, authors: Sequence[str]) -> tuple[Asked, ...]:
    """The newest mails in the name of one of these addresses (lower case) that were held to be confirmed, waiting or
    not."""
    found = rows.all(
        f"SELECT id, entry_key, state, cause, received_ms FROM held WHERE {among('cause', TO_CONFIRM)} AND brand = ? "  # noqa: S608
        f"AND {among('lower(author)', authors)} ORDER BY id DESC LIMIT {ASKED}",
        (*TO_CONFIRM, brand, *authors),
    )
    strict = Cause.AWAITS_CONFIRMATION.value
    return tuple(
        Asked(number, entry, state == HeldState.HELD.value, cause == strict, since_ms)
        for number, entry, state, cause, since_ms in found
    )


def confirmed(rows: Rows) -> list[HeldMail]:
    """Held mails that agents confirmed and nobody has settled yet, oldest first."""
    query = Held.select(*COLUMNS).where(Held.state == HeldState.CONFIRMED.value).order_by(Held.id).limit(50)
    return [_held(row) for row in rows.select(query)]


def drop(rows: Rows, held_id: int, by: str, now_ms: int) -> bool:
    """Forget a held mail's raw unless another brand's delivery needs it, in a transaction of the caller; False when it
    was not waiting."""
    found = rows.all(
        "UPDATE held SET state = 'dropped', settled_ms = ?, decided_by = ?, author = '', subject = '' "
        "WHERE id = ? AND state = 'held' RETURNING entry_key",
        (now_ms, by, held_id),
    )
    for (entry_key,) in found:
        rows.run(
            "DELETE FROM raws WHERE entry_key = ? AND NOT EXISTS (SELECT 1 FROM deliveries d "
            "WHERE d.entry_key = raws.entry_key AND d.outcome <> 'hold') AND NOT EXISTS (SELECT 1 FROM held h "
            "WHERE h.entry_key = raws.entry_key AND h.state IN ('held', 'confirmed'))",
            (entry_key,),
        )
    return bool(found)
