"""An agent's mails: answers, notes, commands, and what is not proved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.desk.commands.words import WORDS
from mailgate.desk.effect import (
    AddEvent,
    AddMessage,
    Cause,
    ChangeTicket,
    ClearTimer,
    Direction,
    OpenTicket,
    ReleaseHeld,
    SetTimer,
    Visibility,
)
from mailgate.desk.facts import Facts
from mailgate.desk.identity.token import binding, reference_line
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Survey
from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.mail.model import Address, Proof, VerdictKind
from tests.desk.conversation import (
    ASKED,
    NOW_MS,
    SUPPORT,
    Desk,
    attachment,
    effects,
    letters,
    mail,
    policy,
    reading,
    ticket,
)

ANA = "ana@acme.example"
CLEO = "cleo@customer.example"
BOSS = "boss@customer.example"
EVE = "eve@elsewhere.example"
WAITING = ticket(status=Status.OPEN, waiting_since_ms=NOW_MS - 1000)
WHOLE = frozenset({"from", "to", "subject", "date", "message-id"})
"""What an honest signature covers."""


def test_an_answer_goes_to_the_customer_under_the_desks_address() -> None:
    people = (
        Participant(CLEO, "Cleo"),
        Participant(BOSS, role=ParticipantRole.WATCHER),
        Participant("sue@acme.example", role=ParticipantRole.FOLLOWER),
        Participant(EVE, role=ParticipantRole.THIRD_PARTY),
    )
    desk = Desk(tickets=(ticket(status=Status.OPEN, waiting_since_ms=1, participants=people),))
    what = mail("Turn it on.\n-- \nAna", ANA, attachments=(attachment("how.pdf"),))
    plan = desk.plan(reading(what, recipients=(desk.token_address(Purpose.AGENT, ANA),)))
    assert plan.outcome is Outcome.APPEND
    assert [(letter.kind, letter.to.email, letter.purpose) for letter in plan.letters] == [
        (LetterKind.ANSWER, CLEO, Purpose.CUSTOMER),
        (LetterKind.COPY, BOSS, Purpose.CUSTOMER),
        (LetterKind.COPY, "sue@acme.example", Purpose.AGENT),
    ]
    answer = plan.letters[0]
    assert (answer.text, answer.attach, answer.agent) == ("Turn it on.\n-- \nAna", ("2/how.pdf",), "ana")
    assert answer.values["quote"] == "The printer is broken."
    [changed] = effects(plan, ChangeTicket)
    assert isinstance(changed, ChangeTicket)
    assert changed.changes == {"status": Status.WAITING_CUSTOMER, "answered_ms": NOW_MS, "waiting_since_ms": None}
    assert effects(plan, ClearTimer) == [ClearTimer(ticket().id, "reminder")]
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert (message.direction, message.visibility, message.agent) == (Direction.AGENT, Visibility.PUBLIC, "ana")


def test_an_alias_of_the_agent_is_the_agent() -> None:
    desk = Desk(tickets=(WAITING,))
    plan = desk.answer("Turn it on.", Purpose.AGENT, "Ana.Ruiz@acme.example", made_for=ANA)
    assert letters(plan, LetterKind.ANSWER)


def test_S36_no_token_of_the_agent_reaches_the_customer() -> None:
    desk = Desk(tickets=(WAITING,))
    code = desk.tokens.sign(Purpose.AGENT, WAITING.rid, ANA)
    address = desk.token_address(Purpose.AGENT, ANA)
    text = f"Yes.\nOn Monday {address} wrote\n{reference_line(1042, Purpose.AGENT, code)}"
    plan = desk.answer(text, Purpose.AGENT, ANA)
    assert all(code not in letter.text and code not in str(letter.values) for letter in plan.letters)


def test_S36_a_customer_to_whom_the_agent_wrote_directly_gets_no_second_copy() -> None:
    desk = Desk(tickets=(WAITING,))
    what = mail("Turn it on.", ANA, to=(Address(SUPPORT.address), Address(CLEO)))
    plan = desk.plan(reading(what, recipients=(desk.token_address(Purpose.AGENT, ANA),)))
    assert plan.letters == ()
    assert effects(plan, ChangeTicket)


def test_S35_a_note_stays_inside() -> None:
    plan = Desk(tickets=(ticket(status=Status.OPEN, assignee="ben"),)).answer(
        "#note\nHe is a difficult customer", Purpose.AGENT, ANA
    )
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert (message.visibility, message.text) == (Visibility.AGENTS, "He is a difficult customer")
    assert {letter.to.domain for letter in plan.letters} == {"acme.example"}
    assert not effects(plan, ChangeTicket)
    assert [letter.agent for letter in letters(plan, LetterKind.NOTIFICATION)] == ["ben"]


def test_a_note_may_stand_on_the_commands_own_line() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#note call him back", Purpose.AGENT, ANA)
    assert [message.text for message in plan.effects if isinstance(message, AddMessage)] == ["call him back"]
    assert not letters(plan, LetterKind.ANSWER)


def test_commands_above_an_answer_run_and_are_not_sent_along() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#tag vip\n#priority high\n\nDone.", Purpose.AGENT, ANA)
    assert letters(plan, LetterKind.ANSWER)[0].text == "Done."
    [changed] = effects(plan, ChangeTicket)
    assert isinstance(changed, ChangeTicket)
    assert (changed.changes["tags"], changed.changes["priority"]) == (("vip",), "high")
    lines = letters(plan, LetterKind.TRANSCRIPT)[0].values["lines"]
    assert [line["result"] for line in lines] == ["done", "done"]  # type: ignore[attr-defined]


def test_closing_with_words_sends_them() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#close\nAll done.", Purpose.AGENT, ANA)
    assert letters(plan, LetterKind.ANSWER)
    [changed] = effects(plan, ChangeTicket)
    assert isinstance(changed, ChangeTicket)
    assert (changed.changes["status"], changed.changes["closed_ms"]) == (Status.CLOSED, NOW_MS)


def test_commands_alone_are_an_event_with_a_transcript() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#resolve", Purpose.AGENT, ANA)
    assert plan.outcome is Outcome.EVENT
    assert [letter.kind for letter in plan.letters] == [LetterKind.RESOLUTION, LetterKind.TRANSCRIPT]
    assert not effects(plan, AddMessage)
    assert effects(plan, ClearTimer)


def test_V07_spam_is_not_asked_whether_it_helped() -> None:
    assert not effects(Desk(tickets=(WAITING,)).answer("#spam", Purpose.AGENT, ANA), SetTimer)
    silent = Desk(policy(survey=Survey(enabled=False)), (WAITING,))
    assert not effects(silent.answer("#close", Purpose.AGENT, ANA), SetTimer)


@pytest.mark.parametrize("line", ["#clsoe", "#assign nobody-we-know", "#team marketing", "#priority enormous"])
def test_nothing_is_sent_until_every_command_is_understood(line: str) -> None:
    plan = Desk(tickets=(WAITING,)).answer(f"{line}\n#tag vip\nYour printer is fine.", Purpose.AGENT, ANA)
    assert [letter.kind for letter in plan.letters] == [LetterKind.TRANSCRIPT]
    assert not effects(plan, ChangeTicket)
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert message.visibility is Visibility.AGENTS
    assert plan.letters[0].values["unsent"] is True


def test_of_commands_of_which_one_is_refused_none_is_done() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#close\n#tag", Purpose.AGENT, ANA)
    assert plan.outcome is Outcome.EVENT
    assert not effects(plan, ChangeTicket)
    assert not effects(plan, SetTimer)
    lines = letters(plan, LetterKind.TRANSCRIPT)[0].values["lines"]
    assert [line["result"] for line in lines] == ["refused", "refused"]  # type: ignore[attr-defined]


def test_a_signature_alone_is_no_answer() -> None:
    desk = Desk(tickets=(WAITING,))
    logo = attachment("logo.png", "image/png", inline=True)
    what = mail("#close\n-- \nAna", ANA, reply_text_nosig="#close", attachments=(logo,))
    plan = desk.plan(reading(what, recipients=(desk.token_address(Purpose.AGENT, ANA),)))
    assert plan.outcome is Outcome.EVENT
    assert not letters(plan, LetterKind.ANSWER)
    assert effects(plan, ChangeTicket)


def test_a_file_alone_is_an_answer() -> None:
    desk = Desk(tickets=(WAITING,))
    what = mail("", ANA, attachments=(attachment("how.pdf"),))
    plan = desk.plan(reading(what, recipients=(desk.token_address(Purpose.AGENT, ANA),)))
    assert letters(plan, LetterKind.ANSWER)[0].attach == ("2/how.pdf",)


def test_whoever_is_given_the_ticket_is_told() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#assign ben", Purpose.AGENT, ANA)
    [news] = letters(plan, LetterKind.NOTIFICATION)
    assert (news.agent, news.values["text"]) == ("ben", "The printer is broken.")
    assert news.values["customer"]["email"] == CLEO  # type: ignore[index]


def test_an_empty_answer_sends_nothing_and_says_so() -> None:
    plan = Desk(tickets=(WAITING,)).answer("", Purpose.AGENT, ANA)
    assert [letter.kind for letter in plan.letters] == [LetterKind.TRANSCRIPT]
    assert not effects(plan, ChangeTicket)


@pytest.mark.parametrize("proof", [Proof.UNKNOWN, Proof.FAIL])
@pytest.mark.parametrize("text", ["#close", "Turn it on."])
def test_S01_S30_what_is_not_proved_is_held_and_the_enrolled_address_is_asked(proof: Proof, text: str) -> None:
    plan = Desk(tickets=(WAITING,)).answer(text, Purpose.AGENT, ANA, proof=proof)
    assert (plan.outcome, plan.cause) == (Outcome.HOLD, Cause.UNPROVED_AGENT)
    [letter] = plan.letters
    assert (letter.kind, letter.to.email, letter.purpose) == (LetterKind.CONFIRMATION, ANA, Purpose.CONFIRMATION)
    assert letter.values["would"]
    assert not effects(plan, ChangeTicket)
    assert effects(plan, AddEvent)


def test_a_yes_to_the_confirmation_settles_the_held_mail_and_a_no_does_not() -> None:
    desk = Desk(tickets=(WAITING,), facts=Facts(asked=(ASKED,)))
    plan = desk.answer("Yes, that was me", Purpose.CONFIRMATION, ANA, proof=Proof.UNKNOWN)
    assert plan.outcome is Outcome.EVENT
    assert effects(plan, ReleaseHeld) == [ReleaseHeld(ASKED.held)]
    assert not plan.letters
    assert not effects(desk.answer("No!", Purpose.CONFIRMATION, ANA), ReleaseHeld)
    assert not effects(desk.answer("yes", Purpose.CONFIRMATION, EVE, made_for=ANA), ReleaseHeld)
    assert not effects(desk.answer("yes", Purpose.CONFIRMATION, "ben@acme.example", made_for=ANA), ReleaseHeld)
    assert not effects(desk.answer("yes", Purpose.CONFIRMATION, ANA, kind=VerdictKind.AUTO_REPLY), ReleaseHeld)


def test_S30_a_confirmation_is_for_the_mail_that_it_asked_about() -> None:
    """A newer mail that is held meanwhile, perhaps somebody's who only says to be Ana, is not run by her yes."""
    other = replace(ASKED, held=78, entry_key="a-newer-held-mail")
    desk = Desk(tickets=(WAITING,), facts=Facts(asked=(other, ASKED)))
    assert effects(desk.answer("yes", Purpose.CONFIRMATION, ANA), ReleaseHeld) == [ReleaseHeld(ASKED.held)]
    nothing_of_it = Desk(tickets=(WAITING,), facts=Facts(asked=(other,)))
    assert not effects(nothing_of_it.answer("yes", Purpose.CONFIRMATION, ANA), ReleaseHeld)


