"""A customer's conversations, from the first mail on; and what is held before anybody reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.effect import (
    NEW_TICKET,
    AddMessage,
    AddNote,
    Cause,
    ChangeTicket,
    Direction,
    HoldMail,
    OpenTicket,
    RecordRating,
    RememberCustomer,
    SetTimer,
    Spend,
    Visibility,
)
from mailgate.desk.facts import Facts
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.plan import Outcome
from mailgate.desk.routing.rule import Actions, Condition, Rule
from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.mail.model import Address, Proof, VerdictKind
from tests.desk.conversation import (
    BILLING,
    NOW_MS,
    Desk,
    attachment,
    effects,
    letters,
    mail,
    policy,
    reading,
    ticket,
)

CLEO = "cleo@customer.example"
EVE = "eve@elsewhere.example"
HOUR = 3_600_000
ALWAYS = Condition("all")


def rule(name: str = "all", **actions: object) -> Rule:
    """A rule that takes every mail."""
    return Rule(name, ALWAYS, Actions(**actions))  # type: ignore[arg-type]


def test_a_first_mail_opens_a_ticket_and_everybody_hears_of_it() -> None:
    plan = Desk().plan(reading(mail(attachments=(attachment("a.pdf"), attachment("logo.png", noise=True)))))
    [opened] = effects(plan, OpenTicket)
    assert isinstance(opened, OpenTicket)
    assert (opened.team, opened.subject, opened.requester.email) == ("help", "Printer", CLEO)
    assert plan.outcome is Outcome.NEW
    assert plan.acknowledge == ""
    assert effects(plan, AddMessage) == [AddMessage(NEW_TICKET, Direction.CUSTOMER)]
    assert effects(plan, SetTimer) == [SetTimer(NEW_TICKET, "reminder", NOW_MS + 4 * HOUR)]
    assert effects(plan, RememberCustomer) == [RememberCustomer(CLEO, "Cleo", "en")]
    [ack] = letters(plan, LetterKind.ACKNOWLEDGEMENT)
    assert (ack.to.email, ack.purpose, ack.values["quote"]) == (CLEO, Purpose.CUSTOMER, "The printer is broken.")
    news = letters(plan, LetterKind.NOTIFICATION)
    assert [(letter.to.email, letter.agent, letter.purpose) for letter in news] == [
        ("ana@acme.example", "ana", Purpose.AGENT),
        ("ben@acme.example", "ben", Purpose.AGENT),
    ]
    assert news[0].attach == ("2/a.pdf",)


def test_the_same_mail_again_is_a_duplicate_and_nothing_else() -> None:
    plan = Desk(facts=Facts(duplicate_of="e0")).plan(reading(mail()))
    assert plan.outcome is Outcome.DUPLICATE
    assert not plan.effects
    assert not plan.letters


@pytest.mark.parametrize(
    ("kind", "cause"),
    [(VerdictKind.LOOP, Cause.LOOP), (VerdictKind.UNSAFE, Cause.UNSAFE), (VerdictKind.SPAM, Cause.SPAM)],
)
def test_L09_what_must_not_be_read_is_held_under_its_cause(kind: VerdictKind, cause: Cause) -> None:
    plan = Desk(tickets=(ticket(),)).plan(reading(mail(subject="[#1042]"), kind=kind, evidence=("X-Spam-Flag: YES",)))
    assert (plan.outcome, plan.cause) == (Outcome.HOLD, cause)
    assert not plan.letters
    [held] = effects(plan, HoldMail)
    assert isinstance(held, HoldMail)
    assert "X-Spam-Flag: YES" in held.detail


def test_S04_mail_without_one_author_is_held_and_answers_nobody() -> None:
    plan = Desk().plan(reading(mail(sender="", author_unknown="two From headers")))
    assert (plan.cause, plan.letters) == (Cause.AUTHOR_UNKNOWN, ())


def test_an_empty_mail_is_held() -> None:
    assert Desk().plan(reading(mail("", subject=" "))).cause is Cause.EMPTY


def test_a_mail_that_was_too_complex_opens_a_marked_ticket_when_its_author_is_known() -> None:
    plan = Desk().plan(reading(mail(minimal=True), Proof.UNKNOWN, automatic=True))
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert "not read whole" in message.marks
    assert not letters(plan, LetterKind.ACKNOWLEDGEMENT, LetterKind.NEUTRAL_ACKNOWLEDGEMENT)


@pytest.mark.parametrize(
    ("trouble", "cause"),
    [
        ("too-complex", Cause.TOO_COMPLEX),
        ("unparseable", Cause.UNPARSEABLE),
        ("too-large", Cause.TOO_LARGE),
        ("worker-died", None),
        ("limit: memory", None),
    ],
)
def test_C04_what_the_parser_refused_is_held_and_what_a_worker_died_of_is_a_ticket(
    trouble: str, cause: Cause | None
) -> None:
    """A hundred thousand headers are nobody's mistake; a mail that a worker died of may be an honest one."""
    read = replace(reading(mail(minimal=True), Proof.UNKNOWN, automatic=True), trouble=(trouble,))
    plan = Desk().plan(read)
    assert (plan.outcome, plan.cause) == ((Outcome.HOLD, cause) if cause else (Outcome.NEW, None))


