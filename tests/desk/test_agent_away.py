"""An agent who is away: what a notice does, what it must not, and how the agent comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pytest

from mailgate.desk.effect import AddEvent, AddMessage, Cause, ChangeTicket, Effect, OpenTicket, SetAbsence
from mailgate.desk.facts import Crew, Facts, LetterFact
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Assign, Policy
from mailgate.desk.ticket import Status, Ticket
from mailgate.mail.model import Proof, Reading, Verdict, VerdictKind
from tests.desk.conversation import ANA, BEN, NOW_MS, Desk, mail, policy, reading, ticket

T = TypeVar("T", bound=Effect)
DAY_MS = 86_400_000
FRIDAY_MS = NOW_MS + 2 * DAY_MS
HELD_BY_ANA = ticket(assignee="ana", status=Status.OPEN, waiting_since_ms=NOW_MS - DAY_MS)
CONTROL = Desk().token_address(Purpose.CONTROL, ANA.address)
OURS = "our-letter@acme.example"


def notice(until_ms: int | None = FRIDAY_MS, proof: Proof = Proof.PASS, **changes: object) -> Reading:
    """Ana's auto-responder, as the worker reads it."""
    what = mail("I am out of the office.", ANA.address, "Out of office", **changes)
    read = reading(what, proof, VerdictKind.AUTO_REPLY)
    seen = ("Subject: Out of office",)
    return replace(read, verdict=Verdict(VerdictKind.AUTO_REPLY, True, seen, away_until_ms=until_ms))


def desk(*tickets: Ticket, absent: dict[str, int] | None = None, **facts: object) -> Desk:
    """A desk where Ana holds these tickets."""
    known = Facts(absent=absent or {}, owned=tickets, **facts)  # type: ignore[arg-type]
    return Desk(tickets=tickets, facts=known)


def found(plan: Plan, kind: type[T]) -> list[T]:
    return [effect for effect in plan.effects if isinstance(effect, kind)]


def test_L28_a_proved_notice_takes_the_agent_out_until_its_day_and_offers_what_waits() -> None:
    plan = desk(HELD_BY_ANA).plan(notice())
    assert found(plan, SetAbsence) == [SetAbsence("ana", FRIDAY_MS, "automatic reply")]
    (letter,) = plan.letters
    assert (letter.kind, letter.agent, letter.rows) == (LetterKind.HANDOVER, "ben", (HELD_BY_ANA,))
    assert str(letter.values["why"]) == "Ana Ruiz is away until 2026-11-27; these tickets wait for an answer"


def test_L28_a_notice_changes_no_ticket_and_no_customer_sees_it() -> None:
    plan = desk(HELD_BY_ANA).answer("I am away", Purpose.AGENT, ANA.address, kind=VerdictKind.AUTO_REPLY)
    assert plan.outcome is Outcome.EVENT
    assert not found(plan, AddMessage)
    assert not found(plan, ChangeTicket)
    assert {letter.to.email for letter in plan.letters} == {BEN.address}
    assert [event.kind for event in found(plan, AddEvent)] == ["agent away"]


def test_a_program_that_writes_in_an_agents_name_is_no_absence() -> None:
    """A scanner or a nightly job: made by itself, to nobody's question, with no word of an absence."""
    job = notice(None, headers=(("Auto-Submitted", "auto-generated"),))
    job = replace(job, verdict=replace(job.verdict, evidence=("Auto-Submitted: auto-generated",)))
    plan = desk(HELD_BY_ANA).plan(job)
    assert (plan.outcome, plan.cause, plan.letters) == (Outcome.HOLD, Cause.ROBOT, ())
    assert found(plan, SetAbsence) == []


def test_a_notice_without_a_day_counts_for_the_days_that_the_desk_says() -> None:
    settled = replace(desk(), policy=policy(away_ms=5 * DAY_MS))
    (absence,) = found(settled.plan(notice(None)), SetAbsence)
    assert absence.until_ms == NOW_MS + 5 * DAY_MS


