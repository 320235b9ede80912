"""A mail may kill its worker, hang it or fill its memory: it costs that mail, and no other."""

from __future__ import annotations

import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.settings import WorkerLimits
from mailgate.edges.spool.spool import Entry, Spool
from mailgate.edges.worker.pool import WORKER_DIED, Finished, Inline, WorkerPool, run_worker
from mailgate.edges.worker.wire import LENGTH
from mailgate.errors import Permanent, Temporary
from mailgate.mail.model import Envelope, Reading
from tests.edges.readings import reading

ENVELOPE = Envelope("smtp", ("support@help.example",))
LIMITS = WorkerLimits(wall=60.0)
PATIENCE_S = 30.0


class HurriedClock(SystemClock):
    """While it is ``hurried``, every look at it takes most of a second."""

    hurried = False

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        self.ahead += 0.9 * self.hurried
        return super().monotonic() + self.ahead


def read(raw: bytes, envelope: Envelope, key: str) -> Reading:
    """Do what the mail says."""
    if raw == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if raw == b"hang":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        while True:
            signal.pause()
    while raw == b"spin":
        pass
    if raw == b"memory":
        bytearray(1 << 40)
    if raw == b"raise":
        raise ValueError("/etc/passwd and the text of the mail")
    if raw == b"too complex":
        raise Permanent("too-complex", "the mail says so")
    if raw.startswith(b"wait for "):
        while not os.path.exists(raw[9:]):
            signal.sigtimedwait([signal.SIGUSR2], 0.01)
    if raw == b"limits":
        kinds = (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE)
        raw = repr([resource.getrlimit(kind)[1] for kind in kinds]).encode()
    return reading(raw, envelope, key)


class Crew:
    """Forks workers, and forks them anew when they end, as the daemon's parent does."""

    def __init__(self, socket_path: Path, spool_path: Path, limits: WorkerLimits) -> None:
        self.socket_path, self.spool_path, self.limits = socket_path, spool_path, limits
        self.pids: list[int] = []
        self.ended: list[int] = []

    def hire(self) -> int:
        """Fork one worker."""
        pid = os.fork()
        if not pid:
            try:
                run_worker(self.socket_path, self.spool_path, read, self.limits, SystemClock())
            finally:
                os._exit(0)
        self.pids.append(pid)
        return pid

    def tend(self) -> None:
        """Reap those that ended and put others in their place."""
        for pid in list(self.pids):
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone:
                self.pids.remove(pid)
                self.ended.append(os.waitstatus_to_exitcode(status))
                self.hire()

    def dismiss(self) -> None:
        """End all of them."""
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


class Bench:
    """A spool, a pool and its crew."""

    def __init__(self, folder: Path, spool: Spool, limits: WorkerLimits) -> None:
        self.spool = spool
        self.limits = limits
        self.clock = HurriedClock()
        self.pool = WorkerPool(folder / "workers", limits, self.clock, spool)
        self.crew = Crew(folder / "workers", spool.path, limits)

    def offer(self, *mails: bytes) -> list[str]:
        """Accept these mails and offer them to the pool; their keys."""
        known = self.spool.pending(0, 1000, 1 << 30)
        after = known[-1].seq if known else 0
        keys = self.spool.accept_many([(mail, ENVELOPE, "") for mail in mails])
        self.pool.offer(self.spool.pending(after, 1000, 1 << 30))
        return keys

    def until(self, met: Callable[[list[Finished]], bool], *, tend: bool = True) -> list[Finished]:
        """Collect until the condition holds; fails after a while."""
        finished: list[Finished] = []
        end = SystemClock().monotonic() + PATIENCE_S
        while not met(finished):
            assert SystemClock().monotonic() < end, finished
            if tend:
                self.crew.tend()
            finished += self.pool.collect(0.02)
        return finished

    def finish(self, count: int) -> dict[str, Finished]:
        """Collect that many, by key."""
        return {done.entry.key: done for done in self.until(lambda finished: len(finished) >= count)}


@pytest.fixture
def make_bench(tmp_path: Path, spool: Spool) -> Iterator[Callable[..., Bench]]:
    """A bench with so many workers and these limits."""
    made: list[Bench] = []

    def make(workers: int = 1, limits: WorkerLimits = LIMITS) -> Bench:
        bench = Bench(tmp_path, spool, limits)
        made.append(bench)
        for _ in range(workers):
            bench.crew.hire()
        return bench

    yield make
    for bench in made:
        bench.crew.dismiss()
        bench.pool.close()


