"""The clock's list: one duty's failure is its own, an absent database is everybody's, and bells ring for letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from mailgate.desk.policy import Role
from mailgate.desk.ticket import Ticket
from mailgate.duties import reminder
from mailgate.duties.alert import broken_template
from mailgate.duties.hour import Hour, Planned
from mailgate.duties.undelivered import report
from mailgate.errors import Permanent, Temporary
from mailgate.store.outbox import list_letters
from tests.desk.conversation import ANA, BEN, policy, ticket
from tests.duties.desk import DAY, HOUR, MINUTE, World, text_of

CLEO = "cleo@customer.example"


def test_a_duty_that_fails_stops_no_other(world: World) -> None:
    def fails() -> None:
        raise ZeroDivisionError("a bug")

    world.opened(CLEO)
    world.sent()
    world.timetable.jobs.clear()
    for duty in (fails, world.timetable.due):
        world.timetable.jobs.every(1).seconds.do(world.timetable._safely, duty)
    world.later(5 * HOUR)
    assert len(world.sent()) == 2


def test_a_ticket_that_a_duty_cannot_bear_costs_only_itself(world: World) -> None:
    """A bug that one ticket brings out: the others' reminders go out, it is tried again an hour later."""
    bad = world.opened(CLEO, subject="Bad matter")
    world.opened("dora@customer.example", subject="Good matter")
    world.sent()

    def fails_for_one(due: Sequence[Ticket], hour: Hour) -> list[Planned]:
        if any(ticket.id == bad for ticket in due):
            raise ZeroDivisionError("a bug")
        return reminder.remind(due, hour)

    world.timetable.duties[reminder.TIMER] = fails_for_one
    world.later(5 * HOUR)
    letters = world.sent()
    assert len(letters) == 2
    assert all("Good matter" in text_of(each) for each in letters)
    world.timetable.duties[reminder.TIMER] = reminder.remind
    world.later(59 * MINUTE)
    assert world.sent() == []
    world.later(MINUTE)
    assert all("Bad matter" in text_of(each) for each in world.sent())


def test_a_database_that_is_away_is_told_to_the_caller(world: World) -> None:
    def away() -> None:
        raise Temporary("the database is away")

    world.timetable.jobs.clear()
    job = world.timetable.jobs.every(1).seconds.do(world.timetable._safely, away)
    job.next_run = datetime(2000, 1, 1)
    with pytest.raises(Temporary):
        world.timetable.tick()


def test_nobody_is_woken_for_nothing(world: World) -> None:
    world.later(MINUTE)
    assert world.rung == []


def test_raws_are_let_go_a_week_after_they_were_settled(world: World) -> None:
    """The database keeps its own; the spool's are for a restore."""
    settled = world.mail(CLEO, "It burns.")
    world.spool.done([settled.entry_key])
    world.later(7 * DAY - HOUR)
    assert world.spool.raw(settled.entry_key)
    world.later(2 * HOUR)
    with pytest.raises(Permanent):
        world.spool.raw(settled.entry_key)


def test_promise_3_letters_of_a_daemon_that_died_and_stays_away_are_taken_over(world: World) -> None:
    """After an hour: what may go twice goes out, what may not is unknown; a slow sender is left alone until then."""
    world.opened(CLEO)
    with world.store.transaction() as tx:
        assert len(tx.claim_letters("another daemon", world.clock.now_ms(), 10)) == 3
    world.later(59 * MINUTE)
    assert world.sent() == []
    world.later(2 * MINUTE)
    assert sorted(str(each["To"].addresses[0].addr_spec) for each in world.sent()) == [ANA.address, BEN.address]
    assert [each["state"] for each in list_letters(world.store.rows)] == ["unknown"]


def test_promise_9_the_heads_of_the_chains_are_anchored_once_a_day(world: World) -> None:
    world.opened(CLEO)
    world.later(HOUR)
    assert len(list(world.folder.iterdir())) == 1
    world.later(HOUR)
    assert len(list(world.folder.iterdir())) == 1
    world.opened("dora@customer.example")
    world.later(DAY)
    assert len(list(world.folder.iterdir())) == 2


def test_a_broken_template_is_told_to_every_active_admin(new_world: Callable[..., World]) -> None:
    admins = {
        "ana": replace(ANA, role=Role.ADMIN),
        "ben": replace(BEN, role=Role.ADMIN, active=False),
    }
    plan = broken_template("acknowledgement", "acme", policy(agents={**policy().agents, **admins}))
    (letter,) = plan.letters
    assert letter.to.email == ANA.address
    assert "acknowledgement" in str(letter.values["what"])
    assert "mailgate check" in str(letter.values["advice"])


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("answer", ("ana", "ben")),
        ("copy", ("ana", "ben")),
        ("acknowledgement", ()),
        ("undelivered", ()),
        ("survey", ()),
    ],
)
def test_only_a_persons_words_that_failed_are_worth_a_letter(kind: str, told: tuple[str, ...]) -> None:
    plan = report(kind, CLEO, "550 5.1.1 no such user", ticket(), policy())
    assert tuple(letter.agent for letter in plan.letters) == told
    assert all(letter.values["status"] == "5.1.1" for letter in plan.letters)
