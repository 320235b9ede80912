"""What became of each mail, and why: the stories behind the done-marks (promise 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from mailgate.store.rows import Rows
from mailgate.store.schema import DeliveryRecord, HeldRow, LetterRow, MessageRow, TicketRow


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
        LetterRow.select(LetterRow.entry_key, LetterRow.brand, fn.COUNT(LetterRow.id).alias("letters"))
        .where(LetterRow.entry_key.is_null(False))
        .group_by(LetterRow.entry_key, LetterRow.brand)
    )
    same_letter = (caused.c.entry_key == DeliveryRecord.entry_key) & (caused.c.brand == DeliveryRecord.brand)
    same_held = (HeldRow.entry_key == DeliveryRecord.entry_key) & (HeldRow.brand == DeliveryRecord.brand)
    query = (
        DeliveryRecord.select(
            *DELIVERY_FIELDS,
            TicketRow.number.alias("ticket"),
            fn.COALESCE(TicketRow.team, "").alias("team"),
            fn.COALESCE(TicketRow.status, "").alias("status"),
            fn.COALESCE(MessageRow.author_email, HeldRow.author, "").alias("author"),
            fn.COALESCE(MessageRow.subject, HeldRow.subject, "").alias("subject"),
            fn.COALESCE(caused.c.letters, 0).alias("letters"),
        )
        .join(TicketRow, JOIN.LEFT_OUTER, on=(TicketRow.id == DeliveryRecord.ticket_id))
        .join(MessageRow, JOIN.LEFT_OUTER, on=(MessageRow.id == DeliveryRecord.message_id))
        .join(HeldRow, JOIN.LEFT_OUTER, on=same_held)
        .join(caused, JOIN.LEFT_OUTER, on=same_letter)
        .order_by(DeliveryRecord.received_ms, DeliveryRecord.settled_ms, DeliveryRecord.entry_key, DeliveryRecord.brand)
        .limit(limit)
    )
    if entry_key:
        query = query.where(DeliveryRecord.entry_key == entry_key)
    return [_story(row) for row in rows.select(query)]


def _story(row: dict[str, Any]) -> DeliveryStory:
    return DeliveryStory(**{**row, "trace": tuple(row["trace"])})


DELIVERY_FIELDS = tuple(
    getattr(DeliveryRecord, name)
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