def test_a_day_in_the_past_is_none_and_one_far_off_is_brought_near() -> None:
    (past,) = found(desk().plan(notice(NOW_MS - 1)), SetAbsence)
    (far,) = found(desk().plan(notice(NOW_MS + 300 * DAY_MS)), SetAbsence)
    assert (past.until_ms, far.until_ms) == (NOW_MS + 3 * DAY_MS, NOW_MS + 120 * DAY_MS)


def test_L28_one_absence_offers_once_however_many_notices_come() -> None:
    known = desk(HELD_BY_ANA, absent={"ana": FRIDAY_MS})
    again = known.plan(notice())
    assert (again.letters, found(again, SetAbsence)) == ((), [])
    longer = known.plan(notice(FRIDAY_MS + DAY_MS))
    assert longer.letters == ()
    assert [absence.until_ms for absence in found(longer, SetAbsence)] == [FRIDAY_MS + DAY_MS]
    assert found(known.plan(notice(FRIDAY_MS - DAY_MS)), SetAbsence) == []


def test_an_absence_that_is_over_counts_no_more() -> None:
    assert len(desk(HELD_BY_ANA, absent={"ana": NOW_MS}).plan(notice()).letters) == 1


@pytest.mark.parametrize("proof", [Proof.FAIL, Proof.UNKNOWN])
def test_L28_a_forged_notice_takes_nobody_out(proof: Proof) -> None:
    """Known numbers and subjects are no proof: with a ticket's tag it is an event, without it is held."""
    tagged = desk(HELD_BY_ANA).plan(replace(notice(proof=proof), mail=mail("away", ANA.address, "[#1042] Printer")))
    bare = desk(HELD_BY_ANA).plan(notice(proof=proof))
    assert [found(plan, SetAbsence) for plan in (tagged, bare)] == [[], []]
    assert (tagged.letters, bare.letters) == ((), ())
    assert (tagged.outcome, bare.outcome, bare.cause) == (Outcome.EVENT, Outcome.HOLD, Cause.ROBOT)


def test_S04_a_notice_that_fails_its_proof_is_not_believed_with_a_token_either() -> None:
    how = {"kind": VerdictKind.AUTO_REPLY, "proof": Proof.FAIL}
    plan = desk(HELD_BY_ANA).answer("away", Purpose.AGENT, ANA.address, **how)
    assert found(plan, SetAbsence) == []


def test_an_unproved_notice_is_believed_when_it_answers_a_letter_that_only_the_agent_had() -> None:
    how = {"kind": VerdictKind.AUTO_REPLY, "proof": Proof.UNKNOWN}
    by_token = desk(HELD_BY_ANA).answer("away", Purpose.AGENT, ANA.address, **how)
    assert found(by_token, SetAbsence)
    others_token = desk(HELD_BY_ANA).answer("away", Purpose.AGENT, ANA.address, BEN.address, **how)
    assert not found(others_token, SetAbsence)
    answers = notice(proof=Proof.UNKNOWN, in_reply_to=(OURS,))
    for recipient, believed in ((ANA.address, True), ("cleo@customer.example", False)):
        letters = {OURS: LetterFact(9, HELD_BY_ANA.id, "notification", recipient, OURS)}
        assert bool(found(desk(letters=letters).plan(answers), SetAbsence)) is believed


def test_what_waits_for_nobody_is_not_offered() -> None:
    idle = ticket(assignee="ana", waiting_since_ms=None)
    assert desk(idle).plan(notice()).letters == ()


def test_where_the_whole_team_is_away_the_supervisor_is_offered_it() -> None:
    plan = desk(HELD_BY_ANA, absent={"ben": FRIDAY_MS}).plan(notice())
    assert [letter.agent for letter in plan.letters] == ["sue"]


def test_the_agents_own_mail_ends_the_absence() -> None:
    plan = desk(HELD_BY_ANA, absent={"ana": FRIDAY_MS}).answer("Here is the answer.", Purpose.AGENT, ANA.address)
    assert found(plan, SetAbsence) == [SetAbsence("ana", None, "wrote in person")]
    assert "absence: ana writes again, and is back" in plan.trace


