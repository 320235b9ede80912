"""What comes in twice, in a circle, from the past or with SQL in it: one mail's whole story on a real database."""

from __future__ import annotations

from email.policy import SMTP

from mailgate.desk.effect import Cause
from mailgate.desk.plan import Outcome
from mailgate.gateway import Arrival, read, settle
from mailgate.mail.model import Envelope
from mailgate.store.search import documents_of
from mailgate.store.stats import stats
from mailgate.store.tickets import search_tickets, show_ticket
from tests.duties.desk import HOUR, MINUTE, World, back, to

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"
ROBOT = "help@robot.example"
MAIL = (
    b"From: Cleo <cleo@customer.example>\r\nTo: support@acme.example\r\nSubject: %s\r\nMessage-ID: <one@x.example>\r\n"
    b"Date: %s\r\n\r\n%s\r\n"
)
NOW = b"Wed, 25 Nov 2026 09:46:00 +0000"


def test_D28_what_comes_by_smtp_and_again_by_imap_is_one_message(world: World) -> None:
    """Trace headers and the way differ, the mail does not."""
    raw = MAIL % (b"Printer", NOW, b"It burns.")
    assert world.take(raw, CLEO).plan.outcome is Outcome.NEW
    fetched = b"Delivered-To: support@acme.example\r\nReceived: from a by b; Wed, 25 Nov 2026 09:47:00 +0000\r\n" + raw
    envelope = Envelope("imap", ("support@acme.example",), CLEO, world.clock.now_ms())
    key = world.spool.accept(fetched, envelope, "imap:1:1")
    (settled,) = settle(
        [Arrival(read(fetched, envelope, key, world.senses), fetched)], world.desk, world.store, world.clock
    )
    assert settled.plan.outcome is Outcome.DUPLICATE


def test_a_mail_is_found_by_the_words_that_were_gathered_as_it_was_read(world: World) -> None:
    """They are those that its row gives, too: so the index can be made again, or a mail taken out of it."""
    file = b"Content-Disposition: attachment; filename=plan.txt\r\n"
    raw = (MAIL % (b"Printer", NOW, "Das Café brennt. 请退款".encode())).replace(b"Date:", file + b"Date:")
    envelope = Envelope("smtp", ("support@acme.example",), CLEO, world.clock.now_ms())
    key = world.spool.accept(raw, envelope, "")
    reading = read(raw, envelope, key, world.senses)
    settle([Arrival(reading, raw)], world.desk, world.store, world.clock)
    (row,) = world.store.rows.all("SELECT id FROM messages WHERE entry_key = ?", (key,))
    assert documents_of(world.store.rows, row) == [(*row, reading.words)]
    assert {"printer", "cafe", "退款", "plan"} <= set((reading.words or "").split())
    assert [ticket.subject for ticket in search_tickets(world.store.rows, "plan cafe")] == ["Printer"]


def test_D26_one_message_id_with_two_contents_is_two_mails(world: World) -> None:
    """A broken program, or somebody who wants to hide a mail behind another."""
    assert world.take(MAIL % (b"Printer", NOW, b"It burns."), CLEO).plan.outcome is Outcome.NEW
    assert world.take(MAIL % (b"Printer", NOW, b"It drowns."), CLEO).plan.outcome is not Outcome.DUPLICATE
    assert stats(world.store.rows).deliveries == 2


def test_D22_the_date_in_a_mail_moves_no_clock_of_ours(world: World) -> None:
    """Mails of 1970 and 2100 are reminded of four hours after they came."""
    for subject, date in ((b"Old", b"Thu, 1 Jan 1970 00:00:00 +0000"), (b"New", b"Fri, 1 Jan 2100 00:00:00 +0000")):
        raw = (MAIL % (subject, date, b"It burns.")).replace(b"<one@", b"<" + subject + b"@")
        assert world.take(raw, CLEO).plan.outcome is Outcome.NEW
    world.sent()
    world.later(4 * HOUR - MINUTE)
    assert world.sent() == []
    world.later(MINUTE)
    assert len(world.sent()) == 2


def test_J12_sql_is_text_like_any_other(world: World) -> None:
    """Names, subjects and addresses with quotes come out as they went in."""
    subject = "'); DROP TABLE tickets; --"
    ticket = world.opened("o'brien@customer.example", "Robert'); DELETE FROM letters; -- $1 ? %s", subject)
    found = show_ticket(world.store.rows, world.ticket(ticket).number)
    assert found is not None
    assert found.ticket.subject == subject
    assert found.ticket.requester.email == "o'brien@customer.example"
    assert "DELETE FROM letters; -- $1 ? %s" in str(found.messages[0]["new_text"])
    assert to(world.sent(), "o'brien@customer.example")


def test_L13_a_helpdesk_that_answers_everything_is_not_answered_without_end(world: World) -> None:
    """It writes no RFC 3834 header and a new subject each time; two letters of ours, and then silence."""
    world.opened(ROBOT, "We have received your request 0.", "Request 0")
    answered = 0
    for turn in range(1, 12):
        letters = to(world.sent(), ROBOT)
        answered += len(letters)
        for letter in letters:
            world.mail(ROBOT, f"We have received your request {turn}.", f"Request {turn}", back(letter))
        world.clock.ms += MINUTE
    assert answered <= 2


def test_L13_fresh_mails_of_a_robot_run_into_the_budget(world: World) -> None:
    """Not even the thread holds: every mail is a new one, a minute apart."""
    for turn in range(30):
        world.mail(ROBOT, f"We have received your request {turn}.", f"Request {turn}")
        world.clock.ms += MINUTE
    assert len(to(world.sent(), ROBOT)) == 3


def test_L32_our_own_letter_that_somebody_sends_back_is_a_loop(world: World) -> None:
    """An alias at the customer's that points back to us."""
    world.opened(CLEO)
    (acknowledgement,) = to(world.sent(), CLEO)
    raw = b"Received: from alias by mx.acme.example; Wed, 25 Nov 2026 09:50:00 +0000\r\n" + acknowledgement.as_bytes(
        policy=SMTP
    )
    settled = world.take(raw, "")
    assert (settled.plan.outcome, settled.plan.cause) == (Outcome.HOLD, Cause.LOOP)
    assert world.sent() == []


def test_O09_after_the_relay_was_away_letters_go_out_in_the_order_in_which_they_were_written(world: World) -> None:
    """Nothing is lost, nothing is sent twice, the oldest first."""
    for number in range(40):
        world.opened(f"p{number}@customer.example", subject=f"Question {number}")
        world.clock.ms += 1000
    sent = [str(each["To"].addresses[0].addr_spec) for each in world.sent()]
    customers = [address for address in sent if address.endswith("customer.example")]
    assert customers == [f"p{number}@customer.example" for number in range(40)]
    assert len(sent) == 120


def test_promise_8_the_story_of_a_decision_is_kept_with_it(world: World) -> None:
    """Clues, trust, rule and generation, in words."""
    settled = world.mail(CLEO, "It burns.")
    trace = "\n".join(settled.plan.trace)
    for part in ("verdict: genuine", "sender: proof pass", "trust: first contact, proved", "route: no rule matched"):
        assert part in trace
    assert settled.plan.generation == world.policy.generation
    assert ANA not in trace
