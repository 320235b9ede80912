"""A plan becomes rows: the only writer of tickets, messages, events, letters and outcomes.

``open_plan`` gives a plan's new ticket its number, so that letters can be composed; ``write`` puts everything into the
running transaction, the delivery's outcome with it. Nothing is kept unless the transaction commits (promise 2).
"""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.desk.plan import NEW_TICKET, Letter, OpenTicket, Outcome, Plan
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Envelope, Reading
from mailgate.store.draft import TABLES, DeliveryRow, Draft
from mailgate.store.effects import EFFECTS, queue_letter, requester_first
from mailgate.store.read import FINISHED, tickets_by_id
from mailgate.store.rows import key_of, to_json
from mailgate.store.work import Work

TICKET_COLUMNS = (
    "id, number, rid, brand, mailbox, subject, status, team, kind, assignee, priority, tags, language, fields, "
    "requester_email, requester_name, requester_key, rule, reason, merged_into, created_ms, updated_ms, closed_ms, "
    "waiting_since_ms, answered_ms, rating, last_message_id, thread, events, head"
)

CUSTOMERS = (
    "brand, email_key, email, name, language, tags, tickets, open_tickets, last_rating, survey_asked_ms, updated_ms"
)
ADD_TO_CUSTOMER = (
    "ON CONFLICT (brand, email_key) DO UPDATE SET "
    "name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE customers.name END, "
    "language = CASE WHEN excluded.language <> '' THEN excluded.language ELSE customers.language END, "
    "tickets = customers.tickets + excluded.tickets, open_tickets = customers.open_tickets + excluded.open_tickets, "
    "last_rating = COALESCE(excluded.last_rating, customers.last_rating), "
    "survey_asked_ms = COALESCE(excluded.survey_asked_ms, customers.survey_asked_ms), updated_ms = excluded.updated_ms"
)
DELIVERY_COLUMNS = (
    "entry_key, brand, mailbox, outcome, cause, ticket_id, message_id, duplicate_of, rule, generation, acknowledge, "
    "trace, received_ms, settled_ms"
)
SETTLE_DELIVERY = "ON CONFLICT (entry_key, brand) DO UPDATE SET " + ", ".join(
    f"{column} = excluded.{column}" for column in DELIVERY_COLUMNS.split(", ")[2:]
)


def open_plan(work: Work, plan: Plan, now_ms: int, rid: str) -> Ticket | None:
    """The ticket that a plan is about: a new one with its number where it opens one, else the one that it names, else
    None. ``rid`` is the random id that the new ticket's tokens will bind."""
    for effect in plan.effects:
        if isinstance(effect, OpenTicket):
            return _opened(work, effect, now_ms, rid)
    if not plan.ticket:
        return None
    if plan.ticket not in work.tickets:
        found = tickets_by_id(work.rows, (plan.ticket,), lock=False)
        return found[plan.ticket][0] if plan.ticket in found else None
    return work.tickets[plan.ticket]


def _opened(work: Work, effect: OpenTicket, now_ms: int, rid: str) -> Ticket:
    number = work.ids.take("ticket_numbers")
    return Ticket(
        id=number,
        number=number,
        rid=rid,
        brand=effect.brand,
        mailbox=effect.mailbox,
        subject=effect.subject,
        status=effect.status,
        team=effect.team,
        requester=effect.requester,
        kind=effect.kind,
        assignee=effect.assignee,
        priority=effect.priority,
        tags=tuple(effect.tags),
        language=effect.language,
        fields=dict(effect.fields),
        participants=requester_first(effect),
        rule=effect.rule,
        reason=effect.reason,
        created_ms=now_ms,
        updated_ms=now_ms,
        closed_ms=now_ms if effect.status in FINISHED else None,
    )


def write(
    work: Work,
    delivery: DeliveryRow | None,
    reading: Reading | None,
    raw: bytes | None,
    plan: Plan,
    ticket: Ticket | None,
    letters: Sequence[Letter],
    now_ms: int,
) -> None:
    """Write a plan, its letters and the delivery's outcome into the running transaction.

    A duty, which settles no mail, passes no delivery, reading or raw. Raises ``LookupError`` or ``ValueError`` for a
    plan that contradicts itself or the database: a bug of ours.
    """
    brand = delivery.brand if delivery else ticket.brand if ticket else ""
    mailbox = delivery.mailbox if delivery else ""
    draft = Draft(work, brand, mailbox, ticket, now_ms, delivery, reading, raw)
    for effect in plan.effects:
        EFFECTS[type(effect)](draft, effect)
    for letter in letters:
        queue_letter(draft, letter)
    if delivery is not None:
        _keep_raw(draft, delivery, plan)
    flush(draft)
    if delivery is not None:
        _settle(draft, delivery, plan)


