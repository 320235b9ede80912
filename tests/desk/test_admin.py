"""Admins run the desk by mail: what they may ask, what they may change, and that nobody else can."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.desk.commands.enrolment import Newcomer, read_newcomer
from mailgate.desk.commands.vocabulary import COMMANDS
from mailgate.desk.effect import (
    Cause,
    Dismiss,
    DropHeld,
    Effect,
    Enroll,
    Pause,
    ReleaseHeld,
    RequestPrivacy,
    RequestReload,
    Spend,
)
from mailgate.desk.facts import Asked, Facts
from mailgate.desk.identity.token import binding
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.phrase import Phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Role
from mailgate.desk.query import AgentRow, Answer, Ask, DecisionRow, HeldRow, Query
from mailgate.desk.routing.rule import Actions, Condition, Rule
from mailgate.mail.model import Proof, Reading, Sender
from tests.desk.conversation import ANA, NOW_MS, SUE, SUPPORT, Desk, letters, mail, policy, reading

ADA = Agent("ada", "Ada Admin", "ada@acme.example", role=Role.ADMIN)
ADMIN_ONLY = (Enroll, Dismiss, DropHeld, Pause, ReleaseHeld, RequestPrivacy, RequestReload)
HELD_ONE = HeldRow(7, "spam", "it is spam", "eve@else.example", "Win", NOW_MS, "Click here")


def desk(rules: tuple[Rule, ...] = (), **facts: object) -> Desk:
    """A desk with an admin, and what the store would answer."""
    plain = policy(rules)
    answers = {
        Query(Ask.HELD, "acme"): Answer((HELD_ONE,), 1),
        Query(Ask.HELD, "acme", held=7): Answer((HELD_ONE,), 1),
        Query(Ask.HELD, "acme", held=8): Answer((), 0),
        Query(Ask.HEALTH, "acme"): Answer(counts={"letters_queued": 3}),
    }
    known = Facts(**{"answers": answers, **facts})  # type: ignore[arg-type]
    return Desk(replace(plain, agents={**plain.agents, "ada": ADA}), facts=known)


def mailed(what: Desk, text: str, who: Agent = ADA, proof: Proof = Proof.PASS, **how: object) -> Plan:
    """What becomes of a mail to the writer's own control address."""
    return what.plan(written(what, text, who, proof), **how)  # type: ignore[arg-type]


def written(what: Desk, text: str, who: Agent = ADA, proof: Proof = Proof.PASS) -> Reading:
    """A mail to the writer's own control address."""
    address = what.token_address(Purpose.CONTROL, who.address)
    return reading(mail(text, who.address, subject="desk"), proof, recipients=(address,))


def did(plan: Plan) -> list[Effect]:
    """What only an admin may have done."""
    return [effect for effect in plan.effects if isinstance(effect, ADMIN_ONLY)]


def told(plan: Plan) -> list[tuple[str, str]]:
    """The transcript: how each line went, and what was said of it, in English."""
    (letter,) = letters(plan, LetterKind.TRANSCRIPT)
    return [(str(line["result"]), str(line["detail"])) for line in letter.values["lines"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("#held release 7", ReleaseHeld(7, "ada")),
        ("#held drop 7", DropHeld(7, "ada")),
        ("#reload", RequestReload("ada")),
        ("#pause billing", Pause("billing", True, "by command", "ada")),
        ("#暂停 support@acme.example", Pause("support@acme.example", True, "by command", "ada")),
        ("#privacy export Cleo@Customer.example", RequestPrivacy("export", "cleo@customer.example", "ada")),
    ],
)
def test_an_admins_word_from_the_own_control_address_is_done(text: str, effect: Effect) -> None:
    """One mail, one act, one transcript."""
    plan = mailed(desk(), text)
    assert did(plan) == [effect]
    assert [result for result, _ in told(plan)] == ["done"]


ACTS = ("#held release 7", "#reload", "#pause billing", "#privacy erase a@b.example", "#agent remove ana", "#held")


@pytest.mark.parametrize("text", ACTS)
@pytest.mark.parametrize("who", [ANA, SUE])
def test_S34_nobody_but_an_admin_may_do_or_see_any_of_it(text: str, who: Agent) -> None:
    """Agents and supervisors are told so, and nothing is done."""
    plan = mailed(desk(), text, who)
    assert (did(plan), plan.cause) == ([], None)
    assert told(plan) == [("refused", "only admins may do that")]


@pytest.mark.parametrize("text", ACTS)
@pytest.mark.parametrize("proof", [Proof.UNKNOWN, Proof.FAIL])
def test_S01_an_unproved_mail_in_an_admins_name_does_nothing_and_the_admin_is_asked(text: str, proof: Proof) -> None:
    """Even with the token: held, under the cause that wants a proved yes; the enrolled address hears of it."""
    plan = mailed(desk(), text, proof=proof)
    assert (plan.outcome, plan.cause, did(plan)) == (Outcome.HOLD, Cause.AWAITS_CONFIRMATION, [])
    (asked,) = letters(plan, LetterKind.CONFIRMATION)
    assert asked.to.email == ADA.address


