"""Held mail waits with its raw; releasing, confirming and dropping are safe to repeat."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.plan import Cause, HoldMail, Outcome, Plan, ReleaseHeld
from mailgate.mail.model import Reading
from mailgate.store.database import Store
from mailgate.store.held import (
    HeldState,
    Released,
    confirmed,
    drop,
    held_counts,
    list_held,
    raw_of,
    release,
    settle_confirmed,
    show_held,
)
from tests.store.desk import NOW, a_mail, a_mark, a_reading, opened, settle


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


def test_Q17_released_mail_goes_back_to_intake_and_is_no_duplicate_of_itself(store: Store) -> None:
    reading = hold(store)
    (mail,) = list_held(store.rows)
    back = release(store.rows, mail.id, NOW)
    assert back == Released(reading.mail.text.encode(), reading.envelope, f"release:{mail.id}")
    assert release(store.rows, mail.id, NOW) == back
    assert list_held(store.rows) == []
    again = replace(reading, entry_key="e" * 32)
    with store.transaction() as tx:
        assert tx.claim([a_mark(again)])[a_mark(again)] == ""


def test_dropped_mail_is_gone_but_its_done_mark_stays(store: Store) -> None:
    reading = hold(store)
    (mail,) = list_held(store.rows)
    assert drop(store.rows, mail.id, NOW)
    assert not drop(store.rows, mail.id, NOW)
    assert release(store.rows, mail.id, NOW) is None
    assert raw_of(store.rows, reading.entry_key) is None
    assert store.known_entries([reading.entry_key]) == {reading.entry_key}
    (kept,) = list_held(store.rows, everything=True)
    assert (kept.state, kept.author) == (HeldState.DROPPED, "")


def test_an_agents_word_releases_the_newest_of_that_agents_mails_on_that_ticket(store: Store) -> None:
    ticket, _ = opened(store)
    hold(store, Cause.UNPROVED_AGENT, "ana@acme.example", ticket.id)
    wanted = hold(store, Cause.UNPROVED_AGENT, "Ana@Acme.example", ticket.id)
    for other in (("ana@acme.example", None), ("ben@acme.example", ticket.id)):
        hold(store, Cause.UNPROVED_AGENT, *other)
    hold(store, Cause.SPAM, "ana@acme.example", ticket.id)
    reading = a_reading(a_mail("ana@acme.example", text="yes"))
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, Plan(Outcome.EVENT, (ReleaseHeld(ticket.id, ("ana@acme.example",)),), ticket=ticket.id))
    ((held_id, back),) = confirmed(store.rows)
    assert (back.raw, back.origin) == (wanted.mail.text.encode(), f"confirm:{held_id}")
    settle_confirmed(store.rows, held_id, NOW)
    assert confirmed(store.rows) == []
    assert len(list_held(store.rows)) == 4


def test_a_word_for_which_no_mail_waits_does_nothing(store: Store) -> None:
    ticket, _ = opened(store)
    with store.transaction() as tx:
        tx.write(None, None, None, Plan(Outcome.EVENT, (ReleaseHeld(None, ("ana@acme.example",)),)), ticket, (), NOW)
        tx.write(None, None, None, Plan(Outcome.EVENT, (ReleaseHeld(None, ()),)), ticket, (), NOW)
    assert confirmed(store.rows) == []
