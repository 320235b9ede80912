"""A configuration that promises something, or something else, counts for the tickets that are open already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailgate.desk.clock import clocks, moments, sla
from mailgate.desk.clock.span import Span
from mailgate.desk.clock.targets import Kind, SlaPolicy
from mailgate.desk.policy import Policy
from mailgate.duties import renewal
from mailgate.store.tickets import show_ticket
from tests.desk.conversation import ANA, policy
from tests.duties.desk import HOUR, MINUTE, START_MS, World, back, to

CLEO = "cleo@customer.example"


def promised(hours: int | None) -> Policy:
    """A first answer within so many hours, or nothing."""
    plain = policy()
    teams = {key: replace(team, hours="", remind_after_ms=0, sla="gold") for key, team in plain.teams.items()}
    found = {"gold": SlaPolicy("gold", {"": {Kind.FIRST: Span(hours * HOUR)}})} if hours else {}
    return replace(plain, teams=teams, sla=found)


def again(desk: World, wanted: Policy) -> World:
    """The same desk after a reload, its clock process started anew."""
    return World(desk.store, desk.spool, desk.clock, replace(wanted, mailboxes=desk.policy.mailboxes), desk.folder)


def timer(desk: World, ticket: int) -> list[int]:
    rows = desk.store.rows.all("SELECT due_ms FROM timers WHERE kind = 'sla' AND ticket_id = ?", (ticket,))
    return [due_ms for (due_ms,) in rows]


def test_another_target_counts_for_open_tickets_after_a_reload(new_world: Callable[..., World]) -> None:
    desk = new_world(promised(4))
    opened = desk.opened(CLEO)
    assert timer(desk, opened) == [START_MS + 192 * MINUTE]
    stricter = again(desk, promised(2))
    stricter.timetable.renewals()
    assert stricter.ticket(opened).clock["due_ms"] == START_MS + 2 * HOUR
    assert timer(desk, opened) == [START_MS + 96 * MINUTE]


def test_a_ticket_from_before_the_promise_has_the_clock_of_its_history(new_world: Callable[..., World]) -> None:
    desk = new_world(promised(None))
    opened, answered = desk.opened(CLEO), desk.opened("dora@customer.example", "Other", "Scanner")
    anas = back(to(desk.sent(), ANA.address)[1])
    desk.later(HOUR)
    desk.mail(ANA.address, "Turn it off and on.", "Re: Scanner", anas)
    assert desk.ticket(opened).clock == desk.ticket(answered).clock == {}
    promising = again(desk, promised(4))
    promising.timetable.renewals()
    for number, due_ms in ((opened, START_MS + 4 * HOUR), (answered, None)):
        found = promising.ticket(number)
        shown = show_ticket(desk.store.rows, found.number)
        assert shown is not None
        assert clocks.clock_of(found) == sla.wound(moments.moments(shown.events))
        assert found.clock.get("due_ms") == due_ms
    assert timer(desk, answered) == []


def test_a_promise_that_is_taken_back_is_due_no_more(new_world: Callable[..., World]) -> None:
    desk = new_world(promised(4))
    desk.timetable.renewals()
    opened = desk.opened(CLEO)
    silent = again(desk, promised(None))
    silent.timetable.renewals()
    assert "due_ms" not in silent.ticket(opened).clock
    assert timer(desk, opened) == []


def test_it_goes_on_where_it_was_and_ends(new_world: Callable[..., World]) -> None:
    desk = new_world(promised(None))
    opened = [desk.opened(f"c{number}@customer.example", f"Matter {number}") for number in range(5)]
    promising = again(desk, promised(4))
    mark = renewal.mark_of(promising.policy)
    with desk.store.transaction() as tx:
        tx.keep_renewed(mark, opened[2])
    promising.timetable.renewals()
    assert [bool(timer(desk, number)) for number in opened] == [False, False, False, True, True]
    assert desk.store.rows.all("SELECT value FROM meta WHERE key = 'promises'") == [(mark,)]
    assert promising.timetable.renewed


def test_a_desk_that_never_promised_anything_has_nothing_to_renew(new_world: Callable[..., World]) -> None:
    desk = new_world(promised(None))
    desk.opened(CLEO)
    desk.timetable.renewals()
    assert desk.timetable.renewed
    assert desk.store.rows.all("SELECT value FROM meta WHERE key = 'promises'") == []


def test_the_mark_is_of_what_due_times_depend_on() -> None:
    plain = promised(4)
    assert renewal.mark_of(plain) == renewal.mark_of(promised(4)) != renewal.mark_of(promised(2))
    assert renewal.mark_of(replace(plain, reopen_days=3)) == renewal.mark_of(plain)
    assert renewal.mark_of(promised(None)) == ""
