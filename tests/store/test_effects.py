"""What commands and admins do by mail becomes rows: people who go, acts to be undone, agents, absences, pauses."""

from __future__ import annotations

import pytest

from mailgate.desk.effect import (
    NEW_TICKET,
    AddMessage,
    AddParticipant,
    Cause,
    ChangeTicket,
    ClearTimer,
    Direction,
    Dismiss,
    DropHeld,
    Effect,
    Enroll,
    HoldMail,
    LinkTickets,
    MarkUndone,
    OpenTicket,
    Pause,
    QueueWebhook,
    RecordAct,
    ReleaseHeld,
    RemoveParticipant,
    RequestReload,
    SetAbsence,
    SetTimer,
    UnlinkTickets,
)
from mailgate.desk.facts import Carrier, Clue
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.questions import Questions
from mailgate.desk.roster import Enrolled
from mailgate.desk.ticket import Participant, ParticipantRole, Status, Ticket
from mailgate.store.acts import from_text, to_text
from mailgate.store.database import Store
from mailgate.store.held import HeldState, confirmed, list_held
from mailgate.store.requests import waiting
from mailgate.store.rows import from_json
from mailgate.store.tickets import show_ticket
from tests.store.desk import BRAND, KEY, NOW, HandClock, a_mail, a_mark, a_new_ticket, a_reading, opened, settle


def do(store: Store, *effects: Effect, ticket: Ticket | None = None, now_ms: int = NOW) -> None:
    """Write a plan that no mail brought."""
    with store.transaction() as tx:
        tx.write(None, None, None, Plan(Outcome.EVENT, effects), ticket, (), now_ms)


def shown(store: Store, ticket: Ticket) -> Ticket:
    found = show_ticket(store.rows, ticket.number)
    assert found is not None
    return found.ticket


def test_a_participant_goes_and_comes_back_but_never_the_requester(store: Store) -> None:
    ticket, _ = opened(store)
    carl = "Carl@customer.example"
    do(store, AddParticipant(ticket.id, carl, "Carl", ParticipantRole.WATCHER, "asked for"))
    do(store, RemoveParticipant(ticket.id, carl.lower(), "asked not to"), RemoveParticipant(ticket.id, "x@y.z", ""))
    do(store, RemoveParticipant(ticket.id, ticket.requester.email, "no"))
    assert [who.email for who in shown(store, ticket).participants] == ["bob@customer.example"]
    both = (
        AddParticipant(ticket.id, carl, "Carl", ParticipantRole.WATCHER, ""),
        RemoveParticipant(ticket.id, carl, ""),
    )
    do(store, *both)
    assert len(shown(store, ticket).participants) == 1
    do(store, *reversed(both))
    do(store, *reversed(both))
    assert [who.email for who in shown(store, ticket).participants] == ["bob@customer.example", carl]
    assert store.verify() == []


def test_a_link_goes_from_either_side(store: Store) -> None:
    (first, _), (second, _) = opened(store), opened(store)
    do(store, LinkTickets(first.id, second.id, "the same"))
    do(store, UnlinkTickets(second.id, first.id, "not the same"))
    found = show_ticket(store.rows, first.number)
    assert found is not None
    assert found.links == []


def test_an_act_is_remembered_with_what_undoes_it_until_it_is_undone(store: Store) -> None:
    ticket, _ = opened(store)
    asked = Questions(BRAND, (Clue(Carrier.TAG, number=ticket.number),), acts_of="ana")
    assert store.facts(asked).last_act is None
    undo: tuple[Effect, ...] = (
        ChangeTicket(
            ticket.id,
            {"status": Status.NEW, "tags": ("vip",), "merged_into": None, "requester": Participant("b@c.example", "B")},
            "undone",
            "ana",
        ),
        AddParticipant(ticket.id, "carl@customer.example", "Carl", ParticipantRole.WATCHER, "undone"),
        RemoveParticipant(ticket.id, "dora@customer.example", "undone"),
        LinkTickets(ticket.id, 7, "undone"),
        UnlinkTickets(ticket.id, 8, "undone"),
        SetTimer(ticket.id, "reminder", NOW),
        ClearTimer(ticket.id, "survey"),
    )
    do(store, RecordAct(ticket.id, "ana", "close", undo))
    do(store, RecordAct(ticket.id, "ana", "spam", ()), RecordAct(ticket.id, "ben", "spam", ()))
    last = store.facts(asked).last_act
    assert last is not None
    assert (last.agent, last.command, last.ticket, last.at_ms) == ("ana", "spam", ticket.id, NOW)
    do(store, MarkUndone(last.id))
    before = store.facts(asked).last_act
    assert before is not None
    assert (before.command, before.undo) == ("close", undo)


