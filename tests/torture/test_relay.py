"""O-01, O-05, O-07: a relay that breaks off at every step, drips, or hangs after the letter, under a running daemon."""

from __future__ import annotations

import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

from tests.edges.scripted_relay import CLOSE, HANG, RESET, ScriptedRelay
from tests.flow.world import ANNA, Desk, Relay, write_config
from tests.torture.killing import mail, person
from tests.torture.ledger import Ledger
from tests.torture.promised import Promise, within
from tests.torture.test_hostile import MEMORY, memory

MAILS = 12
DRAIN_S = 90.0
RECOVERY_S = 10.0
EHLO = "250-relay.example\r\n250 8BITMIME"
SCRIPT = {
    "CONNECT": [RESET, "421 4.3.2 not now", "220 relay.example ESMTP"],
    "EHLO": [CLOSE, EHLO],
    "MAIL": ["250 fine", RESET, "451 4.3.0 later", "250 fine"],
    "RCPT": ["250 fine", CLOSE, "452 4.2.2 full", "250 fine"],
    "DATA": ["354 go on", CLOSE, "354 go on"],
    "DOT": ["250 2.0.0 queued", CLOSE, "250 2.0.0 queued", RESET, CLOSE, "250 2.0.0 queued"],
}


def test_O01_O05_a_relay_that_vanishes_at_any_step_gets_each_letter_in_the_end_and_no_acknowledgement_twice(
    tmp_path: Path,
) -> None:
    """What was cut off after the dot comes again as the same letter, or is listed as unknown; the log stays short."""
    with ScriptedRelay(**SCRIPT) as relay, _desk(tmp_path, relay) as desk:
        _write(desk)
        _drain(desk, Ledger(desk, "sqlite"))
        _check(desk, relay)
        assert desk.stop() == 0
        assert len(_about_relay(desk)) <= 12, desk.lines


def test_O05_a_relay_that_drips_its_answers_slows_letters_and_nothing_else(tmp_path: Path) -> None:
    """Each octet takes its time: mail is taken and settled as ever. Once the relay is well, all letters go out."""
    with ScriptedRelay(EHLO=EHLO) as relay, _desk(tmp_path, relay) as desk:
        relay.pace = 0.1
        _write(desk)
        ledger = Ledger(desk, "sqlite")
        _stored(ledger)
        assert ledger.waiting() > MAILS
        assert memory(desk) < MEMORY
        relay.pace = 0.0
        _goes_on(desk, ledger)
        _check(desk, relay)
        assert len(relay.letters) == 2 * MAILS
        assert desk.stop() == 0
        assert _about_relay(desk) == []


def test_O01_a_relay_that_vanishes_after_the_letter_is_given_up_after_its_time_and_found_when_it_is_back(
    tmp_path: Path,
) -> None:
    """No answer to the dot, none to who connects anew: what it may have taken is not sent again, the rest waits."""
    times = 'timeout = "2 s"\ndata_timeout = "2 s"\n'
    hanging = ScriptedRelay(EHLO=EHLO, DOT=["250 queued", HANG, "250 queued"])
    with hanging as relay, _desk(tmp_path, relay, times) as desk:
        _write(desk)
        ledger = Ledger(desk, "sqlite")
        _stored(ledger)
        desk.wait_for_line("the relay is away")
        assert memory(desk) < MEMORY
        relay.back.set()
        _goes_on(desk, ledger)
        _check(desk, relay)
        assert desk.stop() == 0
        assert len(_about_relay(desk)) == 2, "away, and back"


@contextmanager
def _desk(folder: Path, relay: ScriptedRelay, times: str = "") -> Iterator[Desk]:
    path = write_config(folder / "desk", relay.port)
    path.write_text(path.read_text().replace("[smtp.out]\n", f"[smtp.out]\n{times}"))
    desk = Desk(folder / "desk", Relay())
    desk.start()
    try:
        yield desk
    finally:
        if desk.process is not None and desk.process.poll() is None:
            desk.kill()


def _write(desk: Desk) -> None:
    """Mails, whose senders do not wait for the relay."""
    waits = []
    for number in range(MAILS):
        began = time.monotonic()
        desk.send(mail(number), person(number))
        waits.append(time.monotonic() - began)
    assert within(2.0, statistics.median(waits)), "senders waited for the relay"


def _stored(ledger: Ledger) -> None:
    """All of them are settled in ten seconds."""
    promise, tick = Promise(RECOVERY_S), threading.Event()
    while ledger.stored() < MAILS:
        assert promise.kept(), f"{ledger.stored()} of {MAILS} mails are settled"
        tick.wait(0.1)


def _goes_on(desk: Desk, ledger: Ledger) -> None:
    """Ten seconds later nothing waits but what was put off for its minute, which is urged."""
    promise, tick = Promise(RECOVERY_S), threading.Event()
    while ledger.rows("SELECT id FROM letters WHERE state IN ('queued', 'handing')"):
        assert promise.kept(), desk.json("outbox", "list")
        tick.wait(0.1)
    _drain(desk, ledger)


def _drain(desk: Desk, ledger: Ledger) -> None:
    """Until only what is unknown is left; fails when nothing moves for so many seconds."""
    deadline, tick, before = time.monotonic() + DRAIN_S, threading.Event(), (-1, -1)
    while not _urged(desk, ledger):
        if (now := (ledger.stored(), ledger.waiting())) != before:
            before, deadline = now, time.monotonic() + DRAIN_S
        assert time.monotonic() < deadline, desk.json("outbox", "list")
        tick.wait(0.1)


def _check(desk: Desk, relay: ScriptedRelay) -> None:
    """Everybody was told once or stands in the list of unknown; what agents got twice is the same letter."""
    unknown = {each["recipient"] for each in desk.json("outbox", "list")}  # type: ignore[attr-defined]
    got = _by_recipient(relay)
    people = {person(number) for number in range(MAILS)}
    assert people - got.keys() - unknown == set(), "neither sent nor listed"
    assert all(len(got[each]) == 1 for each in people & got.keys()), "an acknowledgement twice"
    assert len(_ids(got[ANNA])) == MAILS
    assert len(set(got[ANNA])) == MAILS, "one Message-ID, two letters"


def _about_relay(desk: Desk) -> list[str]:
    return [line for line in desk.lines if "sender" in line or "relay" in line]


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
