"""A plan becomes rows, all of it or nothing."""

from __future__ import annotations

import typing
from dataclasses import replace

import pytest

from mailgate.desk import effect as plans
from mailgate.desk.effect import (
    NEW_TICKET,
    AddEvent,
    AddNote,
    AddParticipant,
    Cause,
    ChangeTicket,
    ClearTimer,
    Direction,
    HoldMail,
    LinkTickets,
    RecordBounce,
    RecordRating,
    RememberCustomer,
    SetTimer,
    Visibility,
)
from mailgate.desk.letter import LetterKind
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.mail.model import Action, Attachment, ReportedRecipient
from mailgate.store.database import Store
from mailgate.store.effects import EFFECTS
from mailgate.store.tickets import show_ticket
from tests.store.desk import BRAND, NOW, a_letter, a_mail, a_mark, a_new_ticket, a_reading, an_append, opened, settle


def test_every_effect_of_a_plan_has_its_writer() -> None:
    assert set(EFFECTS) == set(typing.get_args(plans.Effect))


def test_a_new_ticket_is_kept_whole(store: Store) -> None:
    part = Attachment("2", "bill.pdf", "application/pdf", "application/pdf", 3, "0" * 64, inline=True, risks=("macro",))
    watcher = Participant("carl@customer.example", "Carl", ParticipantRole.WATCHER)
    reading = a_reading(replace(a_mail(), attachments=(part,)))
    plan = a_new_ticket(reading, watchers=(watcher,), tags=("vip",), fields={"order": "7"}, language="zh-Hans")
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        ticket = settle(tx, reading, plan, a_letter())
    assert ticket is not None
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    kept = shown.ticket
    assert (kept.status, kept.team, kept.tags, kept.fields, kept.language) == (
        Status.NEW,
        "refunds",
        ("vip",),
        {"order": "7"},
        "zh-Hans",
    )
    assert [(who.email, who.role.value) for who in kept.participants] == [
        ("bob@customer.example", "requester"),
        ("carl@customer.example", "watcher"),
    ]
    assert kept.rid == ticket.rid
    assert kept.waiting_since_ms == NOW
    assert kept.references == (reading.mail.message_id,)
    (message,) = shown.messages
    assert (message["text"], message["new_text"], message["proof"]) == (
        "Please refund me.",
        "Please refund me.",
        "pass",
    )
    (kept_part,) = message["attachments"]
    assert (kept_part["filename"], kept_part["inline"], kept_part["risks"]) == ("bill.pdf", True, ["macro"])
    assert [event["kind"] for event in shown.events] == ["opened", "message", "letter"]
    assert [(letter["state"], letter["at_most_once"]) for letter in shown.letters] == [("queued", True)]
    (delivery,) = shown.deliveries
    assert (delivery["outcome"], delivery["rule"], delivery["trace"]) == (
        "new",
        "refunds",
        ["no clue holds", "rule refunds matched"],
    )


def test_numbers_are_unique_and_grow(store: Store) -> None:
    numbers = [opened(store)[0].number for _ in range(12)]
    assert numbers == sorted(set(numbers))
    store.jump_numbers(1000)
    assert opened(store)[0].number > 0
    assert store.rows.one("SELECT count(DISTINCT number) FROM tickets") == (13,)


def test_an_answer_ends_the_waiting_and_joins_the_thread(store: Store) -> None:
    ticket, first = opened(store)
    reading, letter = a_reading(a_mail("ana@acme.example", text="Done.")), a_letter(kind=LetterKind.ANSWER, once=False)
    status = ChangeTicket(ticket.id, {"status": Status.WAITING_CUSTOMER}, "an agent answered", "ana")
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        plan = an_append(ticket, status, ClearTimer(ticket.id, "reminder"), direction=Direction.AGENT)
        settle(tx, reading, plan, letter, now_ms=NOW + 5)
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    kept = shown.ticket
    assert (kept.status, kept.waiting_since_ms, kept.answered_ms) == (Status.WAITING_CUSTOMER, None, NOW + 5)
    assert kept.references == (first.mail.message_id, reading.mail.message_id, letter.message_id)
    assert kept.last_message_id == letter.message_id
    changed = shown.events[-2]
    assert (changed["kind"], changed["actor"]) == ("changed", "ana")
    assert changed["meta"] == {"status": ["new", "waiting-customer"]}
    assert store.next_timer_ms() is None


def test_references_keep_the_oldest_and_the_newest(store: Store) -> None:
    ticket, first = opened(store)
    for _ in range(30):
        reading = a_reading()
        with store.transaction() as tx:
            tx.claim([a_mark(reading)])
            settle(tx, reading, an_append(ticket))
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    kept = shown.ticket.references
    assert (len(kept), kept[0], kept[-1]) == (20, first.mail.message_id, reading.mail.message_id)


