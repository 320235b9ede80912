"""Tickets for people to look at: lists, one ticket with all that hangs on it, and search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import SQL, fn

from mailgate.desk.ticket import Ticket
from mailgate.store.read import tickets_by_id, tickets_where
from mailgate.store.rows import Rows, key_of
from mailgate.store.schema import (
    AttachmentRow,
    DeliveryRecord,
    EventRow,
    LetterBounce,
    LetterRow,
    LinkRow,
    MessageRow,
    TicketRow,
)
from mailgate.store.words import words_of

LIMIT = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket with its story: each list oldest first, each item a dictionary that ``--json`` can print."""

    ticket: Ticket
    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    links: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]


def list_tickets(
    rows: Rows, *, open_only: bool = False, team: str = "", status: str = "", requester: str = "", limit: int = LIMIT
) -> list[Ticket]:
    """Tickets, newest first; each condition that is given must hold."""
    query = TicketRow.select(TicketRow.id).order_by(TicketRow.id.desc()).limit(limit)
    if open_only:
        query = query.where(TicketRow.closed_ms.is_null())
    for column, value in ((TicketRow.team, team), (TicketRow.status, status)):
        if value:
            query = query.where(column == value)
    if requester:
        query = query.where(TicketRow.requester_key == key_of(requester))
    return _in_order(rows, [row["id"] for row in rows.select(query)])


def show_ticket(rows: Rows, number: int) -> Shown | None:
    """The ticket of that number with all that hangs on it, or None."""
    rows.connect()
    found = tickets_where(rows, "number", [number], lock=False)
    if not found:
        return None
    ticket, _ = next(iter(found.values()))
    return Shown(
        ticket,
        messages=_messages(rows, ticket.id),
        events=rows.select(
            EventRow.select(
                EventRow.seq, EventRow.at_ms, EventRow.kind, EventRow.actor, EventRow.meta, EventRow.payload
            )
            .where(EventRow.ticket_id == ticket.id)
            .order_by(EventRow.seq)
        ),
        letters=_letters(rows, ticket.id),
        links=_links(rows, ticket.id),
        deliveries=rows.select(
            DeliveryRecord.select()
            .where(DeliveryRecord.ticket_id == ticket.id)
            .order_by(DeliveryRecord.received_ms, DeliveryRecord.entry_key)
        ),
    )


def _messages(rows: Rows, ticket_id: int) -> list[dict[str, Any]]:
    """By time of acceptance, each with its attachments; ``new_text`` is always filled in."""
    messages = rows.select(
        MessageRow.select().where(MessageRow.ticket_id == ticket_id).order_by(MessageRow.received_ms, MessageRow.id)
    )
    parts = rows.select(
        AttachmentRow.select()
        .where(AttachmentRow.message_id.in_([message["id"] for message in messages]))
        .order_by(AttachmentRow.message_id, AttachmentRow.place)
    )
    for message in messages:
        message["new_text"] = message["text"] if message["new_text"] is None else message["new_text"]
        message["attachments"] = [part for part in parts if part["message_id"] == message["id"]]
    return messages


def _letters(rows: Rows, ticket_id: int) -> list[dict[str, Any]]:
    letters = rows.select(LetterRow.select().where(LetterRow.ticket_id == ticket_id).order_by(LetterRow.id))
    bounces = rows.select(LetterBounce.select().where(LetterBounce.letter_id.in_([each["id"] for each in letters])))
    for letter in letters:
        letter["bounces"] = [bounce for bounce in bounces if bounce["letter_id"] == letter["id"]]
    return letters


def _links(rows: Rows, ticket_id: int) -> list[dict[str, Any]]:
    """Related tickets, by number, from whichever side the link was made."""
    here, there = LinkRow.ticket_id == ticket_id, LinkRow.other_id == ticket_id
    query = (
        LinkRow.select(TicketRow.number, LinkRow.why, LinkRow.created_ms)
        .join(
            TicketRow,
            on=((here & (TicketRow.id == LinkRow.other_id)) | (there & (TicketRow.id == LinkRow.ticket_id))),
        )
        .where(here | there)
        .order_by(LinkRow.created_ms, TicketRow.number)
    )
    return rows.select(query)


def search_tickets(rows: Rows, text: str, limit: int = LIMIT) -> list[Ticket]:
    """Tickets with a message that has all the words of ``text``, newest message first; empty for no words.

    Case, width and accents do not matter; in scripts without spaces any two characters or more are found.
    """
    words = words_of(text)
    if not words:
        return []
    if rows.postgres:
        asked = " & ".join(f"'{word}'" for word in words)
        matching = SQL("id IN (SELECT message_id FROM search WHERE words @@ CAST(%s AS tsquery))", (asked,))
    else:
        asked = " AND ".join(f'"{word}"' for word in words)
        matching = SQL("id IN (SELECT rowid FROM search WHERE search MATCH ?)", (asked,))
    newest = fn.MAX(MessageRow.id)
    query = MessageRow.select(MessageRow.ticket_id).where(matching).group_by(MessageRow.ticket_id)
    return _in_order(rows, [row["ticket_id"] for row in rows.select(query.order_by(newest.desc()).limit(limit))])


def _in_order(rows: Rows, ids: list[int]) -> list[Ticket]:
    """Whole tickets in the order of their ids as given."""
    found = tickets_by_id(rows, ids, lock=False)
    return [found[ticket_id][0] for ticket_id in ids if ticket_id in found]
