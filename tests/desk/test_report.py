"""Mail of robots: delivery reports, vacations, receipts. None is ever answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import (
    AddEvent,
    AddMessage,
    Cause,
    ChangeTicket,
    Direction,
    OpenTicket,
    RecordBounce,
    Spend,
    Visibility,
)
from mailgate.desk.facts import Facts, LetterFact
from mailgate.desk.gate import undelivered
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.questions import ask
from mailgate.desk.ticket import Status
from mailgate.mail.model import Action, Address, Bounce, Proof, ReportedRecipient, VerdictKind
from tests.desk.conversation import NOW_MS, SUPPORT, Desk, effects, mail, policy, reading, ticket

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"
OURS = "sent@acme.example"
FAILED = ReportedRecipient(CLEO, Action.FAILED, "5.1.1", "no such user")


def bounce_of(
    kind: LetterKind = LetterKind.ANSWER, who: ReportedRecipient = FAILED, to: str = CLEO, known: bool = True
) -> Plan:
    """What becomes of a report about a letter of ticket 1042."""
    letter = LetterFact(9, ticket().id, kind.value, to, OURS)
    desk = Desk(tickets=(ticket(assignee="ana"),), known_ids={OURS: ticket(assignee="ana")} if known else {})
    desk.facts = Facts(letters={OURS: letter} if known else {})
    report = Bounce((who,), (OURS,), "Re: [#1042] Printer")
    return desk.plan(
        reading(mail(sender="mailer-daemon@mx.example"), Proof.UNKNOWN, VerdictKind.BOUNCE, mail_from="", bounce=report)
    )


def test_L16_a_failed_answer_is_written_on_its_letter_and_the_agent_is_told() -> None:
    plan = bounce_of()
    assert plan.outcome is Outcome.BOUNCE
    assert effects(plan, RecordBounce) == [RecordBounce(9, ticket().id, FAILED)]
    assert [(letter.kind, letter.to.email, letter.values["status"]) for letter in plan.letters] == [
        (LetterKind.UNDELIVERED, ANA, "5.1.1")
    ]


@pytest.mark.parametrize("action", [Action.DELAYED, Action.DELIVERED, Action.RELAYED, Action.EXPANDED])
def test_L16_what_did_not_fail_is_written_down_silently(action: Action) -> None:
    plan = bounce_of(who=ReportedRecipient(CLEO, action))
    assert (plan.outcome, plan.letters) == (Outcome.BOUNCE, ())
    assert effects(plan, RecordBounce)


@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.UNDELIVERED, LetterKind.NOTIFICATION])
def test_L20_a_robots_letter_that_bounced_is_recorded_and_starts_no_third_mail(kind: LetterKind) -> None:
    plan = bounce_of(kind)
    assert (plan.outcome, plan.letters) == (Outcome.BOUNCE, ())


def test_L20_a_far_server_that_repeats_itself_is_told_of_five_times_a_day() -> None:
    letter = LetterFact(9, ticket().id, LetterKind.ANSWER.value, CLEO, OURS)
    desk = Desk(tickets=(ticket(assignee="ana"),), known_ids={OURS: ticket(assignee="ana")})
    what = reading(
        mail(sender="mailer-daemon@mx.example"),
        Proof.UNKNOWN,
        VerdictKind.BOUNCE,
        mail_from="",
        bounce=Bounce((FAILED,), (OURS,), "Re: [#1042] Printer"),
    )
    spent: dict[str, int] = {}
    told = 0
    for _ in range(20):
        desk.facts = Facts(letters={OURS: letter}, spent=dict(spent))
        plan = desk.plan(what)
        told += len(plan.letters)
        assert effects(plan, RecordBounce)
        for effect in effects(plan, Spend):
            spent[effect.key] = spent.get(effect.key, 0) + 1  # type: ignore[union-attr]
    assert told == 5


def test_every_key_that_a_report_spends_is_asked_for() -> None:
    asked = ask(
        reading(mail(sender=""), Proof.UNKNOWN, VerdictKind.BOUNCE, bounce=Bounce((FAILED,), (OURS,))),
        Delivery("acme", SUPPORT, ("support@acme.example",)),
        policy(),
        NOW_MS,
    )
    assert set(undelivered(FAILED.email, {}, NOW_MS).keys) <= set(asked.budget_keys)


def test_L33_nobody_is_told_at_the_address_that_is_dead() -> None:
    dead = ReportedRecipient(ANA, Action.FAILED, "5.1.1")
    assert bounce_of(LetterKind.COPY, dead, ANA).letters == ()


def test_L17_a_report_on_a_letter_we_never_sent_is_held_whatever_its_subject_says() -> None:
    plan = bounce_of(known=False)
    assert (plan.outcome, plan.cause) == (Outcome.HOLD, Cause.BOUNCE_UNKNOWN)
    assert not effects(plan, RecordBounce)


def test_a_bounce_of_a_letter_of_a_merged_ticket_is_told_on_its_target() -> None:
    target = ticket(2, assignee="ana")
    desk = Desk(tickets=(), known_ids={OURS: target})
    desk.facts = Facts(letters={OURS: LetterFact(9, ticket(1).id, "answer", CLEO, OURS)})
    report = Bounce((FAILED,), (OURS,))
    plan = desk.plan(reading(mail(sender=""), Proof.UNKNOWN, VerdictKind.BOUNCE, bounce=report))
    assert [letter.ticket for letter in plan.letters] == [target.id]


def test_L19_a_report_that_only_names_our_token_address_finds_its_ticket() -> None:
    desk = Desk(tickets=(ticket(),))
    report = Bounce((FAILED,), (), "", (desk.token_address(Purpose.CUSTOMER, CLEO),))
    plan = desk.plan(reading(mail(sender=""), Proof.UNKNOWN, VerdictKind.BOUNCE, bounce=report))
    assert (plan.outcome, plan.ticket) == (Outcome.BOUNCE, ticket().id)
    [event] = effects(plan, AddEvent)
    assert isinstance(event, AddEvent)
    assert CLEO not in str(event.meta)


def test_L15_a_vacation_reply_is_put_on_its_ticket_which_stays_as_it_is() -> None:
    desk = Desk(tickets=(ticket(status=Status.CLOSED, closed_ms=NOW_MS),))
    plan = desk.answer("I am away", Purpose.CUSTOMER, CLEO, kind=VerdictKind.AUTO_REPLY)
    assert plan.outcome is Outcome.APPEND
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert (message.direction, message.visibility) == (Direction.ROBOT, Visibility.AGENTS)
    assert not effects(plan, ChangeTicket)
    assert plan.letters == ()


VACATION = (
    ({"headers": (("Auto-Submitted", "auto-replied (vacation)"),)}, ("Auto-Submitted: auto-replied (vacation)",)),
    ({}, ("x-autoreply: yes",)),
    ({}, ("Subject: Out of office",)),
    ({}, ("the envelope sender is empty", "Subject: Out of office")),
)


@pytest.mark.parametrize(("changes", "evidence"), VACATION)
def test_L01_an_automatic_answer_to_a_mail_that_is_on_no_ticket_is_held(
    changes: dict[str, Any], evidence: tuple[str, ...]
) -> None:
    """To a letter of ours of no ticket, or to spam in our name: nobody wants to see thousands of them."""
    for answered in ({"in_reply_to": ("x@y",)}, {"references": ("x@y",)}):
        mails = mail("I am away", **answered, **changes)
        plan = Desk().plan(reading(mails, kind=VerdictKind.AUTO_REPLY, evidence=evidence))
        assert (plan.cause, plan.letters) == (Cause.ROBOT, ())


def test_V03_an_absence_told_to_an_address_that_only_a_letter_told_is_held() -> None:
    """A survey's, say, whose code is old or cut: it rates nothing, and nobody has to look at it."""
    what = reading(mail("I am away"), kind=VerdictKind.AUTO_REPLY, evidence=("Auto-Submitted: x", "Subject: away"))
    for address, outcome in (("support@acme.example", Outcome.NEW), ("support+s1.AAAA@acme.example", Outcome.HOLD)):
        sent = replace(what, envelope=replace(what.envelope, recipients=(address,)))
        assert Desk().plan(sent).outcome is outcome
        written = replace(what.mail, to=(Address(address),))
        assert Desk().plan(replace(what, mail=written)).outcome is outcome


