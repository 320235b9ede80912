"""Calls of webhooks out: what the database holds is made, a few at a time, in a thread beside the clock.

A call that fails for a while is made again after half a minute, two, ten, thirty minutes and then every two hours, for
two days; one that is refused, or whose webhook is in the config no more, has failed for good, and the ticket's history
says so. Each is claimed before it is made, so that a crash repeats it under the same id.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.carry import Desk, act
from mailgate.clock import Clock
from mailgate.desk.effect import AddEvent
from mailgate.desk.plan import Outcome, Plan
from mailgate.edges import webhook
from mailgate.edges.settings import Webhook
from mailgate.errors import Refused, Temporary
from mailgate.logs import fault, get
from mailgate.store.calls import Call, calls_due, claim_calls, settle_call
from mailgate.store.database import Store, Tx
from mailgate.store.rows import to_json

log = get("webhooks")

GROUP = 5
RETRY_AFTER_S = (30, 120, 600, 1800, 7200)
GIVE_UP_MS = 2 * 86_400_000


class Caller:
    """Makes the calls of one daemon; ``turn`` is one round."""

    def __init__(self, store: Store, desk: Desk, hooks: Mapping[str, Webhook], holder: str, clock: Clock) -> None:
        """``hooks`` by name; ``holder`` is this daemon's name on what it has claimed."""
        self.store, self.desk, self.hooks, self.holder, self.clock = store, desk, hooks, holder, clock

    def turn(self) -> int:
        """Make the calls that are due; returns how many there were. Raises ``Temporary`` while the database is away."""
        now_ms = self.clock.now_ms()
        self.store.rows.connect()
        if not calls_due(self.store.rows, now_ms):
            return 0
        calls = self.store.run(lambda tx: claim_calls(tx.work.rows, self.holder, now_ms, GROUP))
        for one in calls:
            self._make(one)
        return len(calls)

    def _make(self, call: Call) -> None:
        hook = self.hooks.get(call.name)
        try:
            if hook is None:
                raise Refused("there is no such webhook in the config any more")
            body = to_json({"id": call.id, **call.body}).encode()
            webhook.call(hook, call.id, body, self.clock.now_ms())
        except Refused as error:
            self._failed(call, str(error))
        except Temporary as error:
            self._later(call, str(error))
        except Exception as error:  # the wide one of this loop: the call waits, the next one is made
            log.error("a call failed in an unknown way", webhook=call.name, call=call.id, **fault(error))
            self._later(call, type(error).__name__)
        else:
            now_ms = self.clock.now_ms()
            self.store.run(lambda tx: settle_call(tx.work.rows, call, "sent", "", now_ms))

    def _later(self, call: Call, why: str) -> None:
        now_ms = self.clock.now_ms()
        wait_ms = RETRY_AFTER_S[min(call.attempts, len(RETRY_AFTER_S) - 1)] * 1000
        if now_ms + wait_ms - call.created_ms > GIVE_UP_MS:
            self._failed(call, why)
            return
        self.store.run(lambda tx: settle_call(tx.work.rows, call, "retry", why, now_ms, now_ms + wait_ms))

    def _failed(self, call: Call, why: str) -> None:
        """For good: the ticket's history has it."""
        now_ms = self.clock.now_ms()
        log.warning("a webhook was not called", webhook=call.name, call=call.id, reason=why)

        def body(tx: Tx) -> None:
            settle_call(tx.work.rows, call, "failed", why, now_ms)
            ticket = tx.ticket(call.ticket_id) if call.ticket_id else None
            if ticket is not None:
                event = AddEvent(ticket.id, "webhook failed", {"webhook": call.name, "call": call.id})
                act(tx, ticket, Plan(Outcome.EVENT, (event,), ticket=ticket.id), self.desk, now_ms)

        self.store.run(body)
