"""The rows that one plan will become, gathered before any of them is written.

``effects`` fills a draft, ``apply`` writes it: one statement a table, in the order of ``TABLES``, so that a mail costs
a dozen statements however many effects its plan has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mailgate.desk.effect import NEW_TICKET
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Envelope, Reading
from mailgate.store.chain import START, Link, digest_of, mac_of, metadata_of
from mailgate.store.gathered import Customer, Gathered
from mailgate.store.read import FINISHED, columns_of, tickets_by_id
from mailgate.store.rows import id_key, key_of, to_json
from mailgate.store.sql import Part
from mailgate.store.work import Work


@dataclass(frozen=True)
class Table:
    """A table that drafts add rows to. Where ``update`` names columns, a row whose first ``key`` columns are there
    already gets those of the new row; with ``key`` alone it stays as it is."""

    name: str
    columns: str
    key: int = 0
    update: str = ""

    @cached_property
    def conflict(self) -> str:
        """What SQL says to a row that is there already."""
        if not self.key:
            return ""
        key = ", ".join(self.columns.split(", ")[: self.key])
        news = ", ".join(f"{column} = excluded.{column}" for column in self.update.split(", "))
        return f"ON CONFLICT ({key}) DO UPDATE SET {news}" if self.update else f"ON CONFLICT ({key}) DO NOTHING"


TABLES = (
    Table("participants", "ticket_id, email_key, email, name, role, since_ms", 2, "role"),
    Table(
        "messages",
        "id, ticket_id, entry_key, direction, visibility, agent, marks, author_email, author_name, subject, "
        "message_id, text, new_text, language, verdict, proof, received_ms, created_ms",
    ),
    Table(
        "attachments",
        "message_id, path, filename, content_type, claimed_type, size, sha256, content_id, inline, noise, risks, place",
    ),
    Table("raws", "entry_key, sha256, size, envelope, received_ms, data", 1),
    Table("known_ids", "brand, message_id, ticket_id, letter_id", 2),
    Table("events", "ticket_id, seq, at_ms, kind, actor, meta, salt, payload, digest, mac"),
    Table("links", "ticket_id, other_id, why, created_ms", 2),
    Table(
        "letters",
        "id, ticket_id, entry_key, brand, kind, recipient, mail_from, message_id, subject, at_most_once, state, "
        "next_ms, attempts, claimed_by, claimed_ms, created_ms, error, relay_message_id, failed_template",
    ),
    Table("letter_data", "letter_id, data"),
    Table(
        "letter_bounces",
        "letter_id, email_key, email, action, status, reason, at_ms",
        2,
        "action, status, reason, at_ms",
    ),
    Table("held", "id, entry_key, brand, mailbox, cause, detail, author, subject, received_ms, state"),
    Table("ratings", "ticket_id, score, comment, rated_by, at_ms", 1, "score, comment, rated_by, at_ms"),
    Table("acts", "id, ticket_id, agent, command, undo, at_ms"),
    Table(
        "roster",
        "agent, state, name, address, role, teams, language, changed_by, at_ms",
        1,
        "state, name, address, role, teams, language, changed_by, at_ms",
    ),
    Table("absences", "agent, since_ms, until_ms, why", 1, "since_ms, until_ms, why"),
    Table("paused", "name, since_ms, paused_by, why", 1, "since_ms, paused_by, why"),
    Table("requests", "id, kind, about, asked_by, at_ms"),
    Table(
        "calls",
        "id, name, ticket_id, body, state, next_ms, attempts, claimed_by, claimed_ms, created_ms, error",
    ),
)
"""In the order in which they are written."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "participants": ("ticket_id", "email_key"),
    "links": ("ticket_id", "other_id"),
    "absences": ("agent",),
    "paused": ("name",),
}
"""Tables of which a plan may remove a row, with the columns that name it."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """The delivery that a plan settles. ``envelope`` is for mail that could not be read (else the reading has it)."""

    entry_key: str
    brand: str
    mailbox: str
    envelope: Envelope | None = None
    received_ms: int = 0


@dataclass
class Draft(Gathered):
    """One plan on its way into rows. ``ticket`` is what ``NEW_TICKET`` and a letter's 0 stand for."""

    work: Work
    brand: str
    mailbox: str
    ticket: Ticket | None
    now_ms: int
    delivery: DeliveryRow | None = None
    reading: Reading | None = None
    raw: bytes | None = None
    message: int | None = None

    def add(self, table: str, *row: Any) -> None:
        """Put a row, in the order of the columns in ``TABLES``, on the list."""
        if self.removed and table in KEYS:
            self.removed.pop((table, *row[: len(KEYS[table])]), None)
        self.rows.setdefault(table, []).append(row)

    def know(self, brand: str, message_id: str, ticket_id: int | None, letter_id: int | None) -> None:
        """Let a Message-ID lead to a ticket, and to a letter of ours."""
        key = id_key(message_id)
        self.add("known_ids", brand, key, ticket_id, letter_id)
        self.known.add((brand, key))

    def remove(self, table: str, *key: object) -> None:
        """Delete the row that has this key, as it was before this plan and as this plan would have made it."""
        columns = KEYS[table]
        sql = f"DELETE FROM {table} WHERE {' AND '.join(f'{column} = ?' for column in columns)}"  # noqa: S608
        self.rows[table] = [row for row in self.rows.get(table, ()) if row[: len(key)] != key]
        self.removed[table, *key] = Part(table, "", (key,), statement=sql)

    def resolve(self, reference: int) -> Ticket:
        """The ticket that an effect speaks of, as this transaction knows it. ``LookupError`` when there is none."""
        wanted = self.ticket.id if self.ticket is not None and reference == NEW_TICKET else reference
        if wanted not in self.work.tickets or wanted not in self.work.heads:
            found = tickets_by_id(self.work.rows, (wanted,), lock=True).get(wanted)
            if found is None:
                raise LookupError(f"there is no ticket with the id {wanted}")
            self.work.tickets[wanted], self.work.heads[wanted] = found
        return self.work.tickets[wanted]

    def change(self, ticket: Ticket, **changes: Any) -> None:
        """Set fields of a ticket; entering or leaving a finished state moves ``closed_ms`` and the customer's count."""
        status = changes.get("status")
        if status is not None and (Status(status) in FINISHED) != (ticket.status in FINISHED):
            finished = Status(status) in FINISHED
            changes = {"closed_ms": self.now_ms if finished else None, **changes}
            self.customer(ticket.brand, ticket.requester.email).open_tickets += -1 if finished else 1
        self.changed.setdefault(ticket.id, {}).update(columns_of(changes))
        after = replace(ticket, **changes)
        self.work.weigh(ticket, -1)
        self.work.weigh(after, 1)
        self.work.tickets[ticket.id] = after

    def event(
        self, ticket_id: int, kind: str, meta: Mapping[str, object], payload: Mapping[str, object], actor: str = ""
    ) -> None:
        """Add an entry to a ticket's history, chained to the one before it."""
        link = self.work.heads[ticket_id]
        seq, at_ms = link.events + 1, self.now_ms
        meta_text, payload_text, salt = to_json(meta), to_json(payload), self.work.salt()
        digest = digest_of(salt, payload_text)
        metadata = metadata_of(ticket_id, seq, at_ms, kind, actor, meta_text)
        mac = mac_of(self.work.audit_key, link.head, metadata, digest)
        self.add("events", ticket_id, seq, at_ms, kind, actor, meta_text, salt, payload_text, digest, mac)
        self.work.heads[ticket_id] = Link(seq, mac)
        self.changed.setdefault(ticket_id, {})["updated_ms"] = at_ms

    def customer(self, brand: str, email: str) -> Customer:
        """What will be remembered of an address, to be added to."""
        return self.customers.setdefault((brand, key_of(email)), Customer(email, self.now_ms))

    def given(self, agent: str) -> None:
        """An agent (empty: nobody) was given a ticket; the row is written at the end of the transaction."""
        self.work.give(agent, self.now_ms)

    def begin_chain(self, ticket: Ticket) -> None:
        """Let a ticket that is about to be written be known, with an empty history."""
        self.work.tickets[ticket.id] = ticket
        self.work.numbers[ticket.number] = ticket.id
        self.work.weigh(ticket, 1)
        self.work.heads[ticket.id] = Link(0, START)