def test_notes_participants_links_ratings_and_bounces_are_kept(store: Store) -> None:
    (ticket, _), (other, _) = opened(store, None, a_letter()), opened(store)
    letter = store.rows.one("SELECT id FROM letters")
    assert letter is not None
    reported = ReportedRecipient("bob@customer.example", Action.FAILED, "5.1.1", "no such user")
    reading = a_reading()
    effects = (
        AddNote(ticket.id, "the same as last year", "ana"),
        AddParticipant(ticket.id, "carl@customer.example", "Carl", ParticipantRole.WATCHER, "asked for"),
        AddParticipant(ticket.id, "carl@customer.example", "Carl", ParticipantRole.THIRD_PARTY, "no longer"),
        LinkTickets(ticket.id, other.id, "probable duplicate"),
        RecordBounce(letter[0], ticket.id, reported),
        RecordBounce(letter[0], None, replace(reported, status="5.0.0")),
        RecordRating(ticket.id, 2, "slow", "bob@customer.example"),
        RecordRating(ticket.id, 5, "thanks", "bob@customer.example"),
        RememberCustomer("bob@customer.example", language="de"),
        AddEvent(ticket.id, "away", {"until": 7}, {"who": "ana"}),
        ClearTimer(ticket.id, "reminder"),
        SetTimer(ticket.id, "reminder", NOW + 9),
        ChangeTicket(ticket.id, {"team": "refunds"}, "no change at all"),
    )
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, Plan(Outcome.BOUNCE, effects, ticket=ticket.id))
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    note = shown.messages[-1]
    assert (note["text"], note["visibility"], note["agent"]) == (
        "the same as last year",
        Visibility.AGENTS.value,
        "ana",
    )
    assert [who.role for who in shown.ticket.participants][-1] is ParticipantRole.THIRD_PARTY
    assert [(link["number"], link["why"]) for link in shown.links] == [(other.number, "probable duplicate")]
    assert shown.letters[0]["bounces"][0]["status"] == "5.0.0"
    assert shown.ticket.rating == 5
    assert "changed" not in [event["kind"] for event in shown.events]
    assert store.rows.one("SELECT score, comment FROM ratings") == (5, "thanks")
    assert store.rows.one("SELECT language, last_rating FROM customers") == ("de", 5)
    assert store.rows.all("SELECT due_ms FROM timers WHERE ticket_id = ?", (ticket.id,)) == [(NOW + 9,)]
    other_side = show_ticket(store.rows, other.number)
    assert other_side is not None
    assert [link["number"] for link in other_side.links] == [ticket.number]


def test_closing_and_reopening_move_the_time_and_the_customers_count(store: Store) -> None:
    ticket, _ = opened(store)
    for status, closed, waiting in ((Status.RESOLVED, NOW, 0), (Status.CLOSED, NOW, 0), (Status.OPEN, None, 1)):
        change = ChangeTicket(ticket.id, {"status": status}, "by command", "ana")
        with store.transaction() as tx:
            tx.write(None, None, None, Plan(Outcome.EVENT, (change,), ticket=ticket.id), ticket, (), NOW)
        assert store.rows.one("SELECT closed_ms FROM tickets") == (closed,)
        assert store.rows.one("SELECT open_tickets FROM customers") == (waiting,)


def test_held_mail_keeps_its_raw_even_when_it_could_not_be_read(store: Store) -> None:
    from mailgate.store.draft import DeliveryRow
    from mailgate.store.held import list_held, raw_of
    from tests.store.desk import MAILBOX

    reading = a_reading()
    row = DeliveryRow(reading.entry_key, BRAND, MAILBOX, reading.envelope, NOW)
    plan = Plan(Outcome.HOLD, (HoldMail(Cause.UNPARSEABLE, "no header"),), cause=Cause.UNPARSEABLE)
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        tx.write(row, None, b"\x00\xff raw", plan, None, (), NOW)
    (mail,) = list_held(store.rows)
    assert (mail.cause, mail.detail, mail.mailbox) == ("unparseable", "no header", MAILBOX)
    assert raw_of(store.rows, reading.entry_key) == (b"\x00\xff raw", reading.envelope)


def test_a_plan_that_contradicts_the_database_is_an_error_of_ours(store: Store) -> None:
    reading = a_reading()
    with store.transaction() as tx, pytest.raises(LookupError), tx.savepoint():
        settle(tx, reading, Plan(Outcome.EVENT, (AddNote(4711, "nobody"),)))
    plan = a_new_ticket(reading, ChangeTicket(NEW_TICKET, {"rid": "x"}, "never"))
    with store.transaction() as tx, pytest.raises(ValueError, match="no field"), tx.savepoint():
        settle(tx, reading, plan)
    assert store.rows.one("SELECT count(*) FROM tickets") == (0,)


def test_a_plan_about_a_ticket_gets_that_ticket_for_its_letters(store: Store) -> None:
    ticket, _ = opened(store)
    with store.transaction() as tx:
        assert tx.open(an_append(ticket), NOW, "r") == tx.ticket(ticket.id)
        assert tx.open(Plan(Outcome.HOLD), NOW, "r") is None
        assert tx.open(Plan(Outcome.EVENT, ticket=999), NOW, "r") is None


def test_nothing_is_kept_of_a_transaction_that_fails(store: Store) -> None:
    reading = a_reading()
    with pytest.raises(KeyboardInterrupt), store.transaction() as tx:  # noqa: PT012
        tx.claim([a_mark(reading)])
        settle(tx, reading, a_new_ticket(reading), a_letter())
        raise KeyboardInterrupt
    for table in ("tickets", "messages", "letters", "deliveries", "dedupe", "budgets", "events"):
        assert store.rows.one(f"SELECT count(*) FROM {table}") == (0,)
    opened(store)
