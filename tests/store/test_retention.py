"""What one brand lets go is still there for another brand that got the same mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.effect import Cause, ChangeTicket, Effect, HoldMail, ReleaseHeld
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Retention
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Reading
from mailgate.store.database import Store
from mailgate.store.draft import DeliveryRow
from mailgate.store.held import list_held, raw_of
from mailgate.store.intake import Mark
from mailgate.store.retention import retain
from tests.store.desk import BRAND, NOW, a_mail, a_new_ticket, a_reading

DAY = 86_400_000
SHOP = "shop"
HELD = Plan(Outcome.HOLD, (HoldMail(Cause.SPAM, "looks like spam"),), cause=Cause.SPAM, trace=("held",))


def to_both(store: Store, acme: Plan, shop: Plan) -> tuple[Reading, tuple[Ticket | None, ...]]:
    """One mail that went to two brands, settled as each of them decided."""
    reading = a_reading(a_mail())
    with store.transaction() as tx:
        tx.claim([Mark(reading.entry_key, brand, received_ms=NOW) for brand in (BRAND, SHOP)])
        tickets = []
        for brand, plan in ((BRAND, acme), (SHOP, shop)):
            ticket = tx.open(plan, NOW, f"{brand:0<32}")
            delivery = DeliveryRow(reading.entry_key, brand, f"help@{brand}.example")
            tx.write(delivery, reading, b"the whole mail", plan, ticket, (), NOW)
            tickets.append(ticket)
    return reading, tuple(tickets)


def change(store: Store, *effects: Effect) -> None:
    with store.transaction() as tx:
        tx.write(None, None, None, Plan(Outcome.EVENT, effects), None, (), NOW)


def close(store: Store, ticket: Ticket | None, status: Status = Status.CLOSED) -> None:
    assert ticket is not None
    change(store, ChangeTicket(ticket.id, {"status": status}, "test"))


def new_ticket(brand: str) -> Plan:
    plan = a_new_ticket(a_reading())
    opening, message, *_ = plan.effects
    return replace(plan, effects=(replace(opening, brand=brand), message))


@pytest.fixture
def both(store: Store) -> tuple[Reading, tuple[Ticket | None, ...]]:
    """A ticket with each of the two brands; one of them is closed."""
    reading, (acme, shop) = to_both(store, new_ticket(BRAND), new_ticket(SHOP))
    close(store, acme)
    return reading, (acme, shop)


@pytest.mark.parametrize("kept", [Retention(raws_ms=DAY), Retention(tickets_ms=DAY)])
def test_the_raw_of_a_mail_to_two_brands_goes_with_the_last_of_their_tickets(
    store: Store, both: tuple[Reading, tuple[Ticket, ...]], kept: Retention
) -> None:
    reading, (_, shop) = both
    for _ in range(2):
        retain(store.rows, {BRAND: kept, SHOP: kept}, NOW + 2 * DAY)
    assert raw_of(store.rows, reading.entry_key)
    close(store, shop)
    assert retain(store.rows, {BRAND: kept, SHOP: kept}, NOW + 2 * DAY)
    assert raw_of(store.rows, reading.entry_key) is None
    assert not retain(store.rows, {BRAND: kept, SHOP: kept}, NOW + 2 * DAY)


def test_the_raw_of_a_mail_to_two_brands_is_kept_as_long_as_the_more_patient_keeps_it(
    store: Store, both: tuple[Reading, tuple[Ticket, ...]]
) -> None:
    reading, (_, shop) = both
    close(store, shop)
    for patient, there in ((Retention(), True), (Retention(raws_ms=9 * DAY), True), (Retention(raws_ms=DAY), False)):
        retain(store.rows, {BRAND: Retention(raws_ms=DAY), SHOP: patient}, NOW + 2 * DAY)
        assert bool(raw_of(store.rows, reading.entry_key)) is there


def test_spam_to_one_brand_is_a_ticket_of_another(store: Store) -> None:
    reading, (acme, _) = to_both(store, new_ticket(BRAND), new_ticket(SHOP))
    close(store, acme, Status.SPAM)
    assert retain(store.rows, {BRAND: Retention(spam_ms=DAY), SHOP: Retention()}, NOW + 2 * DAY) == 1
    assert raw_of(store.rows, reading.entry_key)
    traces = store.rows.all("SELECT brand, trace FROM deliveries ORDER BY brand")
    assert [(brand, trace == "[]") for brand, trace in traces] == [(BRAND, True), (SHOP, False)]


def test_mail_that_one_brand_held_too_long_stays_on_the_ticket_of_another(store: Store) -> None:
    reading, _ = to_both(store, new_ticket(BRAND), HELD)
    assert retain(store.rows, {BRAND: Retention(), SHOP: Retention(held_ms=DAY)}, NOW + 2 * DAY) == 1
    assert list_held(store.rows) == []
    assert raw_of(store.rows, reading.entry_key)
    traces = store.rows.all("SELECT brand, trace FROM deliveries ORDER BY brand")
    assert [(brand, trace == "[]") for brand, trace in traces] == [(BRAND, False), (SHOP, True)]


def test_mail_that_one_brand_dropped_is_there_for_the_brand_that_confirmed_it(store: Store) -> None:
    """Confirmed, and not settled yet: the clock has not looked."""
    reading, _ = to_both(store, HELD, HELD)
    ours, theirs = (each.id for each in list_held(store.rows))
    change(store, ReleaseHeld(ours, by="root"))
    assert store.drop_held(theirs, "root", NOW)
    assert raw_of(store.rows, reading.entry_key)
