"""Is the history what was written? Walks every chain and recomputes it (promise 9).

What is found, and by what: an edited event by its own mac or digest; a removed one by its number and by the mac of the
next; a chain cut at its end by the count and head on the ticket, and where those were set back too, by an anchor that
left the database earlier. A payload that was erased, with its salt, is no break.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailgate.store.chain import Link, digest_of, mac_of, metadata_of
from mailgate.store.rows import Row, Rows, to_json

PAGE = 1000

_EVENT = "e.ticket_id, e.seq, e.at_ms, e.kind, e.actor, e.meta, e.salt, e.payload, e.digest, e.mac"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing wrong in one ticket's history: at which event (from 1), and what."""

    ticket_id: int
    seq: int
    wrong: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A chain as it stood at ``at_ms``, signed: kept outside the database, it shows a later cut. ``head`` and ``seal``
    are hex."""

    ticket_id: int
    events: int
    head: str
    at_ms: int
    seal: str


@dataclass
class _Walk:
    """A way through all histories: where each stands, and the first break in it."""

    key: bytes = field(repr=False)
    links: dict[int, Link] = field(default_factory=dict)
    broken: dict[int, Broken] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """The next event of a history; what follows a break is not looked at."""
        ticket_id, before = row[0], self.stands(row[0])
        if ticket_id not in self.broken and (wrong := _wrong(row, before, self.key)):
            self.broken[ticket_id] = Broken(ticket_id, before.events + 1, wrong)
        self.links[ticket_id] = Link(row[1], bytes(row[9]))

    def stands(self, ticket_id: int) -> Link:
        """Where that history stands."""
        return self.links.get(ticket_id, Link())

    def ends(self, ticket_id: int, events: int, head: bytes) -> bool:
        """Whether that history ends as its ticket says, or is known to be broken."""
        return ticket_id in self.broken or self.stands(ticket_id) == Link(events, bytes(head))


def verify(rows: Rows, key: bytes, anchors: Iterable[Anchor] = ()) -> list[Broken]:
    """Every broken chain with the first break in it, in the order of ticket ids; empty when all is whole. The desk may
    go on meanwhile."""
    rows.connect()
    walk = _Walk(key)
    for row in _events(rows):
        walk.take(row)
    for ticket_id, events, head in rows.all("SELECT id, events, head FROM tickets ORDER BY id"):
        if not walk.ends(ticket_id, events, head):
            _go_on(rows, walk, ticket_id)
    for anchor in anchors:
        if wrong := _against(rows, anchor, key):
            walk.broken.setdefault(anchor.ticket_id, Broken(anchor.ticket_id, anchor.events, wrong))
    return [walk.broken[ticket_id] for ticket_id in sorted(walk.broken)]


def _go_on(rows: Rows, walk: _Walk, ticket_id: int) -> None:
    """A history that does not end as its ticket says has grown since it was read, or it was cut. One statement sees the
    ticket and what is new as they are at one moment."""
    found = rows.all(
        f"SELECT {_EVENT}, t.events, t.head FROM tickets t LEFT JOIN events e ON e.ticket_id = t.id AND e.seq > ? "  # noqa: S608
        "WHERE t.id = ? ORDER BY e.seq",
        (walk.stands(ticket_id).events, ticket_id),
    )
    for row in found:
        if row[0] is not None:
            walk.take(row)
    if not found or not walk.ends(ticket_id, *found[-1][-2:]):
        seq = walk.stands(ticket_id).events + 1
        walk.broken[ticket_id] = Broken(ticket_id, seq, "the history ends before its ticket says")


def _events(rows: Rows) -> Iterator[Row]:
    """All events in the order of their chains, a page at a time."""
    ticket_id, seq = -1, 0
    while True:
        page = rows.all(
            f"SELECT {_EVENT} FROM events e WHERE (ticket_id, seq) > (?, ?) ORDER BY ticket_id, seq LIMIT ?",  # noqa: S608
            (ticket_id, seq, PAGE),
        )
        yield from page
        if len(page) < PAGE:
            return
        ticket_id, seq = page[-1][:2]


def _wrong(row: Row, before: Link, key: bytes) -> str:
    """What is wrong with one event that should follow ``before``; empty when nothing is."""
    ticket_id, seq, at_ms, kind, actor, meta, salt, payload, digest, mac = row[:10]
    if seq != before.events + 1:
        return "an event is missing"
    if payload is not None and (salt is None or digest_of(bytes(salt), payload) != bytes(digest)):
        return "its payload was changed"
    expected = mac_of(key, before.head, metadata_of(ticket_id, seq, at_ms, kind, actor, meta), bytes(digest))
    return "" if hmac.compare_digest(expected, bytes(mac)) else "it was changed, or what stood before it"


def anchors(rows: Rows, key: bytes, since_ms: int, now_ms: int) -> list[Anchor]:
    """Signed heads of all chains that moved since ``since_ms``, to be kept outside the database."""
    rows.connect()
    moved = rows.all("SELECT id, events, head FROM tickets WHERE updated_ms >= ? ORDER BY id", (since_ms,))
    return [_anchor(key, ticket_id, events, bytes(head).hex(), now_ms) for ticket_id, events, head in moved]


def _anchor(key: bytes, ticket_id: int, events: int, head: str, at_ms: int) -> Anchor:
    signed = b"anchor" + to_json([ticket_id, events, head, at_ms]).encode()
    return Anchor(ticket_id, events, head, at_ms, hmac.digest(key, signed, "sha256").hex())


def _against(rows: Rows, anchor: Anchor, key: bytes) -> str:
    """What is wrong with a chain in the light of an anchor; empty when nothing is."""
    ours = _anchor(key, anchor.ticket_id, anchor.events, anchor.head, anchor.at_ms)
    if not hmac.compare_digest(ours.seal, anchor.seal):
        return "the anchor itself was changed"
    row = rows.one("SELECT mac FROM events WHERE ticket_id = ? AND seq = ?", (anchor.ticket_id, anchor.events))
    if row is None:
        return "events that an anchor knows are gone"
    return "" if bytes(row[0]).hex() == anchor.head else "an anchor knows another history"
