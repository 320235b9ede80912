"""The outbox: letters whose bytes are fixed, on their way to the relay (promise 3).

=========  ==================================================  =============================================
state      meaning                                             what a crash there costs
=========  ==================================================  =============================================
queued     waits for its turn                                  nothing
handing    claimed by a sender, perhaps already given away     repeated under the same Message-ID, or, for the
                                                               at-most-once sort, ``unknown``
sent       the relay said 250                                  nothing
retry      the relay said 4xx; due again at ``next_ms``        nothing
failed     the relay said 5xx, or time is up                   nothing; the ticket's history has it
unknown    nobody knows whether the relay has it               nothing; sent again only by hand
cancelled  an admin took it back, or it was erased             nothing
=========  ==================================================  =============================================

Claiming commits before anything is sent. On PostgreSQL several senders claim side by side without meeting
(``SKIP LOCKED``); on SQLite the writers' lock orders them, and a sender notes beside the database what of its claim is
under way (``handing``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mailgate.handing import Note
from mailgate.store.alive import DEAD, ring
from mailgate.store.draft import Draft
from mailgate.store.rows import Row, Rows, id_key
from mailgate.store.schema import Letters
from mailgate.store.sql import among
from mailgate.store.work import Work

STALE_MS = 3_600_000
"""How long a letter may be ``handing`` before another daemon takes it for the letter of a dead one, where nobody knows
whether its daemon lives (see ``alive``)."""

FAR_MS = 6 * 3_600_000
"""Longer than any letter waits for its next try."""


class LetterState(StrEnum):
    """See the table above."""

    QUEUED = "queued"
    HANDING = "handing"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


GROUP_SIZE = 8 * 1024 * 1024
"""Octets of letters after which no more are taken into a group."""

TOLD = frozenset({LetterState.FAILED, LetterState.UNKNOWN})
"""The states that the ticket's history tells of."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter claimed for sending. ``attempts`` counts those before this one."""

    id: int
    recipient: str
    mail_from: str
    data: bytes
    attempts: int
    at_most_once: bool
    created_ms: int
    message_id: str = ""
    kind: str = ""
    brand: str = ""
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed letter. ``next_ms`` counts for ``retry`` and ``queued``; ``QUEUED`` gives it back
    without a burned attempt. ``relay_message_id`` is the Message-ID that the relay put in place of ours, if it did."""

    letter: int
    state: LetterState
    error: str = ""
    relay_message_id: str = ""
    next_ms: int = 0


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found ``handing`` after a crash: ``again`` letters are queued, ``unknown`` ones may have been sent."""

    again: int
    unknown: int


def claim_letters(rows: Rows, holder: str, now_ms: int, limit: int) -> list[Outgoing]:
    """Take at most ``limit`` letters that are due, oldest first; they are ``handing`` once the transaction commits.

    Large ones are taken in smaller groups, since all of a group are in memory at once.
    """
    found = _due(rows, now_ms, limit) if limit > 0 else []
    if not found:
        return []
    ids = [row[0] for row in found]
    rows.run(
        f"UPDATE letters SET state = 'handing', claimed_by = ?, claimed_ms = ? WHERE {among('id', ids)}",  # noqa: S608
        (holder, now_ms, *ids),
    )
    data = rows.data("letter_data", "letter_id", ids)
    return [_outgoing(row, data[row[0]]) for row in found]


def _due(rows: Rows, now_ms: int, limit: int) -> list[Row]:
    """The letters that are due, oldest first and locked; no more than fit into a group.

    One whose octets were erased while it was on its way has nothing that could be sent: it is cancelled.
    """
    skip = "FOR UPDATE OF l SKIP LOCKED" if rows.postgres else ""
    due = rows.all(
        "SELECT l.id, l.recipient, l.mail_from, l.attempts, l.at_most_once, l.created_ms, l.message_id, l.kind, "  # noqa: S608
        "l.brand, l.ticket_id, length(d.data) FROM letters l LEFT JOIN letter_data d ON d.letter_id = l.id "
        f"WHERE l.state IN ('queued', 'retry') AND l.next_ms <= ? ORDER BY l.next_ms, l.id LIMIT ? {skip}",
        (now_ms, limit),
    )
    erased = [row[0] for row in due if row[10] is None]
    if erased:
        rows.run(
            f"UPDATE letters SET state = 'cancelled', settled_ms = ? WHERE {among('id', erased)}",  # noqa: S608
            (now_ms, *erased),
        )
    taken: list[Row] = []
    size = 0
    for row in due:
        if size > GROUP_SIZE:
            break
        if row[10] is not None:
            taken.append(row)
            size += row[10]
    return taken


