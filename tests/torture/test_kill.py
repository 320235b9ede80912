"""Promises 1 to 3 under SIGKILL: nothing that was acknowledged is lost, nothing is stored twice, no acknowledgement
goes out twice. ``MAILGATE_KILLS`` and ``MAILGATE_KILL_MAILS`` make the run longer, ``MAILGATE_KILL_SEED`` other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from tests.flow.world import Desk, Relay
from tests.real.mailbox import mailbox
from tests.torture.killing import Books, Killer, doubled, loses_acknowledgements, mail, message_id, person, send_all
from tests.torture.ledger import Ledger

KILLS = int(os.environ.get("MAILGATE_KILLS", "50"))
SEED = int(os.environ.get("MAILGATE_KILL_SEED", "20261121"))
MAILS = int(os.environ.get("MAILGATE_KILL_MAILS", "500"))
DRAIN_S = 120.0
LETTERS_A_KILL = 10
GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 100000 }\n"


def test_promises_1_2_3_hold_while_processes_are_killed(
    new_desk: Callable[..., Desk], far: Relay, database: str
) -> None:
    """500 mails over SMTP and IMAP, 50 kills, a relay that is gone now and then: each mail is there once, and each
    customer got at most one letter."""
    books, numbers = Books(), range(MAILS)
    by_imap, by_smtp = numbers[::5], [number for number in numbers if number % 5]
    with mailbox() as server:
        desk = new_desk(database, imap=server.config(), more=GENEROUS)
        killer, give_up = Killer(desk, KILLS, seed=SEED, books=books), threading.Event()
        far.loses = loses_acknowledgements(SEED)
        killer.start()
        for start in range(0, len(by_imap), 10):
            server.append([mail(number) for number in by_imap[start : start + 10]])
        send_all(desk, by_smtp, books, give_up)
        killer.join(60 + 20 * KILLS)
        assert not killer.is_alive()
        assert sum(books.kills.values()) == KILLS, "somebody could not be killed, or the desk not be started again"
        assert books.refused == [], "a 5xx for honest mail"
        ledger = Ledger(desk, database)
        ledger.wait_until_settled(MAILS, DRAIN_S)
        stored = ledger.message_ids()
        assert books.accepted - set(stored) == set(), "acknowledged and not stored"
        assert {message_id(number) for number in by_imap} - set(stored) == set(), "on the IMAP server and not stored"
        assert doubled(iter(stored)) == {}, "stored twice"
        assert ledger.held() == [], "honest mail was held"

        unknown = ledger.unknown_letters()
        assert len(unknown) <= LETTERS_A_KILL * sum(books.kills.values()) + MAILS // 10, "more than what was in doubt"
        people = {person(number) for number in numbers}
        sent = [letter.recipient for letter in far.letters if letter.recipient in people]
        assert doubled(iter(sent)) == {}, "an acknowledgement went out twice"
        assert people - set(sent) - set(unknown) == set(), "no acknowledgement, and not listed as unknown either"
        assert desk.run("audit", "verify").returncode == 0
        print(f"kills: {dict(books.kills)}; letters left unknown: {len(unknown)}")
        desk.stop()
