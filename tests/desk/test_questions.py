"""What is looked up for a mail, and no more."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.case import Case
from mailgate.desk.decide import Delivery
from mailgate.desk.facts import NO_FACTS
from mailgate.desk.gate import allow
from mailgate.desk.letter import Purpose
from mailgate.desk.questions import ask
from mailgate.desk.routing.route import compile as compile_rules
from mailgate.mail.model import Bounce, Proof, VerdictKind
from tests.desk.conversation import NOW_MS, SUPPORT, Desk, mail, policy, reading, ticket

HERE = Delivery("acme", SUPPORT)


def test_a_plain_first_mail_asks_for_its_author_and_the_budgets() -> None:
    questions = ask(reading(mail()), HERE, policy(), NOW_MS)
    assert (questions.brand, questions.author, questions.clues) == ("acme", "cleo@customer.example", ())
    assert questions.since_ms == NOW_MS - 24 * 3_600_000
    assert questions.budget_keys


def test_every_key_that_the_gate_spends_was_asked_for() -> None:
    for proof in (Proof.PASS, Proof.UNKNOWN):
        what = reading(mail(), proof)
        questions = ask(what, HERE, policy(), NOW_MS)
        leave = allow(what, questions.author, None, {}, policy(), NOW_MS)
        assert set(leave.keys) <= set(questions.budget_keys)


def test_the_confirmation_of_an_agent_is_budgeted_at_the_enrolled_address() -> None:
    desk = Desk(tickets=(ticket(),))
    address = desk.token_address(Purpose.AGENT, "ana@acme.example")
    what = reading(mail(sender="ana.ruiz@acme.example"), Proof.FAIL, recipients=(address,))
    keys = ask(what, HERE, desk.policy, NOW_MS).budget_keys
    assert any(key.startswith("uaddr:h:") and key.endswith(":ana@acme.example") for key in keys)
    assert any(key.startswith("uticket:d:") and key.endswith(":1042") for key in keys)


def test_a_bounce_asks_for_the_letters_that_it_names() -> None:
    what = reading(mail(sender=""), Proof.UNKNOWN, VerdictKind.BOUNCE, bounce=Bounce((), ("lost@acme.example",)))
    questions = ask(what, HERE, policy(), NOW_MS)
    assert "lost@acme.example" in questions.message_ids
    assert questions.author == ""


def test_questions_and_decision_see_the_same_clues() -> None:
    """A clue is the key by which the store's answer is found again, so both must make it alike."""
    what = reading(mail(subject="[#7] x", references=("a@x", "b@x")))
    asked = ask(what, HERE, policy(), NOW_MS).clues
    facts = replace(NO_FACTS, tickets={clue: ticket(7) for clue in asked})
    case = Case(what, HERE, facts, policy(), compile_rules(policy()), NOW_MS)
    assert case.placement.clue == asked[0]