@pytest.mark.parametrize(("changes", "evidence"), VACATION)
def test_L31_an_automatic_reply_that_stands_for_itself_opens_a_ticket_that_is_not_acknowledged(
    changes: dict[str, Any], evidence: tuple[str, ...]
) -> None:
    """Another desk's "we have your question" may be what somebody waits for."""
    what = reading(mail("We have your question", **changes), kind=VerdictKind.AUTO_REPLY, evidence=evidence)
    plan = Desk().plan(what)
    assert plan.outcome is Outcome.NEW
    assert {letter.kind for letter in plan.letters} == {LetterKind.NOTIFICATION}
    assert plan.acknowledge.startswith("a robot wrote it")


@pytest.mark.parametrize(
    "evidence", ["Auto-Submitted: auto-generated", "x-cron-env: x", "the envelope sender is empty"]
)
def test_L02_what_a_machine_has_to_say_opens_a_ticket_that_is_not_acknowledged(evidence: str) -> None:
    plan = Desk().plan(reading(mail("Disk full"), kind=VerdictKind.AUTO_REPLY, evidence=(evidence,)))
    assert plan.outcome is Outcome.NEW
    assert {letter.kind for letter in plan.letters} == {LetterKind.NOTIFICATION}


def test_L28_an_agents_vacation_reply_is_an_event_that_no_customer_sees() -> None:
    desk = Desk(tickets=(ticket(),))
    plan = desk.answer("I am away", Purpose.AGENT, ANA, kind=VerdictKind.AUTO_REPLY)
    assert (plan.outcome, plan.letters) == (Outcome.EVENT, ())
    assert not effects(plan, AddMessage)


