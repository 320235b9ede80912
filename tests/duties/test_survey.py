"""After closing, the customer is asked once whether it helped."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Survey
from mailgate.store.csat import By, csat
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


def test_one_closing_brings_one_question_however_often_customers_may_be_asked(new_world: Callable[..., World]) -> None:
    """Also where nothing else holds a second one back."""
    world = new_world(policy(survey=Survey(every_ms=0)))
    _, letters = closed(world)
    assert len(letters) == 2
    world.later(DAY)
    assert world.sent() == []
    assert not world.store.rows.all("SELECT ticket_id FROM timers WHERE kind = 'survey'")


@pytest.mark.parametrize(("yes", "rating"), [("是", "满意"), ("已解决，谢谢！", "一般"), ("Yes, thanks!", "👍")])
def test_a_yes_to_what_was_resolved_brings_the_question_at_once(world: World, yes: str, rating: str) -> None:
    """The customer is there and willing; a word is answered by the next letter."""
    ticket, (resolution,) = closed(world, word="#resolve")
    world.mail(CLEO, yes, to=back(resolution))
    world.later(MINUTE)
    (survey,) = to(world.sent(), CLEO)
    world.mail(CLEO, rating, to=back(survey))
    assert world.ticket(ticket).rating == {"满意": 5, "一般": 3, "👍": 5}[rating]
    assert world.ticket(ticket).status.value == "closed"


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


def rating_events(world: World, ticket: int) -> list[int]:
    """The scores in the ticket's history, oldest first."""
    with world.store.transaction() as tx:
        found = tx.work.rows.all(
            "SELECT meta FROM events WHERE ticket_id = ? AND kind = 'rated' ORDER BY seq", (ticket,)
        )
    return [json.loads(meta)["score"] for (meta,) in found]


def test_V03_Q09_a_second_answer_replaces_the_first_for_a_week_and_both_stay_in_the_history(world: World) -> None:
    ticket, (_, survey) = closed(world)
    world.mail(CLEO, "bad", to=back(survey))
    world.clock.ms += DAY
    world.mail(CLEO, "Good, sorry!", to=back(survey))
    assert world.ticket(ticket).rating == 5
    assert rating_events(world, ticket) == [1, 5]
    world.clock.ms += 8 * DAY
    late = world.mail(CLEO, "2", to=back(survey))
    assert late.plan.outcome is Outcome.EVENT
    assert world.ticket(ticket).rating == 5


def test_a_low_rating_is_told_to_the_supervisor_with_the_customers_words(world: World) -> None:
    ticket, (_, survey) = closed(world)
    world.sent()
    quoted = "\n".join(f"> {line}" for line in text_of(survey).splitlines())
    world.mail(CLEO, f"bad\n\nIt took two weeks.\n\nOn Friday Acme Support wrote:\n{quoted}", to=back(survey))
    (told,) = to(world.sent(), "sue@acme.example")
    assert "1 of 5" in text_of(told)
    assert "Did that help" not in text_of(told)
    assert "It took two weeks." in text_of(told)
    assert world.ticket(ticket).status.value == "closed"


def test_what_a_customer_writes_beside_a_good_rating_is_read_by_whoever_has_the_ticket(world: World) -> None:
    """The survey says that it will be; and a trouble told without a question mark is not lost."""
    _, (_, survey) = closed(world, word="#take\n#close")
    world.sent()
    world.mail(CLEO, "good\n\nBut the scanner is broken since.", to=back(survey))
    (told,) = world.sent()
    assert (str(told["To"].addresses[0].addr_spec), "5 of 5" in text_of(told)) == (ANA, True)
    assert "the scanner is broken" in text_of(told)


def test_where_nobody_has_the_ticket_a_supervisor_reads_it(world: World) -> None:
    _, (_, survey) = closed(world)
    world.sent()
    world.mail(CLEO, "good\n\nBut the scanner is broken since.", to=back(survey))
    assert [str(each["To"].addresses[0].addr_spec) for each in world.sent()] == ["sue@acme.example"]


def test_a_good_rating_without_a_word_is_told_to_nobody(world: World) -> None:
    _, (_, survey) = closed(world)
    world.sent()
    world.mail(CLEO, "good", to=back(survey))
    assert world.sent() == []


def test_a_low_rating_opens_the_ticket_again_where_the_admin_wants_that(new_world: Callable[..., World]) -> None:
    world = new_world(policy(survey=Survey(reopen_low=True)))
    ticket, (_, survey) = closed(world)
    world.mail(CLEO, "不满意", to=back(survey))
    assert (world.ticket(ticket).rating, world.ticket(ticket).status.value) == (1, "open")


def test_a_rating_that_asks_for_something_is_both(world: World) -> None:
    ticket, (_, survey) = closed(world)
    world.sent()
    world.mail(CLEO, "5\n\nBut how do I change the paper?", to=back(survey))
    assert (world.ticket(ticket).rating, world.ticket(ticket).status.value) == (5, "open")
    assert any("how do I change the paper" in text_of(each) for each in to(world.sent(), ANA))


