"""A plan becomes rows: the only writer of tickets, messages, events, letters and outcomes.

``open_plan`` gives a plan's new ticket its number, so that letters can be composed; ``write`` puts everything into the
running transaction, the delivery's outcome with it. Nothing is kept unless the transaction commits (promise 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.desk.effect import NEW_TICKET, OpenTicket
from mailgate.desk.letter import Letter
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Ticket
from mailgate.mail.model import Envelope, Reading
from mailgate.store.draft import TABLES, DeliveryRow, Draft, Table
from mailgate.store.effects import EFFECTS
from mailgate.store.effects.letters import queue_letter
from mailgate.store.effects.tickets import requester_first
from mailgate.store.gathered import Gathered
from mailgate.store.read import FINISHED, tickets_by_id
from mailgate.store.rows import key_of, to_json
from mailgate.store.search import index_parts
from mailgate.store.sql import Part
from mailgate.store.work import Work

TICKET_COLUMNS = (
    "id, number, rid, brand, mailbox, subject, status, team, kind, assignee, priority, tags, language, fields, "
    "requester_email, requester_name, requester_key, rule, reason, merged_into, created_ms, updated_ms, closed_ms, "
    "waiting_since_ms, answered_ms, rating, last_message_id, thread, asked, state, parent_id, due_ms, snoozed_ms, "
    "nudged_ms, nudges, given_by, sla, clock, urgency, events, head"
)
CUSTOMER_COLUMNS = (
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
DELIVERIES = Table(
    "deliveries",
    "entry_key, brand, mailbox, outcome, cause, ticket_id, message_id, duplicate_of, rule, generation, acknowledge, "
    "trace, received_ms, settled_ms",
    2,
    "mailbox, outcome, cause, ticket_id, message_id, duplicate_of, rule, generation, acknowledge, trace, received_ms, "
    "settled_ms",
)


URGENT_COLUMNS = frozenset({"due_ms", "clock", "nudged_ms", "answered_ms", "waiting_since_ms"})
"""Columns that ``Ticket.urgency`` looks at."""

TIMERS = Table("timers", "ticket_id, kind, due_ms", 2, "due_ms")
CLEAR_TIMER = "DELETE FROM timers WHERE ticket_id = ? AND kind = ?"


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
        parent=effect.parent,
        due_ms=effect.due_ms,
        sla=effect.sla,
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
        draft.work.unsettled.discard((delivery.entry_key, delivery.brand))
        draft.outcomes.append(_outcome(draft, delivery, plan))
    work.gather(draft)


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


def write_out(work: Work, gathered: Gathered) -> None:
    """Write everything that was gathered, one statement a table."""
    parts = [*_tickets(work, gathered), *gathered.removed.values(), *_tables(gathered), *_timers(gathered)]
    parts += [*index_parts(work.database, gathered.words), *_customers(gathered)]
    if gathered.outcomes:
        parts.append(Part(DELIVERIES.name, DELIVERIES.columns, gathered.outcomes, DELIVERIES.conflict))
    if parts:
        work.database.write(parts)


def _tickets(work: Work, gathered: Gathered) -> Iterator[Part]:
    """New tickets as a whole, of the others the changed columns, each with the head of its history."""
    opened: list[tuple[object, ...]] = []
    updates: dict[tuple[str, ...], list[tuple[object, ...]]] = {}
    for ticket_id, columns in gathered.changed.items():
        link = work.heads[ticket_id]
        if ticket_id in gathered.opened:
            opened.append((*_ticket_row(work.tickets[ticket_id]), link.events, link.head))
            continue
        if not columns.keys().isdisjoint(URGENT_COLUMNS):
            columns["urgency"] = work.tickets[ticket_id].urgency
        row = (*columns.values(), link.events, link.head, ticket_id)
        updates.setdefault(tuple(columns), []).append(row)
    if opened:
        yield Part("tickets", TICKET_COLUMNS, opened)
    for columns_set, rows in updates.items():
        names = ", ".join(f"{name} = ?" for name in (*columns_set, "events", "head"))
        yield Part("tickets", "", rows, statement=f"UPDATE tickets SET {names} WHERE id = ?")  # noqa: S608


def _tables(gathered: Gathered) -> Iterator[Part]:
    """The rows of each table; of two that would update the same row the last counts."""
    for table in TABLES:
        rows = gathered.rows.get(table.name)
        if rows:
            once = list({row[: table.key]: row for row in rows}.values()) if table.update else rows
            yield Part(table.name, table.columns, once, table.conflict)


def _timers(gathered: Gathered) -> Iterator[Part]:
    """Timers that are set, and those that are cleared."""
    to_set = [(*key, due_ms) for key, due_ms in gathered.timers.items() if due_ms is not None]
    to_clear = [key for key, due_ms in gathered.timers.items() if due_ms is None]
    if to_set:
        yield Part(TIMERS.name, TIMERS.columns, to_set, TIMERS.conflict)
    if to_clear:
        yield Part("timers", "", to_clear, statement=CLEAR_TIMER)


def _ticket_row(ticket: Ticket) -> tuple[object, ...]:
    who = ticket.requester
    return (
        *(ticket.id, ticket.number, ticket.rid, ticket.brand, ticket.mailbox, ticket.subject, ticket.status.value),
        *(ticket.team, ticket.kind, ticket.assignee, ticket.priority, to_json(ticket.tags), ticket.language),
        *(to_json(dict(ticket.fields)), who.email, who.name, key_of(who.email), ticket.rule, ticket.reason),
        *(ticket.merged_into, ticket.created_ms, ticket.updated_ms, ticket.closed_ms, ticket.waiting_since_ms),
        *(ticket.answered_ms, ticket.rating, ticket.last_message_id, to_json(ticket.references), ticket.asked),
        *(ticket.state, ticket.parent, ticket.due_ms, ticket.snoozed_ms, ticket.nudged_ms, ticket.nudges),
        *(ticket.given_by, ticket.sla, to_json(dict(ticket.clock)) if ticket.clock else "{}", ticket.urgency),
    )


def _customers(gathered: Gathered) -> Iterator[Part]:
    """In the order of the keys, so that two appliers meet in the same order."""
    rows = [
        (
            *(brand, key, who.email, who.name, who.language, "[]", who.tickets, who.open_tickets),
            *(who.rating, who.survey_asked_ms, who.now_ms),
        )
        for (brand, key), who in sorted(gathered.customers.items())
    ]
    if rows:
        yield Part("customers", CUSTOMER_COLUMNS, rows, ADD_TO_CUSTOMER)


def _outcome(draft: Draft, delivery: DeliveryRow, plan: Plan) -> tuple[object, ...]:
    """The outcome of the delivery, with all that explains it (promise 8)."""
    ticket_id = draft.ticket.id if draft.ticket and plan.ticket in (None, NEW_TICKET) else plan.ticket
    received_ms = draft.reading.envelope.received_ms if draft.reading else delivery.received_ms
    duplicate_of = draft.work.duplicates.get((delivery.entry_key, delivery.brand), "")
    return (
        *(delivery.entry_key, delivery.brand, delivery.mailbox, plan.outcome.value),
        *(plan.cause.value if plan.cause else "", ticket_id or None, draft.message, duplicate_of),
        *(plan.rule, plan.generation, plan.acknowledge, to_json(plan.trace), received_ms, draft.now_ms),
    )