@pytest.mark.parametrize("text", ACTS)
def test_S34_a_proved_admin_without_the_own_token_is_refused(text: str) -> None:
    """To the desk's plain address anybody could make them write; the control address is theirs alone."""
    plan = desk().plan(reading(mail(text, ADA.address)))
    assert did(plan) == []
    assert told(plan)[0][0] == "refused"


def test_S21_another_admins_control_address_is_no_token_of_ones_own() -> None:
    """A forwarded letter of a colleague lets nobody act."""
    there = desk()
    address = there.token_address(Purpose.CONTROL, SUE.address)
    plan = there.plan(reading(mail("#reload", ADA.address), recipients=(address,)))
    assert did(plan) == []


def test_held_mail_is_shown_and_what_is_not_there_is_said() -> None:
    """The list, and one; an id that waits no more refuses the whole mail."""
    (letter,) = letters(mailed(desk(), "#held"), LetterKind.TRANSCRIPT)
    assert letter.values["lines"][0]["answer"].rows == (HELD_ONE,)  # type: ignore[index]
    assert letters(mailed(desk(), "#held show 7"), LetterKind.TRANSCRIPT)
    plan = mailed(desk(), "#held release 7 8")
    assert (did(plan), told(plan)) == ([], [("refused", "there is no held mail 8")])


def test_health_is_told_in_the_same_transcript_as_all_else() -> None:
    """One letter a mail, always."""
    plan = mailed(desk(), "#health\n#held\n#resume billing")
    (letter,) = plan.letters
    assert len(letter.values["lines"]) == 3  # type: ignore[arg-type]


def test_what_is_paused_goes_on_and_what_there_is_not_is_told() -> None:
    """By team or address; the nearest name is told."""
    assert did(mailed(desk(paused=frozenset({"billing"})), "#resume billing")) == [
        Pause("billing", False, "by command", "ada")
    ]
    result, said = told(mailed(desk(), "#pause biling"))[0]
    assert (result, '"billing"' in said) == ("refused", True)


HAS_REFUND = Condition("test", subject="subject", relation="contains", values=("refund",))
REFUNDS = Rule("refunds", HAS_REFUND, Actions(team="billing", priority="high"))


def _routed(plan: Plan) -> DecisionRow:
    (letter,) = letters(plan, LetterKind.TRANSCRIPT)
    row = letter.values["lines"][0]["answer"].rows[0]  # type: ignore[index]
    assert isinstance(row, DecisionRow)
    return row


def test_rules_are_tried_on_a_mail_written_below_and_nothing_changes() -> None:
    """The live router's answer, with its reason; no ticket, no letter to anybody else."""
    plan = mailed(desk((REFUNDS,)), "#rules test\nFrom: cleo@customer.example\nSubject: refund please\n\nMy order.")
    row = _routed(plan)
    assert (row.rule, row.author) == ("refunds", "cleo@customer.example")
    assert any("priority: high" in line for line in row.trace)
    assert (plan.outcome, len(plan.letters)) == (Outcome.EVENT, 1)
    assert all(isinstance(effect, Spend) for effect in plan.effects)


def test_rules_are_tried_on_a_forwarded_mail() -> None:
    """As the customer wrote it."""
    text = (
        "#rules test\n\n---------- Forwarded message ---------\nFrom: Cleo <cleo@customer.example>\n"
        "Date: Wed, 25 Nov 2026 at 09:00\nSubject: refund please\nTo: <ana@acme.example>\n\nMy order came broken.\n"
    )
    what = replace(mail("#rules test", ADA.address), text=text)
    there = desk((REFUNDS,))
    address = there.token_address(Purpose.CONTROL, ADA.address)
    assert _routed(there.plan(reading(what, recipients=(address,)))).rule == "refunds"


ADD = "#agent add eve eve@else.example Eve Ng billing"


@pytest.mark.parametrize("text", [ADD, "#agent remove ana", "#privacy erase cleo@customer.example"])
def test_who_is_an_agent_and_whose_data_are_erased_is_asked_about_once_more(text: str) -> None:
    """Proved and with the token, and still nothing happens before a yes; the letter says what would."""
    plan = mailed(desk(), text)
    assert (plan.outcome, plan.cause, did(plan)) == (Outcome.HOLD, Cause.AWAITS_CONFIRMATION, [])
    (asked,) = letters(plan, LetterKind.CONFIRMATION)
    assert (asked.purpose, asked.bound) == (Purpose.CONFIRMATION, "e1")
    assert all(isinstance(line, Phrase) for line in asked.values["would"])  # type: ignore[attr-defined]


def test_the_yes_runs_exactly_what_was_held() -> None:
    """Settled again as confirmed: the newcomer is enrolled, and greeted at the new address."""
    plan = mailed(desk(), ADD, confirmed=True)
    assert did(plan) == [Enroll("eve", "Eve Ng", "eve@else.example", "agent", ("billing",), "ada")]
    (welcome,) = letters(plan, LetterKind.WELCOME)
    assert welcome.to.email == "eve@else.example"
    assert did(mailed(desk(), "#agent remove ana", confirmed=True)) == [Dismiss("ana", "ada")]