def test_proof_unknown_is_acknowledged_neutrally_on_its_own_budget() -> None:
    plan = Desk().plan(reading(mail(), Proof.UNKNOWN))
    [ack] = letters(plan, LetterKind.NEUTRAL_ACKNOWLEDGEMENT)
    assert ack.values["quote"] == ""
    spent = [effect.key for effect in plan.effects if isinstance(effect, Spend) and not effect.key.startswith("news:")]
    assert spent
    assert all(key.startswith("u") for key in spent)


def test_L26_failed_proof_opens_a_marked_ticket_and_answers_nobody() -> None:
    plan = Desk().plan(reading(mail(), Proof.FAIL))
    assert plan.outcome is Outcome.NEW
    assert plan.acknowledge == "trust: first contact, proof failed"
    assert not letters(plan, LetterKind.ACKNOWLEDGEMENT, LetterKind.NEUTRAL_ACKNOWLEDGEMENT)
    assert letters(plan, LetterKind.NOTIFICATION)[0].values["marks"] == ("proof failed",)
    assert not effects(plan, RememberCustomer)


@pytest.mark.parametrize("automatic", [True, False])
def test_L03_a_mail_that_says_no_answers_please_gets_none(automatic: bool) -> None:
    plan = Desk().plan(reading(mail(), automatic=automatic, evidence=("Precedence: bulk",)))
    assert plan.outcome is Outcome.NEW
    assert bool(letters(plan, LetterKind.ACKNOWLEDGEMENT)) is not automatic
    assert not automatic or "Precedence: bulk" in plan.acknowledge


@pytest.mark.parametrize("sender", ["no-reply@saas.example", "mailer-daemon@x.example", "owner-list@x.example"])
def test_S15_L08_a_role_account_is_never_written_to(sender: str) -> None:
    plan = Desk().plan(reading(mail("Your code is 1234", sender)))
    assert {letter.to.domain for letter in plan.letters} == {"acme.example"}


def test_L07_the_null_sender_is_never_answered() -> None:
    assert Desk().plan(reading(mail(), mail_from="")).acknowledge == "it came from the null sender"
    assert Desk().plan(reading(mail(return_path=""))).acknowledge == "its Return-Path is empty"


def test_L25_an_unproved_author_whom_the_envelope_contradicts_is_not_written_to() -> None:
    plan = Desk().plan(reading(mail(reply_to=(Address("victim@v.example"),)), Proof.UNKNOWN, mail_from=EVE))
    assert plan.acknowledge == "the envelope names another sender"


def test_L25_reply_to_is_never_written_to() -> None:
    plan = Desk().plan(reading(mail(reply_to=(Address("victim@v.example"),))))
    assert "victim@v.example" not in {letter.to.email for letter in plan.letters}