def test_L05_a_machines_own_mail_opens_a_ticket_that_is_not_acknowledged() -> None:
    plan = Desk().plan(reading(mail("Disk full", "nagios@host.example"), kind=VerdictKind.BULK))
    assert plan.outcome is Outcome.NEW
    assert effects(plan, OpenTicket)
    assert {letter.kind for letter in plan.letters} == {LetterKind.NOTIFICATION}
    assert plan.acknowledge.startswith("a robot wrote it")


@pytest.mark.parametrize("report", ["mdn", "arf", "calendar", "challenge"])
def test_L21_L22_L23_L34_reports_are_events_on_their_ticket_and_held_without_one(report: str) -> None:
    what = mail("Read.", in_reply_to=(OURS,))
    alone = Desk().plan(reading(what, kind=VerdictKind.AUTO_REPLY, report=report))
    assert (alone.outcome, alone.cause, alone.letters) == (Outcome.HOLD, Cause.ROBOT, ())
    desk = Desk(tickets=(ticket(),), known_ids={OURS: ticket()})
    desk.facts = Facts(letters={OURS: LetterFact(9, ticket().id, "answer", CLEO, OURS)})
    known = desk.plan(reading(what, kind=VerdictKind.AUTO_REPLY, report=report))
    assert (known.outcome, known.letters) == (Outcome.EVENT, ())


def test_a_strangers_robot_with_a_guessed_number_is_not_put_on_the_ticket() -> None:
    desk = Desk(tickets=(ticket(),))
    plan = desk.plan(reading(mail(sender="x@y.example", subject="[#1042]"), kind=VerdictKind.AUTO_REPLY))
    assert plan.cause is Cause.ROBOT
