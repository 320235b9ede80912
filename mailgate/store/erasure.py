"""Taking what is personal out of tickets, for good, and leaving what keeps the desk honest.

==================  ==========================================  ===================================================
of                  goes                                        stays
==================  ==========================================  ===================================================
tickets             subject, requester, fields, last words      number, states, teams, times, tags, rating
messages            texts, author, file names, search tokens    that there was one, when, from which side
raw mails           all octets and the envelope                 size and hash
letters             all octets, recipient, subject              kind, state, times; what waits is cancelled
lists for agents    all octets, of the time when the tickets    that they went out, and to whom
                    stood in them, whoever else did
events              payload and salt                            metadata, digest and mac: the chain still verifies
ratings, calls      comment; the whole call                     the score
done-marks          the trace of the decision                   the mark and the dedupe key: nothing counts twice
==================  ==========================================  ===================================================

Message-IDs stay, so that a late answer finds its ticket. All of it runs in a transaction of the caller, for at most a
few hundred tickets at once.
"""

# ruff: noqa: S608 - every statement here is made of constants and question marks

from __future__ import annotations

from collections.abc import Sequence

from mailgate.store.rows import Rows, key_of
from mailgate.store.search import documents_of, unindex
from mailgate.store.sql import among, pieces

NOBODY = "erased@erased.invalid"
"""Who stands where a person stood (RFC 2606: no mail ever goes there)."""

WAITING = "('queued', 'retry')"
LISTS = "('digest', 'reminder', 'warning', 'handover', 'transcript')"
"""Letters to agents that speak of tickets of several people; transcripts answer ``#list`` and ``#search``."""


MERGE_PAGES = 500
"""Pages of the search index that one transaction rewrites, so that mail waits no longer than that."""


def overwrite(rows: Rows) -> None:
    """Before erasing: what this connection deletes is overwritten, on free pages too. PostgreSQL sees to its own."""
    if not rows.postgres:
        rows.run("PRAGMA secure_delete = ON")


def forget_tokens(rows: Rows) -> None:
    """After erasing: rewrite the search index of SQLite, where a deleted token stays as deleted until its segment is
    merged. In steps; raises ``Temporary`` as any transaction does."""
    step = -MERGE_PAGES  # begins a merge of all segments; FTS5 goes on with it at each further step
    while not rows.postgres:
        with rows.transaction():
            before = rows.one("SELECT total_changes()")
            rows.run("INSERT INTO search (search, rank) VALUES ('merge', ?)", (step,))
            after = rows.one("SELECT total_changes()")
        if before is None or after is None or after[0] - before[0] < 2:
            return
        step = MERGE_PAGES


def empty_tickets(rows: Rows, ids: Sequence[int], *, unless: str = "") -> None:
    """Take everything personal out of these tickets, whoever wrote it.

    ``unless`` is a condition on the ``deliveries`` of their mails: one that it holds for keeps its raw.
    """
    if not ids:
        return
    tickets = among("ticket_id", ids)
    wanted = f"{tickets} AND NOT ({unless})" if unless else tickets
    messages = [one for (one,) in rows.all(f"SELECT id FROM messages WHERE {tickets}", ids)]
    letters = [one for (one,) in rows.all(f"SELECT id FROM letters WHERE {tickets}", ids)]
    entries = [one for (one,) in rows.all(f"SELECT entry_key FROM deliveries WHERE {wanted}", ids)]
    empty_messages(rows, messages)
    empty_letters(rows, letters)
    empty_lists(rows, ids)
    empty_entries(rows, entries)
    rows.run(f"UPDATE deliveries SET trace = '[]' WHERE {tickets}", ids)
    rows.run(f"UPDATE events SET payload = NULL, salt = NULL WHERE {tickets}", ids)
    rows.run(f"UPDATE ratings SET comment = '', rated_by = '' WHERE {tickets}", ids)
    rows.run(f"UPDATE links SET why = '' WHERE {tickets}", ids)
    for table in ("participants", "calls", "acts", "timers"):
        rows.run(f"DELETE FROM {table} WHERE {tickets}", ids)
    rows.run(
        "UPDATE tickets SET subject = '', requester_email = ?, requester_name = '', requester_key = ?, fields = '{}', "
        f"asked = '', thread = '[]', last_message_id = '', reason = '' WHERE {among('id', ids)}",
        (NOBODY, key_of(NOBODY), *ids),
    )


def empty_messages(rows: Rows, ids: Sequence[int]) -> None:
    """Take texts, authors and file names out of messages, and their tokens out of the index."""
    for part in pieces(ids):
        unindex(rows, documents_of(rows, part))
        rows.run(f"UPDATE attachments SET filename = '', content_id = '' WHERE {among('message_id', part)}", part)
        rows.run(
            "UPDATE messages SET text = '', new_text = NULL, subject = '', author_email = '', author_name = '', "
            f"marks = '[]' WHERE {among('id', part)}",
            part,
        )


def empty_letters(rows: Rows, ids: Sequence[int]) -> None:
    """Take letters' octets, recipients and subjects; what has not gone out yet never will."""
    for part in pieces(ids):
        rows.run(f"DELETE FROM letter_data WHERE {among('letter_id', part)}", part)
        rows.run(f"DELETE FROM letter_bounces WHERE {among('letter_id', part)}", part)
        rows.run(
            "UPDATE letters SET recipient = '', subject = '', mail_from = '', error = '', "
            f"state = CASE WHEN state IN {WAITING} THEN 'cancelled' ELSE state END WHERE {among('id', part)}",
            part,
        )


def empty_lists(rows: Rows, ids: Sequence[int]) -> None:
    """Take the octets of the lists that agents got while any of these tickets was open: a list names its tickets'
    subjects and requesters, and which of them stood in it nothing tells but the octets."""
    span = f"SELECT min(created_ms), max(COALESCE(closed_ms, updated_ms)) FROM tickets WHERE {among('id', ids)}"
    first_ms, last_ms = rows.one(span, ids) or (None, None)
    if first_ms is None:
        return
    lists = f"SELECT id FROM letters WHERE kind IN {LISTS} AND created_ms BETWEEN ? AND ?"
    rows.run(
        f"UPDATE letters SET state = 'cancelled' WHERE id IN ({lists}) AND state IN {WAITING}", (first_ms, last_ms)
    )
    rows.run(f"DELETE FROM letter_data WHERE letter_id IN ({lists})", (first_ms, last_ms))


def empty_entries(rows: Rows, keys: Sequence[str]) -> None:
    """Take the raw mail of entries, and what the decision said of it."""
    for part in pieces(keys):
        rows.run(f"UPDATE raws SET data = NULL, envelope = NULL WHERE {among('entry_key', part)}", part)
        rows.run(f"UPDATE deliveries SET trace = '[]' WHERE {among('entry_key', part)}", part)
        rows.run(f"UPDATE held SET author = '', subject = '', detail = '' WHERE {among('entry_key', part)}", part)
