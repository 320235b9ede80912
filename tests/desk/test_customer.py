"""What a customer may ask of the desk by mail, and what nobody learns by asking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.budget import NUDGES_TOLD
from mailgate.desk.clock.span import HOUR
from mailgate.desk.clock.targets import SlaPolicy
from mailgate.desk.effect import AddEvent, AddMessage, ChangeTicket, OpenTicket, RemoveParticipant, Spend
from mailgate.desk.facts import Facts
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.outcome.wish import own_tickets
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Role
from mailgate.desk.query import Answer, TicketRow
from mailgate.desk.questions import ask
from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.mail.model import Proof, VerdictKind
from tests.desk.conversation import NOW_MS, SUPPORT, Delivery, Desk, effects, letters, mail, policy, reading, ticket

CLEO = "cleo@customer.example"
DORA = "dora@customer.example"
ADA = Agent("ada", "Ada Admin", "ada@acme.example", role=Role.ADMIN)
TAGGED = "Re: [#1042] Printer"


def row(number: int, **changes: object) -> TicketRow:
    """One of Cleo's tickets, as the store lists it."""
    plain = TicketRow(number, f"Matter {number}", "open", "help", "", "normal", CLEO, 1, 2, waiting_since_ms=2)
    return replace(plain, **changes)  # type: ignore[arg-type]


def knowing(*rows: TicketRow, author: str = CLEO) -> Facts:
    """A store that has these tickets of the author."""
    return Facts(answers={own_tickets("acme", author): Answer(rows, len(rows))})


def listed(plan: Plan) -> list[int]:
    """The tickets in the one status letter of a plan."""
    (letter,) = letters(plan, LetterKind.STATUS)
    rows = letter.values["tickets"]
    assert isinstance(rows, tuple)
    return [each["number"] for each in rows]


def test_status_says_by_when_there_will_be_an_answer_while_that_is_to_come() -> None:
    brands = {key: replace(brand, sla="gold") for key, brand in policy().brands.items()}
    promised = policy(brands=brands, sla={"gold": SlaPolicy("gold")})
    for waits_ms, told in ((HOUR, NOW_MS + 3 * HOUR), (5 * HOUR, None)):
        waiting = ticket(status=Status.OPEN, waiting_since_ms=NOW_MS - waits_ms, created_ms=NOW_MS - waits_ms)
        plan = Desk(policy=promised, tickets=(waiting,)).answer("Status?", Purpose.CUSTOMER, CLEO)
        assert plan.letters[0].values["tickets"][0]["answer_by_ms"] == told  # type: ignore[index]


def test_status_on_a_ticket_tells_where_this_one_stands() -> None:
    """To the customer's own address, on their own token, with nothing opened and nothing moved."""
    desk = Desk(tickets=(ticket(waiting_since_ms=NOW_MS - 1),))
    plan = desk.answer("Status?\n\nThanks, Cleo", Purpose.CUSTOMER, CLEO, proof=Proof.UNKNOWN)
    assert plan.outcome is Outcome.EVENT
    (letter,) = plan.letters
    assert (letter.kind, letter.to.email, letter.purpose) == (LetterKind.STATUS, CLEO, Purpose.CUSTOMER)
    assert letter.values["one"] is True
    assert letter.values["tickets"][0]["we_owe"] is True  # type: ignore[index]
    assert not effects(plan, AddMessage)
    assert not effects(plan, ChangeTicket)
    assert effects(plan, Spend)


def test_a_fresh_status_mail_lists_ones_own_tickets() -> None:
    """Proved: all that are theirs, without those that are spam or went into another."""
    desk = Desk(facts=knowing(row(1), row(2, status="closed"), row(3, status="spam"), row(4, status="merged")))
    plan = desk.plan(reading(mail("", subject="status")))
    assert plan.outcome is Outcome.EVENT
    assert not effects(plan, OpenTicket)
    assert listed(plan) == [1, 2]


def test_status_with_a_number_is_about_that_one_if_it_is_ones_own() -> None:
    """By number, without any token."""
    desk = Desk(facts=knowing(row(1), row(2)))
    assert listed(desk.plan(reading(mail("status #2")))) == [2]


def test_nobody_learns_whether_a_ticket_exists() -> None:
    """Somebody else's number, and one that there is not: the same letter, of the author's own tickets."""
    desk = Desk(tickets=(ticket(1042),), facts=knowing(row(7), author="eve@else.example"))
    told = [
        desk.plan(reading(mail("", "eve@else.example", subject=f"status #{number}"))).letters for number in (1042, 999)
    ]
    tagged = [
        desk.plan(reading(mail("status", "eve@else.example", subject=f"Re: [#{number}] Printer"))).letters
        for number in (1042, 999)
    ]
    assert told[0] == told[1] == tagged[0] == tagged[1]
    assert [each["number"] for each in told[0][0].values["tickets"]] == [7]  # type: ignore[attr-defined]


