"""What the desk holds about one person, by address: all of it in one place, and the end of it.

Whose a thing is: tickets that the person asked for are theirs with all that hangs on them. On the tickets of others
theirs are the messages that they wrote, the letters that they got, and the events that name them.

What is handed out is less: what the person wrote and was written, and what became of it. Notes of agents among each
other are not in it, nor letters to agents, whose tokens would let the reader act as them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from mailgate.store.erasure import (
    empty_entries,
    empty_letters,
    empty_messages,
    empty_tickets,
    forget_tokens,
    overwrite,
)
from mailgate.store.held import raw_of
from mailgate.store.rows import Rows, key_of
from mailgate.store.schema import Customers, Held, Letters, Messages
from mailgate.store.sql import among, literal, pieces
from mailgate.store.tickets import Shown, show_ticket

AT_ONCE = 100
"""Tickets that one transaction erases."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a person: ids of tickets of their own, and of messages, letters, held mails on others'."""

    tickets: tuple[int, ...]
    messages: tuple[int, ...]
    letters: tuple[int, ...]
    held: tuple[int, ...]
    customers: int

    def __bool__(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.tickets or self.messages or self.letters or self.held or self.customers)


def find(rows: Rows, address: str) -> Found:
    """Everything of that address, whatever the case of its ASCII letters; changes nothing."""
    rows.connect()
    key, lower = key_of(address), address.lower()
    own = "SELECT id FROM tickets WHERE requester_key = ?"
    return Found(
        tickets=_ids(rows, f"{own} ORDER BY id", key),
        messages=_ids(
            rows,
            f"SELECT id FROM messages WHERE lower(author_email) = ? AND ticket_id NOT IN ({own}) ORDER BY id",  # noqa: S608
            lower,
            key,
        ),
        letters=_ids(
            rows,
            "SELECT id FROM letters WHERE lower(recipient) = ? "  # noqa: S608
            f"AND (ticket_id IS NULL OR ticket_id NOT IN ({own})) ORDER BY id",
            lower,
            key,
        ),
        held=_ids(rows, "SELECT id FROM held WHERE lower(author) = ? ORDER BY id", lower),
        customers=len(_ids(rows, "SELECT 1 FROM customers WHERE email_key = ?", key)),
    )


def records(rows: Rows, address: str) -> Iterator[tuple[str, dict[str, Any] | bytes]]:
    """All of it, as (name, content) one after the other: JSON objects, and mails and letters as they were."""
    found = find(rows, address)
    numbers = [number for one in found.tickets for number in _ids(rows, "SELECT number FROM tickets WHERE id = ?", one)]
    customers = rows.select(Customers.select().where(Customers.email_key == key_of(address)))
    yield "person.json", {"address": address, "tickets": numbers, "known_as": customers}
    for number in numbers:
        shown = show_ticket(rows, number)
        if shown is not None:
            yield from _ticket(rows, shown, address.lower())
    for place, message in enumerate(rows.select(Messages.select().where(Messages.id.in_(found.messages))), 1):
        yield f"elsewhere/message-{place}.json", message
        yield from _raw(rows, f"elsewhere/message-{place}.eml", message["entry_key"])
    for letter in rows.select(Letters.select().where(Letters.id.in_(found.letters))):
        yield f"elsewhere/letter-{letter['id']}.json", letter
        yield from _letter(rows, f"elsewhere/letter-{letter['id']}.eml", letter["id"])
    for held in rows.select(Held.select().where(Held.id.in_(found.held))):
        yield f"held/{held['id']}.json", held
        yield from _raw(rows, f"held/{held['id']}.eml", held["entry_key"])


def erase(
    rows: Rows, address: str, now_ms: int, progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Found, tuple[str, ...]]:
    """Take all of it away; returns what there was, and the spool's keys of the mails. Tickets that were open close.

    Some tickets a transaction: a crash leaves the rest for another call, which finds what is left.
    """
    found = find(rows, address)
    entries = _entries(rows, address, found)
    overwrite(rows)
    for start in range(0, len(found.tickets), AT_ONCE):
        part = found.tickets[start : start + AT_ONCE]
        with rows.transaction():
            _close(rows, part, now_ms)
            empty_tickets(rows, part)
        progress(min(start + AT_ONCE, len(found.tickets)), len(found.tickets))
    with rows.transaction():
        empty_messages(rows, found.messages)
        empty_letters(rows, (*found.letters, *_caused(rows, entries)))
        empty_entries(rows, entries)
        _forget(rows, address, found, now_ms)
    forget_tokens(rows)
    return found, entries


def _close(rows: Rows, ids: tuple[int, ...], now_ms: int) -> None:
    marks = ", ".join("?" * len(ids))
    rows.run(
        "UPDATE tickets SET status = 'closed', closed_ms = ?, waiting_since_ms = NULL "  # noqa: S608
        f"WHERE closed_ms IS NULL AND id IN ({marks})",
        (now_ms, *ids),
    )


