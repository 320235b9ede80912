"""What mails asked the desk to do beside mail: read its config again, give back the tickets of an agent who left.

The clock process looks for them every second. Each is a row that is done once, however many daemons there are:

========  ==================================================  ===================================================
kind      what is done                                        a crash before the commit
========  ==================================================  ===================================================
reload    the config is read; if it is good the parent gets   the same again: to read a config twice changes
          SIGHUP; the admin who asked is told by letter       nothing, and the letter was not written
          (every other daemon follows, without a letter)
leave     the agent's open tickets go back to their teams,    the same again
          some hundreds a transaction, with one letter to
          whoever gets or is offered some
========  ==================================================  ===================================================
"""

from __future__ import annotations

from collections.abc import Callable

from mailgate.desk.routing.handover import leave
from mailgate.duties.alert import reloaded
from mailgate.gateway import Desk, act
from mailgate.store.crew import OWNED
from mailgate.store.database import Store, Tx
from mailgate.store.requests import Request, waiting

GROUPS = 20
"""Groups of one agent's tickets that are handed over before something else has its turn."""


def serve(store: Store, desk: Desk, reload: Callable[[], str], now_ms: int) -> bool:
    """Do what is asked for; returns whether letters were written. Raises ``Temporary`` when the database is away.

    ``reload`` asks for the config to be read again, and returns what is wrong with it.
    """
    written = False
    for request in waiting(store.rows):
        match request.kind:
            case "reload":
                written |= _reload(store, desk, request, reload(), now_ms)
            case "leave":
                written |= _leave(store, desk, request, now_ms)
    return written


def departed(store: Store, desk: Desk, now_ms: int) -> None:
    """Ask for the tickets of everybody who holds some and is no agent any more: the admin took them out of the config,
    and nothing has said so to the desk. Raises ``Temporary`` when the database is away."""

    def body(tx: Tx) -> None:
        agents = desk.under(tx.roster()).policy.agents
        for name in tx.holders():
            if name not in agents or not agents[name].active:
                tx.ask("leave", name, now_ms)

    store.run(body)


def _reload(store: Store, desk: Desk, request: Request, wrong: str, now_ms: int) -> bool:
    def body(tx: Tx) -> bool:
        if not tx.finish_request(request.id, now_ms):
            return False
        plan = reloaded(request.asked_by, wrong, desk.under(tx.roster()).policy)
        return bool(act(tx, None, plan, desk, now_ms))

    return store.run(body)


def _leave(store: Store, desk: Desk, request: Request, now_ms: int) -> bool:
    """Hand over what an agent held, a group a transaction; the request is done with the last group."""

    def body(tx: Tx) -> tuple[bool, bool]:
        roster = tx.roster()
        policy = desk.under(roster).policy
        tickets = tx.owned(request.about)
        last = len(tickets) < OWNED
        if last and not tx.finish_request(request.id, now_ms):
            return True, False
        crew = tx.crew_of(policy.crew) if tickets and policy.crew else None
        letters = 0
        for ticket, plan in leave(tickets, request.about, policy, now_ms, crew, roster.absences):
            letters += len(act(tx, ticket, plan, desk, now_ms))
        return last, letters > 0

    written = False
    for _ in range(GROUPS):
        last, some = store.run(body)
        written |= some
        if last:
            break
    return written
