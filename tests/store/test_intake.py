"""Claims make a mail happen once; facts tell the desk's state as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.effect import Cause, ChangeTicket, HoldMail
from mailgate.desk.facts import Carrier, Clue
from mailgate.desk.letter import LetterKind
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.questions import Questions
from mailgate.desk.ticket import Status
from mailgate.store.database import Store
from mailgate.store.intake import Mark
from tests.store.desk import (
    BRAND,
    NOW,
    a_letter,
    a_mail,
    a_mark,
    a_new_ticket,
    a_reading,
    an_append,
    opened,
    settle,
)


def test_promise_2_a_settled_mail_is_done_when_it_is_claimed_again(store: Store) -> None:
    _, reading = opened(store)
    with store.transaction() as tx:
        assert tx.claim([a_mark(reading)]) == {a_mark(reading): "done"}


def test_promise_2_what_came_twice_by_two_ways_names_the_first(store: Store) -> None:
    _, first = opened(store)
    second = replace(first, entry_key="f" * 32)
    with store.transaction() as tx:
        assert tx.claim([a_mark(second)])[a_mark(second)] == first.entry_key
        settle(tx, second, Plan(Outcome.DUPLICATE))
    assert store.rows.one("SELECT duplicate_of FROM deliveries WHERE entry_key = ?", ("f" * 32,)) == (first.entry_key,)


def test_promise_2_a_duplicate_within_one_batch_is_seen(store: Store) -> None:
    first, second = Mark("a" * 32, BRAND, "same", None, NOW), Mark("b" * 32, BRAND, "same", None, NOW + 1)
    with store.transaction() as tx:
        assert tx.claim([second, first]) == {first: "", second: "a" * 32}


def test_D27_without_message_id_a_mail_is_a_duplicate_for_its_window_only(store: Store) -> None:
    minute = 60_000
    marks = [
        Mark(key * 32, BRAND, "same", NOW + at + 10 * minute, NOW + at) for key, at in (("a", 0), ("b", 9 * minute))
    ]
    late = Mark("c" * 32, BRAND, "same", NOW + 21 * minute, NOW + 11 * minute)
    later = Mark("d" * 32, BRAND, "same", NOW + 22 * minute, NOW + 12 * minute)
    with store.transaction() as tx:
        assert tx.claim(marks) == {marks[0]: "", marks[1]: "a" * 32}
        tx.work.unsettled.clear()
    with store.transaction() as tx:
        assert tx.claim([late, later]) == {late: "", later: "c" * 32}


def test_one_mail_to_two_brands_is_two_deliveries(store: Store) -> None:
    marks = [Mark("a" * 32, "acme", "acme same"), Mark("a" * 32, "zeta", "zeta same")]
    with store.transaction() as tx:
        assert set(tx.claim(marks).values()) == {""}


def test_a_claim_that_nobody_settled_is_given_back(store: Store) -> None:
    """A mail that failed must be tried again: its marks may not outlive the transaction without an outcome."""
    reading = a_reading()
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
    with store.transaction() as tx:
        assert tx.claim([a_mark(reading)])[a_mark(reading)] == ""


def test_known_entries_are_those_with_a_done_mark(store: Store) -> None:
    _, reading = opened(store)
    assert store.known_entries([reading.entry_key, "0" * 31 + "x"]) == {reading.entry_key}
    assert store.known_entries([]) == set()


def test_facts_lead_each_clue_to_its_ticket_within_the_brand(store: Store) -> None:
    letter = a_letter()
    ticket, reading = opened(store, None, letter)
    tag = Clue(Carrier.TAG, number=ticket.number)
    known = Clue(Carrier.KNOWN_ID, message_id=reading.mail.message_id)
    ours = Clue(Carrier.KNOWN_ID, message_id=letter.message_id)
    stray = Clue(Carrier.TAG, number=ticket.number + 7)
    absurd = Clue(Carrier.TAG, number=10**30)
    clues = (tag, known, ours, stray, absurd)
    with store.transaction() as tx:
        facts = tx.facts(Questions(BRAND, clues, message_ids=(letter.message_id,)), lock=True)
        other = tx.facts(Questions("zeta", clues), lock=True)
    assert {clue: found.id for clue, found in facts.tickets.items()} == dict.fromkeys((tag, known, ours), ticket.id)
    assert facts.tickets[tag].participants == ticket.participants
    assert facts.letters[letter.message_id].recipient == letter.recipient
    assert facts.letters[letter.message_id].ticket_id == ticket.id
    assert not other.tickets


def test_a_clue_to_a_merged_ticket_leads_to_its_target(store: Store) -> None:
    (first, _), (second, _) = opened(store), opened(store, a_mail(text="again"))
    merge = ChangeTicket(first.id, {"status": Status.MERGED, "merged_into": second.id}, "the same question")
    reading = a_reading()
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, an_append(second, merge))
    clue = Clue(Carrier.TAG, number=first.number)
    with store.transaction() as tx:
        assert tx.facts(Questions(BRAND, (clue,)), lock=True).tickets[clue].id == second.id


def test_facts_remember_the_customer_and_recent_open_tickets(store: Store) -> None:
    ticket, _ = opened(store)
    opened(store, a_mail("eve@else.example"))
    asked = Questions(BRAND, author="bob@customer.example", since_ms=NOW - 1)
    with store.transaction() as tx:
        facts = tx.facts(asked, lock=True)
        assert facts.customer is not None
        assert (facts.customer.tickets, facts.customer.open_tickets, facts.customer.name) == (1, 1, "Bob")
        assert [found.id for found in facts.recent] == [ticket.id]
        closing = Plan(Outcome.EVENT, (ChangeTicket(ticket.id, {"status": Status.CLOSED}, "done"),), ticket=ticket.id)
        tx.write(None, None, None, closing, ticket, (), NOW)
        after = tx.facts(asked, lock=True)
        assert after.customer is not None
        assert (after.customer.tickets, after.customer.open_tickets, after.recent) == (1, 0, ())


def test_budgets_count_within_the_same_transaction_and_after_it(store: Store) -> None:
    reading, spent = a_reading(), "addr:h:1:bob@customer.example"
    asked = Questions(BRAND, budget_keys=(spent, "other"))
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, a_new_ticket(reading))
        assert tx.facts(asked, lock=True).spent == {spent: 1, "other": 0}
    opened(store)
    with store.transaction() as tx:
        assert tx.facts(asked, lock=True).spent == {spent: 2, "other": 0}


def test_a_survey_is_remembered_with_the_customer(store: Store) -> None:
    opened(store, None, a_letter(kind=LetterKind.SURVEY))
    with store.transaction() as tx:
        assert tx.facts(Questions(BRAND, author="bob@customer.example"), lock=True).survey_asked_ms == NOW


def test_an_absurdly_long_message_id_threads_too(store: Store) -> None:
    """PostgreSQL refuses index entries over 2,704 octets; a stranger's header may not stop the desk."""
    long = "x" * 9000 + "@far.example"
    ticket, _ = opened(store, replace(a_mail("a" * 5000 + "@far.example"), message_id=long))
    clue = Clue(Carrier.KNOWN_ID, message_id=long)
    with store.transaction() as tx:
        assert tx.facts(Questions(BRAND, (clue,)), lock=True).tickets[clue].id == ticket.id


