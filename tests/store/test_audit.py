"""Promise 9: the history cannot be rewritten unnoticed, and can still be erased."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from mailgate.desk.effect import AddNote
from mailgate.desk.plan import Outcome, Plan
from mailgate.store.audit import anchors, verify
from mailgate.store.chain import metadata_of
from mailgate.store.database import Store, Tx
from mailgate.store.rows import Row, Rows, to_json
from tests.store.desk import KEY, NOW, a_letter, a_mark, a_reading, an_append, opened, settle


@pytest.fixture
def ticket_id(store: Store) -> int:
    """A ticket with five events, beside two others."""
    ticket, _ = opened(store, None, a_letter())
    opened(store)
    reading = a_reading()
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, an_append(ticket), a_letter())
    opened(store)
    assert store.verify() == []
    return ticket.id


def change(store: Store, sql: str, *params: object) -> None:
    """What somebody with access to the database does."""
    with store.rows.transaction():
        store.rows.run(sql, params)


def test_Q08_promise_9_an_edited_event_is_found(store: Store, ticket_id: int) -> None:
    change(store, "UPDATE events SET meta = '{}' WHERE ticket_id = ? AND seq = 2", ticket_id)
    assert [(each.ticket_id, each.seq) for each in store.verify()] == [(ticket_id, 2)]


def test_promise_9_an_edited_payload_is_found(store: Store, ticket_id: int) -> None:
    change(store, 'UPDATE events SET payload = \'{"to":"eve"}\' WHERE ticket_id = ? AND seq = 3', ticket_id)
    assert [(each.seq, each.wrong) for each in store.verify()] == [(3, "its payload was changed")]


def test_Q08_promise_9_a_deleted_event_is_found(store: Store, ticket_id: int) -> None:
    change(store, "DELETE FROM events WHERE ticket_id = ? AND seq = 2", ticket_id)
    assert [(each.seq, each.wrong) for each in store.verify()] == [(2, "an event is missing")]


def test_promise_9_a_cut_is_found_by_the_ticket(store: Store, ticket_id: int) -> None:
    change(store, "DELETE FROM events WHERE ticket_id = ? AND seq >= 4", ticket_id)
    assert [(each.ticket_id, each.seq) for each in store.verify()] == [(ticket_id, 4)]


def test_promise_9_a_cut_that_the_ticket_hides_is_found_by_an_anchor(store: Store, ticket_id: int) -> None:
    kept = anchors(store.rows, KEY, 0, NOW + 1)
    assert len(kept) == 3
    assert store.verify(kept) == []
    change(store, "DELETE FROM events WHERE ticket_id = ? AND seq >= 4", ticket_id)
    mac = store.rows.one("SELECT mac FROM events WHERE ticket_id = ? AND seq = 3", (ticket_id,))
    assert mac is not None
    change(store, "UPDATE tickets SET events = 3, head = ? WHERE id = ?", mac[0], ticket_id)
    assert store.verify() == []
    assert [(each.ticket_id, each.wrong) for each in store.verify(kept)] == [
        (ticket_id, "events that an anchor knows are gone")
    ]


def test_promise_9_a_forged_anchor_is_found(store: Store, ticket_id: int) -> None:
    forged = replace(anchors(store.rows, KEY, 0, NOW)[0], events=2)
    assert [each.wrong for each in store.verify([forged])] == ["the anchor itself was changed"]


class Meanwhile(Rows):
    """A database on which something happens between the reading of the histories and that of their tickets."""

    happens: Callable[[], object]

    def all(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        if sql.startswith("SELECT id, events, head FROM tickets"):
            self.happens()
        return super().all(sql, params)


def test_promise_9_a_history_that_grows_while_it_is_verified_is_whole(
    store: Store, store_url: str, ticket_id: int
) -> None:
    """A mail that comes in meanwhile is no break; an event that is changed meanwhile is one."""
    rows = Meanwhile(store_url)
    rows.happens = lambda: (opened(store), store.run(lambda tx: _noted(tx, ticket_id)))
    assert verify(rows, KEY) == []

    def forged() -> None:
        store.run(lambda tx: _noted(tx, ticket_id))
        change(store, "UPDATE events SET actor = 'eve' WHERE ticket_id = ? AND seq = 7", ticket_id)

    rows.happens = forged
    assert [(each.ticket_id, each.seq) for each in verify(rows, KEY)] == [(ticket_id, 7)]
    rows.close()


def _noted(tx: Tx, ticket_id: int) -> None:
    plan = Plan(Outcome.EVENT, (AddNote(ticket_id, "one more"),), ticket=ticket_id)
    tx.write(None, None, None, plan, tx.ticket(ticket_id), (), NOW)


def test_promise_9_another_key_verifies_nothing(store: Store, ticket_id: int) -> None:
    assert len(verify(store.rows, b"x" * 32)) == 3


def test_promise_9_what_a_mac_covers_is_the_json_list_that_it_always_was() -> None:
    """So that histories which are there go on to verify."""
    parts = (7, 3, 1_764_000_000_000, 'a "kind"', "ana\\\n\x7f\u2028退", '{"to":"\\"x\\""}')
    assert metadata_of(*parts) == to_json(list(parts)).encode()


def test_promise_9_erasing_payload_and_salt_keeps_the_chain_whole(store: Store, ticket_id: int) -> None:
    with store.transaction() as tx:
        tx.work.rows.run("UPDATE events SET payload = NULL, salt = NULL WHERE ticket_id = ?", (ticket_id,))
    assert store.verify() == []
    left = store.rows.all("SELECT salt, payload FROM events WHERE ticket_id = ?", (ticket_id,))
    assert set(left) == {(None, None)}


def test_what_is_personal_stands_in_the_payload_only(store: Store, ticket_id: int) -> None:
    for (meta,) in store.rows.all("SELECT meta FROM events"):
        assert "bob" not in meta
        assert "customer.example" not in meta
    payloads = store.rows.all("SELECT payload FROM events WHERE ticket_id = ?", (ticket_id,))
    assert any("bob@customer.example" in payload for (payload,) in payloads)
