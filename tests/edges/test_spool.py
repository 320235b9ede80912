"""The spool keeps what it said it has, once, through crashes, full disks and restores."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.spool.spool import Spool, SpoolFull
from mailgate.errors import Permanent, Temporary
from mailgate.mail.model import Envelope
from tests.edges.conftest import DAY_MS, HandClock

ENVELOPE = Envelope(
    "smtp", ("support@help.example", "billing@help.example"), "ana@client.example", 0, "192.0.2.7", "mx"
)

ACCEPT_FOR_EVER = """
import sys
from pathlib import Path
from mailgate.clock import SystemClock
from mailgate.edges.spool.spool import Spool
from mailgate.mail.model import Envelope
spool = Spool.open(Path(sys.argv[1]), SystemClock())
number = 0
while True:
    number += 1
    key = spool.accept(b"%s %d" % (sys.argv[2].encode(), number), Envelope("smtp", ("a@help.example",)))
    sys.stdout.write(f"{sys.argv[2]} {number} {key}\\n")
    sys.stdout.flush()
"""


def keys(spool: Spool) -> list[str]:
    return [entry.key for entry in spool.pending(0, 1000, 1 << 30)]


def test_state_pending_gives_back_every_octet_and_the_whole_envelope(spool: Spool, clock: HandClock) -> None:
    """C-25: what is read is what was accepted, and the time of acceptance is filled in."""
    raw = bytes(range(256)) * 300
    key = spool.accept(raw, ENVELOPE)
    (entry,) = spool.pending(0, 10, 1 << 20)
    assert spool.raw(key) == raw
    assert (entry.key, entry.size, entry.deaths) == (key, len(raw), 0)
    assert entry.envelope == Envelope("smtp", ENVELOPE.recipients, "ana@client.example", clock.ms, "192.0.2.7", "mx")


def test_the_mails_of_several_entries_come_in_the_order_in_which_they_are_asked_for(spool: Spool) -> None:
    """A small one, an empty one and one that is read in place; what is gone is gone here too."""
    mails = (b"small", b"", b"large" * 300_000)
    spool.accept_many([(raw, ENVELOPE, "") for raw in mails])
    entries = spool.pending(0, 9, 1 << 30)
    assert spool.raws(entries) == list(mails)
    assert spool.raws(entries[::-1]) == list(mails[::-1])
    spool.done([entries[0].key])
    spool.forget([entries[0].key])
    with pytest.raises(Permanent, match="no longer"):
        spool.raws(entries)


def test_an_unknown_sender_stays_unknown_and_a_null_sender_null(spool: Spool) -> None:
    """``mail_from`` None and the empty one are two things."""
    spool.accept_many([(b"a", Envelope("imap", ("a@x",)), ""), (b"b", Envelope("smtp", ("a@x",), ""), "")])
    assert [entry.envelope.mail_from for entry in spool.pending(0, 9, 99)] == [None, ""]


def test_entries_come_in_the_order_of_acceptance_within_number_and_size(spool: Spool) -> None:
    """The applier's window: at most so many, at most so many octets, but always one."""
    wanted = spool.accept_many([(b"x" * 100, ENVELOPE, "") for _ in range(5)])
    assert keys(spool) == wanted
    assert [entry.key for entry in spool.pending(0, 2, 1 << 20)] == wanted[:2]
    assert [entry.key for entry in spool.pending(0, 9, 250)] == wanted[:2]
    assert [entry.key for entry in spool.pending(0, 9, 1)] == wanted[:1]
    third = spool.pending(0, 9, 1 << 20)[2]
    assert [entry.key for entry in spool.pending(third.seq, 9, 1 << 20)] == wanted[3:]


def test_state_done_is_no_longer_pending_but_keeps_its_bytes(spool: Spool) -> None:
    """Done raws stay for the replay."""
    first, second = spool.accept_many([(b"one", ENVELOPE, ""), (b"two", ENVELOPE, "")])
    spool.done([first])
    assert keys(spool) == [second]
    assert spool.unfinished() == 1
    assert spool.raw(first) == b"one"


def test_state_swept_loses_bytes_and_addresses_of_old_done_mail_only(spool: Spool, clock: HandClock) -> None:
    """Retention: seven days after it was done the raw goes; pending and young entries stay."""
    old, waiting, origin = spool.accept_many([(b"o", ENVELOPE, ""), (b"w", ENVELOPE, ""), (b"i", ENVELOPE, "imap:1")])
    spool.done([old, origin])
    clock.ms += 8 * DAY_MS
    young = spool.accept(b"y", ENVELOPE)
    spool.done([young])
    assert spool.sweep(clock.ms - 7 * DAY_MS) == 2
    assert spool.raw(young) == b"y"
    assert keys(spool) == [waiting]
    for key in (old, origin):
        with pytest.raises(Permanent):
            spool.raw(key)
    with sqlite3.connect(spool.path) as db:
        assert db.execute("SELECT envelope FROM entry WHERE origin = 'imap:1'").fetchone() == ("",)


