"""What a batch of mails will ask, asked ahead: one question a table for all of them instead of six for each.

``look_ahead`` fills what ``Work`` remembers; ``facts`` looks there first and asks the database for the rest. What a
mail of the batch changes is forgotten when it is written (``Ahead.forget``), so nobody is told what was. The tickets
are locked in one go, in the order of their ids: two appliers with a batch each cannot deadlock over them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailgate.desk.questions import Questions
from mailgate.desk.ticket import Ticket
from mailgate.store.gathered import Gathered
from mailgate.store.read import tickets_by_id
from mailgate.store.rows import Row, Rows, id_key, key_of
from mailgate.store.sql import among, pieces

LARGEST = 2**63 - 1
AT_ONCE = 200
"""Values in one question."""

CUSTOMER = "email, name, language, tags, tickets, open_tickets, last_rating, survey_asked_ms"

OPEN_TICKETS = 5
"""Where in ``CUSTOMER`` it stands how many of their tickets are open."""

NEWEST = (
    "SELECT * FROM (SELECT requester_key, created_ms, id FROM tickets WHERE brand = ? AND requester_key = ? "
    "AND created_ms >= ? AND closed_ms IS NULL ORDER BY created_ms DESC, id DESC LIMIT 5) AS one"
)
"""One author's newest open tickets: five probable duplicates are as many as are worth showing."""

Led = tuple[int | None, int | None]
"""Where a known Message-ID leads: to which ticket, and to which letter of ours."""


@dataclass
class Ahead:
    """Answers by key; None where there is no such row."""

    ids: dict[tuple[str, str], Led | None] = field(default_factory=dict)
    customers: dict[tuple[str, str], Row | None] = field(default_factory=dict)
    budgets: dict[str, int] = field(default_factory=dict)
    recent: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)

    def known_ids(self, rows: Rows, brand: str, keys: Iterable[str]) -> dict[str, Led]:
        """Where these ids (as ``id_key`` makes them) lead in that brand."""
        asked = sorted(set(keys))
        for some in pieces([key for key in asked if (brand, key) not in self.ids], AT_ONCE):
            condition = among("message_id", some)
            found = rows.all(
                f"SELECT message_id, ticket_id, letter_id FROM known_ids WHERE brand = ? AND {condition}",  # noqa: S608
                [brand, *some],
            )
            self.ids |= dict.fromkeys(((brand, key) for key in some), None)
            self.ids |= {(brand, key): (ticket_id, letter_id) for key, ticket_id, letter_id in found}
        return {key: led for key in asked if (led := self.ids[brand, key]) is not None}

    def customer(self, rows: Rows, brand: str, author: str) -> Row | None:
        """The columns ``CUSTOMER`` of an address."""
        key = key_of(author)
        self._customers(rows, brand, [key])
        return self.customers[brand, key]

    def spent(self, rows: Rows, keys: Collection[str]) -> Mapping[str, int]:
        """What each of these budgets, and of others, had let out when the transaction began."""
        for some in pieces([key for key in keys if key not in self.budgets], AT_ONCE):
            sql = f"SELECT budget_key, spent FROM budgets WHERE {among('budget_key', some)}"  # noqa: S608
            self.budgets |= dict.fromkeys(some, 0)
            self.budgets |= dict(rows.all(sql, some))
        return self.budgets

    def look(self, rows: Rows, batch: Sequence[Questions]) -> None:
        """Ask all that the batch will ask."""
        for brand in sorted({questions.brand for questions in batch}):
            own = [questions for questions in batch if questions.brand == brand]
            self.known_ids(rows, brand, {key for questions in own for key in message_keys(questions)})
            self._customers(rows, brand, sorted({key_of(each.author) for each in own if each.author}))
            self._recent(rows, brand, {key_of(each.author): each.since_ms for each in own if self._has_open(each)})
        self.spent(rows, sorted({key for questions in batch for key in questions.budget_keys}))
        self._read(rows, {ticket_id for ids in self.recent.values() for ticket_id in ids})

    def recent_tickets(self, rows: Rows, questions: Questions) -> list[Ticket]:
        """The author's open tickets since ``since_ms``, newest first, not locked."""
        key = key_of(questions.author)
        self._recent(rows, questions.brand, {key: questions.since_ms})
        ids = self.recent[questions.brand, key]
        self._read(rows, set(ids))
        return [self.tickets[ticket_id] for ticket_id in ids if ticket_id in self.tickets]

    def forget(self, written: Gathered) -> None:
        """These rows are others now."""
        for key in written.known:
            self.ids.pop(key, None)
        for key in written.customers:
            self.customers.pop(key, None)
            self.recent.pop(key, None)
        for ticket_id in written.changed:
            self.tickets.pop(ticket_id, None)

    def _has_open(self, questions: Questions) -> bool:
        row = self.customers.get((questions.brand, key_of(questions.author)))
        return bool(row and row[OPEN_TICKETS])

    def _recent(self, rows: Rows, brand: str, since_ms: Mapping[str, int]) -> None:
        """The ids of each author's newest open tickets; an index leads to each author's, so they are asked for one by
        one, in one statement."""
        for some in pieces([key for key in since_ms if (brand, key) not in self.recent], AT_ONCE):
            asked = [value for key in some for value in (brand, key, since_ms[key])]
            found: dict[str, list[tuple[int, int]]] = {key: [] for key in some}
            for key, created_ms, ticket_id in rows.all(" UNION ALL ".join([NEWEST] * len(some)), asked):
                found[key].append((created_ms, ticket_id))
            for key, newest in found.items():
                self.recent[brand, key] = tuple(ticket_id for _, ticket_id in sorted(newest, reverse=True))

    def _read(self, rows: Rows, ids: set[int]) -> None:
        missing = ids - self.tickets.keys()
        if missing:
            found = tickets_by_id(rows, missing, lock=False)
            self.tickets |= {ticket_id: ticket for ticket_id, (ticket, _) in found.items()}

    def _customers(self, rows: Rows, brand: str, keys: Sequence[str]) -> None:
        for some in pieces([key for key in keys if (brand, key) not in self.customers], AT_ONCE):
            condition = among("email_key", some)
            sql = f"SELECT email_key, {CUSTOMER} FROM customers WHERE brand = ? AND {condition}"  # noqa: S608
            self.customers |= dict.fromkeys(((brand, key) for key in some), None)
            self.customers |= {(brand, row[0]): row[1:] for row in rows.all(sql, [brand, *some])}


def message_keys(questions: Questions) -> dict[str, str]:
    """The Message-IDs that a mail refers to, by the keys under which they are kept."""
    asked = {clue.message_id for clue in questions.clues if clue.message_id}.union(questions.message_ids)
    return {id_key(message_id): message_id for message_id in asked}


def clue_numbers(questions: Questions) -> set[int]:
    """The tickets' numbers that a mail's clues name."""
    return {clue.number for clue in questions.clues if clue.number is not None and 0 < clue.number <= LARGEST}