def _outgoing(row: Row, data: bytes) -> Outgoing:
    id_, recipient, mail_from, attempts, at_most_once, created_ms, message_id, kind, brand, ticket_id = row[:10]
    once = bool(at_most_once)
    return Outgoing(id_, recipient, mail_from, data, attempts, once, created_ms, message_id, kind, brand, ticket_id)


def settle_letters(work: Work, results: Sequence[Result], now_ms: int) -> None:
    """Write down what became of claimed letters.

    ``sent`` is the truth whatever the row says; any other answer counts only while the letter is still ``handing``: a
    slow sender does not undo what was decided about a letter after it was taken for dead.
    """
    rows = work.rows
    sent = [result.letter for result in results if result.state is LetterState.SENT]
    if sent:
        rows.run(
            "UPDATE letters SET state = 'sent', attempts = attempts + 1, settled_ms = ?, error = '' "  # noqa: S608
            f"WHERE {among('id', sent)} AND state <> 'sent'",
            (now_ms, *sent),
        )
    rows.many(
        "UPDATE letters SET state = ?, attempts = attempts + ?, settled_ms = ?, next_ms = ?, error = ?, "
        "claimed_by = '' WHERE id = ? AND state = 'handing'",
        [_other_row(result, now_ms) for result in results if result.state is not LetterState.SENT],
    )
    renamed = [(result.relay_message_id, result.letter) for result in results if result.relay_message_id]
    rows.many("UPDATE letters SET relay_message_id = ? WHERE id = ? AND relay_message_id = ''", renamed)
    rows.many(
        "INSERT INTO known_ids (brand, message_id, ticket_id, letter_id) SELECT brand, ?, ticket_id, id FROM letters "
        "WHERE id = ? ON CONFLICT (brand, message_id) DO NOTHING",
        [(id_key(given), letter) for given, letter in renamed],
    )
    for result in results:
        if result.state in TOLD:
            tell_ticket(work, result.letter, result.state, result.error, now_ms)


def _other_row(result: Result, now_ms: int) -> tuple[object, ...]:
    back = result.state is LetterState.QUEUED
    ended = now_ms if result.state in TOLD else None
    return (result.state.value, 0 if back else 1, ended, result.next_ms, result.error, result.letter)


def tell_ticket(work: Work, letter: int, state: LetterState, error: str, now_ms: int, actor: str = "") -> None:
    """Put an entry about a letter into its ticket's history."""
    row = work.rows.one("SELECT ticket_id, kind, brand, recipient FROM letters WHERE id = ?", (letter,))
    if row is None or row[0] is None:
        return
    draft = Draft(work, row[2], "", None, now_ms)
    ticket = draft.resolve(row[0])
    meta = {"letter": letter, "kind": row[1], "state": state.value}
    draft.event(ticket.id, f"letter-{state.value}", meta, {"to": row[3], "error": error}, actor)
    work.gather(draft)


def recover_letters(work: Work, holder: str, now_ms: int, note: Note | None = None) -> Recovered:
    """After a crash of ``holder`` (or of a daemon that is dead, or has been silent for an hour): what it was handing
    over is queued again, and what may be sent only once becomes ``unknown``. Letters that wait for a time far
    ahead are due: the machine's clock was wrong when they were written.

    What ``holder`` had noted beside the database spares those that the relay has, or has never seen.
    """
    if note is not None:
        _recall(work, holder, note, now_ms)
    cut = f"state = 'handing' AND (claimed_by = ? OR claimed_ms < ? OR claimed_by IN ({DEAD}))"
    params = (holder, now_ms - STALE_MS, now_ms)
    again = work.rows.all(
        f"UPDATE letters SET state = 'queued', claimed_by = '', next_ms = ? WHERE {cut} "  # noqa: S608
        "AND at_most_once = 0 RETURNING id",
        (now_ms, *params),
    )
    unknown = work.rows.all(
        "UPDATE letters SET state = 'unknown', settled_ms = ?, error = 'a crash cut it off' "  # noqa: S608
        f"WHERE {cut} AND at_most_once = 1 RETURNING id",
        (now_ms, *params),
    )
    for (letter,) in unknown:
        tell_ticket(work, letter, LetterState.UNKNOWN, "a crash cut it off", now_ms)
    work.rows.run(
        "UPDATE letters SET next_ms = ? WHERE state IN ('queued', 'retry') AND next_ms > ?", (now_ms, now_ms + FAR_MS)
    )
    return Recovered(len(again), len(unknown))


