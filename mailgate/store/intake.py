"""What a mail meets first: the claim that makes it happen once, and the facts that ``decide`` is told.

A delivery is one mail to one brand. ``claim`` writes its done-mark and its dedupe key in the transaction that will
settle it:

===============================  ===========================  ================================================
the claim finds                  it answers                   what that means
===============================  ===========================  ================================================
neither mark nor dedupe key      ``""``                       fresh: settle it
the done-mark of this entry      ``"done"``                   a crash came after the commit: nothing to do
the dedupe key of another entry  that entry's key             it came twice by two ways: a duplicate
===============================  ===========================  ================================================

Two transactions that claim the same wait for each other, in the order of the keys, so that they cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailgate.desk.facts import Clue, Facts, LetterFact
from mailgate.desk.questions import Questions
from mailgate.desk.ticket import Customer, Ticket
from mailgate.store import held
from mailgate.store.read import MERGE_HOPS, tickets_by_id, tickets_where
from mailgate.store.rows import Rows, from_json, id_key, key_of
from mailgate.store.sql import among
from mailgate.store.work import Work

DONE = "done"
LARGEST = 2**63 - 1
RECENT = 5
"""How many probable duplicates are worth showing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What claims one delivery. ``dedupe_key`` is one short text for (brand, Message-ID, content hash), empty for none;
    ``dedupe_until_ms`` is when it stops counting (None: never)."""

    entry_key: str
    brand: str
    dedupe_key: str = ""
    dedupe_until_ms: int | None = None
    received_ms: int = 0


def claim(work: Work, marks: Sequence[Mark]) -> dict[Mark, str]:
    """Claim deliveries; the table at the head of this module says what comes back for each."""
    ordered = sorted(set(marks), key=lambda mark: (mark.entry_key, mark.brand))
    fresh = _insert_marks(work.rows, ordered)
    work.unsettled |= fresh
    answers = {mark: "" if (mark.entry_key, mark.brand) in fresh else DONE for mark in ordered}
    waiting = sorted(
        (mark for mark in ordered if mark.dedupe_key and not answers[mark]),
        key=lambda mark: (mark.received_ms, marks.index(mark)),
    )
    while waiting:
        turn = {mark.dedupe_key: mark for mark in reversed(waiting)}
        answers |= _claim_contents(work.rows, sorted(turn.values(), key=lambda mark: mark.dedupe_key))
        waiting = [mark for mark in waiting if turn[mark.dedupe_key] is not mark]
    work.duplicates |= {(m.entry_key, m.brand): first for m, first in answers.items() if first not in ("", DONE)}
    return answers


def _insert_marks(rows: Rows, marks: Sequence[Mark]) -> set[tuple[str, str]]:
    """Write the done-marks that are not there yet; returns those."""
    found = rows.insert_returning(
        "deliveries",
        "entry_key, brand, mailbox, outcome, cause, duplicate_of, rule, generation, acknowledge, trace, received_ms, "
        "settled_ms",
        [(mark.entry_key, mark.brand, "", "", "", "", "", "", "", "[]", mark.received_ms, 0) for mark in marks],
        "ON CONFLICT (entry_key, brand) DO NOTHING",
        "entry_key, brand",
    )
    return {(entry_key, brand) for entry_key, brand in found}


def _claim_contents(rows: Rows, marks: Sequence[Mark]) -> dict[Mark, str]:
    """Write the dedupe keys (each at most once in ``marks``); answers "" or the entry that has the key already. A key
    whose time is over is taken over."""
    taken = rows.insert_returning(
        "dedupe",
        "dedupe_key, entry_key, brand, until_ms",
        [(mark.dedupe_key, mark.entry_key, mark.brand, mark.dedupe_until_ms) for mark in marks],
        "ON CONFLICT (dedupe_key) DO NOTHING",
        "dedupe_key",
    )
    ours = {key for (key,) in taken}
    theirs = [mark for mark in marks if mark.dedupe_key not in ours]
    holders = _holders(rows, [mark.dedupe_key for mark in theirs])
    answers = dict.fromkeys(marks, "")
    for mark in theirs:
        holder, until_ms = holders[mark.dedupe_key]
        if until_ms is not None and until_ms <= mark.received_ms:
            rows.run(
                "UPDATE dedupe SET entry_key = ?, brand = ?, until_ms = ? WHERE dedupe_key = ?",
                (mark.entry_key, mark.brand, mark.dedupe_until_ms, mark.dedupe_key),
            )
        elif holder != mark.entry_key:
            answers[mark] = holder
    return answers


def _holders(rows: Rows, keys: list[str]) -> dict[str, tuple[str, int | None]]:
    if not keys:
        return {}
    condition = among("dedupe_key", keys)
    found = rows.all(f"SELECT dedupe_key, entry_key, until_ms FROM dedupe WHERE {condition}", keys)  # noqa: S608
    return {key: (entry_key, until_ms) for key, entry_key, until_ms in found}


def known_entries(rows: Rows, keys: Sequence[str]) -> set[str]:
    """Which of these entries have a done-mark, for the spool's replay after a restore."""
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        sql = f"SELECT entry_key FROM deliveries WHERE {among('entry_key', part)}"  # noqa: S608
        found |= {key for (key,) in rows.all(sql, part)}
    return found


def facts(work: Work, questions: Questions, *, lock: bool) -> Facts:
    """The desk's state as far as one mail concerns it; the tickets that clues propose are locked where asked.

    ``duplicate_of`` is left empty: it is what ``claim`` answered.
    """
    rows = work.rows
    ids = _known_ids(rows, questions)
    customer, asked_ms = _customer(rows, questions)
    tickets, merged_from = _tickets_of_clues(work, questions, ids, lock=lock)
    return Facts(
        tickets=tickets,
        merged_from=merged_from,
        letters=_letters(rows, ids),
        recent=_recent(work, questions) if customer and customer.open_tickets else (),
        spent=_spent(work, questions.budget_keys),
        paused=_paused(work),
        customer=customer,
        survey_asked_ms=asked_ms,
        asked=held.asked(rows, questions.brand, questions.confirms) if questions.confirms else (),
    )


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
    work.tickets |= {id_: ticket for id_, (ticket, _) in known.items()}
    if lock:
        work.heads |= {id_: link for id_, (_, link) in known.items()}
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


def _spent(work: Work, keys: Iterable[str]) -> dict[str, int]:
    """What each budget has let out, this transaction's letters included."""
    asked = list(keys)
    if not asked:
        return {}
    sql = f"SELECT budget_key, spent FROM budgets WHERE {among('budget_key', asked)}"  # noqa: S608
    found: dict[str, int] = dict(work.rows.all(sql, asked))
    return {key: found.get(key, 0) + work.spent[key] for key in asked}


def _paused(work: Work) -> frozenset[str]:
    if work.paused is None:
        work.paused = frozenset(name for (name,) in work.rows.all("SELECT name FROM paused"))
    return work.paused


def survey_asked_ms(rows: Rows, brand: str, email: str) -> int | None:
    """When this customer was last asked for a rating; None: never."""
    row = rows.one("SELECT survey_asked_ms FROM customers WHERE brand = ? AND email_key = ?", (brand, key_of(email)))
    return row[0] if row else None