def test_locking_a_whole_batch_finds_every_ticket(store: Store) -> None:
    ticket, reading = opened(store)
    batch = [
        Questions(BRAND, (Clue(Carrier.TAG, number=ticket.number),)),
        Questions(BRAND, message_ids=(reading.mail.message_id,)),
        Questions(BRAND),
    ]
    with store.transaction() as tx:
        tx.look_ahead(batch)
        assert tx.facts(batch[0], lock=True).tickets


def test_a_crash_inside_a_savepoint_costs_only_that_mail(store: Store) -> None:
    first, broken, last = a_reading(), a_reading(), a_reading()
    with store.transaction() as tx:
        tx.claim([a_mark(reading) for reading in (first, broken, last)])
        with tx.savepoint():
            settle(tx, first, a_new_ticket(first))
        with pytest.raises(ZeroDivisionError), tx.savepoint():  # noqa: PT012
            settle(tx, broken, a_new_ticket(broken), a_letter())
            raise ZeroDivisionError
        with tx.savepoint():
            settle(tx, last, a_new_ticket(last))
    assert store.rows.all("SELECT outcome FROM deliveries") == [("new",), ("new",)]
    assert store.known_entries([broken.entry_key]) == set()
    assert store.rows.one("SELECT count(*) FROM letters") == (0,)
    assert store.rows.one("SELECT spent FROM budgets") == (2,)


def test_what_the_database_refuses_costs_only_that_mail(store: Store) -> None:
    """A row that is there already is a bug of ours; the mail is held instead, and the next one is settled."""
    first, broken, last = a_reading(), a_reading(), a_reading()
    with store.transaction() as tx:
        tx.claim([a_mark(reading) for reading in (first, broken, last)])
        with tx.savepoint():
            ticket = settle(tx, first, a_new_ticket(first))
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"), tx.savepoint():
            tx.write(None, broken, None, a_new_ticket(broken), ticket, (), NOW)
        with tx.savepoint():
            settle(tx, broken, Plan(Outcome.HOLD, (HoldMail(Cause.INTERNAL),), cause=Cause.INTERNAL))
        with tx.savepoint():
            settle(tx, last, a_new_ticket(last))
    assert sorted(store.rows.all("SELECT outcome, cause FROM deliveries")) == [
        ("hold", "internal-error"),
        ("new", ""),
        ("new", ""),
    ]