@pytest.mark.parametrize("effect", [Dismiss("ana", "cora"), HoldMail(Cause.SPAM)])
def test_what_is_no_undoing_is_refused(effect: Effect) -> None:
    with pytest.raises(ValueError, match="undoes"):
        to_text((effect,))
    with pytest.raises(ValueError, match="undoes"):
        from_text('[{"effect":"Dismiss","agent":"ana","by":"cora"}]')


def test_the_roster_is_what_the_last_change_made_of_it_at_once_and_in_other_processes(
    store: Store, store_url: str
) -> None:
    other = Store.open(store_url, clock=HandClock(), audit_key=KEY)
    assert other.roster().added == ()
    with store.transaction() as tx:
        first = tx.roster()
        effects: tuple[Effect, ...] = (
            Enroll("dana", "Dana", "dana@acme.example", "agent", ("refunds",), "cora", "de"),
            Dismiss("ben", "cora"),
            SetAbsence("ana", NOW + 5),
            Pause("billing", True, "holiday", "cora"),
        )
        tx.write(None, None, None, Plan(Outcome.EVENT, effects), None, (), NOW)
        assert tx.roster() != first
        assert tx.roster().dismissed == {"ben"}
    found = other.roster()
    assert found.added == (Enrolled("dana", "Dana", "dana@acme.example", "agent", ("refunds",), "de"),)
    assert (found.dismissed, found.absences, found.paused) == ({"ben"}, {"ana": NOW + 5}, {"billing"})
    assert other.facts(Questions(BRAND)).absent == {"ana": NOW + 5}
    assert [(each.kind, each.about) for each in waiting(store.rows)] == [("leave", "ben")]
    do(store, SetAbsence("ana", None), Pause("billing", False, "", "cora"), Enroll("ben", "", "", "agent", (), "cora"))
    now = other.roster()
    assert (now.dismissed, now.absences, now.paused) == (frozenset(), {}, frozenset())
    other.close()


def test_a_change_of_the_roster_that_was_rolled_back_is_believed_by_nobody(store: Store) -> None:
    def dismissing(name: str) -> None:
        with store.transaction() as tx:
            tx.write(None, None, None, Plan(Outcome.EVENT, (Dismiss(name, "cora"),)), None, (), NOW)
            assert name in tx.roster().dismissed
            if name == "ben":
                raise RuntimeError("the disk is on fire")

    with pytest.raises(RuntimeError):
        dismissing("ben")
    assert store.roster().dismissed == frozenset()
    dismissing("ana")
    assert store.roster().dismissed == {"ana"}
    with store.transaction() as tx:
        with pytest.raises(RuntimeError), tx.savepoint():  # noqa: PT012
            tx.write(None, None, None, Plan(Outcome.EVENT, (Dismiss("ben", "cora"),)), None, (), NOW)
            raise RuntimeError("one mail fails")
        assert tx.roster().dismissed == {"ana"}


def test_an_admin_releases_any_held_mail_and_drops_it_and_a_request_is_done_once(store: Store) -> None:
    for author in ("eve@else.example", "mallory@else.example"):
        reading = a_reading(a_mail(author, text=author))
        with store.transaction() as tx:
            tx.claim([a_mark(reading)])
            settle(tx, reading, Plan(Outcome.HOLD, (HoldMail(Cause.SPAM),), cause=Cause.SPAM))
    first, second = list_held(store.rows)
    do(store, ReleaseHeld(first.id))
    assert confirmed(store.rows) == []
    do(store, ReleaseHeld(first.id, "cora"), DropHeld(second.id, "cora"), RequestReload("cora"))
    assert [(mail.id, mail.decided_by) for mail in confirmed(store.rows)] == [(first.id, "cora")]
    states = {mail.id: (mail.state, mail.decided_by) for mail in list_held(store.rows, everything=True)}
    assert states[second.id] == (HeldState.DROPPED, "cora")
    (request,) = waiting(store.rows)
    assert (request.kind, request.asked_by) == ("reload", "cora")
    with store.transaction() as tx:
        assert tx.finish_request(request.id, NOW)
        assert not tx.finish_request(request.id, NOW)
    assert waiting(store.rows) == []


def test_a_call_of_a_webhook_waits_in_its_outbox(store: Store) -> None:
    ticket, _ = opened(store)
    do(store, QueueWebhook("crm", ticket.id, {"number": ticket.number}))
    row = store.rows.one("SELECT name, ticket_id, body, state, next_ms FROM calls")
    assert row is not None
    assert (row[0], row[1], from_json(row[2]), *row[3:]) == ("crm", ticket.id, {"number": ticket.number}, "queued", NOW)


