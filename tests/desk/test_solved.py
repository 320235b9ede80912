"""A customer says whether it is solved: one word is enough, and whatever else is said goes to a person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.effect import AddMessage, ChangeTicket
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.lifecycle import Happening
from mailgate.desk.outcome.solved import read
from mailgate.desk.plan import Outcome
from mailgate.desk.ticket import Participant, Status
from mailgate.mail.model import Proof, VerdictKind
from tests.desk.conversation import NOW_MS, Desk, attachment, effects, letters, mail, reading, ticket

CLEO, EVE = "cleo@customer.example", "eve@elsewhere.example"
AGREED, THANKED, OBJECTED = Happening.CUSTOMER_AGREED, Happening.CUSTOMER_THANKED, Happening.CUSTOMER_OBJECTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes", AGREED),
        ("yes, thank you!", AGREED),
        ("Hi Ana,\n\nyes, it works now. Thanks a lot!\n\nBest regards\nCleo", AGREED),
        ("Solved 👍", AGREED),
        ("👍", AGREED),
        ("All good now, please close.", AGREED),
        ("Ja, danke!", AGREED),
        ("Oui, merci", AGREED),
        ("是的，已解决，谢谢", AGREED),
        ("好了，谢谢！", AGREED),
        ("問題已解決", AGREED),
        ("Thank you so much!", THANKED),
        ("谢谢！", THANKED),
        ("Vielen Dank\n\nViele Grüße\nCleo", THANKED),
        ("No", OBJECTED),
        ("No, it still doesn't work.", OBJECTED),
        ("No. The light is red and there is smoke.", OBJECTED),
        ("Nein, leider nicht", OBJECTED),
        ("没有解决", OBJECTED),
        ("还是不行，请帮忙看看", OBJECTED),
        ("👎", OBJECTED),
        ("Not yet, I will try tomorrow", OBJECTED),
    ],
)
def test_yes_no_and_thanks_are_read(text: str, said: Happening) -> None:
    assert read(text, ("Cleo", "Ana Ruiz")) is said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Yes, but the scanner is broken now.",
        "Yes?",
        "Yes, and can you send the invoice",
        "Thanks, but when does it arrive?",
        "Thanks, I will try it and tell you.",
        "Thanks for nothing",
        "Does it work?",
        "I think so",
        "It worked yesterday",
        "谢谢，但是还有一个问题",
        "好的，什么时候发货",
        "Yes it still happens",
        "I am away until Monday. In urgent matters call Bo.",
        "Hello",
        "The printer",
    ],
)
def test_anything_else_is_for_a_person_to_read(text: str) -> None:
    assert read(text, ("Cleo",)) is None


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert read(text) in (AGREED, THANKED, OBJECTED, None)


RESOLVED = ticket(status=Status.RESOLVED, closed_ms=NOW_MS - 3_600_000, answered_ms=NOW_MS - 3_600_000, assignee="ana")


def status(desk: Desk, text: str, sender: str = CLEO, **how: object) -> object:
    """What the ticket's state is set to by such an answer to the resolution; None: nothing."""
    plan = desk.answer(text, Purpose.CUSTOMER, sender, made_for=CLEO, **how)
    changed = [each for each in effects(plan, ChangeTicket) if isinstance(each, ChangeTicket)]
    return next((each.changes["status"] for each in changed if "status" in each.changes), None)


def test_yes_closes_at_once_and_writes_to_nobody() -> None:
    plan = Desk(tickets=(RESOLVED,)).answer("Yes, thanks!", Purpose.CUSTOMER, CLEO)
    assert (plan.outcome, plan.letters) == (Outcome.APPEND, ())
    assert effects(plan, AddMessage)
    assert status(Desk(tickets=(RESOLVED,)), "Yes, thanks!") is Status.CLOSED
    assert status(Desk(tickets=(RESOLVED,)), "Thank you!") is Status.CLOSED


def test_no_opens_it_again_with_the_same_owner_who_is_told_why() -> None:
    plan = Desk(tickets=(RESOLVED,)).answer("No, it still burns.", Purpose.CUSTOMER, CLEO)
    (changed,) = [each for each in effects(plan, ChangeTicket) if isinstance(each, ChangeTicket)]
    assert (changed.changes["status"], changed.changes["waiting_since_ms"]) == (Status.OPEN, NOW_MS)
    assert "assignee" not in changed.changes
    assert changed.why == "the customer says that it is not solved"
    (told,) = letters(plan, LetterKind.NOTIFICATION)
    assert (told.agent, told.values["marks"]) == ("ana", ("not solved",))


def test_a_new_question_opens_it_again_as_any_mail_does() -> None:
    assert status(Desk(tickets=(RESOLVED,)), "Yes, but how do I change the paper?") is Status.OPEN


@pytest.mark.parametrize(
    "how",
    [
        {"proof": Proof.FAIL},
        {"kind": VerdictKind.AUTO_REPLY},
        {"automatic": True},
    ],
)
def test_a_yes_of_a_robot_or_a_forger_closes_nothing(how: dict[str, object]) -> None:
    assert status(Desk(tickets=(RESOLVED,)), "Yes", **how) is not Status.CLOSED


def test_somebody_elses_yes_closes_nothing() -> None:
    watched = replace(RESOLVED, participants=(*RESOLVED.participants, Participant(EVE)))
    assert status(Desk(tickets=(RESOLVED,)), "Yes", EVE) is not Status.CLOSED
    assert status(Desk(tickets=(watched,)), "Yes", EVE) is not Status.CLOSED


def test_without_token_only_a_proved_yes_closes() -> None:
    desk = Desk(tickets=(RESOLVED,))
    for proof, closes in ((Proof.PASS, True), (Proof.UNKNOWN, False)):
        plan = desk.plan(reading(mail("Yes", subject="Re: [#1042] Printer"), proof))
        changed = [each for each in effects(plan, ChangeTicket) if isinstance(each, ChangeTicket)]
        assert any(each.changes.get("status") is Status.CLOSED for each in changed) is closes


def test_a_yes_with_a_file_is_for_a_person_to_read() -> None:
    desk = Desk(tickets=(RESOLVED,))
    address = desk.token_address(Purpose.CUSTOMER, CLEO)
    plan = desk.plan(reading(mail("Yes", attachments=(attachment("log.pdf"),)), recipients=(address,)))
    assert letters(plan, LetterKind.NOTIFICATION)


def test_a_yes_on_an_open_ticket_is_a_mail_like_any_other() -> None:
    assert status(Desk(tickets=(ticket(status=Status.WAITING_CUSTOMER),)), "Yes") is Status.OPEN
