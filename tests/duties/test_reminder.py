"""A team is reminded of tickets that wait too long for an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.desk.conversation import OFFICE, policy
from tests.duties.desk import DAY, HOUR, MINUTE, World, back, text_of, to

CLEO, DORA = "cleo@customer.example", "dora@customer.example"
ANA, BEN = "ana@acme.example", "ben@acme.example"


def test_the_team_is_reminded_once_when_the_time_is_over(world: World) -> None:
    world.opened(CLEO)
    world.sent()
    world.later(4 * HOUR - MINUTE)
    assert world.sent() == []
    world.later(MINUTE)
    reminders = world.sent()
    assert sorted(str(each["To"].addresses[0].addr_spec) for each in reminders) == [ANA, BEN]
    assert "Printer broken" in text_of(reminders[0])
    assert "#take" in text_of(reminders[0])
    assert world.rung
    world.later(MINUTE)
    assert world.sent() == []


def test_it_is_said_again_after_the_same_time_and_never_after_an_answer(world: World) -> None:
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.later(4 * HOUR)
    assert len(world.sent()) == 2
    world.later(4 * HOUR)
    assert len(world.sent()) == 2
    world.mail(ANA, "Turn it off and on.", to=back(notification))
    assert [str(each["To"].addresses[0].addr_spec) for each in world.sent()] == [CLEO]
    world.later(5 * DAY)
    assert world.sent() == []


def test_answering_a_reminder_answers_the_customer(world: World) -> None:
    world.opened(CLEO)
    world.sent()
    world.later(4 * HOUR)
    (reminder,) = to(world.sent(), ANA)
    world.mail(ANA, "Turn it off and on.", to=back(reminder))
    (answer,) = world.sent()
    assert "Turn it off and on." in text_of(answer)


def test_a_customer_who_writes_again_starts_the_time_anew(world: World) -> None:
    world.opened(CLEO)
    letters = world.sent()
    world.mail(ANA, "Turn it off and on.", to=back(to(letters, ANA)[0]))
    (answer,) = world.sent()
    world.later(2 * DAY)
    world.mail(CLEO, "It still burns.", to=back(answer))
    world.sent()
    world.later(4 * HOUR - MINUTE)
    assert world.sent() == []
    world.later(MINUTE)
    assert len(world.sent()) == 2


def test_many_tickets_due_together_are_one_letter_a_person_the_longest_waiting_first(world: World) -> None:
    world.opened(CLEO, subject="First matter")
    world.clock.ms += MINUTE
    world.opened(DORA, subject="Second matter")
    world.sent()
    world.later(5 * HOUR)
    (reminder,) = to(world.sent(), ANA)
    text = text_of(reminder)
    assert text.index("First matter") < text.index("Second matter")
    assert back(reminder).startswith("support+c-"), "an answer to both can end on neither"


def test_only_the_assignee_is_reminded_of_an_assigned_ticket(world: World) -> None:
    ticket = world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "#assign ben", to=back(notification))
    world.sent()
    assert world.ticket(ticket).assignee == "ben"
    world.later(4 * HOUR)
    (reminder,) = world.sent()
    assert str(reminder["To"].addresses[0].addr_spec) == BEN
    assert "#take" not in text_of(reminder), "it is theirs"


def test_business_hours_count_where_the_team_wants_that(new_world: Callable[..., World]) -> None:
    """Open until 17:00; what came at 09:46 on Wednesday and waits eight open hours is due on Thursday at 09:46."""
    plain = policy()
    team = replace(plain.teams["help"], hours="office", remind_after_ms=8 * HOUR, remind_in_hours=True)
    world = new_world(policy(teams={**plain.teams, "help": team}, hours={"office": OFFICE}))
    world.opened(CLEO)
    world.sent()
    world.later(DAY - MINUTE)
    assert world.sent() == []
    world.later(MINUTE)
    assert len(world.sent()) == 2


def test_a_team_that_wants_no_reminders_any_more_gets_none(world: World, new_world: Callable[..., World]) -> None:
    """A reload took the wish away: the timer that is left is cleared without a letter."""
    world.opened(CLEO)
    world.sent()
    plain = policy()
    after = new_world(policy(teams={**plain.teams, "help": replace(plain.teams["help"], remind_after_ms=0)}))
    after.later(5 * HOUR)
    assert after.sent() == []
    assert after.store.next_timer_ms() is None


def test_two_daemons_on_one_database_remind_once(world: World, new_world: Callable[..., World]) -> None:
    """Both look; whoever comes first moves the timer on."""
    world.opened(CLEO)
    other = new_world()
    world.sent()
    world.later(4 * HOUR)
    other.later(4 * HOUR)
    assert len([*world.sent(), *other.sent()]) == 2


def test_a_closed_ticket_is_nobodys_worry(world: World) -> None:
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "#close", to=back(notification))
    world.sent()
    world.clock.ms += 5 * HOUR
    world.timetable.due()
    assert to(world.sent(), ANA) == []