def test_a_low_rating_that_asks_for_something_is_told_to_the_supervisor_too(world: World) -> None:
    """Who reads the question reads the rating with it."""
    ticket, (_, survey) = closed(world)
    world.sent()
    world.mail(CLEO, "差\n\n太慢了，什么时候能收到？", to=back(survey))
    assert (world.ticket(ticket).rating, world.ticket(ticket).status.value) == (1, "open")
    letters = world.sent()
    for reader in (ANA, "sue@acme.example"):
        (told,) = to(letters, reader)
        assert "1 of 5" in text_of(told)
        assert "什么时候能收到" in text_of(told)


def test_V06_an_answer_between_the_quoted_lines_counts_and_the_quoted_scale_does_not(world: World) -> None:
    ticket, (_, survey) = closed(world)
    quoted = "\n".join(f"> {line}" for line in text_of(survey).splitlines())
    world.mail(CLEO, quoted, to=back(survey))
    assert world.ticket(ticket).rating is None
    half = quoted.splitlines()
    world.mail(CLEO, "\n".join((*half[:4], "", "good", "", *half[4:])), to=back(survey))
    assert world.ticket(ticket).rating == 5


def test_V07_a_robots_ticket_and_a_childs_are_not_asked_about(world: World) -> None:
    settled = world.mail(CLEO, "Disk full", headers=[("Auto-Submitted", "auto-generated")])
    (news,) = to(world.sent(), ANA)
    world.mail(ANA, "#close", to=back(news))
    world.later(MINUTE)
    assert to(world.sent(), CLEO) == []
    assert world.ticket(settled.ticket).status.value == "closed"


def test_V07_two_tickets_of_one_customer_that_close_together_bring_one_question(world: World) -> None:
    for subject in ("One matter", "Another matter"):
        world.opened(CLEO, subject=subject)
        (news,) = to(world.sent(), ANA)
        world.mail(ANA, "#close", to=back(news))
        world.sent()
    world.later(MINUTE)
    assert len(to(world.sent(), CLEO)) == 1


def test_the_question_comes_as_long_after_closing_as_the_admin_wants(new_world: Callable[..., World]) -> None:
    world = new_world(policy(survey=Survey(delay_ms=DAY)))
    _, letters = closed(world)
    assert len(letters) == 1
    world.later(DAY)
    assert len(to(world.sent(), CLEO)) == 1


def test_ratings_are_counted_for_desk_agent_team_and_brand(world: World) -> None:
    for customer, score in ((CLEO, "good"), ("dora@customer.example", "bad"), ("emil@customer.example", "4")):
        world.opened(customer, subject=f"Matter of {customer}", text=f"Text of {customer}")
        (news,) = to(world.sent(), ANA)
        world.mail(ANA, "#take\n#close", subject=customer, to=back(news))
        world.later(MINUTE)
        (survey,) = [each for each in to(world.sent(), customer) if "+s" in back(each)]
        world.mail(customer, score, to=back(survey))
    (desk,) = csat(world.store.rows)
    assert (desk.asked, desk.rated, desk.content, desk.average) == (3, 3, 2, pytest.approx(10 / 3))
    assert [each.name for each in csat(world.store.rows, by=By.AGENT)] == ["ana"]
    assert [each.name for each in csat(world.store.rows, by=By.TEAM)] == ["help"]
    assert [each.csat for each in csat(world.store.rows, by=By.BRAND)] == [pytest.approx(2 / 3)]
    assert csat(world.store.rows, since_ms=world.clock.ms + 1) == []


def test_a_rating_counts_for_who_answered_and_for_the_team_of_that_time(world: World) -> None:
    """Ben answers what is nobody's; what becomes of the ticket when the customer has rated it is no merit of others."""
    settled = world.opened(CLEO)
    for_ben = next(each for each in world.sent() if str(each["To"]).endswith("ben@acme.example>"))
    world.mail("ben@acme.example", "Please open the tray.", to=back(for_ben))
    world.mail("ben@acme.example", "#close", to=back(for_ben))
    world.later(MINUTE)
    (survey,) = [each for each in to(world.sent(), CLEO) if "+s" in back(each)]
    world.mail(CLEO, "5", to=back(survey))
    world.later(MINUTE)
    world.mail("ben@acme.example", "#team billing\n#assign ana", to=back(for_ben))
    assert (world.ticket(settled).team, world.ticket(settled).assignee) == ("billing", "ana")
    for by, name in ((By.AGENT, "ben"), (By.TEAM, "help")):
        assert [(each.name, each.asked, each.rated) for each in csat(world.store.rows, by=by)] == [(name, 1, 1)]


def test_a_late_answer_that_asks_for_something_opens_a_linked_ticket(world: World) -> None:
    """The ticket was closed too long ago to be opened again; the rating is its own all the same."""
    ticket, (_, survey) = closed(world)
    world.clock.ms += 20 * DAY
    settled = world.mail(CLEO, "good\n\nBut how do I change the paper?", to=back(survey))
    assert settled.plan.outcome is Outcome.LINK
    assert world.ticket(ticket).rating == 5
    assert world.ticket(ticket).status.value == "closed"


def test_V08_a_comment_with_markup_is_shown_as_text(world: World) -> None:
    _, (_, survey) = closed(world)
    world.sent()
    world.mail(CLEO, "bad\n\n<img src=x onerror=alert(1)> =cmd|' /C calc'!A0", to=back(survey))
    (told,) = to(world.sent(), "sue@acme.example")
    html = told.get_body(("html",))
    assert html is not None
    assert "<img src=x" not in html.get_content()
    assert "&lt;img src=x" in html.get_content()
