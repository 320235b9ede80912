"""A thank-you opens nothing again; whatever else is said does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.effect import AddMessage, ChangeTicket, Visibility
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.ticket import Participant, ParticipantRole, Status, Ticket
from mailgate.mail.model import Proof, VerdictKind
from tests.desk.conversation import NOW_MS, Desk, attachment, effects, letters, mail, reading, ticket

CLEO, WIM = "cleo@customer.example", "wim@customer.example"
WAITING = ticket(assignee="ana", waiting_since_ms=None)
CLOSED = replace(WAITING, status=Status.CLOSED, closed_ms=NOW_MS - 3_600_000)


def answered(of: Ticket, text: str, sender: str = CLEO, subject: str = "Re: [#1042] Printer", **how: object) -> Plan:
    """What becomes of a reply to the ticket, with the writer's own token."""
    desk = Desk(tickets=(of,))
    to = desk.token_address(Purpose.CUSTOMER, sender)
    parts = how.pop("attachments", ())
    what = mail(text, sender, subject, attachments=parts)
    return desk.plan(reading(what, recipients=(to,), **how))  # type: ignore[arg-type]


def opened(plan: Plan) -> bool:
    """Whether the mail opened the ticket again."""
    changed = [each for each in effects(plan, ChangeTicket) if isinstance(each, ChangeTicket)]
    return any(each.changes.get("status") is Status.OPEN for each in changed)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you very much, Ana!",
        "Hi Ana,\n\nthanks a lot for your help.\n\nBest regards\nCleo",
        "thx",
        "Vielen Dank!\n\nMit freundlichen Grüßen\nCleo",
        "Merci beaucoup",
        "Muchas gracias por su ayuda",
        "谢谢！",
        "非常感谢，辛苦了",
        "ありがとうございます",
        "Спасибо!",
    ],
)
@pytest.mark.parametrize("of", [WAITING, CLOSED], ids=["waiting", "closed"])
def test_thanks_are_kept_and_open_nothing(of: Ticket, text: str) -> None:
    plan = answered(of, text)
    assert plan.outcome is Outcome.APPEND
    (message,) = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert not message.waits
    assert not effects(plan, ChangeTicket)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it is still on fire.",
        "Thanks, and how do I change the paper?",
        "Thanks. When will it arrive?",
        "Thanks, when will it arrive",
        "Thanks for nothing",
        "No thanks",
        "Thanks in advance",
        "Thanks still broken",
        "Hi still broken\n\nThanks",
        "Hello not fixed. Thanks, Cleo",
        "Thanks, I will try it tomorrow and tell you",
        "Danke, aber es geht immer noch nicht",
        "Merci, mais ça ne marche pas",
        "谢谢，还是不行",
        "谢谢，请问什么时候能到",
        "Thanks\n\nPS: the scanner is broken too",
        "Thank you for calling me back at 5",
        "Yes",
        "Printer",
        "",
    ],
)
@pytest.mark.parametrize("of", [WAITING, CLOSED], ids=["waiting", "closed"])
def test_whatever_else_is_said_opens_the_ticket(of: Ticket, text: str) -> None:
    assert opened(answered(of, text))


def test_it_works_is_thanks_when_it_is_over_and_an_answer_when_somebody_waits_for_one() -> None:
    assert not opened(answered(CLOSED, "It works now, thanks!"))
    assert opened(answered(WAITING, "It works now, thanks!"))
    assert opened(answered(WAITING, "Yes, thanks"))


def test_an_enclosed_file_or_a_new_subject_is_something_said() -> None:
    assert opened(answered(CLOSED, "Thanks", attachments=(attachment("photo.pdf"),)))
    assert opened(answered(CLOSED, "Thanks", subject="The scanner now"))
    assert not opened(answered(CLOSED, "Thanks", subject="RE: AW: [#1042] printer"))
    assert not opened(answered(CLOSED, "Thanks", subject=""))


def test_a_robots_thanks_are_a_robots_mail() -> None:
    plan = answered(CLOSED, "Thank you!", kind=VerdictKind.AUTO_REPLY)
    assert not opened(plan)
    (message,) = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert message.visibility is Visibility.AGENTS


def test_only_the_owner_reads_of_it() -> None:
    assert [order.agent for order in letters(answered(CLOSED, "Thanks"), LetterKind.NOTIFICATION)] == ["ana"]
    assert not answered(replace(CLOSED, assignee=""), "Thanks").letters


def test_a_watchers_thanks_leave_a_resolved_ticket_as_it_is() -> None:
    watched = replace(
        CLOSED,
        status=Status.RESOLVED,
        participants=(*CLOSED.participants, Participant(WIM, "Wim", ParticipantRole.WATCHER)),
    )
    assert not effects(answered(watched, "Thanks!", WIM), ChangeTicket)


def test_forged_thanks_change_nothing() -> None:
    plan = answered(CLOSED, "Thanks", proof=Proof.FAIL)
    assert not effects(plan, ChangeTicket)


def test_who_waited_before_the_thanks_waits_on() -> None:
    plan = answered(replace(WAITING, status=Status.OPEN, waiting_since_ms=NOW_MS - 5), "Thanks for looking into it")
    assert not any("waiting_since_ms" in each.changes for each in effects(plan, ChangeTicket))  # type: ignore[union-attr]
