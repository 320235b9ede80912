"""A ticket and all that hangs on it: its people, messages, history and times."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, CompositeKey, IntegerField, TextField

from mailgate.store.schema.field import Flag, Json, Kept


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


class Ratings(Kept):
    """A customer's word on a ticket."""

    ticket_id = BigIntegerField(primary_key=True)
    score = IntegerField()
    comment = TextField()
    rated_by = TextField()
    at_ms = BigIntegerField()


class Acts(Kept):
    """What an agent's commands did to a ticket, and the effects that undo it (``acts``)."""

    id = BigIntegerField(primary_key=True)
    ticket_id = BigIntegerField()
    agent = TextField()
    command = TextField()
    undo = Json()
    at_ms = BigIntegerField()
    undone_ms = BigIntegerField(null=True)


class Timers(Kept):
    """Something that is due on a ticket."""

    ticket_id = BigIntegerField()
    kind = TextField()
    due_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("ticket_id", "kind")


class Alerts(Kept):
    """The ticket of a monitoring alert, by its fingerprint; ``seen`` counts the mails."""

    brand = TextField()
    fingerprint = TextField()
    ticket_id = BigIntegerField()
    seen = IntegerField()
    updated_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("brand", "fingerprint")
