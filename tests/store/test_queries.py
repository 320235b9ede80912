"""What agents, admins and customers ask is answered from the database, and what they may not see is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.effect import AddEvent, AddNote, Cause, ChangeTicket, HoldMail, LinkTickets
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.query import Answer, Ask, Fact, Order, Query, Terms
from mailgate.desk.ticket import Participant, Status, Ticket
from mailgate.mail.model import Attachment
from mailgate.store.database import Store
from mailgate.store.queries import answer
from tests.store.desk import (
    BRAND,
    NOW,
    a_letter,
    a_mail,
    a_mark,
    a_new_ticket,
    a_reading,
    opened,
    settle,
)

TERMS = Terms(NOW + 60_000)
LIST = Query(Ask.TICKETS, open_only=True)


def asked(store: Store, query: Query) -> Answer:
    return answer(store.rows, query, TERMS)


def numbers(store: Store, query: Query) -> list[int]:
    found = asked(store, query)
    assert found.total == len(found.rows)
    return [row.number for row in found.rows]  # type: ignore[union-attr]


def a_ticket(store: Store, subject: str = "Refund", text: str = "Please.", **fields: object) -> Ticket:
    """A ticket opened with these fields, and changed to those that only a change can set."""
    reading = a_reading(a_mail(subject=subject, text=text))
    later = {name: fields.pop(name) for name in ("waiting_since_ms", "nudged_ms", "status") if name in fields}
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        ticket = settle(tx, reading, a_new_ticket(reading, **fields))
        assert ticket is not None
        if later:
            tx.write(None, None, None, Plan(Outcome.EVENT, (ChangeTicket(ticket.id, later, "test"),)), ticket, (), NOW)
    return ticket


def test_a_queue_is_sorted_by_priority_then_due_time_and_nudges_then_waiting(store: Store) -> None:
    low = a_ticket(store, priority="low", due_ms=NOW - 9)
    waits = a_ticket(store)
    waits_longer = a_ticket(store, waiting_since_ms=NOW - 1000)
    due = a_ticket(store, due_ms=NOW + 500)
    nudged = a_ticket(store, nudged_ms=NOW + 100)
    urgent = a_ticket(store, priority="urgent")
    strange = a_ticket(store, priority="gone")
    order = [urgent, nudged, due, waits_longer, waits, low, strange]
    assert numbers(store, LIST) == [ticket.number for ticket in order]
    first = asked(store, replace(LIST, limit=2))
    assert [row.number for row in first.rows] == [urgent.number, nudged.number]  # type: ignore[union-attr]
    assert first.total == len(order)
    assert asked(store, replace(LIST, limit=4)).rows[2].due_ms == NOW + 500  # type: ignore[union-attr]


def test_a_customers_ticket_is_found_where_it_went_however_often_it_was_merged(store: Store) -> None:
    """Each of them into another customer's; two that name each other, as a restored database may, end the search."""
    mine = a_ticket(store, requester=Participant("mia@customer.example"))
    second, third = (a_ticket(store, requester=Participant(f"{name}@customer.example")) for name in ("two", "three"))
    with store.transaction() as tx:
        for merged, target in ((mine, second), (second, third), (third, second)):
            change = ChangeTicket(merged.id, {"merged_into": target.id}, "test")
            tx.write(None, None, None, Plan(Outcome.EVENT, (change,)), merged, (), NOW)
    found = numbers(store, Query(Ask.CUSTOMERS_OWN, BRAND, requester="mia@customer.example"))
    assert sorted(found) == [mine.number, second.number, third.number]


