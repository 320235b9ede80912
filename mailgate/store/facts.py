"""What ``decide`` is told of the desk's state, gathered for one mail inside the transaction that settles it.

What only commands need (``others``, ``answers``, ``last_act``, ``crew``, the family) is asked for by the mail and costs
nothing otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from mailgate.desk.effect import ChangeTicket
from mailgate.desk.facts import Clue, Facts, LetterFact
from mailgate.desk.letter import Purpose
from mailgate.desk.questions import Questions
from mailgate.desk.ticket import Customer, Ticket
from mailgate.store import held
from mailgate.store.acts import last_act
from mailgate.store.ahead import LARGEST, Led, clue_numbers, message_keys
from mailgate.store.alerts import alert
from mailgate.store.crew import crew, owned
from mailgate.store.queries import answer
from mailgate.store.read import MERGE_HOPS, tickets_among, tickets_by_id, tickets_where
from mailgate.store.roster import roster_of
from mailgate.store.rows import Rows, from_json, key_of
from mailgate.store.sql import among
from mailgate.store.work import Work

ROWS_A_MAIL = 4
"""Messages, letters and held mails that a mail may well bring: what is asked for ahead."""

CHILDREN = 100
"""How many open children of a ticket are looked at."""


def facts(work: Work, questions: Questions, *, lock: bool) -> Facts:
    """The desk's state as far as one mail concerns it; the tickets that clues propose are locked where asked.

    ``duplicate_of`` is left empty: it is what ``claim`` answered.
    """
    if work.gathered and _depends(work, questions):
        work.settle_rows()
    rows = work.database
    ids = _known_ids(work, questions)
    roster = roster_of(work)
    customer, asked_ms = _customer(work, questions)
    tickets, merged_from = _tickets_of_clues(work, questions, ids, lock=lock)
    return Facts(
        clues=questions.clues,
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
        **(_done(work, tickets.values(), questions.acts_of, lock=lock) if questions.acts_of else {}),
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


def _done(work: Work, tickets: Iterable[Ticket], agent: str, *, lock: bool) -> dict[str, Any]:
    """What the agent last did to one of the tickets, and the tickets that undoing it would change."""
    act = last_act(work.rows, [ticket.id for ticket in tickets], agent)
    ids = sorted({each.ticket for each in act.undo if isinstance(each, ChangeTicket)}) if act else []
    found = tickets_by_id(work.rows, ids, lock=lock)
    work.remember(found, lock=lock)
    return {"last_act": act, "touched": {id_: ticket for id_, (ticket, _) in found.items()}}


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


def look_ahead(work: Work, batch: Sequence[Questions]) -> None:
    """Ask for what every mail of the batch will want to know, and lock the tickets that their clues lead to."""
    work.ahead.look(work.rows, batch)
    numbers = set().union(*(clue_numbers(questions) for questions in batch))
    ids = {led[0] for led in work.ahead.ids.values() if led and led[0] is not None}
    work.remember(tickets_among(work.rows, ids, numbers, lock=True), lock=True)
    work.numbers |= dict.fromkeys(numbers - work.numbers.keys())
    work.ids.reserve("ticket_numbers", len(batch))
    work.ids.reserve("row_ids", ROWS_A_MAIL * len(batch))


def _depends(work: Work, questions: Questions) -> bool:
    """Whether what the mail asks may be answered by rows that mails of its batch before it have gathered."""
    gathered, brand = work.gathered, questions.brand
    special = (
        *(questions.numbers, questions.queries, questions.acts_of, questions.crew, questions.family),
        *(questions.owner, questions.confirms),
    )
    return (
        any(special)
        or (brand, key_of(questions.author)) in gathered.customers
        or any(clue.purpose == Purpose.SURVEY for clue in questions.clues)
        or any((brand, key) in gathered.known for key in message_keys(questions))
    )


def _known_ids(work: Work, questions: Questions) -> dict[str, Led]:
    """(ticket, letter) by Message-ID, of all that the mail refers to and this brand knows."""
    by_key = message_keys(questions)
    found = work.ahead.known_ids(work.database, questions.brand, by_key)
    return {by_key[key]: led for key, led in found.items()}


def _named_tickets(work: Work, numbers: set[int], ids: set[int], *, lock: bool) -> dict[int, Ticket]:
    """Tickets by id: those that this transaction knows (and has locked, where asked) as it has left them."""

    def known(ticket_id: int | None) -> bool:
        return ticket_id is None or (ticket_id in work.tickets and (not lock or ticket_id in work.heads))

    unknown_numbers = {number for number in numbers if number not in work.numbers or not known(work.numbers[number])}
    unknown_ids = {ticket_id for ticket_id in ids if not known(ticket_id)}
    if unknown_numbers or unknown_ids:
        work.remember(tickets_among(work.rows, unknown_ids, unknown_numbers, lock=lock), lock=lock)
        work.numbers |= dict.fromkeys(unknown_numbers - work.numbers.keys())
    wanted = ids | {found for number in numbers if (found := work.numbers[number]) is not None}
    return {ticket_id: work.tickets[ticket_id] for ticket_id in wanted if ticket_id in work.tickets}


def _tickets_of_clues(
    work: Work, questions: Questions, ids: dict[str, tuple[int | None, int | None]], *, lock: bool
) -> tuple[dict[Clue, Ticket], dict[Clue, Ticket]]:
    """Where each clue leads, within the brand; a merged ticket leads to where it went, and stands in the second map."""
    if not questions.clues:
        return {}, {}
    numbers, wanted = clue_numbers(questions), {ticket for ticket, _ in ids.values() if ticket is not None}
    for _ in range(MERGE_HOPS):
        known = _named_tickets(work, numbers, wanted, lock=lock)
        merged_into = {ticket.merged_into for ticket in known.values() if ticket.merged_into is not None}
        if merged_into <= wanted:
            break
        wanted |= merged_into
    numbered = {ticket.number: ticket for ticket in known.values() if ticket.number in numbers}
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


def _customer(work: Work, questions: Questions) -> tuple[Customer | None, int | None]:
    """What is remembered of the author, and when a survey last went to them."""
    if not questions.author:
        return None, None
    row = work.ahead.customer(work.database, questions.brand, questions.author)
    if row is None:
        return None, None
    return Customer(row[0], row[1], row[2] or "und", tuple(from_json(row[3])), *row[4:7]), row[7]


def _recent(work: Work, questions: Questions) -> tuple[Ticket, ...]:
    """The author's open tickets since ``since_ms``, newest first."""
    if not questions.author:
        return ()
    found = work.ahead.recent_tickets(work.database, questions)
    now = [work.tickets[each.id] if each.id in work.gathered.changed else each for each in found]
    return tuple(ticket for ticket in now if ticket.closed_ms is None)


def spent(work: Work, keys: Collection[str]) -> dict[str, int]:
    """What each budget has let out, this transaction's letters included."""
    before, since = work.ahead.spent(work.database, keys), work.spent
    return {key: before[key] + since.get(key, 0) for key in keys}


def _rated_ms(rows: Rows, tickets: Mapping[Clue, Ticket]) -> int | None:
    """When the ticket that a survey's token leads to was last rated; None: never, or there is no such token."""
    asked = next((ticket.id for clue, ticket in tickets.items() if clue.purpose == Purpose.SURVEY), None)
    row = rows.one("SELECT at_ms FROM ratings WHERE ticket_id = ?", (asked,)) if asked else None
    return row[0] if row else None


def survey_asked_ms(rows: Rows, brand: str, email: str) -> int | None:
    """When this customer was last asked for a rating; None: never."""
    row = rows.one("SELECT survey_asked_ms FROM customers WHERE brand = ? AND email_key = ?", (brand, key_of(email)))
    return row[0] if row else None