def test_L14_one_address_gets_three_acknowledgements_an_hour_however_often_it_writes() -> None:
    spent: dict[str, int] = {}
    sent = 0
    for second in range(0, 3600, 60):
        plan = Desk(facts=Facts(spent=spent)).plan(reading(mail()), now_ms=NOW_MS + second * 1000)
        sent += len(letters(plan, LetterKind.ACKNOWLEDGEMENT))
        for effect in plan.effects:
            if isinstance(effect, Spend):
                spent[effect.key] = spent.get(effect.key, 0) + 1
    assert sent == 3


def test_L27_a_flood_of_one_sender_does_not_flood_the_agents() -> None:
    spent: dict[str, int] = {}
    told = 0
    for _ in range(100):
        plan = Desk(facts=Facts(spent=spent)).plan(reading(mail()))
        told += bool(letters(plan, LetterKind.NOTIFICATION))
        for effect in plan.effects:
            if isinstance(effect, Spend):
                spent[effect.key] = spent.get(effect.key, 0) + 1
    assert told == 60


def test_unproved_mail_never_spends_what_proved_mail_needs() -> None:
    spent: dict[str, int] = {}
    for proof in (*[Proof.UNKNOWN] * 20, Proof.PASS):
        plan = Desk(facts=Facts(spent=spent)).plan(reading(mail(), proof))
        for effect in plan.effects:
            if isinstance(effect, Spend):
                spent[effect.key] = spent.get(effect.key, 0) + 1
    assert plan.acknowledge == ""


def test_a_reply_lands_on_its_ticket_reopens_it_and_is_not_acknowledged_again() -> None:
    desk = Desk(tickets=(ticket(status=Status.RESOLVED, closed_ms=NOW_MS - HOUR, assignee="ben"),))
    plan = desk.answer("Still broken", Purpose.CUSTOMER, CLEO)
    assert plan.outcome is Outcome.APPEND
    [changed] = effects(plan, ChangeTicket)
    assert isinstance(changed, ChangeTicket)
    assert changed.changes == {"status": Status.OPEN, "waiting_since_ms": NOW_MS, "closed_ms": None}
    assert [(letter.kind, letter.agent) for letter in plan.letters] == [(LetterKind.NOTIFICATION, "ben")]
    assert plan.letters[0].values["what"] == "reply"
    assert effects(plan, SetTimer)


def test_a_customer_who_writes_twice_does_not_move_the_clock() -> None:
    desk = Desk(tickets=(ticket(status=Status.OPEN, waiting_since_ms=NOW_MS - HOUR),))
    assert not effects(desk.answer("And another thing", Purpose.CUSTOMER, CLEO), SetTimer)


def test_a_follower_is_told_whoever_holds_the_ticket() -> None:
    people = (Participant(CLEO), Participant("sue@acme.example", role=ParticipantRole.FOLLOWER))
    desk = Desk(tickets=(ticket(assignee="ben", participants=people),))
    assert [letter.agent for letter in desk.answer("Hello?", Purpose.CUSTOMER, CLEO).letters] == ["ben", "sue"]


def test_participant_without_token_and_proof_is_marked_unverified() -> None:
    desk = Desk(tickets=(ticket(),))
    plan = desk.plan(reading(mail(subject="[#1042] Printer"), Proof.UNKNOWN))
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert message.marks == ("unverified",)


def test_participant_whose_proof_failed_is_shown_to_agents_and_moves_nothing() -> None:
    desk = Desk(tickets=(ticket(status=Status.CLOSED, closed_ms=NOW_MS),))
    plan = desk.answer("Please reopen", Purpose.CUSTOMER, CLEO, proof=Proof.FAIL)
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert (message.visibility, message.marks) == (Visibility.AGENTS, ("proof failed",))
    assert not effects(plan, ChangeTicket)
    assert {letter.kind for letter in plan.letters} == {LetterKind.NOTIFICATION}


