"""What goes out: letters, calls of webhooks, and what is remembered of those who get them."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, CompositeKey, IntegerField, TextField

from mailgate.store.schema.field import Flag, Json, Kept


class Letters(Kept):
    """A letter in the outbox; see ``outbox``. ``entry_key`` is the mail that caused it."""

    id = BigIntegerField(primary_key=True)
    ticket_id = BigIntegerField(null=True)
    entry_key = TextField(null=True)
    brand = TextField()
    kind = TextField()
    recipient = TextField()
    mail_from = TextField()
    message_id = TextField()
    subject = TextField()
    at_most_once = Flag()
    state = TextField()
    next_ms = BigIntegerField()
    attempts = IntegerField()
    claimed_by = TextField()
    claimed_ms = BigIntegerField()
    created_ms = BigIntegerField()
    settled_ms = BigIntegerField(null=True)
    error = TextField()
    relay_message_id = TextField()
    failed_template = TextField()


class LetterData(Kept):
    """The bytes of a letter, apart, so that its state can change cheaply."""

    letter_id = BigIntegerField(primary_key=True)
    data = BlobField()


class LetterBounces(Kept):
    """What a report said of a recipient of a letter."""

    letter_id = BigIntegerField()
    email_key = TextField()
    email = TextField()
    action = TextField()
    status = TextField()
    reason = TextField()
    at_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("letter_id", "email_key")


class Calls(Kept):
    """A call of a webhook on its way; the states are those of a letter (``outbox``)."""

    id = BigIntegerField(primary_key=True)
    name = TextField()
    ticket_id = BigIntegerField(null=True)
    body = Json()
    state = TextField()
    next_ms = BigIntegerField()
    attempts = IntegerField()
    claimed_by = TextField()
    claimed_ms = BigIntegerField()
    created_ms = BigIntegerField()
    settled_ms = BigIntegerField(null=True)
    error = TextField()


class Budgets(Kept):
    """How many automatic letters a budget has let out."""

    budget_key = TextField(primary_key=True)
    spent = IntegerField()
    expires_ms = BigIntegerField()


class Customers(Kept):
    """What a brand remembers of an address."""

    brand = TextField()
    email_key = TextField()
    email = TextField()
    name = TextField()
    language = TextField()
    tags = Json()
    tickets = IntegerField()
    open_tickets = IntegerField()
    last_rating = IntegerField(null=True)
    survey_asked_ms = BigIntegerField(null=True)
    updated_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("brand", "email_key")
