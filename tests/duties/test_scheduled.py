"""Scheduled tickets in a running desk: once each time, whatever is down, and by however many daemons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailgate.desk.clock.recurrence import read
from mailgate.desk.clock.targets import SlaPolicy
from mailgate.desk.effect import RequestPrivacy
from mailgate.desk.policy import Assign, Policy, Role, Scheduled
from mailgate.store.tickets import list_tickets, show_ticket
from tests.desk.conversation import ANA, policy
from tests.duties.desk import DAY, HOUR, MINUTE, World, back, text_of, to

CHECK = Scheduled(
    "check",
    read("every day at 10:00"),
    "UTC",
    "acme",
    "help",
    "Restore a backup ({date})",
    "Take one of last week.",
    tags=("routine",),
    fields={"kind": "drill"},
)
NewWorld = Callable[[Policy], World]


@pytest.fixture
def desk(new_world: NewWorld) -> World:
    """The schedule is known since 09:46; nothing is open."""
    world = new_world(policy(scheduled=(CHECK,)))
    world.later(0)
    return world


def subjects(world: World) -> list[str]:
    return [ticket.subject for ticket in list_tickets(world.store.rows)]


def test_a_ticket_opens_when_its_time_has_come(desk: World) -> None:
    """Not when the schedule is first seen; with its note, and word to the team that can be answered."""
    assert subjects(desk) == []
    desk.later(13 * MINUTE)
    assert subjects(desk) == []
    desk.later(MINUTE)
    (ticket,) = list_tickets(desk.store.rows)
    assert (ticket.subject, ticket.team, ticket.tags) == ("Restore a backup (2026-11-25)", "help", ("routine",))
    assert ticket.requester.email == "sue@acme.example"
    shown = show_ticket(desk.store.rows, ticket.number)
    assert shown is not None
    assert [message["text"] for message in shown.messages] == ["Take one of last week."]
    letters = desk.sent()
    assert len(to(letters, "ana@")) == len(to(letters, "ben@")) == 1
    assert "Take one of last week." in text_of(letters[0])
    desk.later(HOUR)
    assert len(subjects(desk)) == 1
    desk.later(DAY)
    assert subjects(desk)[0] == "Restore a backup (2026-11-26)"


def test_who_gets_it_reads_by_when_it_is_due_and_to_whom_an_answer_goes(new_world: NewWorld) -> None:
    world = new_world(policy(scheduled=(replace(CHECK, due_after_ms=2 * DAY, requester="boss@acme.example"),)))
    world.later(0)
    world.later(14 * MINUTE)
    (letter,) = to(world.sent(), ANA.address)
    text = text_of(letter)
    assert "Normal priority, due Fri 27 Nov 10:00" in text
    assert "Your reply goes to boss@acme.example as" in text


def test_what_has_a_due_time_of_its_own_is_due_then_and_promises_no_resolution(new_world: NewWorld) -> None:
    """A contract that ends in a month is not late after three days; what its customer writes waits as ever."""
    plain = policy(scheduled=(replace(CHECK, due_after_ms=30 * DAY, requester="dora@customer.example"),))
    team = replace(plain.teams["help"], sla="gold", remind_after_ms=0)
    world = new_world(replace(plain, teams={**plain.teams, "help": team}, sla={"gold": SlaPolicy("gold")}))
    world.later(0)
    world.later(14 * MINUTE)
    (letter,) = to(world.sent(), ANA.address)
    (ticket,) = list_tickets(world.store.rows)
    assert ticket.next_due_ms == world.clock.ms + 30 * DAY
    world.mail("dora@customer.example", "When is it?", f"[#{ticket.number}] {ticket.subject}")
    assert world.ticket(ticket.id).next_due_ms == world.clock.ms + 4 * HOUR
    world.mail(ANA.address, "In a month.", to=back(letter))
    world.sent()
    for _ in range(20):
        world.later(DAY)
    assert [each for each in world.sent() if "promised" in text_of(each)] == []


def test_it_is_given_out_as_its_team_does(new_world: NewWorld) -> None:
    """Whose turn it is gets it, and is the only one who is told; who is away is passed over."""
    plain = policy(scheduled=(CHECK,))
    turns = replace(plain.teams["help"], assign=Assign.ROUND_ROBIN)
    world = new_world(replace(plain, teams={**plain.teams, "help": turns}))
    world.later(0)
    world.later(15 * MINUTE)
    (ticket,) = list_tickets(world.store.rows)
    assert ticket.assignee == "ana"
    assert [str(each["To"].addresses[0].addr_spec) for each in world.sent()] == ["ana@acme.example"]


def test_what_was_missed_comes_once(desk: World) -> None:
    """A week without a daemon is one ticket, and the rhythm goes on."""
    desk.later(7 * DAY)
    assert len(subjects(desk)) == 1
    desk.later(DAY)
    assert len(subjects(desk)) == 2


def test_two_daemons_and_a_restart_open_one(desk: World) -> None:
    """The row is moved on in the transaction that opens the ticket."""
    other = World(desk.store, desk.spool, desk.clock, desk.policy, desk.folder, desk.far, desk.rung)
    desk.later(15 * MINUTE)
    other.later(0)
    other.later(MINUTE)
    assert len(subjects(desk)) == 1


def test_a_schedule_that_is_written_otherwise_begins_anew(desk: World) -> None:
    """It opens nothing for the past."""
    other = replace(desk.policy, scheduled=(replace(CHECK, every=read("every day at 9:00")),))
    reloaded = World(desk.store, desk.spool, desk.clock, other, desk.folder, desk.far, desk.rung)
    reloaded.later(HOUR)
    assert subjects(desk) == []
    reloaded.later(DAY)
    assert len(subjects(desk)) == 1


def test_an_admins_mail_has_data_exported_and_erased_once(new_world: NewWorld) -> None:
    """The letter names the file; a second look finds nothing to do."""
    boss = replace(ANA, role=Role.ADMIN)
    world = new_world(policy(agents={"ana": boss}))
    world.opened("eve@person.example", "My secret.", "Mine")
    world.sent()
    for right in ("export", "erase"):
        with world.store.transaction() as tx:
            from mailgate.carry import act
            from mailgate.desk.plan import Outcome, Plan

            wish = RequestPrivacy(right, "eve@person.example", "ana")
            act(tx, tx.ticket(1), Plan(Outcome.EVENT, (wish,), ticket=1), world.desk, world.clock.ms)
        world.later(MINUTE)
        (letter,) = to(world.sent(), "ana@")
        assert f"{right}-" in text_of(letter)
        assert world.folder.with_name("exports").stat().st_mode & 0o077 == 0
    assert len(list(world.folder.with_name("exports").iterdir())) == 2
    assert world.ticket(1).subject == ""
    world.later(MINUTE)
    assert world.sent() == []