def test_commands_are_told_of_the_tickets_that_they_name_the_family_and_the_crew(store: Store) -> None:
    parent, _ = opened(store)
    for assignee, moment in (("ana", NOW), ("ben", NOW + 1), ("ana", NOW + 2)):
        reading = a_reading()
        with store.transaction() as tx:
            tx.claim([a_mark(reading)])
            settle(tx, reading, a_new_ticket(reading, assignee=assignee, parent=parent.id), now_ms=moment)
    child = store.facts(Questions(BRAND, (Clue(Carrier.TAG, number=2),), family=True))
    assert (child.children, child.parent) == ((), shown(store, parent))
    asked = Questions(
        BRAND,
        (Clue(Carrier.TAG, number=parent.number),),
        author="Bob@customer.example",
        numbers=(2, 3, 4711, 10**30),
        crew=("ana", "ben", "dana"),
        family=True,
        owner="ana",
    )
    facts = store.facts(asked)
    assert sorted(facts.others) == [2, 3]
    assert [ticket.number for ticket in facts.children] == [2, 3, 4]
    assert facts.crew is not None
    assert facts.crew.last_given_ms["ana"] > facts.crew.last_given_ms["ben"] > 0
    assert [ticket.number for ticket in facts.owned] == [2, 4]
    plain = store.facts(Questions(BRAND, (Clue(Carrier.TAG, number=parent.number),)))
    assert (plain.others, plain.crew, plain.children, plain.parent, plain.owned) == ({}, None, (), None, ())


def test_turns_count_within_a_transaction_and_not_when_the_mail_failed(store: Store) -> None:
    with store.transaction() as tx:
        reading = a_reading()
        tx.claim([a_mark(reading)])
        settle(tx, reading, a_new_ticket(reading, assignee="ana"))
        assert tx.crew_of(("ana", "ben")).last_given_ms == {"ana": NOW}
        with pytest.raises(RuntimeError), tx.savepoint():  # noqa: PT012
            settle(tx, a_reading(), a_new_ticket(reading, assignee="ben"))
            raise RuntimeError("one mail fails")
        assert tx.crew_of(("ana", "ben")).last_given_ms == {"ana": NOW}
    assert store.rows.all("SELECT agent, given_ms FROM turns") == [("ana", NOW)]


def test_one_mail_may_be_a_message_on_several_tickets(store: Store) -> None:
    reading = a_reading(a_mail(text="two things"))
    split = OpenTicket(BRAND, "support@acme.example", "billing", "The other", Participant("eve@else.example", "Eve"))
    with store.transaction() as tx:
        tx.claim([a_mark(reading)])
        first = settle(tx, reading, a_new_ticket(reading))
        author = Participant("eve@else.example", "Eve")
        plan = Plan(
            Outcome.EVENT, (split, AddMessage(NEW_TICKET, Direction.CUSTOMER, text="the second thing", author=author))
        )
        second = tx.open(plan, NOW, "f" * 32)
        tx.write(None, reading, None, plan, second, (), NOW)
    assert first is not None
    assert second is not None
    found = show_ticket(store.rows, second.number)
    assert found is not None
    (message,) = found.messages
    assert (message["new_text"], message["author_email"], message["author_name"]) == (
        "the second thing",
        "eve@else.example",
        "Eve",
    )
    assert store.rows.one("SELECT ticket_id FROM known_ids") == (first.id,)
    assert store.verify() == []


def test_a_batch_that_writes_together_sees_its_own_changes(store: Store) -> None:
    """What an earlier mail of the batch has done to people, links and the roster holds for the later ones."""
    ticket, _ = opened(store)
    carl = "carl@customer.example"
    come = AddParticipant(ticket.id, carl, "Carl", ParticipantRole.WATCHER, "")
    steps: tuple[Effect, ...] = (come, RemoveParticipant(ticket.id, carl, ""), come, LinkTickets(ticket.id, 7, ""))
    with store.transaction(gathers=True) as tx:
        for effect in (*steps, UnlinkTickets(ticket.id, 7, ""), Dismiss("ben", "cora"), SetAbsence("ana", NOW + 1)):
            tx.write(None, None, None, Plan(Outcome.EVENT, (effect,)), None, (), NOW)
        assert (tx.roster().dismissed, tx.roster().absences) == ({"ben"}, {"ana": NOW + 1})
        tx.write(None, None, None, Plan(Outcome.EVENT, (SetAbsence("ana", None),)), None, (), NOW)
        assert tx.roster().absences == {}
    assert [who.email for who in shown(store, ticket).participants] == ["bob@customer.example", carl]
    found = show_ticket(store.rows, ticket.number)
    assert found is not None
    assert found.links == []
    assert store.roster().dismissed == {"ben"}
    assert store.verify() == []
