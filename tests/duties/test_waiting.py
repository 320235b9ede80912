"""A customer whom we wait for is reminded, then the ticket closes; a resolved one closes in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailgate.carry import act
from mailgate.desk.clock.arming import CONFIRM
from mailgate.desk.effect import SetTimer
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Budgets, Closing, Survey
from mailgate.desk.ticket import Status
from tests.desk.conversation import policy
from tests.duties.desk import DAY, HOUR, MINUTE, World, back, text_of, to

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"
CLOSING = Closing(5 * DAY, (3 * DAY, 4 * DAY), 7 * DAY)


@pytest.fixture
def desk(new_world: Callable[..., World]) -> World:
    """Reminds customers after three and four days, and closes a week later; surveys are off."""
    return new_world(policy(closing=CLOSING, survey=Survey(enabled=False)))


def asked(world: World, text: str = "Which colour is the light?") -> tuple[int, str]:
    """A ticket on which Ana has asked something; its id, and the address that answers go to."""
    ticket = world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, text, to=back(notification))
    (answer,) = to(world.sent(), CLEO)
    return ticket, back(answer)


def to_cleo(world: World) -> list[str]:
    """The texts of the letters that Cleo got."""
    return [text_of(each) for each in to(world.sent(), CLEO)]


def test_two_reminders_then_the_ticket_closes_with_notice(desk: World) -> None:
    ticket, _ = asked(desk)
    desk.later(3 * DAY - MINUTE)
    assert to_cleo(desk) == []
    desk.later(MINUTE)
    (first,) = to_cleo(desk)
    assert "Which colour is the light?" in first
    desk.later(4 * DAY)
    assert len(to_cleo(desk)) == 1
    assert desk.ticket(ticket).status is Status.WAITING_CUSTOMER
    desk.later(7 * DAY - MINUTE)
    assert to_cleo(desk) == []
    desk.later(MINUTE)
    assert len(to_cleo(desk)) == 1
    assert desk.ticket(ticket).status is Status.CLOSED
    desk.later(30 * DAY)
    assert to_cleo(desk) == []


def test_a_reminder_says_that_no_person_wrote_it(desk: World) -> None:
    asked(desk)
    desk.later(3 * DAY)
    (reminder,) = to(desk.sent(), CLEO)
    assert reminder["Auto-Submitted"] == "auto-generated"
    assert reminder["X-Auto-Response-Suppress"]


def test_an_answer_ends_the_reminders_and_one_after_closing_opens_it_again(desk: World) -> None:
    ticket, address = asked(desk)
    desk.later(3 * DAY)
    desk.mail(CLEO, "The light is red.", to=address)
    desk.sent()
    desk.later(60 * DAY)
    assert to_cleo(desk) == []
    assert desk.ticket(ticket).status is Status.OPEN


def test_a_reply_to_the_closing_notice_opens_the_ticket_again(desk: World) -> None:
    ticket, _ = asked(desk)
    desk.later(3 * DAY)
    desk.later(4 * DAY)
    desk.later(7 * DAY)
    notice = to(desk.sent(), CLEO)[-1]
    desk.mail(CLEO, "Sorry, I was ill. The light is red.", to=back(notice))
    assert desk.ticket(ticket).status is Status.OPEN


def test_another_question_of_ours_starts_the_waits_anew(desk: World) -> None:
    ticket, address = asked(desk)
    desk.later(3 * DAY)
    desk.mail(CLEO, "Red.", to=address)
    (news,) = to(desk.sent(), ANA)
    desk.mail(ANA, "And does it blink?", to=back(news))
    desk.sent()
    desk.later(3 * DAY)
    (reminder,) = to_cleo(desk)
    assert "And does it blink?" in reminder
    assert desk.ticket(ticket).status is Status.WAITING_CUSTOMER


def test_a_daemon_that_was_down_hurries_nothing(desk: World) -> None:
    """A month of silence: one reminder when it is back, and the rest at its pace."""
    ticket, _ = asked(desk)
    desk.later(30 * DAY)
    assert len(to_cleo(desk)) == 1
    desk.later(HOUR)
    assert to_cleo(desk) == []
    desk.later(4 * DAY)
    assert len(to_cleo(desk)) == 1
    assert desk.ticket(ticket).status is Status.WAITING_CUSTOMER


def test_a_robots_ticket_is_asked_nothing_and_stays(desk: World) -> None:
    settled = desk.mail(CLEO, "Disk full", headers=[("Auto-Submitted", "auto-generated")])
    (news,) = to(desk.sent(), ANA)
    desk.mail(ANA, "Which disk?", to=back(news))
    desk.sent()
    desk.later(30 * DAY)
    assert to_cleo(desk) == []
    assert desk.ticket(settled.ticket).status is Status.WAITING_CUSTOMER


def test_L26_a_forged_customer_is_never_reminded(desk: World) -> None:
    headers = [
        ("Authentication-Results", "mx.acme.example; dmarc=fail header.from=customer.example"),
        ("Received", "from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000"),
    ]
    settled = desk.mail(CLEO, "Buy pills", proved=False, headers=headers)
    (news,) = to(desk.sent(), ANA)
    desk.mail(ANA, "Which pills?", to=back(news))
    desk.sent()
    desk.later(30 * DAY)
    assert to_cleo(desk) == []
    assert settled.plan.acknowledge.startswith("trust")


def test_reminders_stay_within_the_budget_and_come_later(new_world: Callable[..., World]) -> None:
    world = new_world(
        policy(closing=CLOSING, survey=Survey(enabled=False), budgets=Budgets(per_address_hour=20, per_kind_day=2))
    )
    for number in range(3):
        world.opened(CLEO, subject=f"Matter {number}", text=f"Text {number}")
        world.clock.ms += 13 * HOUR
        (news,) = to(world.sent(), ANA)
        world.mail(ANA, f"Question {number}?", to=back(news))
        world.sent()
    world.later(4 * DAY)
    assert len(to_cleo(world)) == 2
    for _ in range(40):
        world.later(HOUR)
    assert len(to_cleo(world)) == 1


def test_a_paused_team_writes_to_no_customer_until_it_goes_on(desk: World) -> None:
    asked(desk)
    with desk.store.transaction() as tx:
        tx.work.rows.run("INSERT INTO paused (name, since_ms, paused_by, why) VALUES ('help', 0, 'sue', '')")
        tx.work.rows.run("INSERT INTO meta (key, value) VALUES ('roster', '7')")
    desk.later(4 * DAY)
    assert to_cleo(desk) == []
    with desk.store.transaction() as tx:
        tx.work.rows.run("DELETE FROM paused")
        tx.work.rows.run("UPDATE meta SET value = '8' WHERE key = 'roster'")
    desk.later(HOUR)
    assert len(to_cleo(desk)) == 1


def test_without_reminders_the_ticket_closes_after_the_plain_wait(new_world: Callable[..., World]) -> None:
    world = new_world(policy(closing=replace(CLOSING, remind_after_ms=()), survey=Survey(enabled=False)))
    ticket, _ = asked(world)
    world.later(7 * DAY)
    assert len(to_cleo(world)) == 1
    assert world.ticket(ticket).status is Status.CLOSED


def test_a_desk_that_wants_none_of_it_waits_for_ever(new_world: Callable[..., World]) -> None:
    world = new_world(policy(closing=Closing(0), survey=Survey(enabled=False)))
    ticket, _ = asked(world)
    world.later(365 * DAY)
    assert to_cleo(world) == []
    assert world.ticket(ticket).status is Status.WAITING_CUSTOMER


def resolved(world: World) -> tuple[int, str]:
    """A ticket that Ana has resolved, and where the customer's answer goes."""
    ticket = world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "#resolve\n\nWe have put in a new drum.", to=back(notification))
    (letter,) = to(world.sent(), CLEO)
    assert world.ticket(ticket).status is Status.RESOLVED
    return ticket, back(letter)


