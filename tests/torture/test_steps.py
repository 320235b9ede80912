"""Promises 1 to 3 when a process dies exactly between two durable steps, at every such step.

``MAILGATE_STEP_KILLS`` says how often at each (once in the usual run, 20 for the long one)."""

from __future__ import annotations

import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate.desk.letter import AT_MOST_ONCE
from tests.flow.world import ANNA, Desk, Relay
from tests.real.mailbox import mailbox
from tests.torture.failing import STEPS, token
from tests.torture.killing import Books, doubled, loses_acknowledgements, mail, message_id, person, send_all
from tests.torture.ledger import Ledger

KILLS = int(os.environ.get("MAILGATE_STEP_KILLS", "1"))
WAVE = 60
WAVES = 40 + 12 * KILLS
AHEAD = 300
DRAIN_S = 120.0
VISITS = 100
"""Letters that are enough for one death at a step of sending: ten go out together, and every third time it is met."""

GENEROUS = """
[limits]
letters = { per_domain_hour = 100000, unproved_hour = 1000000, news_per_sender_hour = 100000 }
"""


def test_D02_D03_D04_D13_O01_O15_I01_I02_nothing_is_lost_or_doubled_at_any_step(
    new_desk: Callable[..., Desk], far: Relay, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mail in waves until every token is used up; then each mail is there once, each customer got at most one
    acknowledgement, and a letter to an agent that came twice is the same letter, cut off by a death."""
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    names = [token(step, number) for step in STEPS if step.database in ("", database) for number in range(KILLS)]
    for name in names:
        (tokens / name).touch()
    monkeypatch.setenv("MAILGATE_TOKENS", str(tokens))
    books, sent = Books(), 0
    far.loses = loses_acknowledgements(20261122)
    with mailbox() as server:
        desk = new_desk(database, imap=server.config(), more=GENEROUS, run=False)
        desk.program = ("-m", "tests.torture.failing")
        desk.start()
        for wave in range(WAVES):
            numbers = range(wave * WAVE, (wave + 1) * WAVE)
            for number in numbers[::6]:
                server.append([mail(number)])  # each for itself, so that the steps of IMAP are met more often
            send_all(desk, [number for number in numbers if number % 6], books, threading.Event())
            sent = numbers.stop
            ledger, left = Ledger(desk, database), _left(tokens)
            ledger.wait_until_stored(sent - AHEAD, DRAIN_S)
            if all(step.startswith("sending") for step in left) and ledger.waiting() >= VISITS * left.total():
                ledger.wait_until_settled(sent, DRAIN_S)  # letters go out while we wait, mail must come in
                if not _left(tokens):
                    break
        _check_books(desk, far, database, books, sent)
        left = _left(tokens)
        assert desk.run("audit", "verify").returncode == 0
        desk.stop()
    assert left == {}, "steps that nobody came by"


def _left(tokens: Path) -> Counter[str]:
    """The steps at which somebody has still to die, and how often."""
    return Counter(STEPS[int(path.name.partition(".")[0])].name for path in tokens.iterdir())


def _check_books(desk: Desk, far: Relay, database: str, books: Books, mails: int) -> None:
    ledger = Ledger(desk, database)
    ledger.wait_until_settled(mails, DRAIN_S)
    stored = ledger.message_ids()
    assert books.refused == [], "a 5xx for honest mail"
    assert books.accepted - set(stored) == set(), "acknowledged and not stored"
    assert {message_id(number) for number in range(mails)} - set(stored) == set(), "on the IMAP server and not stored"
    assert doubled(iter(stored)) == {}, "stored twice"
    assert ledger.held() == [], "honest mail was held"
    unknown = set(ledger.unknown_letters())
    people = {person(number) for number in range(mails)}
    told = [letter.recipient for letter in far.letters if letter.recipient in people]
    assert doubled(iter(told)) == {}, "an acknowledgement went out twice"
    assert people - set(told) - unknown == set(), "no acknowledgement, and not listed as unknown either"
    _check_repeats(far)


def _check_repeats(far: Relay) -> None:
    """O-02: what may go twice (nothing but what is not in ``AT_MOST_ONCE``) goes out as the very same bytes."""
    assert AT_MOST_ONCE, "acknowledgements are never repeated"
    copies: dict[str, set[bytes]] = defaultdict(set)
    for letter in far.letters:
        if letter.recipient == ANNA:
            copies[str(letter.message["Message-ID"])].add(letter.data)
    assert all(len(forms) == 1 for forms in copies.values()), "one Message-ID, two letters"