@pytest.mark.parametrize("subject", ["status", "status #1042", TAGGED])
def test_who_is_not_proved_and_has_no_token_is_shown_nothing(subject: str) -> None:
    """The letter is the same with and without tickets; the store is not even asked."""
    what = reading(mail("status", subject=subject), Proof.UNKNOWN)
    asked = ask(what, Delivery("acme", SUPPORT, ("support@acme.example",)), policy(), NOW_MS)
    assert asked.queries == ()
    told = [Desk(tickets=tickets).plan(what).letters for tickets in ((ticket(1042),), ())]
    assert told[0] == told[1]
    (letter,) = told[0]
    assert (letter.values["tickets"], letter.values["proved"], letter.purpose) == ((), False, None)


def test_a_forged_sender_gets_no_letter_about_tickets() -> None:
    """Proof failed: the ordinary way, for agents' eyes."""
    plan = Desk(tickets=(ticket(),), facts=knowing(row(1))).plan(reading(mail("status", subject=TAGGED), Proof.FAIL))
    assert not letters(plan, LetterKind.STATUS)


def test_a_vacation_reply_asks_nothing() -> None:
    """A word that acts counts in a person's own mail only."""
    desk = Desk(tickets=(ticket(),))
    plan = desk.answer("status", Purpose.CUSTOMER, CLEO, kind=VerdictKind.AUTO_REPLY)
    assert not plan.letters


def test_a_flood_of_status_mails_is_answered_within_the_budget() -> None:
    """The gate counts these letters like all automatic ones."""
    spent = {key.key: 3 for key in effects(Desk().plan(reading(mail("status"))), Spend)}  # type: ignore[attr-defined]
    plan = Desk(facts=Facts(spent=spent)).plan(reading(mail("status")))
    assert (plan.outcome, plan.letters) == (Outcome.EVENT, ())


def test_who_asks_for_the_status_all_day_still_hears_that_a_new_mail_arrived() -> None:
    """A kind of letter has a budget of its own: what the status used up is not taken from the acknowledgement's."""
    kinds = (each.key for each in effects(Desk().plan(reading(mail("status"))), Spend) if "kind:d" in each.key)  # type: ignore[attr-defined]
    spent = dict.fromkeys(kinds, policy().budgets.per_kind_day)
    assert len(spent) == 1
    asked, wrote = (Desk(facts=Facts(spent=spent)).plan(reading(mail(text))) for text in ("status", "It is broken."))
    assert not letters(asked, LetterKind.STATUS)
    assert letters(wrote, LetterKind.ACKNOWLEDGEMENT)


def test_what_a_status_mail_would_spend_is_counted_before_it_is_answered() -> None:
    spent = {each.key for each in effects(Desk().plan(reading(mail("status"))), Spend)}  # type: ignore[attr-defined]
    asked = ask(reading(mail("status")), Delivery(SUPPORT, "acme"), policy(), NOW_MS)
    assert spent <= set(asked.budget_keys)


def test_a_nudge_marks_the_ticket_and_tells_owner_and_supervisor() -> None:
    """It is on the ticket, moves up, and the customer sees where it stands."""
    own = ticket(assignee="ana", status=Status.WAITING_CUSTOMER, nudges=1)
    plan = Desk(tickets=(own,)).answer("Any news?", Purpose.CUSTOMER, CLEO)
    assert plan.outcome is Outcome.APPEND
    assert effects(plan, AddMessage)
    (change,) = effects(plan, ChangeTicket)
    assert isinstance(change, ChangeTicket)
    assert change.changes["nudged_ms"] == NOW_MS
    assert change.changes["nudges"] == 2
    assert change.changes["status"] is Status.OPEN
    news = letters(plan, LetterKind.NOTIFICATION)
    assert {letter.agent for letter in news} == {"ana", "sue"}
    assert {letter.values["what"] for letter in news} == {"nudge"}
    assert listed(plan) == [1042]


def test_a_nudge_takes_the_ball_from_nobody_else() -> None:
    """While a third party is asked, the ticket goes on waiting for them."""
    own = ticket(status=Status.WAITING_THIRD)
    (change,) = effects(Desk(tickets=(own,)).answer("催单", Purpose.CUSTOMER, CLEO), ChangeTicket)
    assert isinstance(change, ChangeTicket)
    assert set(change.changes) == {"nudged_ms", "nudges", "asked"}
    assert change.changes["asked"] == own.asked


def test_many_nudges_are_kept_but_told_a_few_times() -> None:
    """Past the day's number the mail is on the ticket as before, and nobody is woken."""
    first = Desk(tickets=(ticket(),)).answer("any news?", Purpose.CUSTOMER, CLEO)
    key = next(spend.key for spend in effects(first, Spend) if spend.key.startswith("nudge"))  # type: ignore[attr-defined]
    desk = Desk(tickets=(ticket(),), facts=Facts(spent={key: NUDGES_TOLD}))
    again = desk.answer("any news?", Purpose.CUSTOMER, CLEO)
    assert effects(again, AddMessage)
    assert not letters(again, LetterKind.NOTIFICATION)


