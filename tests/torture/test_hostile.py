"""Promise 7 through a running desk: hostile mail costs that mail.

By SMTP and by IMAP the same mails come, an honest person writes all the while, and in the end every mail has its
outcome, no process died of one, and no letter carries what was in them.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.flow.world import ANNA, BEN, DESK, PATIENCE_S, Desk, Relay, letter
from tests.real.mailbox import mailbox
from tests.torture.hostile import ASIDE, SENDER, VICTIM, Hostile, mails
from tests.torture.killing import children
from tests.torture.ledger import Ledger
from tests.torture.promised import within

MEMORY = 600 * 1024
"""Kilobytes of all processes together, shared pages counted once (PSS)."""

DRAIN_S = 90.0
ROLES = 2
"""What outlives a worker: a test of a limit may cost one of those, and nothing else."""

GENEROUS = "[limits]\nletters = { per_domain_hour = 100000, unproved_hour = 100000 }\n"
ACTIVE = re.compile(
    rb"<\s*(?:script|iframe|object|embed|base|form|svg|math)\b|<[^>]*\son\w+\s*=|<[^>]*(?:href|src)\s*=\W*(?:java|vb)script:|"
    rb"<[^>]*(?:src|srcset|background)\s*=\W*(?:https?:)?//evil|url\s*\(\W*(?:https?:)?//evil",
    re.IGNORECASE,
)


class Honest(threading.Thread):
    """Somebody who writes all the while; ``waits`` are the seconds until each 250, ``most`` the memory seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(daemon=True)
        self.desk, self.waits, self.most, self.enough = desk, [0.0], 0, threading.Event()

    def run(self) -> None:
        """Write, look at the memory, and again."""
        while not self.enough.wait(0.2):
            number = len(self.waits)
            sender = f"h{number}@honest.example"
            raw = letter(sender, f"Question {number}", "Are you open?", message_id=f"<q{number}@honest.example>")
            began = time.monotonic()
            self.desk.send(raw, sender)
            self.waits.append(time.monotonic() - began)
            self.most = max(self.most, memory(self.desk))


def memory(desk: Desk) -> int:
    """Kilobytes of all processes of the desk; 0 where the system does not say."""
    assert desk.process is not None
    found = 0
    for pid in (desk.process.pid, *children(desk.process.pid)):
        with contextlib.suppress(OSError):
            told = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            found += int(told[1]) if told else 0
    return found


@contextlib.contextmanager
def watched(desk: Desk, far: Relay) -> Iterator[Honest]:
    """Somebody honest beside it all, who was never kept waiting and got every answer."""
    assert desk.process is not None
    before = set(children(desk.process.pid))
    person = Honest(desk)
    person.start()
    yield person
    person.enough.set()
    person.join(PATIENCE_S)
    assert not person.is_alive()
    assert within(5.0, max(person.waits))
    assert person.most < MEMORY
    after = set(children(desk.process.pid))
    assert len(before - after) <= ROLES, "more than workers have ended"
    for number in range(1, len(person.waits)):
        far.wait(f"h{number}@honest.example", timeout=DRAIN_S)
    slowest, most = max(person.waits), person.most // 1024
    print(f"honest mails: {len(person.waits) - 1}, slowest 250: {slowest:.3f} s, memory: {most} MB")


def judge(fates: dict[str, str], desk: Desk, far: Relay, hostile: list[Hostile]) -> None:
    """Every mail has one of the outcomes that it may have, and no letter carries on what was in it."""
    wrong = {one.name: fates.get(one.name) for one in hostile if fates.get(one.name) not in one.expected}
    assert wrong == {}
    assert {one.recipient for one in far.letters} - {ANNA, BEN, SENDER, "victim@evil.example"} <= {
        *(f"h{number}@honest.example" for number in range(10_000)),
        "mallory@evil.example",
        "no-reply@client.example",
    } - {VICTIM}
    silent = {one.name for one in hostile if one.silent}
    for sent in far.letters:
        if sent.recipient not in (ANNA, BEN):
            assert not any(f"<{name}@client.example>".encode() in sent.data for name in silent), sent.data[:2_000]
        page = sent.message.get_body(("html",))
        shown = page.get_content().encode() if page else b""
        assert not ACTIVE.search(shown), (sent.message["Subject"], ACTIVE.search(shown))
        assert sent.message.get_all("Bcc") is None
    assert not any(char in line for line in desk.lines for char in "\x1b\x00\u202e")
    assert not [line for line in desk.lines if "Traceback" in line or "It does not work" in line or SENDER in line]


def outcomes(desk: Desk) -> dict[str, str]:
    """What became of each entry, by its key."""
    rows = Ledger(desk, "sqlite").rows("SELECT entry_key, outcome, cause FROM deliveries")
    return {str(key): str(outcome) for key, outcome, _ in rows}


def test_P19_Q03_hostile_mail_by_smtp_costs_that_mail_only(new_desk: Callable[..., Desk], far: Relay) -> None:
    desk, hostile = new_desk(more=GENEROUS), mails()
    keys: dict[str, str] = {}
    fates: dict[str, str] = {}
    with watched(desk, far):
        with smtplib.SMTP("127.0.0.1", desk.ports["smtp"], timeout=PATIENCE_S) as client:
            client.ehlo()
            for one in hostile:
                client.mail(SENDER)
                client.rcpt(DESK)
                code, said = client.data(one.raw)
                if code == 250:
                    keys[said.decode().rpartition(" ")[2]] = one.name
                fates[one.name] = "kept" if code == 250 else "refused" if code >= 500 else f"answered {code}"
        _until_settled(desk, len(keys))
    found = {keys.get(key[:12]): outcome for key, outcome in outcomes(desk).items()}
    judge({**fates, **{name: outcome for name, outcome in found.items() if name}}, desk, far, hostile)
    assert desk.stop() == 0


def test_P19_Q03_hostile_mail_by_imap_costs_that_mail_only(new_desk: Callable[..., Desk], far: Relay) -> None:
    hostile = mails()
    with mailbox() as server:
        server.append([one.raw for one in hostile])
        desk = new_desk(imap=server.config(), more=GENEROUS)
        with watched(desk, far):
            _until_settled(desk, len(hostile))
        with contextlib.closing(sqlite3.connect(desk.folder / "state" / "spool.db")) as spool:
            keys = [key for (key,) in spool.execute("SELECT key FROM entry WHERE origin IS NOT NULL ORDER BY seq")]
        found = outcomes(desk)
        fates = {one.name: found[key] for one, key in zip(hostile, keys, strict=True)}
        judge(fates, desk, far, [_by_imap(one) for one in hostile])
        assert desk.stop() == 0


def _by_imap(one: Hostile) -> Hostile:
    """Nobody is there to be refused: what SMTP would refuse is held."""
    return Hostile(one.name, one.raw, one.expected | ({"hold"} if one.expected & ASIDE else set()), one.silent)


def _until_settled(desk: Desk, count: int) -> None:
    """Until so many mails of the hostile ones have their outcome; the honest ones are more besides."""
    ledger, deadline, before = Ledger(desk, "sqlite"), 0.0, -1
    honest = "SELECT count(*) FROM messages WHERE message_id LIKE '%@honest.example'"
    while (settled := ledger.rows("SELECT count(*) FROM deliveries")[0][0] - ledger.rows(honest)[0][0]) < count:
        if settled != before:
            before, deadline = settled, time.monotonic() + DRAIN_S
        assert time.monotonic() < deadline, f"{DRAIN_S} s at {settled} of {count} mails"
        threading.Event().wait(0.2)