def test_S30_a_second_yes_does_nothing() -> None:
    desk = Desk(tickets=(WAITING,), facts=Facts(asked=(replace(ASKED, waiting=False),)))
    plan = desk.answer("yes", Purpose.CONFIRMATION, ANA)
    assert plan.outcome is Outcome.EVENT
    assert not effects(plan, ReleaseHeld)
    assert not plan.letters


def test_S30_the_token_of_a_confirmation_binds_the_held_mail() -> None:
    """What the letter is ordered to bind is the entry of the mail itself."""
    [letter] = Desk(tickets=(WAITING,)).answer("#close", Purpose.AGENT, ANA, proof=Proof.UNKNOWN).letters
    assert letter.bound == reading(mail()).entry_key


def test_a_confirmed_mail_is_settled_as_if_it_were_proved() -> None:
    desk = Desk(tickets=(WAITING,))
    what = reading(mail("Turn it on.", ANA), Proof.FAIL, recipients=(desk.token_address(Purpose.AGENT, ANA),))
    assert letters(desk.plan(what, confirmed=True), LetterKind.ANSWER)


def test_S21_a_customers_token_is_no_agents_token() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#close", Purpose.CUSTOMER, ANA)
    assert not effects(plan, ChangeTicket)
    assert not letters(plan, LetterKind.ANSWER)