def test_a_nudge_on_what_is_over_is_a_question() -> None:
    """A resolved ticket is reopened as by any other mail."""
    own = ticket(status=Status.RESOLVED, closed_ms=NOW_MS - 1000)
    plan = Desk(tickets=(own,)).answer("any news?", Purpose.CUSTOMER, CLEO)
    assert {letter.values["what"] for letter in letters(plan, LetterKind.NOTIFICATION)} == {"reply"}


def test_a_stranger_cannot_nudge() -> None:
    """A tag in the subject is no part in the ticket."""
    plan = Desk(tickets=(ticket(),)).plan(reading(mail("any news?", "eve@else.example", subject=TAGGED)))
    assert plan.outcome is Outcome.LINK


def _watched() -> Desk:
    watcher = Participant(DORA, "Dora", ParticipantRole.WATCHER)
    return Desk(tickets=(ticket(participants=(Participant(CLEO, "Cleo"), watcher)),))


def test_a_watcher_who_wants_out_is_let_go() -> None:
    """That one and nobody else, and the ticket does not move."""
    plan = _watched().answer("Unsubscribe", Purpose.CUSTOMER, DORA)
    assert plan.outcome is Outcome.EVENT
    (gone,) = plan.effects
    assert isinstance(gone, RemoveParticipant)
    assert gone.email == DORA
    assert not plan.letters


@pytest.mark.parametrize(("sender", "made_for"), [(CLEO, CLEO), ("eve@else.example", DORA)])
def test_nobody_else_is_taken_off(sender: str, made_for: str) -> None:
    """A requester who says so has something to say; a stranger with a watcher's letter takes nobody off."""
    plan = _watched().answer("unsubscribe", Purpose.CUSTOMER, sender, made_for)
    assert plan.outcome is Outcome.APPEND
    assert not effects(plan, RemoveParticipant)


def test_an_unproved_mail_with_a_tag_takes_no_watcher_off() -> None:
    """Anybody can write that; the token or a proof says who it is."""
    plan = _watched().plan(reading(mail("unsubscribe", DORA, subject=TAGGED), Proof.UNKNOWN))
    assert not effects(plan, RemoveParticipant)


def _with_admin(**facts: object) -> Desk:
    plain = policy()
    return Desk(replace(plain, agents={**plain.agents, "ada": ADA}), (ticket(),), facts=Facts(**facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (
            "Please erase my personal data.",
            ("#privacy export cleo@customer.example", "#privacy erase cleo@customer.example"),
        ),
        ("I make a subject access request.", ("#privacy export cleo@customer.example",)),
    ],
)
def test_a_claim_to_ones_data_reaches_the_admins_as_a_ready_command(text: str, commands: tuple[str, ...]) -> None:
    """The mail opens its ticket as always; the letter to the admin has what would do it."""
    plan = _with_admin().plan(reading(mail(text)))
    assert plan.outcome is Outcome.NEW
    (alert,) = letters(plan, LetterKind.ALERT)
    assert (alert.to.email, alert.values["commands"]) == (ADA.address, commands)
    assert letters(plan, LetterKind.ACKNOWLEDGEMENT)
    assert any(isinstance(effect, AddEvent) and effect.kind == "privacy request" for effect in plan.effects)


def test_a_claim_on_a_ticket_stays_a_message_there() -> None:
    """Nothing is swallowed, and nothing is done by itself."""
    plan = _with_admin().answer("Under article 17 GDPR: delete all my data!", Purpose.CUSTOMER, CLEO)
    assert plan.outcome is Outcome.APPEND
    assert effects(plan, AddMessage)
    assert letters(plan, LetterKind.ALERT)


def test_admins_hear_of_one_author_once_a_day() -> None:
    """Who repeats it, or forges many, does not fill the admins' mailboxes."""
    first = _with_admin().plan(reading(mail("Please erase my data")))
    keys = [spend.key for spend in effects(first, Spend) if spend.key.startswith("privacy")]  # type: ignore[attr-defined]
    assert keys
    again = _with_admin(spent={keys[0]: 1}).plan(reading(mail("Please erase my data")))
    assert not letters(again, LetterKind.ALERT)
    assert not letters(_with_admin().plan(reading(mail("Please erase my data"), Proof.FAIL)), LetterKind.ALERT)


def test_a_watchers_copy_says_how_to_leave_and_nobody_elses_letter_does() -> None:
    """The word that it names is the wish that is understood."""
    plan = _watched().answer("Turn it off and on.", Purpose.AGENT, "ana@acme.example")
    (copy,) = letters(plan, LetterKind.COPY)
    assert (copy.to.email, copy.values["watcher"]) == (DORA, True)
    (answer,) = letters(plan, LetterKind.ANSWER)
    assert "watcher" not in answer.values
