"""A ticket's clock through real mails, and what people are told of it: by when, and by nobody's reckoning but ours."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailgate.desk.clock import clocks, moments, sla
from mailgate.desk.clock.sla import Promise
from mailgate.desk.clock.targets import Kind, SlaPolicy
from mailgate.desk.plan import Outcome
from mailgate.desk.policy import Policy
from mailgate.desk.ticket import Status
from mailgate.gateway import Arrival, read, settle
from mailgate.mail.model import Envelope
from mailgate.store.tickets import show_ticket
from tests.desk.conversation import ANA, policy
from tests.duties.desk import AUTHSERV, DAY, HOUR, MINUTE, START_MS, World, back, text_of, to

CLEO = "cleo@customer.example"


def promised(name: str = "gold") -> Policy:
    """Team help promises the table of defaults, round the clock; billing half of it."""
    plain = policy()
    halved = {
        "": {kind: replace(span, amount=span.amount // 2) for kind, span in SlaPolicy("").targets["high"].items()}
    }
    return replace(
        plain,
        teams={key: replace(team, sla=name, hours="", remind_after_ms=0) for key, team in plain.teams.items()}
        | {"billing": replace(plain.teams["billing"], sla="halved" if name else "", hours="")},
        sla={"gold": SlaPolicy("gold"), "halved": SlaPolicy("halved", halved)} if name else {},
    )


@pytest.fixture
def desk(new_world: Callable[..., World]) -> World:
    return new_world(promised())


def open_on(desk: World, ticket_id: int) -> dict[Kind, Promise]:
    """The open promises; the clock that is kept must be the one that the history gives."""
    shown = show_ticket(desk.store.rows, desk.ticket(ticket_id).number)
    assert shown is not None
    assert clocks.clock_of(shown.ticket) == sla.wound(moments.moments(shown.events))
    return {each.kind: each for each in clocks.promises(shown.ticket, desk.policy, desk.clock.now_ms())}


def kinds(desk: World, ticket_id: int) -> list[str]:
    shown = show_ticket(desk.store.rows, desk.ticket(ticket_id).number)
    assert shown is not None
    return [event["kind"] for event in shown.events]


def test_the_customer_reads_by_when_and_the_team_what_is_due(desk: World) -> None:
    """Half past nine and a bit, and four hours."""
    desk.opened(CLEO)
    letters = desk.sent()
    (acknowledged,) = to(letters, CLEO)
    assert "13:46" in text_of(acknowledged)
    assert all("13:46" in text_of(letter) for letter in to(letters, ANA.address))


def test_a_desk_that_promises_nothing_keeps_no_clock_and_no_timer(new_world: Callable[..., World]) -> None:
    desk = new_world(promised(""))
    opened = desk.opened(CLEO)
    assert desk.ticket(opened).clock == {}
    assert desk.store.rows.all("SELECT kind FROM timers WHERE kind = 'sla'") == []
    (acknowledged,) = to(desk.sent(), CLEO)
    assert "will answer by" not in text_of(acknowledged)


def test_one_tickets_story(desk: World) -> None:
    opened = desk.opened(CLEO)
    letters = desk.sent()
    mine, anas = back(to(letters, CLEO)[0]), back(to(letters, ANA.address)[0])
    assert open_on(desk, opened)[Kind.FIRST].due_ms == START_MS + 4 * HOUR

    desk.later(HOUR)
    desk.mail(ANA.address, "Turn it off and on again.", "Re: Printer broken", anas)
    assert desk.ticket(opened).status is Status.WAITING_CUSTOMER
    assert set(open_on(desk, opened)) == {Kind.RESOLUTION}
    assert "promise kept" in kinds(desk, opened)

    desk.later(DAY)
    desk.mail(CLEO, "Thanks a lot!", "Re: Printer broken", mine)
    assert desk.ticket(opened).status is Status.WAITING_CUSTOMER
    assert set(open_on(desk, opened)) == {Kind.RESOLUTION}
    assert desk.ticket(opened).waiting_since_ms is None

    away = [("Auto-Submitted", "auto-replied")]
    desk.mail(CLEO, "I am on holiday until Monday.", "Out of office", mine, headers=away)
    assert desk.ticket(opened).status is Status.WAITING_CUSTOMER
    assert set(open_on(desk, opened)) == {Kind.RESOLUTION}

    desk.later(DAY)
    asked_ms = desk.clock.now_ms()
    desk.mail(CLEO, "It burns again. What now?", "Re: Printer broken", mine)
    found = open_on(desk, opened)
    assert found[Kind.NEXT].due_ms == asked_ms + 4 * HOUR
    assert found[Kind.RESOLUTION].spent == HOUR

    desk.later(5 * HOUR)
    desk.mail(ANA.address, "#resolve\nThe extinguisher is beside it.", "Re: Printer broken", anas)
    assert desk.ticket(opened).status is Status.RESOLVED
    assert open_on(desk, opened) == {}
    assert desk.store.rows.all("SELECT kind FROM timers WHERE kind = 'sla'") == []
    assert "promise late" in kinds(desk, opened)


def test_commands_move_the_due_times_from_the_same_start(desk: World) -> None:
    opened = desk.opened(CLEO)
    anas = back(to(desk.sent(), ANA.address)[0])
    desk.later(HOUR)
    desk.mail(ANA.address, "#priority urgent", "Re: Printer broken", anas)
    assert open_on(desk, opened)[Kind.FIRST].due_ms == START_MS + 15 * MINUTE
    desk.mail(ANA.address, "#team billing\n#priority normal", "Re: Printer broken", anas)
    assert open_on(desk, opened)[Kind.FIRST].due_ms == START_MS + 30 * MINUTE


def test_mails_of_one_batch_step_the_clock_one_after_the_other(desk: World) -> None:
    opened = desk.opened(CLEO)
    letters = desk.sent()
    mine, anas = back(to(letters, CLEO)[0]), back(to(letters, ANA.address)[0])
    desk.later(HOUR)
    batch = [
        arrival(desk, ANA.address, anas, "Turn it off and on."),
        arrival(desk, CLEO, mine, "Done, and now?"),
        arrival(desk, ANA.address, anas, "#priority urgent"),
        arrival(desk, CLEO, mine, "It burns!"),
    ]
    assert len(settle(batch, desk.desk, desk.store, desk.clock)) == 4
    found = open_on(desk, opened)
    assert found[Kind.NEXT].due_ms == desk.clock.now_ms() + 15 * MINUTE
    assert "promise kept" in kinds(desk, opened)


def arrival(desk: World, sender: str, to_address: str, text: str) -> Arrival:
    """A proved mail that waits to be settled."""
    message = EmailMessage()
    message["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={sender.rpartition('@')[2]}"
    message["Received"] = "from x (x [93.184.216.34]) by mx.acme.example; Wed, 25 Nov 2026 09:00:00 +0000"
    message["From"], message["To"], message["Subject"] = sender, to_address, "Re: Printer broken"
    message["Message-ID"] = f"<{hashlib.sha256(text.encode()).hexdigest()}@x.example>"
    message.set_content(text)
    raw = message.as_bytes(policy=SMTP)
    envelope = Envelope("smtp", (to_address,), sender, desk.clock.now_ms(), client_ip="127.0.0.1")
    return Arrival(read(raw, envelope, desk.spool.accept(raw, envelope), desk.senses), raw)


COMMANDS = (
    "#pending",
    "#reopen",
    "#ask vendor@parts.example\nDo you have it?",
    "#snooze 2d",
    "#reopen",
    "#child billing: Check the invoice",
    "#status open",
    "#resolve\nDone.",
    "#undo",
    "#close",
    "#reopen",
    "#spam",
    "#undo",
    "#priority high",
    "#due 3d",
    "#team billing",
    "#merge {other}",
    "#undo",
    "#note well",
    "Here you are.",
)


def test_whatever_agents_do_the_clock_is_that_of_the_history(desk: World) -> None:
    opened, other = desk.opened(CLEO), desk.opened("dora@customer.example", "Mine too", "Scanner")
    letters = to(desk.sent(), ANA.address)
    anas = back(next(each for each in letters if "Printer" in str(each["Subject"])))
    for text in COMMANDS:
        desk.clock.ms += 7 * MINUTE
        written = text.format(other=desk.ticket(other).number)
        settled = desk.mail(ANA.address, written, f"Re: Printer broken {len(written)}", anas)
        assert settled.plan.outcome is not Outcome.HOLD, (text, settled.plan.trace)
        for (ticket_id,) in desk.store.rows.all("SELECT id FROM tickets"):
            open_on(desk, ticket_id)
    asked = [event for event in kinds(desk, opened) if event == "changed"]
    assert len(asked) > 8
