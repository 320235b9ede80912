"""Step 1: everything that the first version keeps.

Times are milliseconds since 1970 UTC (``…_ms``), lists and maps are JSON text, flags are 0 or 1. There are no foreign
keys on purpose: done-marks, dedupe keys and the event chain outlive the tickets that they speak of, and one
transaction writes whole families of rows anyway. Columns that end in ``_key`` hold ``rows.key_of`` of their neighbour.
"""

from __future__ import annotations

from mailgate.store.migrations.step import Step

TABLES = (
    """CREATE TABLE tickets (
        id {rowid}, number BIGINT NOT NULL UNIQUE, rid TEXT NOT NULL, brand TEXT NOT NULL, mailbox TEXT NOT NULL,
        subject TEXT NOT NULL, status TEXT NOT NULL, team TEXT NOT NULL, kind TEXT NOT NULL, assignee TEXT NOT NULL,
        priority TEXT NOT NULL, tags TEXT NOT NULL, language TEXT NOT NULL, fields TEXT NOT NULL,
        requester_email TEXT NOT NULL, requester_name TEXT NOT NULL, requester_key TEXT NOT NULL,
        rule TEXT NOT NULL, reason TEXT NOT NULL, merged_into BIGINT, created_ms BIGINT NOT NULL,
        updated_ms BIGINT NOT NULL, closed_ms BIGINT, waiting_since_ms BIGINT, answered_ms BIGINT, rating INTEGER,
        last_message_id TEXT NOT NULL, thread TEXT NOT NULL, asked TEXT NOT NULL,
        events BIGINT NOT NULL, head {blob} NOT NULL)""",
    "CREATE INDEX tickets_requester ON tickets (brand, requester_key, created_ms)",
    "CREATE INDEX tickets_open ON tickets (team, id) WHERE closed_ms IS NULL",
    """CREATE TABLE participants (
        ticket_id BIGINT NOT NULL, email_key TEXT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL,
        role TEXT NOT NULL, since_ms BIGINT NOT NULL, PRIMARY KEY (ticket_id, email_key)) {clustered}""",
    """CREATE TABLE messages (
        id {rowid}, ticket_id BIGINT NOT NULL, entry_key TEXT, direction TEXT NOT NULL, visibility TEXT NOT NULL,
        agent TEXT NOT NULL, marks TEXT NOT NULL, author_email TEXT NOT NULL, author_name TEXT NOT NULL,
        subject TEXT NOT NULL, message_id TEXT NOT NULL, text TEXT, new_text TEXT, language TEXT NOT NULL,
        verdict TEXT NOT NULL, proof TEXT NOT NULL, received_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL)""",
    "CREATE INDEX messages_ticket ON messages (ticket_id, id)",
    """CREATE TABLE attachments (
        message_id BIGINT NOT NULL, path TEXT NOT NULL, filename TEXT NOT NULL, content_type TEXT NOT NULL,
        claimed_type TEXT NOT NULL, size BIGINT NOT NULL, sha256 TEXT NOT NULL, content_id TEXT NOT NULL,
        inline INTEGER NOT NULL, noise INTEGER NOT NULL, risks TEXT NOT NULL, place INTEGER NOT NULL,
        PRIMARY KEY (message_id, place)) {clustered}""",
    """CREATE TABLE raws (
        entry_key TEXT NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL, size BIGINT NOT NULL, envelope TEXT,
        received_ms BIGINT NOT NULL, data {blob})""",
    """CREATE TABLE deliveries (
        entry_key TEXT NOT NULL, brand TEXT NOT NULL, mailbox TEXT NOT NULL, outcome TEXT NOT NULL,
        cause TEXT NOT NULL, ticket_id BIGINT, message_id BIGINT, duplicate_of TEXT NOT NULL, rule TEXT NOT NULL,
        generation TEXT NOT NULL, acknowledge TEXT NOT NULL, trace TEXT NOT NULL, received_ms BIGINT NOT NULL,
        settled_ms BIGINT NOT NULL, PRIMARY KEY (entry_key, brand)) {clustered}""",
    "CREATE INDEX deliveries_ticket ON deliveries (ticket_id) WHERE ticket_id IS NOT NULL",
    """CREATE TABLE dedupe (
        dedupe_key TEXT NOT NULL PRIMARY KEY, entry_key TEXT NOT NULL, brand TEXT NOT NULL,
        until_ms BIGINT) {clustered}""",
    "CREATE INDEX dedupe_until ON dedupe (until_ms) WHERE until_ms IS NOT NULL",
    """CREATE TABLE known_ids (
        brand TEXT NOT NULL, message_id TEXT NOT NULL, ticket_id BIGINT, letter_id BIGINT,
        PRIMARY KEY (brand, message_id)) {clustered}""",
    """CREATE TABLE events (
        ticket_id BIGINT NOT NULL, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL, kind TEXT NOT NULL,
        actor TEXT NOT NULL, meta TEXT NOT NULL, salt {blob}, payload TEXT, digest {blob} NOT NULL,
        mac {blob} NOT NULL, PRIMARY KEY (ticket_id, seq)) {clustered}""",
    """CREATE TABLE links (
        ticket_id BIGINT NOT NULL, other_id BIGINT NOT NULL, why TEXT NOT NULL, created_ms BIGINT NOT NULL,
        PRIMARY KEY (ticket_id, other_id)) {clustered}""",
    "CREATE INDEX links_other ON links (other_id)",
    """CREATE TABLE letters (
        id {rowid}, ticket_id BIGINT, entry_key TEXT, brand TEXT NOT NULL, kind TEXT NOT NULL, recipient TEXT NOT NULL,
        mail_from TEXT NOT NULL, message_id TEXT NOT NULL, subject TEXT NOT NULL, at_most_once INTEGER NOT NULL,
        state TEXT NOT NULL, next_ms BIGINT NOT NULL, attempts INTEGER NOT NULL, claimed_by TEXT NOT NULL,
        claimed_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL, settled_ms BIGINT, error TEXT NOT NULL,
        relay_message_id TEXT NOT NULL, failed_template TEXT NOT NULL)""",
    "CREATE INDEX letters_due ON letters (next_ms, id) WHERE state IN ('queued', 'retry')",
    "CREATE INDEX letters_handing ON letters (claimed_ms) WHERE state = 'handing'",
    "CREATE INDEX letters_ticket ON letters (ticket_id)",
    "CREATE TABLE letter_data (letter_id {rowid}, data {blob} NOT NULL)",
    """CREATE TABLE letter_bounces (
        letter_id BIGINT NOT NULL, email_key TEXT NOT NULL, email TEXT NOT NULL, action TEXT NOT NULL,
        status TEXT NOT NULL, reason TEXT NOT NULL, at_ms BIGINT NOT NULL,
        PRIMARY KEY (letter_id, email_key)) {clustered}""",
    """CREATE TABLE held (
        id {rowid}, entry_key TEXT NOT NULL, brand TEXT NOT NULL, mailbox TEXT NOT NULL, cause TEXT NOT NULL,
        detail TEXT NOT NULL, author TEXT NOT NULL, subject TEXT NOT NULL, received_ms BIGINT NOT NULL,
        state TEXT NOT NULL, settled_ms BIGINT, UNIQUE (entry_key, brand))""",
    "CREATE INDEX held_waiting ON held (id) WHERE state IN ('held', 'confirmed')",
    """CREATE TABLE timers (
        ticket_id BIGINT NOT NULL, kind TEXT NOT NULL, due_ms BIGINT NOT NULL,
        PRIMARY KEY (ticket_id, kind)) {clustered}""",
    "CREATE INDEX timers_due ON timers (due_ms)",
    """CREATE TABLE ratings (
        ticket_id {rowid}, score INTEGER NOT NULL, comment TEXT NOT NULL, rated_by TEXT NOT NULL,
        at_ms BIGINT NOT NULL)""",
    """CREATE TABLE budgets (
        budget_key TEXT NOT NULL PRIMARY KEY, spent INTEGER NOT NULL, expires_ms BIGINT NOT NULL) {clustered}""",
    """CREATE TABLE customers (
        brand TEXT NOT NULL, email_key TEXT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL,
        language TEXT NOT NULL, tags TEXT NOT NULL, tickets INTEGER NOT NULL, open_tickets INTEGER NOT NULL,
        last_rating INTEGER, survey_asked_ms BIGINT, updated_ms BIGINT NOT NULL,
        PRIMARY KEY (brand, email_key)) {clustered}""",
    """CREATE TABLE imap_cursors (
        account TEXT NOT NULL PRIMARY KEY, uidvalidity BIGINT NOT NULL, low BIGINT NOT NULL, gaps TEXT NOT NULL)""",
    "CREATE TABLE leases (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, expires_ms BIGINT NOT NULL)",
    """CREATE TABLE paused (
        name TEXT NOT NULL PRIMARY KEY, since_ms BIGINT NOT NULL, paused_by TEXT NOT NULL, why TEXT NOT NULL)""",
)

STEP = Step(
    1,
    "the first tables",
    both=TABLES,
    sqlite=(
        "CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL)",
        "INSERT INTO sequences (name, next) VALUES ('ticket_numbers', 1), ('row_ids', 1)",
        # Our own tokens, already folded: no positions, no sizes and no copy of the text are kept.
        "CREATE VIRTUAL TABLE search USING fts5 (words, content='', columnsize=0, detail=none, tokenize='ascii')",
    ),
    postgres=(
        "CREATE SEQUENCE ticket_numbers",
        "CREATE SEQUENCE row_ids",
        "CREATE TABLE search (message_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX search_words ON search USING gin (words)",
    ),
)
