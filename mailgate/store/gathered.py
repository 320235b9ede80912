"""Rows of several mails on their way into the database together.

A batch of mails is one transaction anyway; written together its rows cost one statement a table instead of one a mail.
``Work`` keeps what is gathered and writes it before anybody looks at rows that it would change (``Work.rows``), so a
mail sees what the mails before it have done, in the same batch too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mailgate.store.search import Document
from mailgate.store.sql import Part


@dataclass
class Customer:
    """What is added to what is remembered of one address."""

    email: str
    now_ms: int = 0
    name: str = ""
    language: str = ""
    tickets: int = 0
    open_tickets: int = 0
    rating: int | None = None
    survey_asked_ms: int | None = None

    def add(self, later: Customer) -> None:
        """And what a later mail adds."""
        self.name, self.language = later.name or self.name, later.language or self.language
        self.now_ms = later.now_ms
        self.tickets += later.tickets
        self.open_tickets += later.open_tickets
        self.rating = self.rating if later.rating is None else later.rating
        self.survey_asked_ms = later.survey_asked_ms or self.survey_asked_ms


@dataclass(kw_only=True)
class Gathered:
    """By table: rows to add; changed columns of tickets; timers that are set, or cleared where None; rows to remove;
    documents for the index; what is remembered of customers; outcomes of deliveries; Message-IDs that become known, as
    (brand, key)."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    changed: dict[int, dict[str, object]] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    timers: dict[tuple[int, str], int | None] = field(default_factory=dict)
    removed: dict[tuple[object, ...], Part] = field(default_factory=dict)
    words: list[Document] = field(default_factory=list)
    customers: dict[tuple[str, str], Customer] = field(default_factory=dict)
    outcomes: list[tuple[Any, ...]] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.outcomes or self.changed or self.rows or self.timers or self.removed or self.customers)

    def add_all(self, later: Gathered) -> None:
        """Take on what a later mail brings; nothing in it removes a row."""
        for table, rows in later.rows.items():
            self.rows.setdefault(table, []).extend(rows)
        for ticket_id, columns in later.changed.items():
            self.changed.setdefault(ticket_id, {}).update(columns)
        self.opened |= later.opened
        self.timers |= later.timers
        self.words += later.words
        for key, customer in later.customers.items():
            known = self.customers.setdefault(key, customer)
            if known is not customer:
                known.add(customer)
        self.outcomes += later.outcomes
        self.known |= later.known
