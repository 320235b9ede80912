"""The tables as Peewee models: one class a table, with the sentence of what a row is.

The migrations made the tables, and a test holds the models against them. Queries for people to read (lists, one
ticket, counts) are built from these; the hot path writes its SQL itself. No model is bound to a database:
``Rows.select`` runs a query on the one that it has. Times are milliseconds since 1970 UTC; ``…_key`` is
``rows.key_of`` of its neighbour.
"""

from __future__ import annotations

from mailgate.store.schema.desk import Absences, Leases, Meta, Paused, Requests, Roster, Schedules, Turns
from mailgate.store.schema.field import Kept
from mailgate.store.schema.letters import Budgets, Calls, Customers, LetterBounces, LetterData, Letters
from mailgate.store.schema.mails import Dedupe, Deliveries, Held, ImapCursors, KnownIds, Raws
from mailgate.store.schema.tickets import (
    Acts,
    Alerts,
    Attachments,
    Events,
    Links,
    Messages,
    Participants,
    Ratings,
    Tickets,
    Timers,
)

__all__ = [
    "MODELS",
    "Absences",
    "Acts",
    "Alerts",
    "Attachments",
    "Budgets",
    "Calls",
    "Customers",
    "Dedupe",
    "Deliveries",
    "Events",
    "Held",
    "ImapCursors",
    "KnownIds",
    "Leases",
    "LetterBounces",
    "LetterData",
    "Letters",
    "Links",
    "Messages",
    "Meta",
    "Participants",
    "Paused",
    "Ratings",
    "Raws",
    "Requests",
    "Roster",
    "Schedules",
    "Tickets",
    "Timers",
    "Turns",
]

MODELS: tuple[type[Kept], ...] = tuple(Kept.__subclasses__())
"""Every table but the search index, which the two databases keep each in its own way."""
