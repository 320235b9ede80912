"""O-01, O-05, O-07: a relay that breaks off at every step of the conversation, under a running daemon."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from email import message_from_bytes
from pathlib import Path

from tests.edges.scripted_relay import CLOSE, RESET, ScriptedRelay
from tests.flow.world import ANNA, Desk, Relay, write_config
from tests.torture.killing import mail, person
from tests.torture.ledger import Ledger

MAILS = 12
DRAIN_S = 90.0
SCRIPT = {
    "CONNECT": [RESET, "421 4.3.2 not now", "220 relay.example ESMTP"],
    "EHLO": [CLOSE, "250-relay.example\r\n250 8BITMIME"],
    "MAIL": ["250 fine", RESET, "451 4.3.0 later", "250 fine"],
    "RCPT": ["250 fine", CLOSE, "452 4.2.2 full", "250 fine"],
    "DATA": ["354 go on", CLOSE, "354 go on"],
    "DOT": ["250 2.0.0 queued", CLOSE, "250 2.0.0 queued", RESET, CLOSE, "250 2.0.0 queued"],
}


def test_O01_O05_a_relay_that_vanishes_at_any_step_gets_each_letter_in_the_end_and_no_acknowledgement_twice(
    tmp_path: Path,
) -> None:
    """What was cut off after the dot comes again as the same letter, or is listed as unknown; the log stays short."""
    with ScriptedRelay(**SCRIPT) as relay:
        write_config(tmp_path / "desk", relay.port)
        desk = Desk(tmp_path / "desk", Relay())
        desk.start()
        try:
            for number in range(MAILS):
                desk.send(mail(number), person(number))
            ledger, tick, deadline = Ledger(desk, "sqlite"), threading.Event(), time.monotonic() + DRAIN_S
            while not _urged(desk, ledger):
                assert time.monotonic() < deadline, desk.json("outbox", "list")
                tick.wait(0.2)
            unknown = {each["recipient"] for each in desk.json("outbox", "list")}  # type: ignore[attr-defined]
            got = _by_recipient(relay)
            people = {person(number) for number in range(MAILS)}
            assert people - got.keys() - unknown == set(), "neither sent nor listed"
            assert all(len(got[each]) == 1 for each in people & got.keys()), "an acknowledgement twice"
            assert len(_ids(got[ANNA])) == MAILS
            assert len(set(got[ANNA])) == MAILS, "one Message-ID, two letters"
            assert len([line for line in desk.lines if "sender" in line or "relay" in line]) <= 12, desk.lines
            assert desk.stop() == 0
        finally:
            if desk.process is not None and desk.process.poll() is None:
                desk.kill()


def _urged(desk: Desk, ledger: Ledger) -> bool:
    """Whether only what is unknown is left; what was put off for a minute is tried at once."""
    for (letter,) in ledger.rows("SELECT id FROM letters WHERE state = 'retry'"):
        desk.run("outbox", "retry", str(letter))
    return ledger.stored() == MAILS and not ledger.waiting()


def _by_recipient(relay: ScriptedRelay) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for raw in relay.letters:
        found[str(message_from_bytes(raw)["To"]).rpartition("<")[2].rstrip(">")].append(raw)
    return found


def _ids(raws: list[bytes]) -> set[str]:
    return {str(message_from_bytes(raw)["Message-ID"]) for raw in raws}