def test_a_forwarded_token_in_a_strangers_hands_is_a_third_partys_mail() -> None:
    desk = Desk(tickets=(ticket(),))
    plan = desk.answer("I am her colleague", Purpose.CUSTOMER, EVE, made_for=CLEO)
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert (message.direction, message.marks) == (Direction.THIRD_PARTY, ("third party",))
    assert not effects(plan, ChangeTicket)
    assert EVE not in {letter.to.email for letter in plan.letters}


def test_S16_S17_Q19_a_stranger_who_knows_the_number_learns_nothing_whether_it_exists_or_not() -> None:
    what = reading(mail("Tell me more", EVE, "[#1042] Printer", references=("last@acme.example",)))
    there = Desk(tickets=(ticket(),), known_ids={"last@acme.example": ticket()}).plan(what)
    nowhere = Desk().plan(what)
    assert (there.outcome, nowhere.outcome) == (Outcome.LINK, Outcome.NEW)
    to_eve = [letter for letter in there.letters if letter.to.email == EVE]
    assert to_eve == [letter for letter in nowhere.letters if letter.to.email == EVE]
    opened, plain = effects(there, OpenTicket)[0], effects(nowhere, OpenTicket)[0]
    assert isinstance(opened, OpenTicket)
    assert opened.links == ((ticket().id, "named by the mail"),)
    assert replace(opened, links=()) == plain


def test_S18_somebody_copied_in_from_outside_is_let_in_on_nothing() -> None:
    desk = Desk(tickets=(ticket(),))
    what = mail("Please keep Eve informed", subject="[#1042]", cc=(Address(EVE),))
    plan = desk.plan(reading(what, Proof.UNKNOWN))
    assert EVE not in {letter.to.email for letter in plan.letters}
    first = Desk().plan(reading(mail(cc=(Address(EVE),))))
    [opened] = effects(first, OpenTicket)
    assert isinstance(opened, OpenTicket)
    assert opened.watchers == ()
    assert EVE not in {letter.to.email for letter in first.letters}


def test_S32_a_customers_commands_are_text() -> None:
    desk = Desk(tickets=(ticket(),))
    plan = desk.answer("#close\n#assign ana", Purpose.CUSTOMER, CLEO)
    [changed] = effects(plan, ChangeTicket)
    assert isinstance(changed, ChangeTicket)
    assert changed.changes["status"] is Status.OPEN


def test_a_probable_duplicate_is_linked_and_shown_never_merged() -> None:
    desk = Desk(facts=Facts(recent=(ticket(77, subject="Printer!"),)))
    plan = desk.plan(reading(mail()))
    [opened] = effects(plan, OpenTicket)
    assert isinstance(opened, OpenTicket)
    assert opened.links == ((ticket(77).id, "same requester, probably the same matter"),)
    history = letters(plan, LetterKind.NOTIFICATION)[0].values["history"]
    assert history == ({"number": 77, "subject": "Printer!", "status": "waiting-customer"},)


def test_a_rule_says_where_the_ticket_goes_and_the_ticket_says_which_rule() -> None:
    desk = Desk(policy((rule("vip", team="billing", assignee="ana", priority="high", tags=("vip",), note="Be quick"),)))
    plan = desk.plan(reading(mail()))
    [opened] = effects(plan, OpenTicket)
    assert isinstance(opened, OpenTicket)
    assert (opened.team, opened.assignee, opened.priority, opened.tags) == ("billing", "ana", "high", ("vip",))
    assert (opened.rule, plan.rule) == ("vip", "vip")
    assert "every mail" in opened.reason
    assert [letter.agent for letter in letters(plan, LetterKind.NOTIFICATION)] == ["ana"]
    assert effects(plan, AddNote) == [AddNote(NEW_TICKET, "Be quick")]


def test_a_mailbox_has_a_team_of_its_own() -> None:
    plan = Desk().plan(reading(mail(), recipients=(BILLING.address,)), BILLING)
    [opened] = effects(plan, OpenTicket)
    assert isinstance(opened, OpenTicket)
    assert (opened.team, opened.mailbox) == ("billing", BILLING.address)


