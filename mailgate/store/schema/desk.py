"""The desk itself: who works at it, what it was asked to do, which daemons there are."""

from __future__ import annotations

from peewee import BigIntegerField, TextField

from mailgate.store.schema.field import Json, Kept


class Meta(Kept):
    """What the database knows of itself: its schema, how often the roster changed, which promises are renewed."""

    key = TextField(primary_key=True)
    value = TextField()


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


class Paused(Kept):
    """A team or mailbox that an admin stopped."""

    name = TextField(primary_key=True)
    since_ms = BigIntegerField()
    paused_by = TextField()
    why = TextField()


class Requests(Kept):
    """What the clock process shall do once: ``reload``, ``leave`` (``about`` an agent), ``export`` or ``erase`` (an
    address)."""

    id = BigIntegerField(primary_key=True)
    kind = TextField()
    about = TextField()
    asked_by = TextField()
    at_ms = BigIntegerField()
    done_ms = BigIntegerField(null=True)


class Schedules(Kept):
    """A scheduled ticket: when it is next due, and the key of how it is written (``schedules``). Also whose turn a
    daily letter is, and the rows of files that were imported."""

    name = TextField(primary_key=True)
    next_ms = BigIntegerField()
    last_key = TextField()


class Leases(Kept):
    """Which daemon does something that only one may do at a time."""

    name = TextField(primary_key=True)
    holder = TextField()
    expires_ms = BigIntegerField()
