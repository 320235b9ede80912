"""I-04, I-07, I-09, I-10, I-12: an IMAP server that does everything wrong in turn, under a running daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.edges.scripted_imap import Conversation, HangUp, ScriptedImap
from tests.flow.world import Desk, Relay
from tests.torture.killing import mail, message_id, person
from tests.torture.ledger import Ledger

FIRST, THEN, LAST = range(4), range(4, 8), range(8, 10)
CONFIG = """[mailboxes.imap]
host = "127.0.0.1"
port = {port}
security = "none"
user = "support"
password = "pass word"
poll_every = "1 s"
command_deadline = "1 s"
"""


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    running = ScriptedImap()
    yield running
    running.close()


def misbehave(server: ScriptedImap) -> Callable[[], int]:
    """FETCH of bodies drips, then lies about a literal, then finds a mail expunged, then says NO; IDLE hangs up twice.
    Returns what tells how many of these are still to come."""

    def drip(talk: Conversation, _tag: str, _line: str) -> None:
        talk.drip(" ")

    def lie(talk: Conversation, _tag: str, _line: str) -> None:
        talk.say("* 1 FETCH (UID 1 BODY[] {4000000}\r\nSubject: short\r\n")
        raise HangUp

    def expunge(talk: Conversation, tag: str, line: str) -> None:
        gone = server.asked(line)[0]
        server.mails[900 + gone] = server.mails.pop(gone)  # somebody moves it away, and back again
        server.do_fetch(talk, tag, line)

    def refuse(talk: Conversation, tag: str, _line: str) -> None:
        talk.say(f"{tag} NO [UNAVAILABLE] later\r\n")

    acts = [drip, lie, expunge, refuse]
    idles = [1, 2]

    def fetch(talk: Conversation, tag: str, line: str) -> None:
        wrong = acts.pop(0) if "BODY.PEEK[]" in line and acts else server.do_fetch
        wrong(talk, tag, line)

    def idle(talk: Conversation, tag: str, line: str) -> None:
        if idles:
            idles.pop()
            raise HangUp
        server.do_idle(talk, tag, line)

    server.on |= {"FETCH": fetch, "IDLE": idle}
    return lambda: len(acts) + len(idles)


def test_I04_I07_I09_I10_I12_whatever_the_server_does_each_mail_is_there_once(
    new_desk: Callable[..., Desk], far: Relay, server: ScriptedImap
) -> None:
    """Old mails under a new UIDVALIDITY are recognised; a desk that was told lies says each of them once."""
    server.mails = {number + 1: mail(number) for number in FIRST}
    left = misbehave(server)
    desk = new_desk(imap=CONFIG.format(port=server.port))
    ledger = Ledger(desk, "sqlite")
    _all_there(desk, ledger, far, FIRST)
    for number in THEN:
        server.deliver(2000 + number, mail(number))
    _all_there(desk, ledger, far, THEN)
    server.uidvalidity = 8
    server.mails = {5 + place: raw for place, raw in enumerate(server.mails.values())}
    for talk in list(server.idling):
        talk.sock.close()
    for number in LAST:
        server.deliver(5000 + number, mail(number))
    _all_there(desk, ledger, far, LAST)
    assert sorted(ledger.message_ids()) == sorted(message_id(number) for number in range(LAST.stop))
    assert all(len(far.to(person(number))) == 1 for number in range(LAST.stop))
    assert ledger.held() == []
    assert left() == 0
    assert len([line for line in desk.lines if "part=imap" in line]) <= 12, desk.lines
    assert desk.stop() == 0


def _all_there(desk: Desk, ledger: Ledger, far: Relay, numbers: range) -> None:
    desk.wait_until(lambda: ledger.stored() >= numbers.stop)
    for number in numbers:
        far.wait(person(number))
