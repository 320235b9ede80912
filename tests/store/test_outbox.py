"""Letters leave as they were recorded; a test per state of the outbox's table."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from dataclasses import replace

import pytest

from mailgate.desk.facts import Carrier, Clue
from mailgate.desk.letter import LetterKind
from mailgate.desk.questions import Questions
from mailgate.handing import Note
from mailgate.store.database import Store
from mailgate.store.erasure import empty_letters
from mailgate.store.outbox import STALE_MS, LetterState, Recovered, Result, cancel_letter, list_letters, retry_letter
from mailgate.store.rows import id_key
from mailgate.store.tickets import show_ticket
from tests.store.desk import BRAND, KEY, NOW, HandClock, a_letter, opened

PATIENCE_S = 120.0


def states(store: Store) -> list[str]:
    return [state for (state,) in store.rows.all("SELECT state FROM letters ORDER BY id")]


def test_promise_3_a_letter_is_handed_over_with_its_bytes(store: Store) -> None:
    letter = a_letter()
    ticket, _ = opened(store, None, letter)
    (claimed,) = store.claim_letters("one", NOW)
    assert (claimed.data, claimed.recipient, claimed.message_id) == (letter.data, letter.recipient, letter.message_id)
    assert (claimed.at_most_once, claimed.attempts, claimed.ticket_id) == (True, 0, ticket.id)
    assert states(store) == ["handing"]
    assert store.claim_letters("two", NOW) == []


def test_results_are_written_and_the_next_group_claimed_in_one_commit(store: Store) -> None:
    opened(store, None, *(a_letter() for _ in range(15)))
    first = store.claim_letters("one", NOW)
    assert len(first) == 10
    second = store.settle_and_claim([Result(each.id, LetterState.SENT) for each in first], "one", NOW, 10)
    assert len(second) == 5
    assert Counter(states(store)) == {"sent": 10, "handing": 5}
    assert not {each.id for each in first} & {each.id for each in second}


def test_large_letters_are_taken_in_smaller_groups(store: Store) -> None:
    """All letters of a group are in memory at once: ten of 25 MB would be a quarter of a gigabyte."""
    large = replace(a_letter(), data=b"x" * 3_000_000)
    opened(store, None, *(replace(large, message_id=f"{at}@acme.example") for at in range(5)))
    groups = [len(store.claim_letters("one", NOW)) for _ in range(3)]
    assert groups == [3, 2, 0]


def test_retry_waits_for_its_time_and_counts_the_attempt(store: Store) -> None:
    opened(store, None, a_letter())
    (claimed,) = store.claim_letters("one", NOW)
    store.settle_letters([Result(claimed.id, LetterState.RETRY, "451 later", next_ms=NOW + 60_000)], NOW)
    assert store.next_due_ms() == NOW + 60_000
    assert store.claim_letters("one", NOW + 59_999) == []
    (again,) = store.claim_letters("one", NOW + 60_000)
    assert (again.id, again.attempts) == (claimed.id, 1)


def test_a_letter_given_back_burns_no_attempt(store: Store) -> None:
    opened(store, None, a_letter())
    (claimed,) = store.claim_letters("one", NOW)
    store.settle_letters([Result(claimed.id, LetterState.QUEUED, "the relay is away", next_ms=NOW)], NOW)
    assert store.claim_letters("one", NOW)[0].attempts == 0


def test_a_failure_stands_on_the_ticket(store: Store) -> None:
    ticket, _ = opened(store, None, a_letter())
    (claimed,) = store.claim_letters("one", NOW)
    store.settle_letters([Result(claimed.id, LetterState.FAILED, "550 5.1.1 no such user")], NOW)
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    assert shown.events[-1]["kind"] == "letter-failed"
    assert shown.events[-1]["payload"]["error"] == "550 5.1.1 no such user"
    assert shown.letters[0]["state"] == "failed"
    assert store.verify() == []


def test_promise_3_after_a_crash_once_is_unknown_and_the_rest_is_repeated(store: Store) -> None:
    ticket, _ = opened(store, None, a_letter(once=True), a_letter(kind=LetterKind.ANSWER, once=False))
    assert len(store.claim_letters("one", NOW)) == 2
    assert store.recover_letters("somebody else", NOW) == Recovered(0, 0)
    assert store.recover_letters("one", NOW) == Recovered(again=1, unknown=1)
    assert states(store) == ["unknown", "queued"]
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    assert shown.events[-1]["kind"] == "letter-unknown"


def test_promise_3_a_note_spares_what_the_relay_has_and_what_it_never_saw(store: Store) -> None:
    """Of four acknowledgements the first was given to the relay, the second was under way, two had not been touched."""
    opened(store, None, *(a_letter(once=True) for _ in range(4)))
    first, second, *_ = [letter.id for letter in store.claim_letters("one", NOW)]
    note = Note(NOW, frozenset({second}), {first: "new@relay.example"})
    assert store.recover_letters("one", NOW + 5, note) == Recovered(again=0, unknown=1)
    assert states(store) == ["sent", "unknown", "queued", "queued"]
    assert store.rows.one("SELECT letter_id FROM known_ids WHERE message_id = ?", (id_key("new@relay.example"),)) == (
        first,
    )


def test_promise_3_a_note_about_an_earlier_claim_says_that_the_later_one_was_not_touched(store: Store) -> None:
    opened(store, None, *(a_letter(once=True) for _ in range(2)))
    letters = [letter.id for letter in store.claim_letters("one", NOW)]
    note = Note(NOW - 1, frozenset(letters[:1]), {letters[1]: ""})
    assert store.recover_letters("one", NOW, note) == Recovered(0, 0)
    assert states(store) == ["queued", "queued"]


def test_promise_3_a_note_about_a_later_claim_says_nothing_of_the_earlier_one(store: Store) -> None:
    """As after a database was put back by hand: in doubt means unknown."""
    opened(store, None, a_letter(once=True))
    (letter,) = store.claim_letters("one", NOW)
    assert store.recover_letters("one", NOW, Note(NOW + 1, frozenset(), {letter.id: ""})) == Recovered(0, 1)


def test_the_letters_of_a_daemon_that_died_for_good_are_taken_over(store: Store) -> None:
    opened(store, None, a_letter(once=False))
    store.claim_letters("dead", NOW)
    assert store.recover_letters("alive", NOW + STALE_MS + 1) == Recovered(1, 0)


def test_what_the_relay_took_is_sent_whatever_the_row_says(store: Store) -> None:
    opened(store, None, a_letter(once=False))
    (claimed,) = store.claim_letters("slow", NOW)
    store.recover_letters("slow", NOW)
    store.settle_letters([Result(claimed.id, LetterState.RETRY, next_ms=NOW)], NOW)
    assert states(store) == ["queued"]
    store.settle_letters([Result(claimed.id, LetterState.SENT)], NOW)
    assert states(store) == ["sent"]


def test_a_relays_own_message_id_is_learned(store: Store) -> None:
    ticket, _ = opened(store, None, a_letter())
    (claimed,) = store.claim_letters("one", NOW)
    store.settle_letters([Result(claimed.id, LetterState.SENT, relay_message_id="new@relay.example")], NOW)
    clue = Clue(Carrier.KNOWN_ID, message_id="new@relay.example")
    facts = store.facts(Questions(BRAND, (clue,), message_ids=("new@relay.example",)))
    assert facts.tickets[clue].id == ticket.id
    assert facts.letters["new@relay.example"].id == claimed.id


def test_an_admin_may_retry_or_cancel_what_is_not_under_way(store: Store) -> None:
    opened(store, None, a_letter(), a_letter())
    (first, second) = store.claim_letters("one", NOW)
    with store.transaction() as tx:
        assert not retry_letter(tx.work, first.id, NOW, "admin")
    store.settle_letters([Result(each.id, LetterState.FAILED) for each in (first, second)], NOW)
    with store.transaction() as tx:
        assert retry_letter(tx.work, first.id, NOW + 1, "admin")
        assert cancel_letter(tx.work, second.id, NOW + 1, "admin")
        assert not cancel_letter(tx.work, 4711, NOW + 1, "admin")
    assert states(store) == ["queued", "cancelled"]
    assert [each["id"] for each in list_letters(store.rows)] == [first.id]
    assert [each["id"] for each in list_letters(store.rows, state="cancelled")] == [second.id]


def test_Q05_a_letter_that_is_erased_on_its_way_ends_there(store: Store) -> None:
    """The relay puts it off, and it has no octets any more: nothing is due, and nobody can send it."""
    opened(store, None, a_letter(), a_letter())
    (first, second) = store.claim_letters("one", NOW)
    with store.transaction() as tx:
        empty_letters(tx.work.rows, (first.id,))
    store.settle_letters([Result(each.id, LetterState.RETRY, next_ms=NOW + 1) for each in (first, second)], NOW)
    assert [each.id for each in store.claim_letters("one", NOW + 1)] == [second.id]
    assert states(store) == ["cancelled", "handing"]
    assert store.next_due_ms() is None
    with store.transaction() as tx:
        assert not retry_letter(tx.work, first.id, NOW + 1, "admin")


def _claim_all(url: str, holder: str, start: object, claimed: object) -> None:
    """One sender of its own process: claims until nothing is left."""
    store = Store.open(url, clock=HandClock(), audit_key=KEY)
    start.wait()  # type: ignore[attr-defined]
    mine: list[int] = []
    results: list[Result] = []
    while letters := store.settle_and_claim(results, holder, NOW, 3):
        mine += [letter.id for letter in letters]
        results = [Result(letter.id, LetterState.SENT) for letter in letters]
    claimed.put(mine)  # type: ignore[attr-defined]
    store.close()


@pytest.mark.parametrize("senders", [2])
def test_promise_3_two_senders_claim_each_letter_exactly_once(store: Store, store_url: str, senders: int) -> None:
    opened(store, None, *(a_letter() for _ in range(60)))
    context = multiprocessing.get_context("spawn")
    start, claimed = context.Barrier(senders, timeout=PATIENCE_S), context.Queue()
    processes = [
        context.Process(target=_claim_all, args=(store_url, f"sender {number}", start, claimed))
        for number in range(senders)
    ]
    for process in processes:
        process.start()
    ids = [letter for _ in processes for letter in claimed.get(timeout=PATIENCE_S)]
    for process in processes:
        process.join(PATIENCE_S)
    assert len(ids) == len(set(ids)) == 60
    assert set(states(store)) == {"sent"}