def _recall(work: Work, holder: str, note: Note, now_ms: int) -> None:
    """Of what ``holder`` had claimed: what the relay has is sent, and what was not touched is queued again."""
    sql = "SELECT id, claimed_ms FROM letters WHERE state = 'handing' AND claimed_by = ? AND claimed_ms >= ?"
    claimed: dict[int, int] = dict(work.rows.all(sql, (holder, note.claimed_ms)))
    noted = {letter for letter, claimed_ms in claimed.items() if claimed_ms == note.claimed_ms}
    given = [letter for letter in noted if letter in note.given]
    settle_letters(work, [Result(each, LetterState.SENT, relay_message_id=note.given[each]) for each in given], now_ms)
    untouched = claimed.keys() - (noted & (note.hands | note.given.keys()))
    settle_letters(work, [Result(each, LetterState.QUEUED, next_ms=now_ms) for each in untouched], now_ms)


def orphaned(rows: Rows, now_ms: int) -> bool:
    """Whether a dead daemon has letters in its hands."""
    sql = f"SELECT 1 FROM letters WHERE state = 'handing' AND claimed_by IN ({DEAD}) LIMIT 1"  # noqa: S608
    return rows.one(sql, (now_ms,)) is not None


def doubt_letters(work: Work, now_ms: int) -> int:
    """After a restore: what may be sent only once and waited in the backup may have gone out since, so it becomes
    ``unknown``; everything else that was on its way is queued again. Returns how many are ``unknown`` now."""
    why = "it waited when the backup was made, and may have gone out since"
    doubted = work.rows.all(
        "UPDATE letters SET state = 'unknown', settled_ms = ?, error = ? "
        "WHERE state IN ('queued', 'retry', 'handing') AND at_most_once = 1 RETURNING id",
        (now_ms, why),
    )
    work.rows.run(
        "UPDATE letters SET state = 'queued', claimed_by = '', next_ms = ? WHERE state = 'handing'", (now_ms,)
    )
    for (letter,) in doubted:
        tell_ticket(work, letter, LetterState.UNKNOWN, why, now_ms)
    return len(doubted)


def next_due_ms(rows: Rows) -> int | None:
    """When the next letter is due; None when none waits."""
    row = rows.one("SELECT min(next_ms) FROM letters WHERE state IN ('queued', 'retry')")
    return row[0] if row else None


def list_letters(rows: Rows, *, state: str = "", limit: int = 1000) -> list[dict[str, Any]]:
    """Letters without their bytes, oldest first; those of one state where given, else all that are not sent yet."""
    query = Letters.select().order_by(Letters.id).limit(limit)
    done = (LetterState.SENT.value, LetterState.CANCELLED.value)
    query = query.where(Letters.state == state) if state else query.where(Letters.state.not_in(done))
    return rows.select(query)


def retry_letter(work: Work, letter: int, now_ms: int, actor: str) -> bool:
    """Queue a letter again by hand; False when it is being handed over, sent, erased, or not there."""
    return _by_hand(
        work, letter, LetterState.QUEUED, ("queued", "retry", "failed", "unknown", "cancelled"), now_ms, actor
    )


def cancel_letter(work: Work, letter: int, now_ms: int, actor: str) -> bool:
    """Take a letter back by hand; False when it is being handed over, sent, or not there."""
    return _by_hand(work, letter, LetterState.CANCELLED, ("queued", "retry", "failed", "unknown"), now_ms, actor)


def _by_hand(work: Work, letter: int, state: LetterState, leaves: Sequence[str], now_ms: int, actor: str) -> bool:
    condition = among("state", leaves)
    if state is LetterState.QUEUED:
        condition += " AND EXISTS (SELECT 1 FROM letter_data WHERE letter_id = letters.id)"
    changed = work.rows.all(
        f"UPDATE letters SET state = ?, next_ms = ?, claimed_by = '' WHERE id = ? AND {condition} RETURNING id",  # noqa: S608
        [state.value, now_ms, letter, *leaves],
    )
    if changed:
        tell_ticket(work, letter, state, "", now_ms, actor)
        ring(work.rows)
    return bool(changed)
