"""Is the history what was written? Walks every chain and recomputes it (promise 9).

What is found, and by what: an edited event by its own mac or digest; a removed one by its number and by the mac of the
next; a chain cut at its end by the count and head on the ticket, and where those were set back too, by an anchor that
left the database earlier. A payload that was erased, with its salt, is no break.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailgate.store.chain import START, digest_of, mac_of, metadata_of
from mailgate.store.rows import Row, Rows, to_json

PAGE = 1000


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


def verify(rows: Rows, key: bytes, anchors: Iterable[Anchor] = ()) -> list[Broken]:
    """Every broken chain with the first break in it, in the order of ticket ids; empty when all is whole."""
    rows.connect()
    broken: dict[int, Broken] = {}
    heads: dict[int, tuple[int, bytes]] = {}
    for row in _events(rows):
        ticket_id = row[0]
        if ticket_id in broken:
            continue
        events, head = heads.get(ticket_id, (0, START))
        wrong = _wrong(row, events, head, key)
        if wrong:
            broken[ticket_id] = Broken(ticket_id, events + 1, wrong)
        heads[ticket_id] = (row[1], bytes(row[9]))
    for ticket_id, events, head in rows.all("SELECT id, events, head FROM tickets ORDER BY id"):
        found = heads.get(ticket_id, (0, START))
        if ticket_id not in broken and found != (events, bytes(head)):
            broken[ticket_id] = Broken(ticket_id, found[0] + 1, "the history ends before its ticket says")
    for anchor in anchors:
        if wrong := _against(rows, anchor, key):
            broken.setdefault(anchor.ticket_id, Broken(anchor.ticket_id, anchor.events, wrong))
    return [broken[ticket_id] for ticket_id in sorted(broken)]


def _events(rows: Rows) -> Iterator[Row]:
    """All events in the order of their chains, a page at a time."""
    ticket_id, seq = -1, 0
    while True:
        page = rows.all(
            "SELECT ticket_id, seq, at_ms, kind, actor, meta, salt, payload, digest, mac FROM events "
            "WHERE (ticket_id, seq) > (?, ?) ORDER BY ticket_id, seq LIMIT ?",
            (ticket_id, seq, PAGE),
        )
        yield from page
        if len(page) < PAGE:
            return
        ticket_id, seq = page[-1][:2]


def _wrong(row: Row, events: int, head: bytes, key: bytes) -> str:
    """What is wrong with one event that should follow ``head``; empty when nothing is."""
    ticket_id, seq, at_ms, kind, actor, meta, salt, payload, digest, mac = row
    if seq != events + 1:
        return "an event is missing"
    if payload is not None and (salt is None or digest_of(bytes(salt), payload) != bytes(digest)):
        return "its payload was changed"
    expected = mac_of(key, head, metadata_of(ticket_id, seq, at_ms, kind, actor, meta), bytes(digest))
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