def test_a_promise_counts_like_a_due_time_and_an_answered_nudge_no_more(store: Store) -> None:
    waits = a_ticket(store, waiting_since_ms=NOW - 9)
    promised = a_ticket(store)
    nudged = a_ticket(store, nudged_ms=NOW)
    change = ChangeTicket(promised.id, {"clock": {"due_ms": NOW + 10**6}}, "")
    answered = ChangeTicket(nudged.id, {"answered_ms": NOW + 1, "waiting_since_ms": None}, "an agent answered")
    with store.transaction() as tx:
        tx.write(None, None, None, Plan(Outcome.EVENT, (change, answered)), None, (), NOW)
    assert numbers(store, LIST) == [promised.number, waits.number, nudged.number]
    events = asked(store, Query(Ask.HISTORY, number=promised.number))
    assert "changed" not in [row.kind for row in events.rows]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (LIST, [0, 1, 2]),
        (replace(LIST, team="billing"), [1]),
        (replace(LIST, teams=("refunds",)), [0, 2]),
        (replace(LIST, teams=("refunds", "billing")), [0, 1, 2]),
        (replace(LIST, teams=("refunds",), team="billing"), []),
        (replace(LIST, teams=()), []),
        (replace(LIST, assignee="ana"), [1]),
        (replace(LIST, assignee="-"), [0, 2]),
        (replace(LIST, tag="vip"), [2]),
        (replace(LIST, tag="v%"), []),
        (replace(LIST, priority="normal"), [0, 1, 2]),
        (replace(LIST, brand="other"), []),
        (replace(LIST, since_ms=NOW + 1), []),
        (Query(Ask.TICKETS, statuses=("resolved",)), [3]),
        (Query(Ask.TICKETS, statuses=("new", "resolved")), [0, 1, 2, 3]),
        (Query(Ask.TICKETS), [0, 1, 2, 3]),
        (Query(Ask.TICKETS, statuses=("resolved",), open_only=True), []),
        (Query(Ask.CUSTOMERS_OWN, requester="bob@customer.example", order=Order.NEWEST), [3, 2, 1, 0]),
        (Query(Ask.CUSTOMERS_OWN, requester="eve@customer.example"), []),
        (Query(Ask.CUSTOMERS_OWN), []),
    ],
)
def test_a_list_holds_what_was_asked_for_and_nothing_else(store: Store, query: Query, found: list[int]) -> None:
    made = [
        a_ticket(store),
        a_ticket(store, team="billing", assignee="ana"),
        a_ticket(store, tags=("vip", "late")),
        a_ticket(store, status=Status.RESOLVED),
    ]
    assert numbers(store, query) == [made[place].number for place in found]


def test_words_are_found_in_subjects_messages_notes_and_file_names(store: Store) -> None:
    part = Attachment("2", "Rechnung_März.pdf", "application/pdf", "application/pdf", 3, "0" * 64)
    reading = a_reading(replace(a_mail(subject="Bestellung", text="siehe Anhang"), attachments=(part,)))
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        filed = settle(tx, reading, a_new_ticket(reading))
    assert filed is not None
    chinese = a_ticket(store, "请退款", "订单四二，谢谢。")
    noted = a_ticket(store, "Nothing", "nothing to see")
    with store.transaction() as tx:
        note = AddNote(noted.id, "the customer called about Rechnung 17", "ana")
        tx.write(None, None, None, Plan(Outcome.EVENT, (note,)), noted, (), NOW)
    words = Query(Ask.TICKETS, words="rechnung", order=Order.RELEVANCE)
    assert numbers(store, words) == [noted.number, filed.number]
    assert numbers(store, replace(words, words="Bestellung maerz rechnung")) == []
    assert numbers(store, replace(words, words="bestellung MÄRZ")) == [filed.number]
    assert numbers(store, replace(words, words="退款")) == [chinese.number]
    assert numbers(store, replace(words, words="rechnung", teams=("billing",))) == []
    (row,) = asked(store, replace(words, words="called")).rows
    assert row.snippet == "the customer called about Rechnung 17"  # type: ignore[union-attr]
    (row,) = asked(store, replace(words, words="anhang märz")).rows
    assert row.snippet == "siehe Anhang"  # type: ignore[union-attr]


def test_the_best_match_has_the_words_in_its_subject(store: Store) -> None:
    best = a_ticket(store, "Printer on fire", "help")
    newer = a_ticket(store, "Help", f"{'so much text ' * 40} printer and fire {'and more of it ' * 40}")
    query = Query(Ask.TICKETS, words="fire printer", order=Order.RELEVANCE)
    assert numbers(store, query) == [best.number, newer.number]
    assert numbers(store, replace(query, order=Order.NEWEST)) == [newer.number, best.number]
    snippet = asked(store, query).rows[1].snippet  # type: ignore[union-attr]
    assert "printer and fire" in snippet
    assert snippet.startswith("…")
    assert len(snippet) < 170


