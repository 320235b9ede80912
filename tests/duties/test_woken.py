"""Days that agents have set come: what was snoozed, what waited until then, what is due."""

from __future__ import annotations

from mailgate.desk.ticket import Status
from tests.duties.desk import DAY, HOUR, MINUTE, World, back, text_of, to

CLEO = "cleo@customer.example"
ANA, BEN = "ana@acme.example", "ben@acme.example"


def commanded(world: World, *lines: str) -> int:
    """A ticket that Ana has, with those commands; its id."""
    ticket = world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "\n".join(("#take", *lines)), to=back(notification))
    world.sent()
    assert world.ticket(ticket).assignee == "ana"
    return ticket


def told(world: World) -> list[str]:
    return sorted(str(each["To"].addresses[0].addr_spec) for each in world.sent())


def test_a_snoozed_ticket_reminds_nobody_until_then_and_its_agent_then(world: World) -> None:
    ticket = commanded(world, "#snooze 2d")
    world.later(DAY)
    assert told(world) == []
    until_ms = world.ticket(ticket).snoozed_ms
    assert until_ms is not None
    world.later(until_ms - world.clock.ms - MINUTE)
    assert told(world) == []
    world.later(MINUTE)
    assert ANA in told(world)
    assert world.ticket(ticket).snoozed_ms is None


def test_what_waited_until_a_day_is_open_again(world: World) -> None:
    ticket = commanded(world, "#pending 2d")
    assert world.ticket(ticket).status is Status.WAITING_CUSTOMER
    world.later(4 * DAY)
    assert ANA in told(world)
    assert world.ticket(ticket).status is Status.OPEN


def test_who_has_the_ticket_is_not_asked_to_take_it(world: World) -> None:
    """The letter is answered like a notification; only what nobody has is there to be taken."""
    commanded(world, "#pending 2d")
    world.later(4 * DAY)
    (letter,) = [each for each in to(world.sent(), ANA) if "has come" in text_of(each)]
    assert "To answer, reply to this mail." in text_of(letter)
    assert "#take" not in text_of(letter)


def test_a_customer_who_answers_before_the_day_makes_it_meaningless(world: World) -> None:
    world.opened(CLEO)
    letters = world.sent()
    world.mail(ANA, "#take\n#pending 2d\n#snooze 60d", to=back(to(letters, ANA)[0]))
    world.mail(CLEO, "It is the red one.", to=back(to(letters, CLEO)[0]))
    world.sent()
    world.later(4 * DAY)
    assert told(world) == []


def test_a_due_date_reminds_hours_before_it_once(world: World) -> None:
    ticket = commanded(world, "#due 2026-12-01", "#snooze 30d")
    due_ms = world.ticket(ticket).due_ms
    assert due_ms is not None
    world.later(due_ms - world.clock.ms - 8 * HOUR - MINUTE)
    assert told(world) == []
    world.later(MINUTE)
    assert told(world) == [ANA]
    world.later(DAY)
    assert told(world) == []


def test_what_became_due_while_no_daemon_ran_is_overdue_and_not_due_soon(world: World) -> None:
    commanded(world, "#due 2026-12-01", "#snooze 30d")
    world.later(14 * DAY)
    (letter,) = to(world.sent(), ANA)
    assert "It is overdue." in text_of(letter)


def test_a_ticket_that_ended_meanwhile_wakes_nobody(world: World) -> None:
    ticket = world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "#due 2026-12-01\n#snooze 2d", to=back(notification))
    world.mail(ANA, "#spam", to=back(notification))
    world.sent()
    world.later(30 * DAY)
    assert told(world) == []
    assert world.ticket(ticket).status is Status.SPAM
    assert world.store.next_timer_ms() is None
