"""The trust table, a test for every row, and what a setting changes in it."""

from __future__ import annotations

import itertools

import pytest

from mailgate.desk.effect import Visibility
from mailgate.desk.identity.trust import TABLE, TREATMENTS, Acknowledge, Commands, Held, Place, Who, judge
from mailgate.mail.model import Proof

PASS, UNKNOWN, FAIL = Proof.PASS, Proof.UNKNOWN, Proof.FAIL
OWN, OTHER, NONE = Held.OWN, Held.OTHER, Held.NONE

EXPECTED = {
    "former agent with a token": [
        (Who.FORMER_AGENT, OWN, PASS, True, "hold"),
        (Who.FORMER_AGENT, OWN, FAIL, False, "hold"),
    ],
    "agent with own token, proved": [(Who.AGENT, OWN, PASS, True, "speak"), (Who.AGENT, OWN, PASS, False, "speak")],
    "agent who would act, not proved": [
        (Who.AGENT, OWN, UNKNOWN, True, "confirm"),
        (Who.AGENT, OWN, FAIL, True, "confirm"),
        (Who.AGENT, NONE, UNKNOWN, True, "confirm"),
        (Who.AGENT, OTHER, FAIL, True, "confirm"),
    ],
    "agent without token, proved, with commands": [
        (Who.AGENT, NONE, PASS, True, "open-agent"),
        (Who.AGENT, OTHER, PASS, True, "open-agent"),
    ],
    "first contact, proved": [(Who.FIRST, NONE, PASS, False, "open")],
    "first contact, proof unknown": [(Who.FIRST, NONE, UNKNOWN, False, "open-neutral")],
    "first contact, proof failed": [(Who.FIRST, NONE, FAIL, False, "open-silent")],
    "participant, proof failed": [(Who.PARTICIPANT, held, FAIL, False, "append-failed") for held in Held],
    "participant with token": [
        (Who.PARTICIPANT, OWN, PASS, False, "append"),
        (Who.PARTICIPANT, OWN, UNKNOWN, False, "append"),
    ],
    "participant without token, proved": [(Who.PARTICIPANT, NONE, PASS, False, "append")],
    "participant without token, proof unknown": [
        (Who.PARTICIPANT, NONE, UNKNOWN, False, "append-unverified"),
        (Who.PARTICIPANT, OTHER, UNKNOWN, False, "append-unverified"),
    ],
    "third party, proof failed": [(Who.THIRD, OWN, FAIL, False, "append-failed")],
    "third party with token": [(Who.THIRD, OWN, proof, False, "append-answer") for proof in (PASS, UNKNOWN)],
    "third party without token, proved": [(Who.THIRD, NONE, PASS, False, "append-answer")],
    "third party without token, proof unknown": [(Who.THIRD, NONE, UNKNOWN, False, "append-third-party")],
    "stranger with a forwarded token": [(Who.STRANGER, OTHER, proof, False, "append-third-party") for proof in Proof],
    "stranger without token, proved": [(Who.STRANGER, NONE, PASS, False, "open-linked")],
    "stranger without token, proof unknown": [(Who.STRANGER, NONE, UNKNOWN, False, "open-linked-neutral")],
    "stranger without token, proof failed": [(Who.STRANGER, NONE, FAIL, False, "open-linked-silent")],
}
CASES = [(row, *case) for row, cases in EXPECTED.items() for case in cases]


@pytest.mark.parametrize(("row", "who", "held", "proof", "acts", "treatment"), CASES)
def test_each_row_gives_its_treatment(row: str, who: Who, held: Held, proof: Proof, acts: bool, treatment: str) -> None:
    trust = judge(who, Who.FIRST, held, proof, acts)
    assert (trust.row, trust.treatment.name) == (row, treatment)


def test_every_row_of_the_table_has_a_test() -> None:
    assert set(EXPECTED) == {row.name for row in TABLE}


@pytest.mark.parametrize("as_requester", [Who.FIRST, Who.PARTICIPANT, Who.STRANGER])
@pytest.mark.parametrize("proof", list(Proof))
def test_an_agent_who_would_not_act_is_as_any_requester(as_requester: Who, proof: Proof) -> None:
    assert judge(Who.AGENT, as_requester, NONE, proof, False) == judge(as_requester, as_requester, NONE, proof, False)


def test_nothing_falls_through_the_table() -> None:
    for who, base, held, proof, acts in itertools.product(
        Who, (Who.FIRST, Who.PARTICIPANT, Who.THIRD, Who.STRANGER), Held, Proof, (True, False)
    ):
        view = who if who in (Who.AGENT, Who.FORMER_AGENT) else base
        assert judge(view, base, held, proof, acts).row != "no row fits"


def test_promise_5_only_a_proved_agent_with_an_own_token_speaks_for_the_desk() -> None:
    speaking = {
        (who, held, proof)
        for who, held, proof, acts in itertools.product(Who, Held, Proof, (True, False))
        if judge(who, Who.STRANGER, held, proof, acts).treatment.place is Place.SPEAK
    }
    assert speaking == {(Who.AGENT, OWN, PASS)}


def test_failed_proof_is_never_acknowledged_and_moves_nothing_that_exists() -> None:
    for who, held in itertools.product((Who.FIRST, Who.PARTICIPANT, Who.THIRD, Who.STRANGER), Held):
        treatment = judge(who, who, held, FAIL, False).treatment
        assert treatment.acknowledge is Acknowledge.NONE
        assert treatment.commands is Commands.NONE
        if treatment.place is Place.APPEND:
            assert not treatment.changes_state
            assert treatment.visibility is Visibility.AGENTS


def test_each_cell_is_a_setting() -> None:
    row = "participant without token, proof unknown"
    trust = judge(Who.PARTICIPANT, Who.PARTICIPANT, NONE, UNKNOWN, False, {row: "append-failed"})
    assert trust.treatment is TREATMENTS["append-failed"]