def test_S21_another_agents_token_is_nobodys() -> None:
    plan = Desk(tickets=(WAITING,)).answer("Turn it on.", Purpose.AGENT, ANA, made_for="ben@acme.example")
    assert not letters(plan, LetterKind.ANSWER)


def test_S24_a_notification_that_was_forwarded_to_the_customer_gives_no_power() -> None:
    plan = Desk(tickets=(WAITING,)).answer("#close", Purpose.AGENT, CLEO, made_for=ANA)
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert message.direction is Direction.CUSTOMER
    assert not any("closed" in str(change) for change in effects(plan, ChangeTicket))


@pytest.mark.parametrize("proof", list(Proof))
def test_S25_a_former_agents_token_is_refused_and_written_down(proof: Proof) -> None:
    plan = Desk(tickets=(WAITING,)).answer("Turn it on.", Purpose.AGENT, "gone@acme.example", proof=proof)
    assert (plan.outcome, plan.cause, plan.letters) == (Outcome.HOLD, Cause.UNPROVED_AGENT, ())
    assert effects(plan, AddEvent)


def test_S33_an_old_mail_does_not_act_again() -> None:
    desk = Desk(tickets=(WAITING,))
    old = mail("#close", ANA, date_ms=NOW_MS - 8 * 86_400_000)
    plan = desk.plan(reading(old, recipients=(desk.token_address(Purpose.AGENT, ANA),)))
    assert plan.cause is Cause.UNPROVED_AGENT


