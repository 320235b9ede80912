"""Tickets for people to look at: lists, one ticket with all that hangs on it, and search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailgate.desk.ticket import Ticket
from mailgate.store.read import tickets_in_order, tickets_where
from mailgate.store.rows import Rows, key_of
from mailgate.store.schema import (
    Attachments,
    Deliveries,
    Events,
    LetterBounces,
    Letters,
    Links,
    Messages,
    Tickets,
)
from mailgate.store.search import hits
from mailgate.store.showing import merged_numbers

LIMIT = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket with its story: each list oldest first, each item a dictionary that ``--json`` can print. ``parent`` and
    ``children`` are numbers of tickets."""

    ticket: Ticket
    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    links: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]
    parent: int | None = None
    children: tuple[int, ...] = ()


def list_tickets(
    rows: Rows, *, open_only: bool = False, team: str = "", status: str = "", requester: str = "", limit: int = LIMIT
) -> list[Ticket]:
    """Tickets, newest first; each condition that is given must hold."""
    query = Tickets.select(Tickets.id).order_by(Tickets.id.desc()).limit(limit)
    if open_only:
        query = query.where(Tickets.closed_ms.is_null())
    for column, value in ((Tickets.team, team), (Tickets.status, status)):
        if value:
            query = query.where(column == value)
    if requester:
        query = query.where(Tickets.requester_key == key_of(requester))
    return tickets_in_order(rows, [row["id"] for row in rows.select(query)])


def all_tickets(rows: Rows, *, open_only: bool = False, team: str = "") -> Iterator[Ticket]:
    """Every ticket that meets the conditions, newest first, a page in memory at a time."""
    last = 2**62
    while True:
        query = Tickets.select(Tickets.id).where(Tickets.id < last).order_by(Tickets.id.desc()).limit(LIMIT)
        if open_only:
            query = query.where(Tickets.closed_ms.is_null())
        if team:
            query = query.where(Tickets.team == team)
        page = [row["id"] for row in rows.select(query)]
        yield from tickets_in_order(rows, page)
        if len(page) < LIMIT:
            return
        last = page[-1]


def show_ticket(rows: Rows, number: int) -> Shown | None:
    """The ticket of that number with all that hangs on it, or None."""
    rows.connect()
    found = tickets_where(rows, "number", [number], lock=False)
    if not found:
        return None
    ticket, _ = next(iter(found.values()))
    return Shown(
        ticket,
        messages=_messages(rows, ticket.id, {ticket.id: ticket.number, **merged_numbers(rows, ticket.id)}),
        events=rows.select(
            Events.select(Events.seq, Events.at_ms, Events.kind, Events.actor, Events.meta, Events.payload)
            .where(Events.ticket_id == ticket.id)
            .order_by(Events.seq)
        ),
        letters=_letters(rows, ticket.id),
        links=_links(rows, ticket.id),
        deliveries=rows.select(
            Deliveries.select()
            .where(Deliveries.ticket_id == ticket.id)
            .order_by(Deliveries.received_ms, Deliveries.entry_key)
        ),
        parent=next(iter(_numbers(rows, Tickets.id == ticket.parent)), None) if ticket.parent else None,
        children=_numbers(rows, Tickets.parent_id == ticket.id),
    )


def _numbers(rows: Rows, condition: Any) -> tuple[int, ...]:
    return tuple(
        row["number"] for row in rows.select(Tickets.select(Tickets.number).where(condition).order_by(Tickets.id))
    )


def _messages(rows: Rows, ticket_id: int, numbers: Mapping[int, int]) -> list[dict[str, Any]]:
    """By time of acceptance, each with its attachments; ``new_text`` is always filled in. Those of tickets that were
    merged into this one have their number as a mark."""
    messages = rows.select(
        Messages.select().where(Messages.ticket_id.in_(list(numbers))).order_by(Messages.received_ms, Messages.id)
    )
    parts = rows.select(
        Attachments.select()
        .where(Attachments.message_id.in_([message["id"] for message in messages]))
        .order_by(Attachments.message_id, Attachments.place)
    )
    for message in messages:
        message["new_text"] = message["text"] if message["new_text"] is None else message["new_text"]
        if message["ticket_id"] != ticket_id:
            message["marks"] = [*(message["marks"] or ()), f"#{numbers[message['ticket_id']]}"]
        message["attachments"] = [part for part in parts if part["message_id"] == message["id"]]
    return messages


def _letters(rows: Rows, ticket_id: int) -> list[dict[str, Any]]:
    letters = rows.select(Letters.select().where(Letters.ticket_id == ticket_id).order_by(Letters.id))
    bounces = rows.select(LetterBounces.select().where(LetterBounces.letter_id.in_([each["id"] for each in letters])))
    for letter in letters:
        letter["bounces"] = [bounce for bounce in bounces if bounce["letter_id"] == letter["id"]]
    return letters


def _links(rows: Rows, ticket_id: int) -> list[dict[str, Any]]:
    """Related tickets, by number, from whichever side the link was made."""
    here, there = Links.ticket_id == ticket_id, Links.other_id == ticket_id
    query = (
        Links.select(Tickets.number, Links.why, Links.created_ms)
        .join(
            Tickets,
            on=((here & (Tickets.id == Links.other_id)) | (there & (Tickets.id == Links.ticket_id))),
        )
        .where(here | there)
        .order_by(Links.created_ms, Tickets.number)
    )
    return rows.select(query)


def search_tickets(rows: Rows, text: str, limit: int = LIMIT) -> list[Ticket]:
    """Tickets with a message that has all the words of ``text``, newest message first; see ``search.hits``."""
    rows.connect()
    return tickets_in_order(rows, [hit.ticket_id for hit in hits(rows, text, limit)])
