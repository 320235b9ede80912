"""Step 2: what agents, admins and the hour need: commands that can be undone, agents enrolled by mail, promises,
queues by urgency, calls of webhooks, scheduled tickets, alerts.

``tickets.urgency`` sorts a queue within a priority (``Ticket.urgency``). ``turns`` says when each agent was last given
a ticket. ``held.decided_by`` is the admin whose mail releases a held one.
"""

from __future__ import annotations

from mailgate.store.migrations.step import Step
from mailgate.store.search import reindex

COLUMNS = (
    "ALTER TABLE tickets ADD COLUMN state TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN parent_id BIGINT",
    "ALTER TABLE tickets ADD COLUMN due_ms BIGINT",
    "ALTER TABLE tickets ADD COLUMN snoozed_ms BIGINT",
    "ALTER TABLE tickets ADD COLUMN nudged_ms BIGINT",
    "ALTER TABLE tickets ADD COLUMN nudges INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tickets ADD COLUMN given_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN sla TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN clock TEXT NOT NULL DEFAULT '{{}}'",
    "ALTER TABLE tickets ADD COLUMN urgency BIGINT NOT NULL DEFAULT 0",
    "UPDATE tickets SET urgency = COALESCE(waiting_since_ms + 10000000000000, created_ms + 20000000000000)",
    "ALTER TABLE held ADD COLUMN decided_by TEXT NOT NULL DEFAULT ''",
)

INDICES = (
    "DROP INDEX tickets_open",
    "CREATE INDEX tickets_queue ON tickets (team, priority, urgency, id) WHERE closed_ms IS NULL",
    "CREATE INDEX tickets_desk ON tickets (priority, urgency, id, waiting_since_ms) WHERE closed_ms IS NULL",
    "CREATE INDEX tickets_agent ON tickets (assignee, priority, urgency, id) "
    "WHERE closed_ms IS NULL AND assignee <> ''",
    "CREATE INDEX tickets_tagged ON tickets (priority, urgency, id, team, tags) "
    "WHERE closed_ms IS NULL AND tags <> '[]'",
    "CREATE INDEX tickets_over ON tickets (status, closed_ms) WHERE closed_ms IS NOT NULL",
    "CREATE INDEX letters_trouble ON letters (state) WHERE state IN ('failed', 'unknown')",
    "CREATE INDEX tickets_parent ON tickets (parent_id) WHERE parent_id IS NOT NULL",
)

TABLES = (
    """CREATE TABLE acts (
        id {rowid}, ticket_id BIGINT NOT NULL, agent TEXT NOT NULL, command TEXT NOT NULL, undo TEXT NOT NULL,
        at_ms BIGINT NOT NULL, undone_ms BIGINT)""",
    "CREATE INDEX acts_last ON acts (ticket_id, agent, id) WHERE undone_ms IS NULL",
    """CREATE TABLE roster (
        agent TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL,
        role TEXT NOT NULL, teams TEXT NOT NULL, language TEXT NOT NULL, changed_by TEXT NOT NULL,
        at_ms BIGINT NOT NULL)""",
    """CREATE TABLE absences (
        agent TEXT NOT NULL PRIMARY KEY, since_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, why TEXT NOT NULL)""",
    "CREATE TABLE turns (agent TEXT NOT NULL PRIMARY KEY, given_ms BIGINT NOT NULL)",
    """CREATE TABLE requests (
        id {rowid}, kind TEXT NOT NULL, about TEXT NOT NULL, asked_by TEXT NOT NULL, at_ms BIGINT NOT NULL,
        done_ms BIGINT)""",
    "CREATE INDEX requests_open ON requests (id) WHERE done_ms IS NULL",
    """CREATE TABLE calls (
        id {rowid}, name TEXT NOT NULL, ticket_id BIGINT, body TEXT NOT NULL, state TEXT NOT NULL,
        next_ms BIGINT NOT NULL, attempts INTEGER NOT NULL, claimed_by TEXT NOT NULL, claimed_ms BIGINT NOT NULL,
        created_ms BIGINT NOT NULL, settled_ms BIGINT, error TEXT NOT NULL)""",
    "CREATE INDEX calls_due ON calls (next_ms, id) WHERE state IN ('queued', 'retry')",
    "CREATE INDEX calls_handing ON calls (claimed_ms) WHERE state = 'handing'",
    """CREATE TABLE schedules (
        name TEXT NOT NULL PRIMARY KEY, next_ms BIGINT NOT NULL, last_key TEXT NOT NULL)""",
    """CREATE TABLE alerts (
        brand TEXT NOT NULL, fingerprint TEXT NOT NULL, ticket_id BIGINT NOT NULL, seen INTEGER NOT NULL,
        updated_ms BIGINT NOT NULL, PRIMARY KEY (brand, fingerprint)) {clustered}""",
)

STEP = Step(
    2,
    "commands, agents, promises, webhooks, scheduled tickets, alerts",
    both=(*COLUMNS, *INDICES, *TABLES),
    sqlite=(
        "DROP TABLE search",
        "CREATE VIRTUAL TABLE search USING fts5 (words, content='', columnsize=0, detail=none, tokenize='ascii')",
    ),
    postgres=(
        "TRUNCATE search",
        # To squeeze each mail and letter, swollen by base64 as it is, took longer than to write it.
        "ALTER TABLE raws ALTER COLUMN data SET STORAGE EXTERNAL",
        "ALTER TABLE letter_data ALTER COLUMN data SET STORAGE EXTERNAL",
    ),
    fill=reindex,
)
