"""The tables as Peewee models: one class a table, each with the sentence of what a row is.

The migrations made the tables, and a test holds the models against them. Queries for people to read (lists, one
ticket, counts) are built from these; the hot path writes its SQL itself. No model is bound to a database:
``Rows.select`` runs a query on the one that it has. Times are milliseconds since 1970 UTC; ``…_key`` is
``rows.key_of`` of its neighbour.
"""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BlobField, CompositeKey, IntegerField, Model, TextField

from mailgate.store.rows import from_json, to_json


class Json(TextField):
    """A list or map as JSON text, the same on both databases."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else to_json(value)

    def python_value(self, value: str | None) -> Any:
        return from_json(value)


class Flag(IntegerField):
    """0 or 1."""

    def python_value(self, value: int) -> bool:
        return bool(value)


class Kept(Model):
    """What all rows share: a table is called like its class, in snake case."""

    class Meta:
        legacy_table_names = False


class Meta(Kept):
    """What the database knows of itself: its schema, how often the roster changed, which promises are renewed."""

    key = TextField(primary_key=True)
    value = TextField()


class Tickets(Kept):
    """A ticket. ``events`` and ``head`` say where its history stands; ``thread`` are its References."""

    id = BigIntegerField(primary_key=True)
    number = BigIntegerField(unique=True)
    rid = TextField()
    brand = TextField()
    mailbox = TextField()
    subject = TextField()
    status = TextField()
    team = TextField()
    kind = TextField()
    assignee = TextField()
    priority = TextField()
    tags = Json()
    language = TextField()
    fields = Json()
    requester_email = TextField()
    requester_name = TextField()
    requester_key = TextField()
    rule = TextField()
    reason = TextField()
    merged_into = BigIntegerField(null=True)
    created_ms = BigIntegerField()
    updated_ms = BigIntegerField()
    closed_ms = BigIntegerField(null=True)
    waiting_since_ms = BigIntegerField(null=True)
    answered_ms = BigIntegerField(null=True)
    rating = IntegerField(null=True)
    last_message_id = TextField()
    thread = Json()
    asked = TextField()
    state = TextField()
    parent_id = BigIntegerField(null=True)
    due_ms = BigIntegerField(null=True)
    snoozed_ms = BigIntegerField(null=True)
    nudged_ms = BigIntegerField(null=True)
    nudges = IntegerField()
    given_by = TextField()
    sla = TextField()
    clock = Json()
    urgency = BigIntegerField()
    events = BigIntegerField()
    head = BlobField()


class Participants(Kept):
    """An address on a ticket."""

    ticket_id = BigIntegerField()
    email_key = TextField()
    email = TextField()
    name = TextField()
    role = TextField()
    since_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("ticket_id", "email_key")


class Messages(Kept):
    """A mail or note on a ticket. ``new_text`` is null where all of ``text`` is new."""

    id = BigIntegerField(primary_key=True)
    ticket_id = BigIntegerField()
    entry_key = TextField(null=True)
    direction = TextField()
    visibility = TextField()
    agent = TextField()
    marks = Json()
    author_email = TextField()
    author_name = TextField()
    subject = TextField()
    message_id = TextField()
    text = TextField(null=True)
    new_text = TextField(null=True)
    language = TextField()
    verdict = TextField()
    proof = TextField()
    received_ms = BigIntegerField()
    created_ms = BigIntegerField()


class Attachments(Kept):
    """A part of a message's raw mail, by its path in there."""

    message_id = BigIntegerField()
    place = IntegerField()
    path = TextField()
    filename = TextField()
    content_type = TextField()
    claimed_type = TextField()
    size = BigIntegerField()
    sha256 = TextField()
    content_id = TextField()
    inline = Flag()
    noise = Flag()
    risks = Json()

    class Meta:
        primary_key = CompositeKey("message_id", "place")


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


class Events(Kept):
    """An entry in a ticket's history; see ``chain``. ``salt`` and ``payload`` are null once erased."""

    ticket_id = BigIntegerField()
    seq = BigIntegerField()
    at_ms = BigIntegerField()
    kind = TextField()
    actor = TextField()
    meta = Json()
    salt = BlobField(null=True)
    payload = Json(null=True)
    digest = BlobField()
    mac = BlobField()

    class Meta:
        primary_key = CompositeKey("ticket_id", "seq")


class Links(Kept):
    """Two tickets that have to do with each other."""

    ticket_id = BigIntegerField()
    other_id = BigIntegerField()
    why = TextField()
    created_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("ticket_id", "other_id")


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


class Timers(Kept):
    """Something that is due on a ticket."""

    ticket_id = BigIntegerField()
    kind = TextField()
    due_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("ticket_id", "kind")


class Ratings(Kept):
    """A customer's word on a ticket."""

    ticket_id = BigIntegerField(primary_key=True)
    score = IntegerField()
    comment = TextField()
    rated_by = TextField()
    at_ms = BigIntegerField()


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


class ImapCursors(Kept):
    """How far an IMAP folder was read."""

    account = TextField(primary_key=True)
    uidvalidity = BigIntegerField()
    low = BigIntegerField()
    gaps = Json()


class Leases(Kept):
    """Which daemon does something that only one may do at a time."""

    name = TextField(primary_key=True)
    holder = TextField()
    expires_ms = BigIntegerField()


class Paused(Kept):
    """A team or mailbox that an admin stopped."""

    name = TextField(primary_key=True)
    since_ms = BigIntegerField()
    paused_by = TextField()
    why = TextField()


class Acts(Kept):
    """What an agent's commands did to a ticket, and the effects that undo it (``acts``)."""

    id = BigIntegerField(primary_key=True)
    ticket_id = BigIntegerField()
    agent = TextField()
    command = TextField()
    undo = Json()
    at_ms = BigIntegerField()
    undone_ms = BigIntegerField(null=True)


class Roster(Kept):
    """An agent who was added or dismissed by mail; ``state`` is ``added`` or ``dismissed``."""

    agent = TextField(primary_key=True)
    state = TextField()
    name = TextField()
    address = TextField()
    role = TextField()
    teams = Json()
    language = TextField()
    changed_by = TextField()
    at_ms = BigIntegerField()


class Absences(Kept):
    """An agent who is away until a time."""

    agent = TextField(primary_key=True)
    since_ms = BigIntegerField()
    until_ms = BigIntegerField()
    why = TextField()


class Turns(Kept):
    """When an agent was last given a ticket, for assignment in turn."""

    agent = TextField(primary_key=True)
    given_ms = BigIntegerField()


class Requests(Kept):
    """What the clock process shall do once: ``reload``, ``leave`` (``about`` an agent), ``export`` or ``erase`` (an
    address)."""

    id = BigIntegerField(primary_key=True)
    kind = TextField()
    about = TextField()
    asked_by = TextField()
    at_ms = BigIntegerField()
    done_ms = BigIntegerField(null=True)


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


class Schedules(Kept):
    """A scheduled ticket: when it is next due, and the key of how it is written (``schedules``). Also whose turn a
    daily letter is, and the rows of files that were imported."""

    name = TextField(primary_key=True)
    next_ms = BigIntegerField()
    last_key = TextField()


class Alerts(Kept):
    """The ticket of a monitoring alert, by its fingerprint; ``seen`` counts the mails."""

    brand = TextField()
    fingerprint = TextField()
    ticket_id = BigIntegerField()
    seen = IntegerField()
    updated_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("brand", "fingerprint")


MODELS: tuple[type[Kept], ...] = tuple(Kept.__subclasses__())
"""Every table but the search index, which the two databases keep each in its own way."""