def test_silence_closes_a_resolved_ticket_without_a_letter(desk: World) -> None:
    ticket, _ = resolved(desk)
    desk.later(5 * DAY - MINUTE)
    assert desk.ticket(ticket).status is Status.RESOLVED
    desk.later(MINUTE)
    assert desk.ticket(ticket).status is Status.CLOSED
    assert to_cleo(desk) == []


def test_a_timer_to_close_closes_only_what_is_resolved(desk: World) -> None:
    """Whatever set it: a ticket that waits for its customer is reminded of before it ends."""
    ticket, _ = asked(desk)
    with desk.store.transaction() as tx:
        late = Plan(Outcome.EVENT, (SetTimer(ticket, CONFIRM, desk.clock.ms),), ticket=ticket)
        act(tx, tx.ticket(ticket), late, desk.desk, desk.clock.ms)
    desk.later(MINUTE)
    assert desk.ticket(ticket).status is Status.WAITING_CUSTOMER
    assert CONFIRM not in desk.store.due_kinds(desk.clock.ms)


@pytest.mark.parametrize("text", ["Yes, thanks!", "Thank you!", "已解决，谢谢"])
def test_yes_or_thanks_closes_it_at_once(desk: World, text: str) -> None:
    ticket, address = resolved(desk)
    desk.mail(CLEO, text, to=address)
    assert desk.ticket(ticket).status is Status.CLOSED
    assert desk.sent() == []


def test_no_opens_it_again_and_its_time_to_object_is_over(desk: World) -> None:
    ticket, address = resolved(desk)
    desk.mail(CLEO, "No, it still smells.", to=address)
    assert desk.ticket(ticket).status is Status.OPEN
    assert any("not solved" in text_of(each) for each in to(desk.sent(), ANA))
    desk.later(5 * DAY)
    assert desk.ticket(ticket).status is Status.OPEN


def test_a_vacation_reply_to_the_question_says_nothing(desk: World) -> None:
    ticket, address = resolved(desk)
    desk.mail(CLEO, "Yes", to=address, headers=[("Auto-Submitted", "auto-replied")])
    assert desk.ticket(ticket).status is Status.RESOLVED