def _yes(proof: Proof, strict: bool = True, text: str = "yes") -> Plan:
    there = desk(asked=(Asked(77, "the-held-mail", True, strict),))
    address = there.tokens.address(SUPPORT, Purpose.CONFIRMATION, 0, binding("", "the-held-mail"), ADA.address)
    return there.plan(reading(mail(text, ADA.address), proof, recipients=(address,)))


def test_S30_a_yes_to_an_admins_commands_must_itself_be_proved() -> None:
    """Who can read the letter but not prove to be the admin runs nothing, and the enrolled address hears of it."""
    assert did(_yes(Proof.PASS)) == [ReleaseHeld(77)]
    for proof in (Proof.UNKNOWN, Proof.FAIL):
        plan = _yes(proof)
        assert did(plan) == []
        assert told(plan)[0][0] == "refused"
    assert did(_yes(Proof.UNKNOWN, strict=False)) == [ReleaseHeld(77)]
    assert did(_yes(Proof.PASS, text="no")) == []


def test_what_would_be_refused_anyway_is_told_at_once() -> None:
    """Nobody is asked to confirm what cannot be done."""
    plan = mailed(desk(), "#agent remove nobody")
    assert (plan.outcome, did(plan)) == (Outcome.EVENT, [])
    assert told(plan)[0][0] == "refused"
    assert told(mailed(desk(), "#agent remove ada"))[0][0] == "refused"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("eve eve@else.example Eve Ng billing", Newcomer("eve", "eve@else.example", "Eve Ng", ("billing",))),
        ("Eve eve@Else.example help billing", Newcomer("eve", "eve@else.example", "eve", ("help", "billing"))),
        (
            "eve eve@else.example Eve supervisor help",
            Newcomer("eve", "eve@else.example", "Eve", ("help",), Role.SUPERVISOR),
        ),
    ],
)
def test_a_newcomer_is_read_as_admins_write_it(text: str, found: Newcomer) -> None:
    """Id, address, name, teams; a role among the teams."""
    assert read_newcomer(text, policy()) == found


@pytest.mark.parametrize(
    "text",
    [
        "eve",
        "eve nowhere Eve help",
        "Ev!e eve@else.example Eve help",
        "ana eve@else.example Eve help",
        "eve ana.ruiz@acme.example Eve help",
        "eve support+x@acme.example Eve help",
        "eve eve@else.example Eve",
    ],
)
def test_a_newcomer_who_cannot_be_is_refused_in_words(text: str) -> None:
    """An id or address that is taken, the desk's own address, no team: each is said."""
    assert isinstance(read_newcomer(text, policy()), Phrase)


def test_every_admins_command_says_so() -> None:
    """The role stands in the vocabulary, from which help and refusals are made."""
    admins = {meaning.name for meaning in COMMANDS if meaning.role is Role.ADMIN}
    assert admins == {"held", "health", "rules", "reload", "pause", "resume", "privacy", "agents", "agent"}


def test_S25_a_removed_admin_holds_nothing_any_more() -> None:
    """The old control address of somebody who was dismissed runs nothing."""
    there = desk()
    gone = replace(there.policy, agents={**there.policy.agents, "ada": replace(ADA, active=False)})
    plan = mailed(replace(there, policy=gone), "#reload")
    assert did(plan) == []


def test_the_writer_is_who_proved_it_and_not_who_is_named() -> None:
    """A mail proved for somebody else's address is not the admin's."""
    there = desk()
    what = written(there, "#reload")
    other = replace(what, sender=Sender(what.mail.author, Proof.UNKNOWN), mail=what.mail)
    assert did(there.plan(other)) == []


def test_S30_a_yes_that_comes_after_a_week_runs_nothing() -> None:
    """A letter that lies about for long is no standing order; the agent is told to send the mail again."""
    there = desk(asked=(Asked(77, "the-held-mail", True, True, NOW_MS - 8 * 86_400_000),))
    address = there.tokens.address(SUPPORT, Purpose.CONFIRMATION, 0, binding("", "the-held-mail"), ADA.address)
    plan = there.plan(reading(mail("yes", ADA.address), recipients=(address,)))
    assert did(plan) == []
    assert told(plan)[0][0] == "refused"


def test_who_works_here_is_told_also_where_another_line_is_refused() -> None:
    plan = mailed(desk(), "#agents\n#pause nowhere")
    [transcript] = letters(plan, LetterKind.TRANSCRIPT)
    told, refused = transcript.values["lines"]  # type: ignore[misc]
    assert AgentRow("ada", "Ada Admin", "ada@acme.example", "admin", ()) in told["answer"].rows
    assert {row.id for row in told["answer"].rows} == {"ana", "ben", "sue", "wim", "ada"}
    assert refused["result"] == "refused"
