"""A held mail is settled after all: an admin released it, or the agent who wrote it has confirmed it.

It is decided again under its own entry, by the rules as they are now, in one transaction. Where the answer is again to
hold it, it stays, and waits for an admin.
"""

from __future__ import annotations

from mailgate.carry import Desk, Source, act, carry_out
from mailgate.clock import Clock
from mailgate.desk.decide import decide
from mailgate.desk.delivery import Delivery
from mailgate.desk.effect import Cause
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.questions import ask
from mailgate.duties.alert import stays_held
from mailgate.gateway import Senses, hold, read
from mailgate.store.database import Store, Tx
from mailgate.store.draft import DeliveryRow
from mailgate.store.held import HeldMail, raw_of


def settle_held(held: HeldMail, desk: Desk, senses: Senses, store: Store, clock: Clock, *, confirmed: bool) -> Plan:
    """Settle a held mail after all, under its own entry, by the rules as they are now (promise 1: still one outcome).

    ``confirmed``: the agent who wrote it said so; else an admin releases it. Returns the plan that was carried out, or
    one that says why it stays held: then it waits for an admin, also when an agent had confirmed it. The store is
    unchanged when this raises ``Temporary``.
    """
    kept = raw_of(store.rows, held.entry_key)
    if kept is None:
        gone = "its raw is not kept any more"
        store.run(lambda tx: _keep_holding(tx, held, held.cause, gone, desk, clock.now_ms()))
        return hold(Cause(held.cause), gone)
    raw, envelope = kept
    reading = read(raw, envelope, held.entry_key, senses)
    box = desk.policy.mailbox(held.mailbox) or desk.policy.mailboxes[0]
    delivery = Delivery(held.brand, box, envelope.recipients, confirmed=confirmed, released=not confirmed)
    now_ms = clock.now_ms()

    def body(tx: Tx) -> Plan:
        today = desk.under(tx.roster())
        facts = tx.facts(ask(reading, delivery, today.policy, now_ms, today.router), lock=True)
        plan = decide(reading, delivery, facts, today.policy, today.router, now_ms)
        if plan.outcome is Outcome.HOLD:
            _keep_holding(tx, held, plan.cause.value if plan.cause else held.cause, plan.trace[-1], desk, now_ms)
            return plan
        if not tx.release(held.id, now_ms):
            return plan
        row = DeliveryRow(held.entry_key, held.brand, held.mailbox)
        return carry_out(tx, Source(row, reading, raw), plan, today, now_ms)[0]

    return store.run(body)


def _keep_holding(tx: Tx, held: HeldMail, cause: str, why: str, desk: Desk, now_ms: int) -> None:
    """It waits for an admin again; the one who released it by mail is told so."""
    tx.keep_holding(held.id, cause, why)
    if held.decided_by:
        policy = desk.under(tx.roster()).policy
        act(tx, None, stays_held(held.id, held.decided_by, why, held.brand, policy), desk, now_ms)
