"""Mails and letters too large to be in memory many times over: in the database they are what they were."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from mailgate.store.database import Store
from mailgate.store.held import raw_of
from mailgate.store.in_place import LARGE
from tests.store.desk import NOW, a_letter, a_mail, a_mark, a_new_ticket, a_reading, opened, settle

TEXT = "".join(random.Random(1).choices("abc ", k=1000)) * (3 * LARGE // 1000)


@pytest.mark.parametrize("size", [0, LARGE - 1, LARGE, LARGE + 1, len(TEXT)])
def test_a_mail_and_its_letters_of_any_size_are_kept_as_they_are(store: Store, size: int) -> None:
    """Beside small ones of the same transaction."""
    data = os.urandom(size)
    letters = [replace(a_letter(), data=octets) for octets in (b"first", data, data[1:], b"last")]
    _, reading = opened(store, replace(a_mail(), text=TEXT[:size]), *letters)
    assert raw_of(store.rows, reading.entry_key) == (TEXT[:size].encode(), reading.envelope)
    sent = [*store.claim_letters("one", NOW), *store.claim_letters("one", NOW)]
    assert [letter.data for letter in sent] == [letter.data for letter in letters]


def test_the_raw_of_a_mail_to_two_brands_is_kept_once(store: Store) -> None:
    """The second delivery finds it there, and leaves it alone; what is written after it is not mixed up with it."""
    reading = a_reading(replace(a_mail(), text=TEXT))
    with store.transaction(gathers=True) as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, a_new_ticket(reading), replace(a_letter(), data=b"x" * LARGE * 2))
    again = replace(reading, mail=replace(reading.mail, text="y" * LARGE * 2))
    with store.transaction(gathers=True) as tx:
        settle(tx, again, a_new_ticket(again), replace(a_letter(), data=b"z" * LARGE * 2))
    assert raw_of(store.rows, reading.entry_key) == (TEXT.encode(), reading.envelope)
    assert [letter.data[:1] for letter in store.claim_letters("one", NOW)] == [b"x", b"z"]


def test_what_was_begun_and_not_committed_is_gone(store: Store) -> None:
    """A large mail is a part of its transaction like any other row."""
    reading = a_reading(replace(a_mail(), text=TEXT))

    def begin() -> None:
        with store.transaction(gathers=True) as tx:
            settle(tx, reading, a_new_ticket(reading), replace(a_letter(), data=b"x" * LARGE * 2))
            tx.work.finish()
            raise KeyError

    with pytest.raises(KeyError):
        begin()
    assert raw_of(store.rows, reading.entry_key) is None
    assert store.claim_letters("one", NOW) == []
