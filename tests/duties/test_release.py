"""Whatever a mail is held for, an admin can release it: it becomes a ticket, once, and its raw is whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailgate.desk.effect import Cause
from mailgate.desk.plan import Outcome
from mailgate.desk.routing.rule import Actions, Condition, Rule
from mailgate.releasing import settle_held
from mailgate.store.held import list_held
from mailgate.store.stats import stats
from tests.desk.conversation import policy
from tests.duties.desk import DAY, World, back, to

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"
HEAD = b"Subject: %s\r\nTo: support@acme.example\r\nMessage-ID: <r@x.example>\r\n"
FROM = b"From: Cleo <cleo@customer.example>\r\n"
BOUNCE = (
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nCould not deliver.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.x.example\r\n\r\n"
    b"Final-Recipient: rfc822; nobody@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
)
HELD: tuple[tuple[Cause, bytes], ...] = (
    (Cause.ROBOT, FROM + HEAD % b"Away" + b"Auto-Submitted: auto-replied\r\nIn-Reply-To: <a@b>\r\n\r\nI am away.\r\n"),
    (Cause.BOUNCE_UNKNOWN, b"From: MAILER-DAEMON@x.example\r\n" + HEAD % b"Undelivered" + BOUNCE),
    (Cause.AUTHOR_UNKNOWN, b"From: a@x.example, b@x.example\r\n" + HEAD % b"From two" + b"\r\nWe both write.\r\n"),
    (Cause.EMPTY, FROM + b"To: support@acme.example\r\nMessage-ID: <r@x.example>\r\n\r\n"),
    (Cause.RULE, FROM + HEAD % b"A lawsuit" + b"\r\nWe sue.\r\n"),
    (Cause.UNPROVED_AGENT, b"From: ana@acme.example\r\n" + HEAD % b"Do it" + b"\r\n#priority high\r\nIt leaks.\r\n"),
    (Cause.LOOP, FROM + HEAD % b"Again" + b"X-Mailgate-Loop: support@acme.example\r\n\r\nYour own mail.\r\n"),
    (Cause.SPAM, FROM + HEAD % b"Pills" + b"X-Spam-Flag: YES\r\n\r\nBuy them.\r\n"),
)


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    """A desk that holds lawsuits, and believes our provider's spam filter."""
    sued = Condition("test", subject="subject", relation="words", values=("lawsuit",))
    return new_world(policy((Rule("legal", sued, Actions(hold="the lawyer reads these")),)))


def release(world: World) -> Outcome:
    """What ``mailgate held release`` does with the one mail that is held."""
    (held,) = list_held(world.store.rows)
    return settle_held(held, world.desk, world.senses, world.store, world.clock, confirmed=False).outcome


@pytest.mark.parametrize(("cause", "raw"), HELD, ids=[cause.value for cause, _ in HELD])
def test_Q17_a_released_mail_is_a_ticket_whatever_it_was_held_for(world: World, cause: Cause, raw: bytes) -> None:
    settled = world.take(raw, CLEO)
    assert (settled.plan.outcome, settled.plan.cause) == (Outcome.HOLD, cause), settled.plan.trace
    assert release(world) is Outcome.NEW
    assert list_held(world.store.rows) == []
    assert settled.ticket == 0
    assert stats(world.store.rows).outcomes == {"new": 1}


def test_Q17_mail_that_was_held_for_more_than_a_day_is_released_without_an_acknowledgement(world: World) -> None:
    """It would come as a surprise; the team hears of it all the same."""
    world.take(HELD[4][1], CLEO)
    world.clock.ms += 2 * DAY
    assert release(world) is Outcome.NEW
    letters = world.sent()
    assert to(letters, CLEO) == []
    assert to(letters, ANA)


def test_an_agents_held_answer_that_an_admin_releases_reaches_no_customer(world: World) -> None:
    """Releasing is no proof: what is not proved is read by agents, never sent on under the desk's name."""
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    world.mail(ANA, "Send me your password.", to=back(notification), proved=False)
    world.sent()
    release(world)
    assert to(world.sent(), CLEO) == []
