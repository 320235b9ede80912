"""The applier: one process that settles what the workers read, in the order in which the spool accepted it.

It looks at the spool, hands entries to the workers, and puts the readings back into order. A slow entry (over half a
second) does not hold up the others: they are settled first, and it when it is ready. A batch is at most a hundred
mails, or what came together within fifty milliseconds.

=============  ===================================================  ==========================================
entry is       because                                              a crash here
=============  ===================================================  ==========================================
outstanding    it was offered to the workers                        offered again: it is pending in the spool
read           its reading is there, mails before it are not        the same
settled        the transaction is committed                         found done by its done-mark, not repeated
done           the spool was told                                   nothing
=============  ===================================================  ==========================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailgate import logs
from mailgate.clock import Clock
from mailgate.edges.spool.spool import Entry, Spool
from mailgate.edges.worker.pool import Finished, WorkerPool
from mailgate.gateway import Arrival, Desk, Settled, settle, unread
from mailgate.store.database import Store

log = logs.get("applier")

BATCH = 100
BATCH_SIZE = 8 * 1024 * 1024
BATCH_WAIT_S = 0.05
AHEAD = 400
AHEAD_SIZE = 64 * 1024 * 1024


@dataclass
class Place:
    """One entry in the queue of those that were offered, with its reading once it is there."""

    entry: Entry
    finished: Finished | None = None
    slow: bool = False


class Applier:
    """The queue between workers and database."""

    def __init__(self, spool: Spool, pool: WorkerPool, store: Store, desk: Desk, clock: Clock) -> None:
        """Everything is opened by the caller, after the fork."""
        self.spool, self.pool, self.store, self.desk, self.clock = spool, pool, store, desk, clock
        self.queue: dict[str, Place] = {}
        self.seen = 0

    def turn(self, timeout: float) -> list[Settled]:
        """Offer what is new, wait up to ``timeout`` seconds for readings, settle one batch; returns what was settled.

        Raises ``Temporary`` when the database or the spool is away; nothing is lost by calling again.
        """
        self._offer()
        self._collect(timeout)
        batch = self._ready()
        if batch and len(batch) < BATCH and self._waiting():
            self._collect(BATCH_WAIT_S, enough=BATCH - len(batch))
            batch = self._ready()
        if not batch:
            return []
        # The workers get what comes next before the batch is settled, so that they read while it is written.
        self._offer()
        self._collect(0.0)
        return self._settle(batch)

    def idle(self) -> bool:
        """Nothing is outstanding."""
        return not self.queue

    def _offer(self) -> None:
        room = min(self.pool.capacity(), AHEAD - len(self.queue))
        size = AHEAD_SIZE - sum(place.entry.size for place in self.queue.values())
        if room <= 0 or size <= 0:
            return
        entries = self.spool.pending(self.seen, room, size)
        if entries:
            self.seen = entries[-1].seq
            self.queue.update((entry.key, Place(entry)) for entry in entries)
            self.pool.offer(entries)

    def _waiting(self) -> bool:
        """Whether a worker still owes a reading."""
        return any(place.finished is None for place in self.queue.values())

    def _collect(self, timeout: float, enough: int = 1) -> None:
        for finished in self.pool.collect(timeout if self._waiting() else 0.0, enough):
            self.queue[finished.entry.key].finished = finished
        for key in self.pool.slow() & self.queue.keys():
            self.queue[key].slow = True

    def _ready(self) -> list[Place]:
        """The readings at the head of the queue, at most a batch; entries that are slow are passed over.

        A batch of large mails is a small one: their raws and letters are in memory together until it is committed.
        """
        batch: list[Place] = []
        size = 0
        for place in self.queue.values():
            if len(batch) == BATCH or size > BATCH_SIZE or (place.finished is None and not place.slow):
                break
            if place.finished is not None:
                batch.append(place)
                size += place.entry.size
        return batch

    def _settle(self, batch: Sequence[Place]) -> list[Settled]:
        settled = settle(self._arrivals(batch), self.desk, self.store, self.clock)
        self.spool.done([place.entry.key for place in batch])
        for place in batch:
            del self.queue[place.entry.key]
        if sum(place.entry.size for place in batch) > BATCH_SIZE:
            self.store.close()  # the next transaction connects anew: SQLite keeps what was bound to its statements
        return settled

    def _arrivals(self, batch: Sequence[Place]) -> list[Arrival]:
        raws = self.spool.raws([place.entry for place in batch])
        return [self._arrival(place, raw) for place, raw in zip(batch, raws, strict=True)]

    @staticmethod
    def _arrival(place: Place, raw: bytes) -> Arrival:
        assert place.finished is not None
        if place.finished.reading is not None:
            return Arrival(place.finished.reading, raw)
        log.warning("a mail could not be read whole", entry=place.entry.key, trouble=place.finished.trouble)
        return Arrival(unread(place.entry.key, place.entry.envelope, raw, place.finished.trouble), raw)