def test_a_rule_may_hold_a_mail_or_keep_the_desk_silent() -> None:
    held = Desk(policy((rule("stop", hold="legal looks first"),))).plan(reading(mail()))
    assert (held.outcome, held.cause) == (Outcome.HOLD, Cause.RULE)
    silent = Desk(policy((rule("quiet", acknowledge=False),))).plan(reading(mail()))
    assert silent.acknowledge == "the rule quiet says so"
    spam = Desk(policy((rule("junk", status="spam"),))).plan(reading(mail()))
    assert spam.letters == ()


def test_a_rules_watchers_follow_when_they_are_agents() -> None:
    plan = Desk(policy((rule("watch", watchers=("sue", "boss@customer.example")),))).plan(reading(mail()))
    [opened] = effects(plan, OpenTicket)
    assert isinstance(opened, OpenTicket)
    assert [(who.email, who.role) for who in opened.watchers] == [
        ("sue@acme.example", ParticipantRole.FOLLOWER),
        ("boss@customer.example", ParticipantRole.WATCHER),
    ]
    assert "sue" in {letter.agent for letter in letters(plan, LetterKind.NOTIFICATION)}


def test_a_pause_stops_acknowledgements_and_says_so() -> None:
    plan = Desk(facts=Facts(paused=frozenset({"help"}))).plan(reading(mail()))
    assert plan.acknowledge == "paused: help"


def test_a_survey_answer_is_recorded() -> None:
    desk = Desk(tickets=(ticket(status=Status.CLOSED, closed_ms=NOW_MS),))
    plan = desk.answer("满意\n谢谢", Purpose.SURVEY, CLEO)
    assert plan.outcome is Outcome.EVENT
    assert plan.effects == (RecordRating(ticket().id, 5, "谢谢", CLEO),)


@pytest.mark.parametrize(
    ("text", "sender", "how"),
    [
        ("1 no wait 5", CLEO, {}),
        ("5", EVE, {}),
        ("5", CLEO, {"proof": Proof.FAIL}),
        ("5", CLEO, {"kind": VerdictKind.AUTO_REPLY}),
        ("5", CLEO, {"automatic": True}),
    ],
)
def test_V06_only_the_person_who_was_asked_votes(text: str, sender: str, how: dict[str, object]) -> None:
    desk = Desk(tickets=(ticket(status=Status.CLOSED, closed_ms=NOW_MS),))
    plan = desk.answer(text, Purpose.SURVEY, sender, made_for=CLEO, **how)
    assert not effects(plan, RecordRating)
    assert plan.outcome is Outcome.APPEND


def test_V04_a_vote_counts_as_long_as_it_was_asked_for() -> None:
    closed = ticket(status=Status.CLOSED, closed_ms=NOW_MS)
    for days, counts in ((29, True), (31, False)):
        desk = Desk(tickets=(closed,), facts=Facts(survey_asked_ms=NOW_MS - days * 24 * HOUR))
        assert bool(effects(desk.answer("5", Purpose.SURVEY, CLEO), RecordRating)) is counts


def test_V06_a_customers_token_is_no_survey_token() -> None:
    assert not effects(Desk(tickets=(ticket(),)).answer("5", Purpose.CUSTOMER, CLEO), RecordRating)


def test_a_reply_on_a_spam_ticket_disturbs_nobody() -> None:
    plan = Desk(tickets=(ticket(status=Status.SPAM),)).answer("Buy now", Purpose.CUSTOMER, CLEO)
    assert (plan.outcome, plan.letters) == (Outcome.APPEND, ())


def test_the_customers_language_is_kept() -> None:
    plan = Desk().plan(reading(mail("打印机坏了", language="zh-Hans")))
    assert letters(plan, LetterKind.ACKNOWLEDGEMENT)[0].language == "zh-Hans"
    assert letters(plan, LetterKind.NOTIFICATION)[0].language == "en"


def test_every_plan_names_the_generation_of_the_rules() -> None:
    assert Desk().plan(reading(mail())).generation == "g1"