def _forget(rows: Rows, address: str, found: Found, now_ms: int) -> None:
    """What is left of the person besides messages and letters."""
    key, lower = key_of(address), address.lower()
    where = "SELECT ticket_id FROM participants WHERE email_key = ?"
    rows.run(
        f"UPDATE events SET payload = NULL, salt = NULL WHERE ticket_id IN ({where}) "  # noqa: S608
        "AND lower(payload) LIKE ? ESCAPE '!'",
        (key, _like(lower)),
    )
    for message in found.messages:
        rows.run(
            "UPDATE events SET payload = NULL, salt = NULL WHERE lower(payload) LIKE ? ESCAPE '!' "
            "AND ticket_id = (SELECT ticket_id FROM messages WHERE id = ?)",
            (_like(lower), message),
        )
    rows.run("DELETE FROM participants WHERE email_key = ?", (key,))
    rows.run("DELETE FROM acts WHERE lower(undo) LIKE ? ESCAPE '!'", (_like(f'"{lower}"'),))
    rows.run("DELETE FROM customers WHERE email_key = ?", (key,))
    rows.run("DELETE FROM letter_bounces WHERE email_key = ?", (key,))
    rows.run("DELETE FROM budgets WHERE budget_key LIKE ? ESCAPE '!'", (_like(f":{lower}"),))
    rows.run("UPDATE requests SET about = '' WHERE lower(about) = ? AND done_ms IS NOT NULL", (lower,))
    for held in found.held:
        rows.run(
            "UPDATE held SET state = 'dropped', settled_ms = ?, author = '', subject = '', detail = '' WHERE id = ?",
            (now_ms, held),
        )


def _like(text: str) -> str:
    """A pattern that finds the text anywhere, and nothing else."""
    return f"%{literal(text)}%"


def _entries(rows: Rows, address: str, found: Found) -> tuple[str, ...]:
    """The spool's keys of all mails that will be emptied: asked before what leads to them is gone."""
    sources = (
        ("SELECT entry_key FROM deliveries WHERE ticket_id = ?", found.tickets),
        ("SELECT entry_key FROM messages WHERE id = ? AND entry_key IS NOT NULL", found.messages),
        ("SELECT entry_key FROM held WHERE id = ?", found.held),
    )
    keys: dict[str, None] = {}
    for sql, ids in sources:
        for one in ids:
            keys.update((key, None) for (key,) in rows.all(sql, (one,)))
    # What admins and agents wrote to the desk itself about the person, the command to erase first of all.
    named = "SELECT entry_key FROM deliveries WHERE ticket_id IS NULL AND lower(trace) LIKE ? ESCAPE '!'"
    keys.update((key, None) for (key,) in rows.all(named, (_like(address.lower()),)))
    return tuple(keys)


def _caused(rows: Rows, entries: tuple[str, ...]) -> Iterator[int]:
    """The letters that these mails brought about, to agents and others: they have the mails' words in them."""
    for some in pieces(entries):  # each question reads all letters
        yield from _ids(rows, f"SELECT id FROM letters WHERE {among('entry_key', some)}", *some)  # noqa: S608


TOLD_OF_TICKET = ("number", "subject", "status", "team", "priority", "tags", "fields", "language", "created_ms")
TOLD_OF_MESSAGE = ("direction", "author_email", "author_name", "subject", "text", "received_ms", "proof")
TOLD_OF_LETTER = ("kind", "recipient", "subject", "created_ms", "state")


def _ticket(rows: Rows, shown: Shown, address: str) -> Iterator[tuple[str, dict[str, Any] | bytes]]:
    """A ticket of the person's own: what all may read of it, then the mails and letters as they were."""
    ticket = asdict(shown.ticket)
    folder = f"ticket-{shown.ticket.number}"
    messages = [each for each in shown.messages if each["visibility"] == "public" or _by(each, address)]
    letters = [each for each in shown.letters if each["recipient"].lower() == address]
    yield (
        f"{folder}/ticket.json",
        {
            **{name: ticket[name] for name in TOLD_OF_TICKET},
            "rating": ticket["rating"],
            "messages": [_told(each, address) for each in messages],
            "letters": [{name: each[name] for name in TOLD_OF_LETTER} for each in letters],
            "history": [{"at_ms": event["at_ms"], "what": event["kind"]} for event in shown.events],
        },
    )
    for place, message in enumerate((each for each in messages if _by(each, address)), 1):
        yield from _raw(rows, f"{folder}/mail-{place}.eml", message["entry_key"])
    for place, letter in enumerate(letters, 1):
        yield from _letter(rows, f"{folder}/letter-{place}.eml", letter["id"])


def _told(message: dict[str, Any], address: str) -> dict[str, Any]:
    """A message as its reader may know it: of others no address."""
    told = {name: message[name] for name in TOLD_OF_MESSAGE}
    told["files"] = [part["filename"] for part in message["attachments"]]
    return told if _by(message, address) else {**told, "author_email": ""}


def _by(message: dict[str, Any], address: str) -> bool:
    return bool(message["author_email"].lower() == address)


def _raw(rows: Rows, name: str, entry_key: str | None) -> Iterator[tuple[str, bytes]]:
    kept = raw_of(rows, entry_key) if entry_key else None
    if kept is not None:
        yield name, kept[0]


def _letter(rows: Rows, name: str, letter: int) -> Iterator[tuple[str, bytes]]:
    row = rows.one("SELECT data FROM letter_data WHERE letter_id = ?", (letter,))
    if row is not None:
        yield name, bytes(row[0])


def _ids(rows: Rows, sql: str, *params: object) -> tuple[int, ...]:
    return tuple(row[0] for row in rows.all(sql, params))
