"""After closing, the customer is asked once whether it helped."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Survey
from tests.desk.conversation import policy
from tests.duties.desk import DAY, MINUTE, World, back, text_of, to

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"


def closed(world: World, subject: str = "Printer broken", word: str = "#close") -> tuple[int, list[EmailMessage]]:
    """A ticket that Ana has closed, and the letters that the customer got after the duties looked."""
    ticket = world.opened(CLEO, subject=subject)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, f"{word}\n\nA new one is on its way.", to=back(notification))
    world.later(MINUTE)
    return ticket, to(world.sent(), CLEO)


def test_a_closed_ticket_is_asked_about_once_and_one_word_is_the_rating(world: World) -> None:
    ticket, letters = closed(world)
    _answer, survey = letters
    assert survey["Auto-Submitted"] == "auto-generated"
    settled = world.mail(CLEO, "good\n\nThanks to Ana!", to=back(survey))
    assert settled.plan.outcome is Outcome.EVENT
    assert world.ticket(ticket).rating == 5
    assert world.ticket(ticket).status.value == "closed"
    world.later(9 * DAY)
    assert world.sent() == []


def test_a_survey_goes_out_at_most_once(world: World) -> None:
    """Promise 3: when a crash cut it off while it was handed over, it is not sent again by itself."""
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "#close", to=back(notification))
    world.sent()
    world.later(MINUTE)
    with world.store.transaction() as tx:
        claimed = tx.claim_letters("here:spool", world.clock.now_ms(), 10)
    assert [each.kind for each in claimed] == ["survey"]
    recovered = world.store.recover_letters("here:spool", world.clock.now_ms())
    assert (recovered.again, recovered.unknown) == (0, 1)
    assert world.sent() == []


def test_a_customer_is_asked_again_only_after_a_while(world: World) -> None:
    _, first = closed(world)
    assert len(first) == 2
    _, second = closed(world, "Another matter")
    assert len(second) == 1, "the answer, but no second question within a week"
    world.clock.ms += 8 * DAY
    _, third = closed(world, "A third matter")
    assert len(third) == 2


@pytest.mark.parametrize("survey", [Survey(enabled=False), Survey(share=0.0)])
def test_nobody_is_asked_when_surveys_are_off_or_nobodys_share(new_world: Callable[..., World], survey: Survey) -> None:
    _, letters = closed(new_world(policy(survey=survey)))
    assert len(letters) == 1


def test_a_ticket_that_was_reopened_meanwhile_is_not_asked_about(world: World) -> None:
    world.opened(CLEO)
    letters = world.sent()
    world.mail(ANA, "#close", to=back(to(letters, ANA)[0]))
    world.mail(CLEO, "It burns again!", to=back(to(letters, CLEO)[0]))
    world.later(MINUTE)
    assert not any("+s" in str(each["Reply-To"]) for each in world.sent())


def test_a_vacation_reply_to_the_survey_rates_nothing(world: World) -> None:
    ticket, (_, survey) = closed(world)
    world.mail(CLEO, "5", to=back(survey), headers=[("Auto-Submitted", "auto-replied")])
    assert world.ticket(ticket).rating is None


def test_words_instead_of_a_rating_reach_the_team(world: World) -> None:
    ticket, (_, survey) = closed(world)
    world.mail(CLEO, "It does not work at all, please call me.", to=back(survey))
    assert any("please call me" in text_of(each) for each in to(world.sent(), ANA))
    assert world.ticket(ticket).status.value == "open"