def test_sweeping_goes_on_past_one_step(spool: Spool, clock: HandClock) -> None:
    """More than one transaction's worth is swept in one call, and entries never finished do not stop it."""
    made = spool.accept_many([(b"m", ENVELOPE, "") for _ in range(1200)])
    spool.done(made[600:])
    clock.ms += DAY_MS
    assert spool.sweep(clock.ms) == 600
    assert spool.unfinished() == 600


def test_promise_2_an_origin_is_accepted_once_for_ever(spool: Spool, clock: HandClock) -> None:
    """I-01: refetching is harmless, in the same commit, later, and after the sweep."""
    first, again, other = spool.accept_many(
        [(b"m", ENVELOPE, "imap:a|1"), (b"m", ENVELOPE, "imap:a|1"), (b"m", ENVELOPE, "imap:a|2")]
    )
    assert first == again != other
    spool.done([first])
    clock.ms += 9 * DAY_MS
    spool.sweep(clock.ms)
    assert spool.accept(b"m", ENVELOPE, "imap:a|1") == first
    assert keys(spool) == [other]


def test_keys_are_128_bit_and_never_alike(spool: Spool) -> None:
    """A new spool never meets old done-marks."""
    made = spool.accept_many([(b"same", ENVELOPE, "") for _ in range(200)])
    assert len(set(made)) == 200
    assert {len(bytes.fromhex(key)) for key in made} == {16}


def test_deaths_are_counted_through_a_restart(spool: Spool, spool_path: Path, clock: HandClock) -> None:
    """Promise 7: a mail that kills its worker is found out even when the daemon goes down with it."""
    key = spool.accept(b"poison", ENVELOPE)
    assert [spool.count_death(key), spool.count_death(key)] == [1, 2]
    spool.close()
    again = Spool.open(spool_path, clock)
    assert again.pending(0, 1, 99)[0].deaths == 2
    again.close()


def test_after_a_restore_what_the_database_has_lost_is_pending_again(spool: Spool) -> None:
    """Done here, without a done-mark there: applied again, in the old order, and nothing else is. The newest are looked
    at first, five hundred a step, so that nobody has to wait until a week's mail is looked through."""
    made = spool.accept_many([(b"%d" % number, ENVELOPE, "") for number in range(1100)])
    spool.done(made[:1050])
    lost = {made[3], made[700], made[1049]}
    assert list(spool.reopen_done(lambda asked: set(asked) - lost)) == [2, 0, 1]
    assert keys(spool) == [key for key in made if key in lost or key in made[1050:]]


def test_what_was_swept_is_not_asked_for_again(spool: Spool, clock: HandClock) -> None:
    """Neither by its row, where the origin is kept, nor because its mail is missing: there is nothing to settle."""
    made = spool.accept_many(
        [(b"%d" % number, ENVELOPE, f"imap:{number}" if number % 2 else "") for number in range(6)]
    )
    spool.done(made)
    spool.sweep(clock.now_ms() + 1)
    asked: list[str] = []
    kept = spool.accept(b"young", ENVELOPE)
    spool.done([kept])
    assert sum(spool.reopen_done(lambda keys: set(asked.extend(keys) or ()))) == 1
    assert asked == [kept]


def test_D06_the_file_is_wal_and_synced_in_full(spool: Spool) -> None:
    """Accepting commits with synchronous=FULL (2), also right after a cheap done-mark."""
    spool.done([spool.accept(b"m", ENVELOPE)])
    with spool._writing() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_Q04_file_log_and_folder_are_ours_alone(spool: Spool) -> None:
    """0600 and 0700 whatever the umask; so are the locks and the log beside it."""
    spool.accept(b"m", ENVELOPE)
    assert spool.path.parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in spool.path.parent.iterdir()} == {0o600}


def test_only_the_one_with_checkpoints_checkpoints(spool: Spool, spool_path: Path, clock: HandClock) -> None:
    """Two connections that checkpoint at once can corrupt a WAL before SQLite 3.51.3."""
    other = Spool.open(spool_path, clock)
    with other._reading() as db:
        assert db.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    other.close()


def test_a_log_grown_long_is_emptied(spool_path: Path, clock: HandClock) -> None:
    """``checkpoint`` lets the log start anew, and the mail is still there."""
    spool, other = Spool.open(spool_path, clock, checkpoints=True), Spool.open(spool_path, clock)
    key = other.accept(b"x" * 20_000_000, ENVELOPE)
    log = Path(f"{spool_path}-wal")
    other.checkpoint()
    assert log.stat().st_size > 20_000_000
    spool.checkpoint()
    assert log.stat().st_size == 0
    assert len(spool.raw(key)) == 20_000_000
    spool.close()
    other.close()


