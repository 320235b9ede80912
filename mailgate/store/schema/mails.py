"""Mails as they came in, and what became of each."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, CompositeKey, TextField

from mailgate.store.schema.field import Json, Kept


class Raws(Kept):
    """A whole mail, once per spool entry, and how it came."""

    entry_key = TextField(primary_key=True)
    sha256 = TextField()
    size = BigIntegerField()
    envelope = Json(null=True)
    received_ms = BigIntegerField()
    data = BlobField(null=True)


class Deliveries(Kept):
    """A done-mark: one mail to one brand, what became of it and why."""

    entry_key = TextField()
    brand = TextField()
    mailbox = TextField()
    outcome = TextField()
    cause = TextField()
    ticket_id = BigIntegerField(null=True)
    message_id = BigIntegerField(null=True)
    duplicate_of = TextField()
    rule = TextField()
    generation = TextField()
    acknowledge = TextField()
    trace = Json()
    received_ms = BigIntegerField()
    settled_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("entry_key", "brand")


class Dedupe(Kept):
    """The content of a delivery, so that it counts once; until ``until_ms`` where it has no Message-ID."""

    dedupe_key = TextField(primary_key=True)
    entry_key = TextField()
    brand = TextField()
    until_ms = BigIntegerField(null=True)


class KnownIds(Kept):
    """A Message-ID that came in or went out, and where it leads."""

    brand = TextField()
    message_id = TextField()
    ticket_id = BigIntegerField(null=True)
    letter_id = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("brand", "message_id")


class Held(Kept):
    """A mail that waits for an admin; see ``held``."""

    id = BigIntegerField(primary_key=True)
    entry_key = TextField()
    brand = TextField()
    mailbox = TextField()
    cause = TextField()
    detail = TextField()
    author = TextField()
    subject = TextField()
    received_ms = BigIntegerField()
    state = TextField()
    settled_ms = BigIntegerField(null=True)
    decided_by = TextField()


class ImapCursors(Kept):
    """How far an IMAP folder was read."""

    account = TextField(primary_key=True)
    uidvalidity = BigIntegerField()
    low = BigIntegerField()
    gaps = Json()