def test_a_ticket_is_shown_whole_to_those_who_may_see_it(store: Store) -> None:
    ticket = a_ticket(store, text="The first words.", due_ms=NOW + 5)
    with store.transaction() as tx:
        plan = Plan(Outcome.EVENT, (AddNote(ticket.id, "call back", "ana"),))
        tx.write(None, None, None, plan, ticket, (), NOW + 7)
    shown = asked(store, Query(Ask.TICKET, number=ticket.number))
    assert [(row.text, row.internal, row.author) for row in shown.rows] == [  # type: ignore[union-attr]
        ("The first words.", False, "Bob"),
        ("call back", True, "ana"),
    ]
    assert shown.ticket is not None
    assert (shown.ticket.number, shown.ticket.due_ms) == (ticket.number, NOW + 5)
    newest = asked(store, Query(Ask.TICKET, number=ticket.number, limit=1))
    assert ([row.text for row in newest.rows], newest.total) == (["call back"], 2)  # type: ignore[union-attr]
    for hidden in ({"teams": ("billing",)}, {"brand": "other"}, {"requester": "eve@else.example"}, {"number": 10**30}):
        for kind in (Ask.TICKET, Ask.HISTORY, Ask.WHY):
            query = replace(Query(kind, number=ticket.number), **hidden)  # type: ignore[arg-type]
            assert asked(store, query) == Answer()


def test_a_history_says_what_became_of_what_and_why(store: Store) -> None:
    ticket = a_ticket(store)
    with store.transaction() as tx:
        change = ChangeTicket(ticket.id, {"status": Status.RESOLVED, "assignee": "ana"}, "it is done", "ana")
        tx.write(None, None, None, Plan(Outcome.EVENT, (change,)), ticket, (), NOW + 3)
    found = asked(store, Query(Ask.HISTORY, number=ticket.number))
    assert [row.kind for row in found.rows] == ["opened", "message", "changed"]  # type: ignore[union-attr]
    last = found.rows[-1]
    assert last.actor == "ana"  # type: ignore[union-attr]
    assert last.facts == (Fact("assignee", "ana", "", moved=True), Fact("status", "resolved", "new", moved=True))  # type: ignore[union-attr]
    assert last.words == ("it is done",)  # type: ignore[union-attr]


def test_a_history_names_tickets_by_number_and_lists_as_lists(store: Store) -> None:
    """Two commands of one mail are two, and not one that became the other."""
    first, second = a_ticket(store), a_ticket(store)
    with store.transaction() as tx:
        happened = (
            LinkTickets(second.id, first.id, "same matter"),
            ChangeTicket(second.id, {"merged_into": first.id}, "merged", "ana"),
            AddEvent(second.id, "commands", {"agent": "ana", "commands": ["take", "", "merge"]}),
        )
        tx.write(None, None, None, Plan(Outcome.EVENT, happened), second, (), NOW + 3)
    linked, merged, commands = asked(store, Query(Ask.HISTORY, number=second.number)).rows[-3:]
    assert linked.facts == (Fact("other", first.number),)  # type: ignore[union-attr]
    assert merged.facts == (Fact("merged_into", first.number, None, moved=True),)  # type: ignore[union-attr]
    assert commands.facts == (Fact("agent", "ana"), Fact("commands", ("take", "merge")))  # type: ignore[union-attr]


def test_why_tells_how_each_mail_was_decided(store: Store) -> None:
    ticket, _ = opened(store)
    (row,) = asked(store, Query(Ask.WHY, number=ticket.number)).rows
    assert (row.outcome, row.rule, row.generation, row.acknowledge) == ("new", "refunds", "g1", "")  # type: ignore[union-attr]
    assert row.trace == ("no clue holds", "rule refunds matched")  # type: ignore[union-attr]


def test_held_mail_and_the_desk_at_a_glance(store: Store) -> None:
    a_ticket(store)
    opened(store, None, a_letter())
    reading = a_reading(a_mail("eve@else.example", text="buy now"))
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        settle(tx, reading, Plan(Outcome.HOLD, (HoldMail(Cause.SPAM, "as its header says"),), cause=Cause.SPAM))
    listed = asked(store, Query(Ask.HELD, brand=BRAND))
    (row,) = listed.rows
    assert (row.cause, row.detail, row.author, row.text) == ("spam", "as its header says", "eve@else.example", "")  # type: ignore[union-attr]
    (one,) = asked(store, Query(Ask.HELD, held=row.id)).rows  # type: ignore[union-attr]
    assert one.text == "buy now"  # type: ignore[union-attr]
    assert asked(store, Query(Ask.HELD, held=row.id + 1)) == Answer()  # type: ignore[union-attr]
    counts = asked(store, Query(Ask.HEALTH)).counts
    assert counts == {"letters_queued": 1, "held_spam": 1, "open_refunds": 2, "waiting_ms": 60_000}
