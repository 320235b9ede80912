"""The applier's side of the workers: hands entries out, watches the time, and lays a death to the right mail.

============  ==========================================  ===================================================
an entry is   meaning                                     leads to
============  ==========================================  ===================================================
waiting       offered, no worker has it                   in hand; finished where it has died too often
in hand       a worker reads it or will soon              finished; waiting (alone, or taken back)
slow          in hand, read for more than half a second   as in hand; may be applied after later ones
finished      given to the applier by ``collect``         nothing: it is forgotten here
============  ==========================================  ===================================================

When a worker ends:

=================================  =================================================================================
it said farewell                   what it had left waits again; nobody's fault
we killed it after ``limits.wall`` the entry it was at has died once; those behind it wait again
it vanished, with several in hand  all of them wait again, each to be read alone
it vanished, with one read alone   that entry has died once
=================================  =================================================================================

A death is only written (durably, in the spool) when another worker is there to take the entry up again. When the
whole machine goes down no worker comes back, so a restart never counts against honest mail. After ``limits.deaths``
the entry is finished with the trouble ``worker-died``.

No threads: one selector, ``collect`` does the work. A ``Temporary`` of the spool passes through ``collect`` and loses
nothing; the next call goes on. ``Inline`` is the same for one process: it reads where it stands, unguarded.
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import socket
import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mailgate.clock import Clock
from mailgate.edges.settings import WorkerLimits
from mailgate.edges.spool.spool import Entry, Spool
from mailgate.edges.unix_path import within_reach
from mailgate.edges.worker.process import OUT_OF_MEMORY, RECEIVE, Read, read_one, run_worker
from mailgate.edges.worker.wire import Answer, BrokenWire, Frames, answer_of, frame
from mailgate.mail.model import Reading

__all__ = ["WORKER_DIED", "Finished", "Inline", "Read", "WorkerPool", "run_worker"]

WORKER_DIED = "worker-died"
SLOW_S = 0.5
AWAY_S = 1.0
SEND_TIMEOUT_S = 5.0
BATCHES_AHEAD = 2
GATHER_S = 0.002


@dataclass(frozen=True, slots=True)
class Finished:
    """An entry with its reading; without one, ``trouble`` is ``worker-died``, ``limit: memory``, the cause of a
    ``Permanent`` (``too-complex``), or ``error: Class``."""

    entry: Entry
    reading: Reading | None
    trouble: str = ""


@dataclass(slots=True)
class _Job:
    """An entry on its way: ``alone`` it must be read in a batch of its own, ``died`` is a death not yet written."""

    entry: Entry
    alone: bool = False
    died: bool = False


@dataclass(slots=True, eq=False)
class _Worker:
    """One connected worker. ``sent`` are the keys it has not answered, in its order; ``jobs`` those of them that are
    still its own; ``since`` is when it began with the first of ``sent``, ``slow`` that this one takes long."""

    line: socket.socket
    pid: int
    frames: Frames = field(default_factory=Frames)
    sent: deque[str] = field(default_factory=deque)
    jobs: dict[str, _Job] = field(default_factory=dict)
    since: float = 0.0
    slow: bool = False


class WorkerPool:
    """All workers of a daemon, seen from the applier. See the head of this module."""

    def __init__(self, socket_path: Path, limits: WorkerLimits, clock: Clock, spool: Spool) -> None:
        """Listen at ``socket_path`` (mode 0600, an old socket is replaced); OSError where that cannot be."""
        self._path, self._limits, self._clock, self._spool = socket_path, limits, clock, spool
        self._waiting: deque[_Job] = deque()
        self._workers: list[_Worker] = []
        self._finished: list[Finished] = []
        self._slow: set[str] = set()
        self._left = clock.monotonic()
        socket_path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with within_reach(socket_path) as name:
            self._listener.bind(name)
        socket_path.chmod(0o600)
        self._listener.listen(64)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)

    def fileno(self) -> int:
        """A descriptor that is readable when ``collect`` has something to do, for the applier's own selector."""
        return int(getattr(self._selector, "fileno", self._listener.fileno)())

    def offer(self, entries: Sequence[Entry]) -> None:
        """Take these entries on, in this order. Nothing is sent before ``collect``."""
        for entry in entries:
            if entry.deaths >= self._limits.deaths:
                self._finish(entry, None, WORKER_DIED)
            else:
                self._waiting.append(_Job(entry, alone=entry.deaths > 0))

    def capacity(self) -> int:
        """How many more entries keep the workers busy: two batches each, less what is on its way."""
        most = self._limits.batch * BATCHES_AHEAD * max(1, len(self._workers))
        return max(0, most - len(self._waiting) - sum(len(worker.jobs) for worker in self._workers))

    def slow(self) -> frozenset[str]:
        """The keys of entries that take long: later ones may be applied first."""
        return frozenset(self._slow)

    def collect(self, timeout: float, enough: int = 1) -> list[Finished]:
        """What has been finished, in any order.

        Waits up to ``timeout`` seconds until ``enough`` are; less once something is finished and nothing else is on its
        way. A batch to settle wants ``enough`` at its size: a hundred in one transaction cost little more than one.
        """
        end = self._clock.monotonic() + timeout
        self._forgive_absence()
        while True:
            self._hand_out()
            wait = min(end, self._next_look(end)) - self._clock.monotonic()
            self._hear(self._selector.select(0.0 if self._has(enough) else max(0.0, wait)))
            now = self._clock.monotonic()
            self._judge(now)
            if self._has(enough) or now >= end:
                break
            if enough > 1:
                select.select((), (), (), GATHER_S)  # several are wanted: let a few come, rather than wake for each
        self._left = self._clock.monotonic()
        finished, self._finished = self._finished, []
        return finished

    def close(self) -> None:
        """Hang up on all workers: each finishes what it reads and ends. Nothing counts as a death."""
        for worker in self._workers:
            worker.line.close()
        self._workers.clear()
        self._selector.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _has(self, enough: int) -> bool:
        busy = self._waiting or any(worker.jobs for worker in self._workers)
        return len(self._finished) >= enough or bool(self._finished and not busy)

    def _forgive_absence(self) -> None:
        """Time in which nobody looked (a stopped process, a long commit) is charged to no mail."""
        away = self._clock.monotonic() - self._left
        if away > AWAY_S:
            for worker in self._workers:
                worker.since += away

    def _hand_out(self) -> None:
        """Give each idle worker its share of what waits."""
        idle = [worker for worker in self._workers if not worker.sent]
        for left, worker in zip(range(len(idle), 0, -1), idle, strict=True):
            batch = self._next_batch(-(-len(self._waiting) // left))
            if not batch:
                return
            worker.jobs = {job.entry.key: job for job in batch}
            worker.sent = deque(worker.jobs)
            worker.since, worker.slow = self._clock.monotonic(), False
            try:
                worker.line.sendall(frame(tuple((job.entry.key, job.entry.envelope) for job in batch)))
            except OSError:
                self._part(worker)
                self._wait_again(batch)

    def _next_batch(self, share: int) -> list[_Job]:
        """At most ``share`` jobs within the limits of a batch, or one that must be alone; deaths are written here."""
        batch: list[_Job] = []
        size = 0
        while self._waiting and len(batch) < min(share, self._limits.batch):
            job = self._waiting[0]
            size += job.entry.size
            if batch and (job.alone or size > self._limits.batch_size):
                break
            if job.died and not self._bury_or_spare(job):
                size = 0
                continue
            batch.append(self._waiting.popleft())
            if job.alone:
                break
        return batch

    def _bury_or_spare(self, job: _Job) -> bool:
        """Write the death of the first waiting job; whether it may be tried once more."""
        deaths = self._spool.count_death(job.entry.key)
        job.died, job.entry = False, replace(job.entry, deaths=deaths)
        if deaths < self._limits.deaths:
            return True
        self._waiting.popleft()
        self._finish(job.entry, None, WORKER_DIED)
        return False

    def _hear(self, events: list[tuple[selectors.SelectorKey, int]]) -> None:
        for key, _ in events:
            if key.data is None:
                self._welcome()
            elif key.data in self._workers:
                self._listen(key.data)

    def _welcome(self) -> None:
        """A worker connects; strangers (another user's processes) are sent away."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            line, _ = self._listener.accept()
            pid, uid = peer(line)
            if uid != os.geteuid():
                line.close()
                return
            line.settimeout(SEND_TIMEOUT_S)
            worker = _Worker(line, pid)
            self._workers.append(worker)
            self._selector.register(line, selectors.EVENT_READ, worker)

    def _listen(self, worker: _Worker) -> None:
        """Take a worker's answers; notice its farewell or its end."""
        try:
            data = worker.line.recv(RECEIVE)
            for told in worker.frames.feed(data):
                answer = answer_of(told)
                if not answer.key:
                    self._part(worker)
                    self._wait_again(list(worker.jobs.values()))
                    return
                self._answered(worker, answer)
        except BrokenWire:
            _kill(worker)
            data = b""
        except OSError:
            data = b""
        if not data:
            self._lost(worker)

    def _answered(self, worker: _Worker, answer: Answer) -> None:
        worker.since, worker.slow = self._clock.monotonic(), False
        with contextlib.suppress(ValueError):
            worker.sent.remove(answer.key)
        job = worker.jobs.pop(answer.key, None)
        if job is None:
            return  # taken back when it stood behind a slow one; whoever has it now answers
        if answer.trouble == OUT_OF_MEMORY and not job.alone:
            # Those before it may have filled the memory: it gets a fresh process to itself.
            job.alone = True
            self._wait_again([job])
            return
        self._finish(job.entry, answer.reading, answer.trouble)

    def _lost(self, worker: _Worker) -> None:
        """It vanished without a farewell."""
        self._part(worker)
        jobs = list(worker.jobs.values())
        for job in jobs:
            job.died = job.alone
            job.alone = True
        self._wait_again(jobs)

    def _judge(self, now: float) -> None:
        """Mark the slow, kill the hung."""
        for worker in [worker for worker in self._workers if worker.sent]:
            spent = now - worker.since
            if spent > self._limits.wall:
                self._kill_hung(worker)
            elif spent > SLOW_S:
                worker.slow = True
                self._slow.update(worker.jobs.keys() & {worker.sent[0]})
                self._take_back(worker)

    def _kill_hung(self, worker: _Worker) -> None:
        _kill(worker)
        self._part(worker)
        culprit = worker.jobs.pop(worker.sent[0], None)
        self._wait_again(list(worker.jobs.values()))
        if culprit:
            # It waits at the end, so that it costs the others as little time as may be.
            culprit.alone = culprit.died = True
            self._waiting.append(culprit)

    def _take_back(self, worker: _Worker) -> None:
        """What stands behind a slow entry goes to another worker, where one is idle."""
        if len(worker.jobs) > 1 and any(not other.sent for other in self._workers):
            behind = [worker.jobs.pop(key) for key in list(worker.sent)[1:] if key in worker.jobs]
            self._wait_again(behind)

    def _wait_again(self, jobs: Sequence[_Job]) -> None:
        self._waiting.extendleft(reversed(jobs))

    def _part(self, worker: _Worker) -> None:
        self._selector.unregister(worker.line)
        worker.line.close()
        self._workers.remove(worker)

    def _finish(self, entry: Entry, reading: Reading | None, trouble: str) -> None:
        self._slow.discard(entry.key)
        self._finished.append(Finished(entry, reading, trouble))

    def _next_look(self, otherwise: float) -> float:
        """When the next entry becomes slow or overdue."""
        looks = [
            worker.since + (self._limits.wall if worker.slow else min(SLOW_S, self._limits.wall))
            for worker in self._workers
            if worker.sent
        ]
        return min(looks, default=otherwise)


class Inline:
    """The pool's two methods in one process: for ``ingest`` without a daemon, the demo, and tests."""

    def __init__(self, read: Read, spool: Spool) -> None:
        """Read with ``read`` what is in ``spool``."""
        self._read, self._spool = read, spool
        self._waiting: deque[Entry] = deque()
        self._finished: list[Finished] = []

    def offer(self, entries: Sequence[Entry]) -> None:
        """Take these entries on, in this order."""
        self._waiting.extend(entries)

    def capacity(self) -> int:
        """As many as a worker would take."""
        return max(0, WorkerLimits().batch - len(self._waiting))

    def slow(self) -> frozenset[str]:
        """None: what is read in place is read in order."""
        return frozenset()

    def collect(self, timeout: float, enough: int = 1) -> list[Finished]:
        """Read all that was offered, in order; never waits. A ``Temporary`` of the spool passes; nothing is lost."""
        del timeout, enough
        while self._waiting:
            entry = self._waiting[0]
            raw = self._spool.raw(entry.key)
            answer = read_one(self._read, raw, entry.envelope, entry.key)
            self._finished.append(Finished(self._waiting.popleft(), answer.reading, answer.trouble))
        finished, self._finished = self._finished, []
        return finished

    def close(self) -> None:
        """Nothing to hang up."""


def peer(line: socket.socket) -> tuple[int, int]:
    """Process and user at the other end of a Unix socket; where the system does not say, process 0 of our own user."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return 0, os.geteuid()
    pid, uid, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return pid, uid


def _kill(worker: _Worker) -> None:
    if worker.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
