"""A worker: reads mails in a process that may die of them (promise 7).

Forked by the parent before any database is open. It connects to the applier's socket, takes a batch of keys, reads
each mail's bytes from the spool, and answers one by one; the applier's ``WorkerPool`` watches the time. Limits of
the process itself:

=================  ===================================================================================
address space      ``limits.memory``; what does not fit is answered ``limit: memory``, and the process
                   makes way for a fresh one, since nobody knows what a failed allocation left behind
processor time     ``limits.cpu`` seconds for one mail, then the kernel ends the process (SIGPROF), also in the
                   middle of a library; a busy machine does not make honest mail look slow
core files         none: a core holds customers' mail
open files         few
size of a file     small; nothing here writes files
system calls       no programs, no children, no files to write, no sockets but for DNS (``cage``)
=================  ===================================================================================

A ``Permanent`` of the reading code is answered with its cause, any other exception ``error: Class``. SIGTERM: the batch
in hand is finished, then a farewell, so that nothing counts against the mails behind. Trouble with the spool or the
socket ends the process in the same manner, and the parent starts another.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mailgate.clock import Clock
from mailgate.edges.bell import Bell
from mailgate.edges.settings import WorkerLimits
from mailgate.edges.spool.spool import Spool
from mailgate.edges.unix_path import within_reach
from mailgate.edges.worker import cage
from mailgate.edges.worker.wire import BYE, Answer, Batch, Frames, frame
from mailgate.errors import Permanent, Temporary
from mailgate.mail.model import Envelope, Reading

Read = Callable[[bytes, Envelope, str], Reading]
"""Raw bytes, envelope and entry key to a reading: ``gateway.read``."""

OPEN_FILES = 256
FILE_SIZE = 16 * 1024 * 1024
MEMORY_ROOM = 268_435_456
RECONNECT_S = 0.1
RECEIVE = 262_144
ANSWERS = 2 * 1024 * 1024
"""Octets of answers that may wait (the system may allow less), so that reading goes on while the applier writes."""

OUT_OF_MEMORY = "limit: memory"


def run_worker(socket_path: Path, spool_path: Path, read: Read, limits: WorkerLimits, clock: Clock) -> None:
    """Serve the applier that listens at ``socket_path`` until SIGTERM, a full memory, or its end.

    Meant to be the whole life of a process: it changes the process's limits and its SIGTERM handler. Raises
    ``Temporary`` when the spool cannot be used.
    """
    stop = Bell()
    signal.signal(signal.SIGTERM, lambda *_: stop.ring())
    spool = Spool.open(spool_path, clock)
    restrict(limits)
    line = _connect(socket_path, stop)
    if line is None:
        return
    cage.shut()
    with line, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        _serve(line, spool, partial(_timed, read, limits.cpu), stop)
        line.sendall(frame(BYE))


def restrict(limits: WorkerLimits) -> None:
    """Set the limits of this process; for good, since the hard ones are set too.

    The address space is never cut below what the process has already and some room: it could not even answer then.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _lower(resource.RLIMIT_AS, max(limits.memory, _address_space() + MEMORY_ROOM))
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, FILE_SIZE)


def _lower(which: int, wanted: int) -> None:
    _, hard = resource.getrlimit(which)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS has no address space limit to set
        resource.setrlimit(which, (value, value))


def _address_space() -> int:
    """The octets of address space in use now; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _connect(socket_path: Path, stop: Bell) -> socket.socket | None:
    """The line to the applier, as soon as it listens; None when told to stop before."""
    while True:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ANSWERS)
        try:
            with within_reach(socket_path) as name:
                line.connect(name)
        except OSError:
            line.close()
            if stop.wait(RECONNECT_S):
                return None
        else:
            return line


def _serve(line: socket.socket, spool: Spool, read: Read, stop: Bell) -> None:
    """Batch after batch, until there is a reason to make way."""
    frames = Frames()
    while True:
        ready, _, _ = select.select([line.fileno(), stop.fileno()], [], [])
        if stop.fileno() in ready:
            return
        data = line.recv(RECEIVE)
        if not data:
            return
        for batch in frames.feed(data):
            if not _read_batch(line, spool, read, batch):
                return


def _read_batch(line: socket.socket, spool: Spool, read: Read, batch: Batch) -> bool:
    """Answer each entry as soon as it is read; whether this process is still good for another batch."""
    for key, envelope in batch:
        try:
            raw = spool.raw(key)
        except Temporary:
            return False
        except Exception as error:  # not in the spool any more: that entry's trouble, not the batch's
            line.sendall(frame(Answer(key, None, trouble_of(error))))
            continue
        answer = read_one(read, raw, envelope, key)
        line.sendall(frame(answer))
        if answer.trouble == OUT_OF_MEMORY:
            return False
    return True


def _timed(read: Read, seconds: float, raw: bytes, envelope: Envelope, key: str) -> Reading:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return read(raw, envelope, key)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def read_one(read: Read, raw: bytes, envelope: Envelope, key: str) -> Answer:
    """Read one mail; whatever it raises is told by its class and no more, for the text may quote the mail."""
    try:
        return Answer(key, read(raw, envelope, key))
    except MemoryError:
        return Answer(key, None, OUT_OF_MEMORY)
    except Exception as error:  # hostile mail brings out bugs; they cost this mail, not the desk
        return Answer(key, None, trouble_of(error))


def trouble_of(error: Exception) -> str:
    """One word of the closed list of causes where we raised it on purpose, else the class."""
    return error.cause if isinstance(error, Permanent) else f"error: {type(error).__name__}"
