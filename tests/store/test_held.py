"""Held mail waits with its raw; releasing, confirming and dropping are safe to repeat."""

from __future__ import annotations

from mailgate.desk.effect import Cause, HoldMail, ReleaseHeld
from mailgate.desk.plan import Outcome, Plan
from mailgate.mail.model import Reading
from mailgate.store.database import Store
from mailgate.store.held import (
    HeldState,
    asked,
    confirmed,
    held_counts,
    list_held,
    raw_of,
    show_held,
)
from tests.store.desk import BRAND, NOW, a_mail, a_mark, a_reading, opened, settle


def hold(
    store: Store, cause: Cause = Cause.SPAM, author: str = "eve@else.example", ticket: int | None = None
) -> Reading:
    """A mail held under a cause."""
    reading = a_reading(a_mail(author, text=f"held {author} {ticket}"))
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, Plan(Outcome.HOLD, (HoldMail(cause),), cause=cause, ticket=ticket))
    return reading


def test_held_mail_is_listed_by_cause(store: Store) -> None:
    hold(store)
    hold(store, Cause.LOOP)
    assert [mail.cause for mail in list_held(store.rows)] == ["spam", "loop"]
    assert [mail.author for mail in list_held(store.rows, cause="loop")] == ["eve@else.example"]
    assert held_counts(store.rows) == store.held_counts() == {"loop": 1, "spam": 1}
    assert show_held(store.rows, 4711) is None


def test_Q17_held_mail_is_released_once_and_its_raw_is_there_for_it(store: Store) -> None:
    reading = hold(store)
    (mail,) = list_held(store.rows)
    assert raw_of(store.rows, mail.entry_key) == (reading.mail.text.encode(), reading.envelope)
    with store.transaction() as tx:
        assert tx.release(mail.id, NOW)
        assert not tx.release(mail.id, NOW)
    assert list_held(store.rows) == []


def test_dropped_mail_is_gone_but_its_done_mark_stays(store: Store) -> None:
    reading = hold(store)
    (mail,) = list_held(store.rows)
    assert store.drop_held(mail.id, "", NOW)
    assert not store.drop_held(mail.id, "", NOW)
    with store.transaction() as tx:
        assert not tx.release(mail.id, NOW)
    assert raw_of(store.rows, reading.entry_key) is None
    assert store.known_entries([reading.entry_key]) == {reading.entry_key}
    (kept,) = list_held(store.rows, everything=True)
    assert (kept.state, kept.author) == (HeldState.DROPPED, "")


def test_S30_an_agents_word_releases_the_mail_that_it_is_about_and_no_other(store: Store) -> None:
    ticket, _ = opened(store)
    wanted = hold(store, Cause.UNPROVED_AGENT, "Ana@Acme.example", ticket.id)
    hold(store, Cause.UNPROVED_AGENT, "ana@acme.example", ticket.id)
    hold(store, Cause.UNPROVED_AGENT, "ben@acme.example", ticket.id)
    hold(store, Cause.SPAM, "ana@acme.example", ticket.id)
    found = asked(store.rows, BRAND, ("ana@acme.example", "ana@home.example"))
    assert [mail.waiting for mail in found] == [True, True]
    (mine,) = (mail for mail in found if mail.entry_key == wanted.entry_key)
    reading = a_reading(a_mail("ana@acme.example", text="yes"))
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, Plan(Outcome.EVENT, (ReleaseHeld(mine.held),), ticket=ticket.id))
    (mail,) = confirmed(store.rows)
    assert mail.entry_key == wanted.entry_key
    assert [mail.waiting for mail in asked(store.rows, BRAND, ("ana@acme.example",))] == [True, False]
    with store.transaction() as tx:
        assert tx.release(mail.id, NOW)
    assert confirmed(store.rows) == []
    assert len(list_held(store.rows)) == 3


def test_a_word_for_which_no_mail_waits_does_nothing(store: Store) -> None:
    """Not for one that is settled, not for one that is held for another cause."""
    ticket, _ = opened(store)
    hold(store, Cause.SPAM, "ana@acme.example", ticket.id)
    (spam,) = list_held(store.rows)
    with store.transaction() as tx:
        tx.write(None, None, None, Plan(Outcome.EVENT, (ReleaseHeld(spam.id),)), ticket, (), NOW)
        tx.write(None, None, None, Plan(Outcome.EVENT, (ReleaseHeld(999),)), ticket, (), NOW)
    assert confirmed(store.rows) == []