def test_S34_an_agent_without_a_right_on_the_ticket_is_denied_and_told() -> None:
    plan = Desk(tickets=(WAITING,)).answer("Hello customer", Purpose.AGENT, "wim@acme.example")
    assert [letter.kind for letter in plan.letters] == [LetterKind.TRANSCRIPT]
    assert not effects(plan, ChangeTicket)
    assert any(isinstance(effect, AddEvent) and effect.kind == "denied" for effect in plan.effects)


def test_S31_a_command_below_the_first_words_is_text() -> None:
    plan = Desk(tickets=(WAITING,)).answer("Hello\n#close\n", Purpose.AGENT, ANA)
    assert letters(plan, LetterKind.ANSWER)[0].text == "Hello\n#close"


def test_fresh_mail_of_a_proved_agent_runs_what_destroys_nothing() -> None:
    plan = Desk().plan(reading(mail("#team billing\n#close\nPlease invoice them", ANA)))
    [opened] = effects(plan, OpenTicket)
    assert isinstance(opened, OpenTicket)
    assert (opened.team, opened.status) == ("billing", Status.NEW)
    [transcript] = letters(plan, LetterKind.TRANSCRIPT)
    assert [line["result"] for line in transcript.values["lines"]] == ["done", "refused"]  # type: ignore[attr-defined]


def test_fresh_mail_of_an_agent_without_commands_is_any_requesters() -> None:
    assert Desk().plan(reading(mail("My own chair is broken", ANA))).outcome is Outcome.NEW


def test_S01_fresh_commands_that_are_not_proved_are_held() -> None:
    plan = Desk().plan(reading(mail("#team billing\nhi", ANA), Proof.FAIL))
    assert plan.cause is Cause.UNPROVED_AGENT


def test_the_control_address_gives_power_over_the_ticket_that_the_subject_names() -> None:
    desk = Desk(tickets=(WAITING,))
    address = desk.token_address(Purpose.CONTROL, ANA)
    plan = desk.plan(reading(mail("#take", ANA, "[#1042] mine"), recipients=(address,)))
    [changed] = effects(plan, ChangeTicket)
    assert isinstance(changed, ChangeTicket)
    assert changed.changes == {"assignee": "ana"}
    stolen = desk.plan(reading(mail("#take", "ben@acme.example", "[#1042] mine"), recipients=(address,)))
    assert not effects(stolen, ChangeTicket)


def test_S26b_a_control_address_outside_the_signature_gives_no_power() -> None:
    desk = Desk(tickets=(WAITING,))
    control = Address(desk.token_address(Purpose.CONTROL, ANA))
    what = mail("#take", ANA, "[#1042] mine", to=(control,))
    assert effects(desk.plan(reading(what, signed=WHOLE)), ChangeTicket)
    assert not effects(desk.plan(reading(what, signed=WHOLE - {"to"})), ChangeTicket)


