"""One writer for many connections: mails that arrive together are committed to the spool together.

An fsync costs milliseconds, and a commit as much CPU as ten mails in it, whatever it syncs. While one commit runs, the
mails that come in gather, and the next commit takes them all. Where a commit held several, more are on their way: the
next one waits two milliseconds for them. A mail that comes alone waits for nobody.

``accept`` returns when the commit that holds its mail has returned, never before: only then may a connection say 250.
When a commit fails, every mail of the group fails with it and none was kept.

The writer is a thread: SQLite lets go of the interpreter while it waits for the disk. It is the only user of its spool.
"""

from __future__ import annotations

import asyncio
import queue
import select
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailgate.edges.memory import give_back
from mailgate.edges.spool.octets import Aside, Octets
from mailgate.edges.spool.spool import Spool
from mailgate.errors import Temporary
from mailgate.mail.model import Envelope

GROUP_MAILS = 100
GROUP_OCTETS = 67_108_864
PATIENCE_S = 60.0
WAITING_MAILS = 2000
"""Many more than there are connections: so many wait only where the disk has not answered for minutes, and more would
fill the memory."""
GATHER_S = 0.002


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A mail that waits for its commit, and who waits with it."""

    raw: Octets
    envelope: Envelope
    origin: str
    answer: asyncio.Future[str]


class GroupCommit:
    """The way of a process's connections into its spool."""

    def __init__(self, spool: Spool, kept: Callable[[int], None]) -> None:
        """``kept`` is called (in the writer's thread) with the number of mails of each commit, to wake the applier."""
        self._spool, self._kept = spool, kept
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._crowded = False

    def aside(self) -> Aside:
        """Where a mail that is too large for memory may wait until it is whole."""
        return self._spool.aside()

    async def accept(self, raw: Octets, envelope: Envelope, origin: str = "") -> str:
        """The entry's key, once it is on disk. ``Temporary`` (``SpoolFull``) where it could not be kept; also after a
        minute without an answer from the disk, and then the mail may yet be kept: the sender's retry is a duplicate;
        and at once where very many wait for that disk.

        What was put aside is closed here, whatever becomes of it.
        """
        if self._thread is None or not self._thread.is_alive():  # out of memory, it may have died
            self._thread = threading.Thread(target=self._write, name="spool writer", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        mail = _Waiting(raw, envelope, origin, loop.create_future())
        stuck = Temporary("the disk of the spool does not answer")
        if self._queue.qsize() >= WAITING_MAILS:
            _close([mail])
            raise stuck
        patience = loop.call_later(PATIENCE_S, _fail, (mail,), stuck)
        self._queue.put(mail)
        try:
            return await mail.answer
        finally:
            patience.cancel()

    def free_bytes(self) -> int:
        """How much room the spool's disk has; ``Temporary`` when it cannot be asked."""
        return self._spool.free_bytes()

    async def close(self) -> None:
        """Commit what is waiting, and end the writer."""
        if self._thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def _write(self) -> None:
        """The writer's life."""
        while True:
            group, ended = self._gather()
            self._crowded = len(group) > 1
            if group:
                self._commit(group)
                _close(group)
            del group  # or it would stay in memory until the next mail comes
            if ended:
                return

    def _gather(self) -> tuple[list[_Waiting], bool]:
        """Wait for one mail, in a crowd a moment more, and take with it whatever is there; whether it was the last."""
        group: list[_Waiting] = []
        size = 0
        waiting = self._queue.get()
        if self._crowded:
            select.select((), (), (), GATHER_S)
        while waiting is not None:
            group.append(waiting)
            size += len(waiting.raw)
            if len(group) >= GROUP_MAILS or size >= GROUP_OCTETS:
                return group, False
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Waiting]) -> None:
        loop = group[0].answer.get_loop()
        try:
            keys = self._spool.accept_many([(mail.raw, mail.envelope, mail.origin) for mail in group])
        except Exception as error:  # the writer must live; each connection turns it into its 4xx
            loop.call_soon_threadsafe(_fail, group, error)
            return
        loop.call_soon_threadsafe(_settle, group, keys)
        self._kept(len(keys))


def _close(group: list[_Waiting]) -> None:
    large = [waiting.raw for waiting in group if isinstance(waiting.raw, Aside)]
    for raw in large:
        raw.close()
    if large:
        give_back()


def _settle(group: list[_Waiting], keys: list[str]) -> None:
    for waiting, key in zip(group, keys, strict=True):
        if not waiting.answer.done():
            waiting.answer.set_result(key)


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