def test_what_is_offered_is_read_once_each(make_bench: Callable[..., Bench]) -> None:
    """Two workers share 200 mails, and every reading carries its own mail and key."""
    bench = make_bench(2)
    keys = bench.offer(*[b"mail %d" % number for number in range(200)])
    done = bench.finish(200)
    assert [done[key].reading.mail.subject for key in keys] == [f"mail {number}" for number in range(200)]  # type: ignore[union-attr]
    assert all(done[key].reading.entry_key == key for key in keys)  # type: ignore[union-attr]
    assert bench.pool.collect(0) == []


def test_a_batch_can_be_waited_for(make_bench: Callable[..., Bench]) -> None:
    """``enough`` readings come in one ``collect``; the last ones do not wait for others that are not there."""
    bench = make_bench()
    bench.offer(*[b"%d" % number for number in range(70)])
    first = bench.pool.collect(PATIENCE_S, enough=50)
    assert 50 <= len(first) <= 70
    rest = bench.pool.collect(PATIENCE_S, enough=50) if len(first) < 70 else []
    assert len(first) + len(rest) == 70


def test_an_exception_is_named_by_its_cause_or_class_only(make_bench: Callable[..., Bench]) -> None:
    """Its text may quote the mail."""
    bench = make_bench()
    bad, named, good = bench.offer(b"raise", b"too complex", b"good")
    done = bench.finish(3)
    assert (done[bad].reading, done[bad].trouble) == (None, "error: ValueError")
    assert (done[named].reading, done[named].trouble) == (None, "too-complex")
    assert done[good].reading is not None
    assert bench.crew.ended == []


def test_D23_a_mail_that_fills_the_memory_costs_itself_only(make_bench: Callable[..., Bench]) -> None:
    """It is tried once more in a fresh process of its own, then told; no death is counted."""
    bench = make_bench()
    before, bad, after = bench.offer(b"before", b"memory", b"after")
    done = bench.finish(3)
    assert done[bad].trouble == "limit: memory"
    assert done[before].reading
    assert done[after].reading
    assert bench.spool.pending(0, 3, 999)[1].deaths == 0


def test_promise_7_a_mail_that_kills_its_worker_is_given_up_after_three_deaths_alone(
    make_bench: Callable[..., Bench],
) -> None:
    """The mails around it are read, and only its own deaths are counted."""
    bench = make_bench()
    keys = bench.offer(b"a", b"die", b"b", b"c")
    done = bench.finish(4)
    assert [done[key].trouble for key in keys] == ["", WORKER_DIED, "", ""]
    assert [entry.deaths for entry in bench.spool.pending(0, 9, 999)] == [0, 3, 0, 0]
    assert bench.crew.ended == [-signal.SIGKILL] * 4


def test_a_mail_that_hangs_is_cut_off_and_the_others_do_not_wait_for_it(make_bench: Callable[..., Bench]) -> None:
    """P-19: it goes to the end of the line each time, so the rest is read after one limit's wait. Time flies while a
    worker has it in hand and is slow."""
    bench = make_bench()
    keys = bench.offer(b"hang", b"b", b"c")

    def all_done(finished: list[Finished]) -> bool:
        bench.clock.hurried = any(at.slow and at.sent and at.sent[0] == keys[0] for at in bench.pool._workers)
        return len(finished) == 3

    order = [done.entry.key for done in bench.until(all_done)]
    assert order == [keys[1], keys[2], keys[0]]
    assert bench.spool.pending(0, 1, 999)[0].deaths == 3
    assert bench.crew.ended == [-signal.SIGKILL] * 3


def test_a_mail_that_burns_the_processor_is_ended_by_the_kernel(make_bench: Callable[..., Bench]) -> None:
    """SIGPROF, so that it ends in the middle of a library too; the time on the clock was not up."""
    bench = make_bench(limits=replace(LIMITS, cpu=0.2, deaths=2))
    keys = bench.offer(b"a", b"spin", b"b")
    done = bench.finish(3)
    assert [done[key].trouble for key in keys] == ["", WORKER_DIED, ""]
    assert bench.crew.ended == [-signal.SIGPROF] * 3


def test_deaths_are_remembered_from_an_earlier_daemon(make_bench: Callable[..., Bench]) -> None:
    """An entry that has died often enough is not tried again."""
    bench = make_bench(0)
    entry = Entry(1, "k", 3, ENVELOPE, deaths=3)
    bench.pool.offer([entry])
    assert bench.pool.collect(0) == [Finished(entry, None, WORKER_DIED)]


