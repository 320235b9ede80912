"""What became of each mail, and why: the stories behind the done-marks (promise 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from mailgate.store.rows import Rows
from mailgate.store.schema import Deliveries, Held, Letters, Messages, Tickets


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """One delivery, told. ``ticket`` is the ticket's number (None: none), ``letters`` how many letters it caused;
    ``trace`` are the lines that ``explain`` shows; ``acknowledge`` is empty when an acknowledgement went out."""

    entry_key: str
    brand: str
    mailbox: str
    outcome: str
    cause: str
    ticket: int | None
    team: str
    status: str
    author: str
    subject: str
    duplicate_of: str
    rule: str
    generation: str
    acknowledge: str
    trace: tuple[str, ...]
    received_ms: int
    settled_ms: int
    letters: int


def stories(rows: Rows, *, entry_key: str = "", limit: int = 1000) -> list[DeliveryStory]:
    """The first deliveries in the order of acceptance, or those of one spool entry (one a brand)."""
    caused = (
        Letters.select(Letters.entry_key, Letters.brand, fn.COUNT(Letters.id).alias("letters"))
        .where(Letters.entry_key.is_null(False))
        .group_by(Letters.entry_key, Letters.brand)
    )
    same_letter = (caused.c.entry_key == Deliveries.entry_key) & (caused.c.brand == Deliveries.brand)
    same_held = (Held.entry_key == Deliveries.entry_key) & (Held.brand == Deliveries.brand)
    query = (
        Deliveries.select(
            *DELIVERY_FIELDS,
            Tickets.number.alias("ticket"),
            fn.COALESCE(Tickets.team, "").alias("team"),
            fn.COALESCE(Tickets.status, "").alias("status"),
            fn.COALESCE(Messages.author_email, Held.author, "").alias("author"),
            fn.COALESCE(Messages.subject, Held.subject, "").alias("subject"),
            fn.COALESCE(caused.c.letters, 0).alias("letters"),
        )
        .join(Tickets, JOIN.LEFT_OUTER, on=(Tickets.id == Deliveries.ticket_id))
        .join(Messages, JOIN.LEFT_OUTER, on=(Messages.id == Deliveries.message_id))
        .join(Held, JOIN.LEFT_OUTER, on=same_held)
        .join(caused, JOIN.LEFT_OUTER, on=same_letter)
        .order_by(Deliveries.received_ms, Deliveries.settled_ms, Deliveries.entry_key, Deliveries.brand)
        .limit(limit)
    )
    if entry_key:
        query = query.where(Deliveries.entry_key == entry_key)
    return [_story(row) for row in rows.select(query)]


def _story(row: dict[str, Any]) -> DeliveryStory:
    return DeliveryStory(**{**row, "trace": tuple(row["trace"])})


DELIVERY_FIELDS = tuple(
    getattr(Deliveries, name)
    for name in [
        "entry_key",
        "brand",
        "mailbox",
        "outcome",
        "cause",
        "duplicate_of",
        "rule",
        "generation",
        "acknowledge",
        "trace",
        "received_ms",
        "settled_ms",
    ]
)
