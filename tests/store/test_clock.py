"""The clock that is kept step by step on a ticket is the one that its history gives: through a real database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailgate.desk.clock import clocks, moments, sla
from mailgate.desk.clock.span import MINUTE
from mailgate.desk.clock.targets import SlaPolicy
from mailgate.desk.clock.wind import touched, wind
from mailgate.desk.effect import AddEvent, AddMessage, AddNote, ChangeTicket, Direction, Effect, Visibility
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Brand, Policy, Team
from mailgate.desk.ticket import Status, Ticket
from mailgate.store.database import Store, Tx
from mailgate.store.draft import DeliveryRow
from mailgate.store.tickets import show_ticket
from tests.store.desk import BRAND, KEY, MAILBOX, NOW, a_mail, a_mark, a_new_ticket, a_reading

POLICY = Policy(
    brands={BRAND: Brand(BRAND, "Acme", MAILBOX, sla="standard")},
    mailboxes=(),
    teams={name: Team(name, name.title()) for name in ("refunds", "billing")},
    agents={},
    sla={name: SlaPolicy(name) for name in ("standard", "gold")},
    audit_key=KEY,
)
Act = Callable[[Ticket, int], tuple[Effect, ...]]


def changed(**changes: object) -> Act:
    """A plan that sets fields."""
    return lambda ticket, now_ms: (ChangeTicket(ticket.id, changes, "by command", "ana"),)


def said(direction: Direction, visibility: Visibility = Visibility.PUBLIC, waits: bool = True) -> Act:
    """A plan that puts a mail on the ticket."""
    return lambda ticket, now_ms: (AddMessage(ticket.id, direction, visibility, waits=waits),)


def answered(ticket: Ticket, now_ms: int) -> tuple[Effect, ...]:
    """An agent's answer, as ``outcome.answer`` has it."""
    status = ChangeTicket(ticket.id, {"status": Status.WAITING_CUSTOMER, "waiting_since_ms": None}, "answered", "ana")
    return (*said(Direction.AGENT)(ticket, now_ms), status)


def warned(ticket: Ticket, now_ms: int) -> tuple[Effect, ...]:
    """What the duty writes down of a share that is reached."""
    found = clocks.promises(ticket, POLICY, now_ms)
    return tuple(moments.warned(ticket.id, each, each.step) for each in found if each.step)


ACTS: Mapping[str, Act] = {
    "the customer writes": said(Direction.CUSTOMER),
    "the customer says thanks": said(Direction.CUSTOMER, waits=False),
    "somebody unproved writes": said(Direction.CUSTOMER, Visibility.AGENTS),
    "a third party writes": said(Direction.THIRD_PARTY),
    "an agent answers": answered,
    "an agent answers twice in one": lambda ticket, now_ms: (*answered(ticket, now_ms), *answered(ticket, now_ms)),
    "an agent writes a note": lambda ticket, now_ms: (AddNote(ticket.id, "well", "ana"),),
    "a third party is asked": changed(status=Status.WAITING_THIRD),
    "open": changed(status=Status.OPEN),
    "open again, as it is": changed(status=Status.OPEN, priority="normal"),
    "resolved": changed(status=Status.RESOLVED),
    "closed": changed(status=Status.CLOSED),
    "spam": changed(status=Status.SPAM),
    "opened again by an agent": lambda ticket, now_ms: changed(status=Status.OPEN, waiting_since_ms=now_ms)(ticket, 0),
    "another ticket is merged into it": lambda ticket, now_ms: changed(
        status=Status.OPEN, waiting_since_ms=min(ticket.waiting_since_ms or now_ms, now_ms - 7 * MINUTE)
    )(ticket, 0),
    "nobody waits any more": changed(waiting_since_ms=None),
    "urgent": changed(priority="urgent"),
    "low": changed(priority="low"),
    "another team": changed(team="billing"),
    "another policy": changed(sla="gold"),
    "people are warned": warned,
    "something else": lambda ticket, now_ms: (AddEvent(ticket.id, "commands", {"agent": "ana"}),),
}
STORIES = st.lists(st.tuples(st.integers(1, 3 * 24 * 60), st.sampled_from(sorted(ACTS))), max_size=10)


def write(tx: Tx, plan: Plan, ticket: Ticket, now_ms: int, number: int) -> Ticket:
    """One plan, wound and written as ``carry`` does it; the ticket afterwards."""
    reading = a_reading(a_mail(text=f"mail {number}"))
    tx.claim([a_mark(reading)])
    wound = wind(plan, ticket, tx.known(touched(plan)).values(), POLICY, now_ms)
    tx.write(DeliveryRow(reading.entry_key, BRAND, MAILBOX), reading, b"raw", wound, ticket, (), now_ms)
    return tx.known([ticket.id])[ticket.id]


_numbers = itertools.count()


def opened(store: Store) -> Ticket:
    """A customer's ticket with its clock."""
    with store.transaction() as tx:
        plan = a_new_ticket(a_reading())
        ticket = tx.open(plan, NOW, f"{next(_numbers):032x}")
        assert ticket is not None
        return write(tx, replace(plan, ticket=None), ticket, NOW, next(_numbers))


def assert_agrees(store: Store, ticket: Ticket, now_ms: int) -> None:
    """The clock on the row, read back, is the one that the history of the row gives."""
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    again = sla.wound(moments.moments(shown.events))
    assert clocks.clock_of(shown.ticket) == again
    assert shown.ticket.clock == ticket.clock
    kept = clocks.promises(shown.ticket, POLICY, now_ms)
    assert kept == clocks.due(shown.ticket, again, POLICY, now_ms)
    due_ms = next((each.due_ms for each in kept if each.due_ms is not None), None)
    assert shown.ticket.clock.get("due_ms") == due_ms


@given(STORIES)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_clock_kept_step_by_step_is_the_one_that_the_history_gives(
    store: Store, story: list[tuple[int, str]]
) -> None:
    ticket, now_ms = opened(store), NOW
    assert_agrees(store, ticket, now_ms)
    for minutes, name in story:
        now_ms += minutes * MINUTE
        plan = Plan(Outcome.APPEND, ACTS[name](ticket, now_ms), ticket=ticket.id)
        with store.transaction() as tx:
            ticket = write(tx, plan, ticket, now_ms, next(_numbers))
    assert_agrees(store, ticket, now_ms)


def test_the_clock_is_no_event_and_its_timer_is_one_row(store: Store) -> None:
    ticket = opened(store)
    shown = show_ticket(store.rows, ticket.number)
    assert shown is not None
    assert [event["kind"] for event in shown.events] == ["opened", "message"]
    assert store.rows.all("SELECT due_ms FROM timers WHERE kind = 'sla'") == [(NOW + 4 * 48 * MINUTE,)]