def test_promise_7_a_restart_never_counts_against_a_mail(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    """The machine goes down: the worker is killed and none comes back. Nothing is written, however it was read."""
    bench = make_bench()
    bench.offer(b"wait for " + str(tmp_path / "never").encode())
    bench.until(lambda _: bool(bench.pool.slow()))
    bench.crew.dismiss()
    bench.crew.pids.clear()
    assert bench.until(lambda _: not bench.pool._workers, tend=False) == []
    assert bench.spool.pending(0, 1, 99)[0].deaths == 0


def test_a_worker_told_to_stop_finishes_its_batch_and_nothing_is_counted(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    """SIGTERM in the middle of a batch: the batch is answered, then comes the farewell."""
    bench = make_bench()
    gate = tmp_path / "gate"
    keys = bench.offer(b"wait for " + str(gate).encode(), b"b")
    bench.until(lambda _: bool(bench.pool.slow()))
    os.kill(bench.crew.pids[0], signal.SIGTERM)
    gate.touch()
    done = bench.finish(2)
    assert all(done[key].reading for key in keys)
    bench.until(lambda _: bool(bench.crew.ended))
    assert bench.crew.ended == [0]
    bench.offer(b"after")
    bench.finish(1)


def test_a_slow_mail_is_named_and_holds_up_nobody(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    """What stood behind it in the same batch is read by another worker while it is still being read."""
    bench = make_bench(2)
    bench.until(lambda _: len(bench.pool._workers) == 2)
    gate = tmp_path / "gate"
    slow, *others = bench.offer(b"wait for " + str(gate).encode(), *[b"%d" % number for number in range(9)])
    done = bench.finish(9)
    assert set(done) == set(others)
    assert bench.pool.slow() == {slow}
    gate.touch()
    assert bench.finish(1)[slow].reading
    assert bench.pool.slow() == frozenset()


def test_a_worker_runs_under_limits(make_bench: Callable[..., Bench]) -> None:
    """No core files, few open files, small files only."""
    bench = make_bench()
    (key,) = bench.offer(b"limits")
    reading_made = bench.finish(1)[key].reading
    assert reading_made
    core, files, size = (int(part) for part in reading_made.mail.subject.strip("[]").split(","))
    assert core == 0
    assert files <= 256
    assert size <= 16 * 1024 * 1024


def test_capacity_keeps_two_batches_a_worker_on_their_way(make_bench: Callable[..., Bench]) -> None:
    """The applier asks how much more to take from the spool."""
    bench = make_bench(0, limits=replace(LIMITS, batch=5))
    assert bench.pool.capacity() == 10
    bench.offer(b"a", b"b", b"c")
    assert bench.pool.capacity() == 7


def test_a_full_spool_while_counting_a_death_loses_nothing(make_bench: Callable[..., Bench]) -> None:
    """``collect`` raises, and the next one goes on where it was."""
    bench = make_bench()
    bad, good = bench.offer(b"die", b"good")
    count = bench.spool.count_death
    failures = iter([Temporary("full"), Temporary("full")])

    def fail_twice(key: str) -> int:
        for failure in failures:
            raise failure
        return count(key)

    bench.spool.count_death = fail_twice  # type: ignore[method-assign]
    done: dict[str, Finished] = {}
    raised = 0
    while len(done) < 2:
        bench.crew.tend()
        try:
            done |= {finished.entry.key: finished for finished in bench.pool.collect(0.02)}
        except Temporary:
            raised += 1
    assert raised == 2
    assert done[bad].trouble == WORKER_DIED
    assert done[good].reading


def test_a_worker_that_babbles_is_taken_for_dead(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    """Garbage instead of a frame: its mails are read by another one. (The babbler is a child, for it is killed.)"""
    bench = make_bench(0)
    child = os.fork()
    if not child:
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(tmp_path / "workers"))
        line.recv(1)
        line.sendall(LENGTH.pack(4) + b"\xff\xff\xff\xff")
        signal.pause()
    bench.until(lambda _: bool(bench.pool._workers))
    (key,) = bench.offer(b"mail")
    bench.until(lambda _: not bench.pool._workers)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    bench.crew.hire()
    assert bench.finish(1)[key].reading


def test_the_socket_is_ours_alone(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    """Mode 0600, and an old socket of a crash is no obstacle."""
    make_bench(0).pool.close()
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "workers"))
    left.close()
    make_bench(0)
    assert (tmp_path / "workers").stat().st_mode & 0o777 == 0o600


def test_inline_reads_in_order_and_survives_what_it_may(spool: Spool) -> None:
    """The same answers without a second process."""
    mails = (b"a", b"raise", b"memory", b"b")
    keys = spool.accept_many([(mail, ENVELOPE, "") for mail in mails])
    pool = Inline(read, spool)
    pool.offer(spool.pending(0, 9, 999))
    done = pool.collect(0)
    assert [finished.entry.key for finished in done] == keys
    assert [finished.trouble for finished in done] == ["", "error: ValueError", "limit: memory", ""]
