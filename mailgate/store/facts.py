"""What ``decide`` is told of the desk's state, gathered for one mail inside the transaction that settles it.

What only commands need (``others``, ``answers``, ``last_act``, ``crew``, the family) is asked for by the mail and costs
nothing otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mailgate.desk.facts import Clue, Facts, LetterFact
from mailgate.desk.plan import Purpose
from mailgate.desk.questions import Questions
from mailgate.desk.ticket import Customer, Ticket
from mailgate.store import held
from mailgate.store.acts import last_act
from mailgate.store.alerts import alert
from mailgate.store.crew import crew, owned
from mailgate.store.queries import answer
from mailgate.store.read import MERGE_HOPS, tickets_by_id, tickets_where
from mailgate.store.roster import roster_of
from mailgate.store.rows import Rows, from_json, id_key, key_of
from mailgate.store.sql import among
from mailgate.store.work import Work

LARGEST = 2**63 - 1
RECENT = 5
"""How many probable duplicates are worth showing."""

CHILDREN = 100
"""How many open children of a ticket are looked at."""


def facts(work: Work, questions: Questions, *, lock: bool) -> Facts:
    """The desk's state as far as one mail concerns it; the tickets that clues propose are locked where asked.

    ``duplicate_of`` is left empty: it is what ``claim`` answered.
    """
    rows = work.rows
    ids = _known_ids(rows, questions)
    roster = roster_of(work)
    customer, asked_ms = _customer(rows, questions)
    tickets, merged_from = _tickets_of_clues(work, questions, ids, lock=lock)
    return Facts(
        tickets=tickets,
        merged_from=merged_from,
        letters=_letters(rows, ids),
        recent=_recent(work, questions) if customer and customer.open_tickets else (),
        spent=spent(work, questions.budget_keys),
        paused=roster.paused,
        absent=roster.absences,
        customer=customer,
        survey_asked_ms=asked_ms,
        rated_ms=_rated_ms(rows, tickets),
        asked=held.asked(rows, questions.brand, questions.confirms) if questions.confirms else (),
        others=_others(work, questions.numbers, lock=lock) if questions.numbers else {},
        answers={query: answer(rows, query, questions.terms) for query in questions.queries},
        last_act=last_act(rows, [ticket.id for ticket in tickets.values()], questions.acts_of)
        if questions.acts_of
        else None,
        crew=crew(work, questions) if questions.crew else None,
        alert=alert(work, questions.brand, questions.fingerprint, lock=lock) if questions.fingerprint else None,
        owned=owned(work, questions.owner) if questions.owner else (),
        **(_family(work, tickets.values(), lock=lock) if questions.family else {}),
    )


def _others(work: Work, numbers: Sequence[int], *, lock: bool) -> dict[int, Ticket]:
    """The tickets that commands name, by number; each stands for itself, wherever it was merged."""
    wanted = sorted({number for number in numbers if 0 < number <= LARGEST})
    found = tickets_where(work.rows, "number", wanted, lock=lock)
    work.remember(found, lock=lock)
    return {ticket.number: ticket for ticket, _ in found.values()}


def _family(work: Work, tickets: Iterable[Ticket], *, lock: bool) -> dict[str, Any]:
    """The open children of the ticket that the first clue leads to, and its parent."""
    ticket = next(iter(tickets), None)
    if ticket is None:
        return {}
    ids = open_children(work, ticket.id)
    wanted = [*ids, *((ticket.parent,) if ticket.parent else ())]
    found = tickets_by_id(work.rows, wanted, lock=lock)
    work.remember(found, lock=lock)
    children = tuple(found[id_][0] for id_ in ids if id_ in found)
    return {"children": children, "parent": found[ticket.parent][0] if ticket.parent in found else None}


def open_children(work: Work, ticket: int) -> tuple[int, ...]:
    """The ids of the open tickets whose parent is the ticket of that id."""
    found = work.rows.all(
        "SELECT id FROM tickets WHERE parent_id = ? AND closed_ms IS NULL ORDER BY id LIMIT ?", (ticket, CHILDREN)
    )
    return tuple(id_ for (id_,) in found)


def lock_tickets(work: Work, batch: Iterable[Questions]) -> None:
    """Lock every ticket that a whole batch may touch, in the order of their ids: two appliers that take several
    mails a transaction cannot deadlock over tickets then. Needed on PostgreSQL only; elsewhere it does nothing."""
    if not work.rows.postgres:
        return
    numbers: set[int] = set()
    ids: set[int] = set()
    for questions in batch:
        numbers |= _numbers(questions)
        ids |= {ticket for ticket, _ in _known_ids(work.rows, questions).values() if ticket is not None}
    work.rows.all(
        "SELECT id FROM tickets WHERE id = ANY(?) OR number = ANY(?) ORDER BY id FOR UPDATE", (list(ids), list(numbers))
    )


def _numbers(questions: Questions) -> set[int]:
    return {clue.number for clue in questions.clues if clue.number is not None and 0 < clue.number <= LARGEST}


def _known_ids(rows: Rows, questions: Questions) -> dict[str, tuple[int | None, int | None]]:
    """(ticket, letter) by Message-ID, of all that the mail refers to and this brand knows."""
    asked = {clue.message_id for clue in questions.clues if clue.message_id} | set(questions.message_ids)
    if not asked:
        return {}
    by_key = {id_key(message_id): message_id for message_id in asked}
    keys = sorted(by_key)
    condition = among("message_id", keys)
    found = rows.all(
        f"SELECT message_id, ticket_id, letter_id FROM known_ids WHERE brand = ? AND {condition}",  # noqa: S608
        [questions.brand, *keys],
    )
    return {by_key[key]: (ticket_id, letter_id) for key, ticket_id, letter_id in found}


def _tickets_of_clues(
    work: Work, questions: Questions, ids: dict[str, tuple[int | None, int | None]], *, lock: bool
) -> tuple[dict[Clue, Ticket], dict[Clue, Ticket]]:
    """Where each clue leads, within the brand; a merged ticket leads to where it went, and stands in the second map."""
    by_number = tickets_where(work.rows, "number", sorted(_numbers(questions)), lock=lock)
    known = dict(by_number)
    wanted = {ticket for ticket, _ in ids.values() if ticket is not None}
    for _ in range(MERGE_HOPS):
        wanted |= {ticket.merged_into for ticket, _ in known.values() if ticket.merged_into is not None}
        missing = wanted - known.keys()
        if not missing:
            break
        known |= tickets_by_id(work.rows, missing, lock=lock)
    work.remember(known, lock=lock)
    numbered = {ticket.number: ticket for ticket, _ in by_number.values()}
    led: dict[Clue, Ticket] = {}
    merged: dict[Clue, Ticket] = {}
    for clue in questions.clues:
        named = _named(clue, numbered, ids, work.tickets)
        ticket = _target(named, work.tickets)
        if named is None or ticket is None or ticket.brand != questions.brand:
            continue
        led[clue] = ticket
        if named is not ticket:
            merged[clue] = named
    return led, merged


def _named(
    clue: Clue,
    numbered: dict[int, Ticket],
    ids: dict[str, tuple[int | None, int | None]],
    tickets: dict[int, Ticket],
) -> Ticket | None:
    """The ticket that a clue names, by number or by Message-ID."""
    if clue.number is not None:
        return numbered.get(clue.number)
    ticket_id, _ = ids.get(clue.message_id, (None, None))
    return None if ticket_id is None else tickets.get(ticket_id)


def _target(ticket: Ticket | None, tickets: dict[int, Ticket]) -> Ticket | None:
    """The ticket itself, or the one that it was merged into."""
    for _ in range(MERGE_HOPS):
        if ticket is None or ticket.merged_into is None:
            break
        ticket = tickets.get(ticket.merged_into)
    return ticket


def _letters(rows: Rows, ids: dict[str, tuple[int | None, int | None]]) -> dict[str, LetterFact]:
    by_letter = {letter: message_id for message_id, (_, letter) in ids.items() if letter is not None}
    if not by_letter:
        return {}
    letters = sorted(by_letter)
    condition = among("id", letters)
    found = rows.all(f"SELECT id, ticket_id, kind, recipient, message_id FROM letters WHERE {condition}", letters)  # noqa: S608
    return {by_letter[row[0]]: LetterFact(*row) for row in found}


def _customer(rows: Rows, questions: Questions) -> tuple[Customer | None, int | None]:
    """What is remembered of the author, and when a survey last went to them."""
    if not questions.author:
        return None, None
    row = rows.one(
        "SELECT email, name, language, tags, tickets, open_tickets, last_rating, survey_asked_ms FROM customers "
        "WHERE brand = ? AND email_key = ?",
        (questions.brand, key_of(questions.author)),
    )
    if row is None:
        return None, None
    return Customer(row[0], row[1], row[2] or "und", tuple(from_json(row[3])), *row[4:7]), row[7]


def _recent(work: Work, questions: Questions) -> tuple[Ticket, ...]:
    """The author's open tickets since ``since_ms``, newest first."""
    if not questions.author:
        return ()
    found = work.rows.all(
        "SELECT id FROM tickets WHERE brand = ? AND requester_key = ? AND created_ms >= ? AND closed_ms IS NULL "
        "ORDER BY created_ms DESC, id DESC LIMIT ?",
        (questions.brand, key_of(questions.author), questions.since_ms, RECENT),
    )
    tickets = tickets_by_id(work.rows, (id_ for (id_,) in found), lock=False)
    return tuple(tickets[id_][0] for (id_,) in found if id_ in tickets)


def spent(work: Work, keys: Iterable[str]) -> dict[str, int]:
    """What each budget has let out, this transaction's letters included."""
    asked = list(keys)
    if not asked:
        return {}
    sql = f"SELECT budget_key, spent FROM budgets WHERE {among('budget_key', asked)}"  # noqa: S608
    found: dict[str, int] = dict(work.rows.all(sql, asked))
    return {key: found.get(key, 0) + work.spent[key] for key in asked}


def _rated_ms(rows: Rows, tickets: Mapping[Clue, Ticket]) -> int | None:
    """When the ticket that a survey's token leads to was last rated; None: never, or there is no such token."""
    asked = next((ticket.id for clue, ticket in tickets.items() if clue.purpose == Purpose.SURVEY), None)
    row = rows.one("SELECT at_ms FROM ratings WHERE ticket_id = ?", (asked,)) if asked else None
    return row[0] if row else None


def survey_asked_ms(rows: Rows, brand: str, email: str) -> int | None:
    """When this customer was last asked for a rating; None: never."""
    row = rows.one("SELECT survey_asked_ms FROM customers WHERE brand = ? AND email_key = ?", (brand, key_of(email)))
    return row[0] if row else None