def test_S26_a_signed_mail_replayed_to_another_token_address_speaks_for_nobody() -> None:
    """Ana wrote "close it" to a friend; somebody with a leaked token puts her mail into an envelope of his own."""
    desk = Desk(tickets=(WAITING,))
    token = desk.token_address(Purpose.AGENT, ANA)
    to_friend = mail("#close\nClose it, please.", ANA, to=(Address("friend@else.example"),))
    replayed = desk.plan(reading(to_friend, recipients=(token,), signed=WHOLE))
    assert not letters(replayed, LetterKind.ANSWER)
    assert not effects(replayed, ChangeTicket)
    meant = mail("Turn it on.", ANA, to=(Address(token),))
    assert letters(desk.plan(reading(meant, recipients=(token,), signed=WHOLE)), LetterKind.ANSWER)
    microsoft = desk.plan(reading(meant, recipients=(token,), signed=WHOLE - {"to"}))
    assert letters(microsoft, LetterKind.ANSWER)


@pytest.mark.parametrize("unsigned", ["date", "message-id"])
def test_S33_a_mail_whose_signature_does_not_say_when_it_was_written_asks_first(unsigned: str) -> None:
    """Else an old mail acts again under a new date, or a second time under another name."""
    desk = Desk(tickets=(WAITING,))
    token = desk.token_address(Purpose.AGENT, ANA)
    what = mail("#close", ANA, to=(Address(token),))
    plan = desk.plan(reading(what, recipients=(token,), signed=WHOLE - {unsigned}))
    assert plan.cause is Cause.UNPROVED_AGENT
    assert letters(plan, LetterKind.CONFIRMATION)


def test_a_confirmation_without_a_ticket_works_too() -> None:
    desk = Desk(facts=Facts(asked=(ASKED,)))
    address = desk.tokens.address(SUPPORT, Purpose.CONFIRMATION, 0, binding("", ASKED.entry_key), ANA)
    plan = desk.plan(reading(mail("yes", ANA), Proof.UNKNOWN, recipients=(address,)))
    assert effects(plan, ReleaseHeld) == [ReleaseHeld(ASKED.held)]


def test_the_control_address_without_a_ticket_says_what_is_missing() -> None:
    desk = Desk()
    plan = desk.plan(reading(mail("#take", ANA), recipients=(desk.token_address(Purpose.CONTROL, ANA),)))
    assert plan.outcome is Outcome.EVENT
    assert [letter.kind for letter in plan.letters] == [LetterKind.TRANSCRIPT]


def test_L31_an_agent_who_is_the_customer_of_a_ticket_writes_as_the_customer() -> None:
    own = ticket(requester=Participant(ANA, "Ana"), participants=(Participant(ANA, "Ana"),))
    plan = Desk(tickets=(own,)).answer("Still broken", Purpose.CUSTOMER, ANA)
    [message] = effects(plan, AddMessage)
    assert isinstance(message, AddMessage)
    assert message.direction is Direction.CUSTOMER


LINES = st.builds(
    "{}{}".format,
    st.sampled_from([f"#{words[0]} " for words in WORDS.values()] + ["#nonsense ", ""]),
    st.one_of(
        st.sampled_from(["ben", "billing", "1042", "me", CLEO, EVE, "fri", "high", "a=b", ""]), st.text(max_size=9)
    ),
)
PUBLIC = (LetterKind.ANSWER, LetterKind.COPY, LetterKind.RESOLUTION)


@given(st.lists(LINES, max_size=5), st.booleans())
def test_whatever_an_agent_writes_is_settled_and_a_note_never_goes_out(lines: list[str], note: bool) -> None:
    """S-35. The words below stand for anything that nobody outside may read."""
    text = "\n".join((*(("#note",) if note else ()), *lines, "", "between ourselves"))
    plan = Desk(tickets=(WAITING,)).answer(text, Purpose.AGENT, ANA)
    assert plan.outcome in (Outcome.APPEND, Outcome.EVENT, Outcome.HOLD)
    outside = [letter for letter in letters(plan, *PUBLIC) if not letter.to.email.endswith("@acme.example")]
    if note:
        assert not any("between ourselves" in f"{letter.text}{letter.values}" for letter in outside)
    assert len({letter.to.email for letter in outside}) == len(outside)