def _keep_raw(draft: Draft, delivery: DeliveryRow, plan: Plan) -> None:
    """The whole mail is kept once, whatever became of it; a duplicate's first copy is kept already."""
    if draft.raw is None or plan.outcome is Outcome.DUPLICATE:
        return
    envelope = draft.reading.envelope if draft.reading else delivery.envelope
    sha256 = draft.reading.sha256 if draft.reading else ""
    received_ms = envelope.received_ms if envelope else delivery.received_ms
    draft.add("raws", delivery.entry_key, sha256, len(draft.raw), _envelope_text(envelope), received_ms, draft.raw)


def _envelope_text(envelope: Envelope | None) -> str | None:
    if envelope is None:
        return None
    return to_json({name: getattr(envelope, name) for name in Envelope.__slots__})


def flush(draft: Draft) -> None:
    """Write everything that a draft has gathered, one statement a table."""
    rows = draft.work.rows
    _write_tickets(draft)
    for table, columns, conflict in TABLES:
        rows.insert(table, columns, draft.rows.get(table, ()), conflict)
    rows.many("DELETE FROM timers WHERE ticket_id = ? AND kind = ?", draft.cleared)
    _write_words(draft)
    rows.insert("customers", CUSTOMERS, _customer_rows(draft), ADD_TO_CUSTOMER)


def _write_tickets(draft: Draft) -> None:
    """The new ticket as a whole, the others' changed columns, each with the head of its history."""
    for ticket_id, columns in draft.changed.items():
        link = draft.work.heads[ticket_id]
        if draft.opened and draft.ticket is not None and ticket_id == draft.ticket.id:
            draft.work.rows.run(
                f"INSERT INTO tickets ({TICKET_COLUMNS}) VALUES ({', '.join('?' * 30)})",  # noqa: S608
                (*_ticket_row(draft.work.tickets[ticket_id]), link.events, link.head),
            )
            continue
        names = ", ".join(f"{name} = ?" for name in (*columns, "events", "head"))
        sql = f"UPDATE tickets SET {names} WHERE id = ?"  # noqa: S608
        draft.work.rows.run(sql, (*columns.values(), link.events, link.head, ticket_id))


def _ticket_row(ticket: Ticket) -> tuple[object, ...]:
    who = ticket.requester
    return (
        *(ticket.id, ticket.number, ticket.rid, ticket.brand, ticket.mailbox, ticket.subject, ticket.status.value),
        *(ticket.team, ticket.kind, ticket.assignee, ticket.priority, to_json(ticket.tags), ticket.language),
        *(to_json(dict(ticket.fields)), who.email, who.name, key_of(who.email), ticket.rule, ticket.reason),
        *(ticket.merged_into, ticket.created_ms, ticket.updated_ms, ticket.closed_ms, ticket.waiting_since_ms),
        *(ticket.answered_ms, ticket.rating, ticket.last_message_id, to_json(ticket.references)),
    )


def _write_words(draft: Draft) -> None:
    rows = draft.work.rows
    if rows.postgres:
        rows.many(
            "INSERT INTO search (message_id, words) VALUES (?, array_to_tsvector(CAST(? AS text[])))", draft.words
        )
    else:
        rows.many(
            "INSERT INTO search (rowid, words) VALUES (?, ?)", [(id_, " ".join(words)) for id_, words in draft.words]
        )


def _customer_rows(draft: Draft) -> list[tuple[object, ...]]:
    """In the order of the keys, so that two appliers meet in the same order."""
    return [
        (
            *(brand, key, who.email, who.name, who.language, "[]", who.tickets, who.open_tickets),
            *(who.rating, who.survey_asked_ms, draft.now_ms),
        )
        for (brand, key), who in sorted(draft.customers.items())
    ]


def _settle(draft: Draft, delivery: DeliveryRow, plan: Plan) -> None:
    """The outcome of the delivery, with all that explains it (promise 8)."""
    ticket_id = draft.ticket.id if draft.ticket and plan.ticket in (None, NEW_TICKET) else plan.ticket
    received_ms = draft.reading.envelope.received_ms if draft.reading else delivery.received_ms
    duplicate_of = draft.work.duplicates.get((delivery.entry_key, delivery.brand), "")
    draft.work.rows.insert(
        "deliveries",
        DELIVERY_COLUMNS,
        [
            (
                *(delivery.entry_key, delivery.brand, delivery.mailbox, plan.outcome.value),
                *(plan.cause.value if plan.cause else "", ticket_id or None, draft.message, duplicate_of),
                *(plan.rule, plan.generation, plan.acknowledge, to_json(plan.trace), received_ms, draft.now_ms),
            )
        ],
        SETTLE_DELIVERY,
    )
    draft.work.unsettled.discard((delivery.entry_key, delivery.brand))