@pytest.mark.parametrize("use", [lambda s: s.accept(b"m", ENVELOPE), lambda s: s.pending(0, 1, 1), Spool.unfinished])
def test_a_damaged_file_is_temporary_and_named(
    use: Callable[[Spool], object], spool_path: Path, clock: HandClock
) -> None:
    """Promise 4, whatever is asked of it first: the admin reads which file it is."""
    spool = Spool.open(spool_path, clock)
    spool.close()
    for beside in spool_path.parent.iterdir():
        beside.write_bytes(b"this is not a database" * 999)
    with pytest.raises(Temporary, match=r"spool\.db is damaged"):
        use(spool)


def test_it_works_again_when_the_file_does(spool: Spool) -> None:
    """After an error the next call opens the file anew; nobody has to restart the daemon."""
    moved = spool.path.parent.rename(spool.path.parent.with_name("away"))
    spool.close()
    spool.path.parent.write_bytes(b"a file where the folder was")
    with pytest.raises(Temporary):
        spool.accept(b"m", ENVELOPE)
    spool.path.parent.unlink()
    moved.rename(spool.path.parent)
    key = spool.accept(b"m", ENVELOPE)
    assert keys(spool) == [key]


def test_D08_a_full_disk_is_its_own_failure_and_nothing_is_half_kept(spool: Spool) -> None:
    """``SpoolFull`` makes 452 possible; the rest of the group is not kept either, and room cures it."""
    with spool._reading() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages + 10}").fetchall()
    with pytest.raises(SpoolFull):
        spool.accept_many([(b"small", ENVELOPE, ""), (b"x" * 1_000_000, ENVELOPE, "")])
    assert spool.unfinished() == 0
    spool.accept(b"x" * 1_000_000, ENVELOPE)
    assert spool.unfinished() == 1


def test_a_file_that_may_not_grow_is_temporary(spool_path: Path) -> None:
    """The system's own refusal to write, from a real limit on the size of files: temporary, and no partial mail."""
    script = (
        "import sys, signal; from pathlib import Path; from mailgate.clock import SystemClock\n"
        "from mailgate.edges.spool.spool import Spool; from mailgate.errors import Temporary\n"
        "from mailgate.mail.model import Envelope\n"
        "spool = Spool.open(Path(sys.argv[1]), SystemClock())\n"
        "try:\n    spool.accept(b'x' * 9_000_000, Envelope('smtp', ('a@b',)))\n"
        "except Temporary:\n    print('temporary', spool.unfinished())\n"
    )

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))

    ran = subprocess.run(
        [sys.executable, "-c", script, str(spool_path)], preexec_fn=limit, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "temporary 0\n"


def test_a_newer_file_is_left_alone(spool: Spool, spool_path: Path, clock: HandClock) -> None:
    """An older daemon that meets a newer spool says so."""
    with sqlite3.connect(spool_path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(Temporary, match="newer mailgate"):
        Spool.open(spool_path, clock)


def test_free_bytes_are_those_of_the_disk(spool: Spool) -> None:
    """Promise 4 compares them with ``min_free``."""
    disk = os.statvfs(spool.path.parent)
    assert 0 < spool.free_bytes() <= disk.f_blocks * disk.f_frsize


def test_threads_may_share_a_spool(spool: Spool) -> None:
    """The imap process has a thread per account."""
    threads = [threading.Thread(target=lambda: [spool.accept(b"m", ENVELOPE) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys(spool))) == 80


def test_D01_what_was_acknowledged_is_there_exactly_once_after_20_kills(spool_path: Path) -> None:
    """Two processes accept at once and are SIGKILLed in the middle, ten rounds: nothing lost, nothing doubled, and
    neither of the two starves (each must get ten mails in, or the round does not end)."""
    acknowledged: dict[str, str] = {}
    for turn in range(10):
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", ACCEPT_FOR_EVER, str(spool_path), f"{turn}{name}"], stdout=subprocess.PIPE
            )
            for name in "ab"
        ]
        for process in processes:
            assert process.stdout
            lines = [process.stdout.readline() for _ in range(10)]
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.read().splitlines()
            process.stdout.close()
            process.wait()
            for line in lines:
                if len(line.split()) == 3 and len(line.split()[2]) == 32:
                    name, number, key = line.decode().split()
                    acknowledged[key] = f"{name} {number}"
    spool = Spool.open(spool_path, SystemClock())
    stored = {key: spool.raw(key).decode() for key in keys_of_all(spool)}
    assert len(acknowledged) >= 200
    assert {key: stored.get(key) for key in acknowledged} == acknowledged
    assert len(set(stored.values())) == len(stored)
    with sqlite3.connect(spool_path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    spool.close()


def keys_of_all(spool: Spool) -> list[str]:
    return [entry.key for entry in spool.pending(0, 1_000_000, 1 << 40)]
