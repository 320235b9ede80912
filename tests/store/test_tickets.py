"""What people see of the desk: lists, search, stories, counts, timers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.effect import Cause, ChangeTicket, HoldMail, SetTimer
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Status
from mailgate.store.database import Store
from mailgate.store.deliveries import stories
from mailgate.store.rows import from_json, to_json
from mailgate.store.stats import stats
from mailgate.store.tickets import list_tickets, search_tickets, show_ticket
from mailgate.store.words import words_of
from tests.databases import Postgres
from tests.store.desk import KEY, NOW, HandClock, a_letter, a_mail, a_mark, a_reading, opened, settle


def test_tickets_are_listed_newest_first_and_by_what_is_asked(store: Store) -> None:
    (first, _), (second, _) = opened(store), opened(store, a_mail("Eve@Else.example"))
    close = ChangeTicket(first.id, {"status": Status.CLOSED}, "done")
    with store.transaction() as tx:
        tx.write(None, None, None, Plan(Outcome.EVENT, (close,)), first, (), NOW)
    assert [each.id for each in list_tickets(store.rows)] == [second.id, first.id]
    assert [each.id for each in list_tickets(store.rows, open_only=True, team="refunds")] == [second.id]
    assert [each.id for each in list_tickets(store.rows, status="closed")] == [first.id]
    assert [each.id for each in list_tickets(store.rows, requester="eve@else.EXAMPLE")] == [second.id]
    assert list_tickets(store.rows, team="nobody") == []
    assert show_ticket(store.rows, 4711) is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("退款", True),
        ("请退款", True),
        ("refund café", True),
        ("REFUND cafe", True),
        ("ＲＥＦＵＮＤ", True),
        ("fund", False),
        ("refund nowhere", False),
        ("", False),
        ("'; DROP", False),
        ('"*" OR a:b', False),
    ],
)
def test_search_finds_words_and_pairs_of_characters(store: Store, asked: str, found: bool) -> None:
    opened(store, a_mail(subject="Hello", text="nothing of that sort"))
    ticket, _ = opened(store, a_mail(subject="Refund", text="Café am Markt: 你好，请退款谢谢"))
    assert [each.id for each in search_tickets(store.rows, asked)] == ([ticket.id] if found else [])


def test_tokens_are_bounded() -> None:
    assert words_of("a" * 65 + " b") == ["b"]
    assert len(words_of("word " * 100_000)) <= 2
    assert words_of("退") == ["退"]
    assert words_of("สวัสดี")[:2] == ["สว", "วั"]


def test_promise_1_what_was_fed_is_what_is_counted(store: Store) -> None:
    opened(store, None, a_letter())
    _, reading = opened(store)
    twice, spam = replace(reading, entry_key="d" * 32), a_reading()
    with store.transaction() as tx:
        claimed = tx.claim([a_mark(twice), a_mark(spam)])
        assert claimed[a_mark(twice)] == reading.entry_key
        settle(tx, twice, Plan(Outcome.DUPLICATE))
        settle(tx, spam, Plan(Outcome.HOLD, (HoldMail(Cause.SPAM),), cause=Cause.SPAM))
    counts = stats(store.rows)
    assert counts.outcomes == {"duplicate": 1, "hold": 1, "new": 2}
    assert counts.deliveries == 4
    assert (counts.causes, counts.letters, counts.tickets) == ({"spam": 1}, {"queued": 1}, {"new": 2})
    assert (counts.held, counts.timers) == (1, 2)
    assert stats(store.rows, NOW + 1).deliveries == 0
    assert store.letter_counts() == {"queued": 1}


def test_promise_8_each_delivery_tells_its_story(store: Store) -> None:
    ticket, reading = opened(store, None, a_letter(), a_letter())
    (story,) = stories(store.rows)
    assert (story.entry_key, story.outcome, story.ticket, story.letters) == (reading.entry_key, "new", ticket.number, 2)
    assert (story.team, story.author, story.subject) == ("refunds", "bob@customer.example", "Refund")
    assert story.trace == ("no clue holds", "rule refunds matched")
    assert stories(store.rows, entry_key="0") == []


def test_due_timers_bring_their_tickets_longest_overdue_first(store: Store) -> None:
    (late, _), (later, _), (never, _) = opened(store), opened(store), opened(store)
    with store.transaction() as tx:
        for ticket, due_ms in ((late, NOW - 5), (later, NOW), (never, NOW + 1)):
            tx.write(None, None, None, Plan(Outcome.EVENT, (SetTimer(ticket.id, "survey", due_ms),)), ticket, (), NOW)
    assert store.next_timer_ms() == NOW - 5
    with store.transaction() as tx:
        assert [ticket.id for ticket in tx.due_tickets("survey", NOW, 10)] == [late.id, later.id]
        assert [ticket.id for ticket in tx.due_tickets("survey", NOW, 1)] == [late.id]
        assert tx.due_tickets("reminder", NOW, 10) == []


def test_a_due_timer_is_taken_by_one_daemon_only(postgres: Postgres) -> None:
    """On PostgreSQL another daemon skips what is locked (on SQLite it waits for the writers' lock)."""
    with postgres.lend() as url:
        one, other = (Store.open(url, clock=HandClock(), audit_key=KEY) for _ in range(2))
        ticket, _ = opened(one)
        with one.transaction() as mine, other.transaction() as theirs:
            assert [each.id for each in mine.due_tickets("reminder", NOW + 3_600_000, 10)] == [ticket.id]
            assert theirs.due_tickets("reminder", NOW + 3_600_000, 10) == []


def test_sweeping_keeps_what_must_outlive_everything(store: Store) -> None:
    _, reading = opened(store)
    store.sweep(NOW + 400 * 86_400_000)
    assert store.rows.one("SELECT count(*) FROM budgets") == (0,)
    with store.transaction() as tx:
        again = replace(reading, entry_key="e" * 32)
        assert tx.claim([a_mark(again)])[a_mark(again)] == reading.entry_key


def test_equal_values_make_equal_json() -> None:
    assert to_json({"b": (1, 2), "a": "é"}) == '{"a":"é","b":[1,2]}'
    assert from_json(None) is None
