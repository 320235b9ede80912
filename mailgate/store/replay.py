"""Stored mail once more, in the order of acceptance: what rules had a say in, with what was known of its sender.

Rules route a mail that opens a ticket, or hold it; what joined a ticket, bounced or was held for another cause never
met them. One raw is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.desk.ticket import Customer
from mailgate.mail.model import Envelope
from mailgate.store.held import raw_of
from mailgate.store.rows import Row, Rows, from_json

PAGE = 500
ROUTED = "(d.outcome IN ('new', 'link') OR (d.outcome = 'hold' AND d.cause = 'rule'))"


@dataclass(frozen=True, slots=True)
class Stored:
    """One delivery of the past: its mail, the mailbox that it came to, its ticket's number (None: it was held), and
    the proof of its sender as it was found then (empty: it was not recorded)."""

    entry_key: str
    brand: str
    mailbox: str
    ticket: int | None
    proof: str
    customer: Customer | None
    raw: bytes
    envelope: Envelope


def count_stored(rows: Rows, since_ms: int) -> int:
    """How many ``stored`` will give, at most: raws that retention has dropped are among them."""
    rows.connect()
    row = rows.one(f"SELECT count(*) FROM deliveries d WHERE {ROUTED} AND d.received_ms >= ?", (since_ms,))  # noqa: S608
    return int(row[0]) if row else 0


def stored(rows: Rows, since_ms: int) -> Iterator[Stored]:
    """Every delivery since then that rules had a say in and whose raw is kept, oldest first; changes nothing."""
    rows.connect()
    last = (since_ms, "", "")
    while True:
        page = rows.all(
            "SELECT d.received_ms, d.entry_key, d.brand, d.mailbox, t.number, m.proof, "  # noqa: S608
            "c.email, c.name, c.language, c.tags, c.tickets, c.open_tickets, c.last_rating "
            "FROM deliveries d LEFT JOIN tickets t ON t.id = d.ticket_id LEFT JOIN messages m ON m.id = d.message_id "
            "LEFT JOIN customers c ON c.brand = d.brand AND c.email_key = lower(m.author_email) "
            f"WHERE {ROUTED} AND (d.received_ms > ? OR (d.received_ms = ? AND d.entry_key > ?) "
            "OR (d.received_ms = ? AND d.entry_key = ? AND d.brand > ?)) "
            f"ORDER BY d.received_ms, d.entry_key, d.brand LIMIT {PAGE}",
            (last[0], last[0], last[1], last[0], *last[1:]),
        )
        for row in page:
            kept = raw_of(rows, row[1])
            if kept is not None:
                entry_key, brand, mailbox, ticket, proof = row[1:6]
                yield Stored(entry_key, brand, mailbox, ticket, proof or "", _customer(row[6:]), kept[0], kept[1])
        if len(page) < PAGE:
            return
        last = (page[-1][0], page[-1][1], page[-1][2])


def _customer(row: Row) -> Customer | None:
    if row[0] is None:
        return None
    email, name, language, tags, tickets, open_tickets, rating = row
    return Customer(email, name, language or "und", tuple(from_json(tags) or ()), tickets, open_tickets, rating)