@pytest.mark.parametrize("proof", [Proof.FAIL, Proof.UNKNOWN])
def test_a_forged_mail_in_the_agents_name_does_not_end_it(proof: Proof) -> None:
    plan = desk(absent={"ana": FRIDAY_MS}).plan(reading(mail("I am here!", ANA.address), proof))
    assert found(plan, SetAbsence) == []


def giving(assign: Assign) -> Policy:
    plain = policy()
    return replace(plain, teams={**plain.teams, "help": replace(plain.teams["help"], assign=assign)})


def test_a_new_ticket_passes_over_who_is_away() -> None:
    rota = Desk(policy=giving(Assign.ROUND_ROBIN), facts=Facts(crew=Crew(), absent={"ana": FRIDAY_MS}))
    plan = rota.plan(reading(mail()))
    (opened,) = found(plan, OpenTicket)
    assert opened.assignee == "ben"
    assert opened.reason.endswith("given to Ben Okafor, whose turn it is")
    assert [letter.agent for letter in plan.letters if letter.kind is LetterKind.NOTIFICATION] == ["ben"]
    assert any("given to Ben Okafor" in line for line in plan.trace)


def test_a_customers_reply_does_not_wait_for_who_is_away() -> None:
    rota = replace(desk(HELD_BY_ANA, absent={"ana": FRIDAY_MS}, crew=Crew()), policy=giving(Assign.LEAST_LOADED))
    plan = rota.answer("It is broken on the second floor too.", Purpose.CUSTOMER, "cleo@customer.example")
    changed = {name: value for effect in found(plan, ChangeTicket) for name, value in effect.changes.items()}
    assert changed["assignee"] == "ben"
    assert [letter.agent for letter in plan.letters] == ["ben"]


def test_in_a_manual_team_the_reply_reaches_everybody_and_the_owner_stays() -> None:
    plan = desk(HELD_BY_ANA, absent={"ana": FRIDAY_MS}).answer(
        "It is broken on the second floor too.", Purpose.CUSTOMER, "cleo@customer.example"
    )
    assert not any("assignee" in effect.changes for effect in found(plan, ChangeTicket))
    assert {letter.agent for letter in plan.letters} == {"ana", "ben"}


def test_a_reply_goes_to_the_owner_who_is_there() -> None:
    plan = desk(HELD_BY_ANA, absent={"ben": FRIDAY_MS}).answer(
        "It is broken on the second floor too.", Purpose.CUSTOMER, "cleo@customer.example"
    )
    assert {letter.agent for letter in plan.letters} == {"ana"}


def test_away_by_command_is_as_a_notice_and_its_own_mail_does_not_end_it() -> None:
    plan = desk(HELD_BY_ANA).answer("#away until friday", Purpose.AGENT, ANA.address)
    (absence,) = found(plan, SetAbsence)
    assert (absence.agent, absence.why) == ("ana", "by command")
    assert absence.until_ms is not None
    assert NOW_MS < absence.until_ms <= FRIDAY_MS
    assert [letter.agent for letter in plan.letters if letter.kind is LetterKind.HANDOVER] == ["ben"]


def test_a_longer_absence_by_command_offers_nothing_again() -> None:
    plan = desk(HELD_BY_ANA, absent={"ana": FRIDAY_MS}).answer("#away until 2026-12-10", Purpose.AGENT, ANA.address)
    assert len(found(plan, SetAbsence)) == 1
    assert [letter.kind for letter in plan.letters] == [LetterKind.TRANSCRIPT]


def test_back_ends_it_once() -> None:
    plan = desk(absent={"ana": FRIDAY_MS}).plan(reading(mail("#back", ANA.address), recipients=(CONTROL,)))
    assert found(plan, SetAbsence) == [SetAbsence("ana", None, "by command")]
