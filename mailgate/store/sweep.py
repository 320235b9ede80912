"""What nobody needs any more: budgets and dedupe keys whose time is over, leases of daemons that are gone."""

from __future__ import annotations

from mailgate.store.calls import sweep_calls
from mailgate.store.rows import Rows

LEASE_KEPT_MS = 86_400_000
CALLS_KEPT_MS = 7 * 86_400_000
"""How long calls of webhooks that are settled can be looked at."""


def sweep(rows: Rows, now_ms: int) -> None:
    """Delete them; done-marks and the dedupe keys of mails with a Message-ID stay (promise 2)."""
    rows.run("DELETE FROM budgets WHERE expires_ms <= ?", (now_ms,))
    rows.run("DELETE FROM dedupe WHERE until_ms IS NOT NULL AND until_ms <= ?", (now_ms,))
    sweep_calls(rows, now_ms - CALLS_KEPT_MS)
    rows.run("DELETE FROM leases WHERE expires_ms <= ?", (now_ms - LEASE_KEPT_MS,))
