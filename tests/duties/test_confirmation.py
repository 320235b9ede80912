"""Mails that agents confirm are settled by the clock, once."""

from __future__ import annotations

from collections.abc import Callable

from mailgate.desk.effect import Cause
from mailgate.desk.plan import Outcome
from mailgate.desk.routing.rule import Actions, Condition, Rule
from mailgate.store.held import HeldState, confirmed, list_held, raw_of, show_held
from tests.desk.conversation import policy
from tests.duties.desk import SECOND, World, back, text_of, to

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"


def test_a_confirmed_mail_runs_at_the_next_tick_and_only_once(world: World) -> None:
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    settled = world.mail(ANA, "Turn it off and on.", to=back(notification), proved=False)
    assert (settled.plan.outcome, settled.plan.cause) == (Outcome.HOLD, Cause.UNPROVED_AGENT)
    (question,) = world.sent()
    world.mail(ANA, "yes", to=back(question), proved=False)
    world.later(SECOND)
    world.later(SECOND)
    (answer,) = world.sent()
    assert "Turn it off and on." in text_of(answer)
    (held,) = list_held(world.store.rows, everything=True)
    assert held.state is HeldState.RELEASED
    assert world.rung


def test_commands_of_a_fresh_mail_run_once_they_are_confirmed(world: World) -> None:
    """No ticket yet: the token binds the mail alone."""
    world.mail(ANA, "#priority high\nThe coffee machine leaks.", "Coffee", proved=False)
    (question,) = world.sent()
    assert "#priority high" in text_of(question)
    world.mail(ANA, "Yes, please", to=back(question), proved=False)
    world.later(SECOND)
    (held,) = list_held(world.store.rows, everything=True)
    assert held.state is HeldState.RELEASED
    assert any("Coffee" in str(each["Subject"]) for each in world.sent())


def test_a_confirmed_mail_that_a_rule_holds_waits_for_an_admin_and_is_not_tried_again(
    new_world: Callable[..., World],
) -> None:
    """It would be read and decided anew at every tick otherwise; the cause that stands in the way is shown."""
    legal = Rule(
        "legal", Condition("test", subject="subject", relation="words", values=("lawsuit",)), Actions(hold="x")
    )
    world = new_world(policy((legal,)))
    world.mail(ANA, "#priority high\nWe are sued.", "A lawsuit", proved=False)
    (question,) = world.sent()
    world.mail(ANA, "yes", to=back(question), proved=False)
    (waiting,) = confirmed(world.store.rows)
    world.later(SECOND)
    assert confirmed(world.store.rows) == []
    held = show_held(world.store.rows, waiting.id)
    assert held is not None
    assert (held.state, held.cause) == (HeldState.HELD, Cause.RULE.value)
    assert "legal" in held.detail


def test_a_confirmed_mail_whose_raw_is_gone_stays_held_and_is_not_tried_again(world: World) -> None:
    world.mail(ANA, "#priority high\nThe coffee machine leaks.", "Coffee", proved=False)
    (question,) = world.sent()
    world.mail(ANA, "yes", to=back(question), proved=False)
    (waiting,) = confirmed(world.store.rows)
    with world.store.transaction() as tx:
        tx.work.rows.run("DELETE FROM raws WHERE entry_key = ?", (waiting.entry_key,))
    assert raw_of(world.store.rows, waiting.entry_key) is None
    world.later(SECOND)
    assert confirmed(world.store.rows) == []
    assert [each.state for each in list_held(world.store.rows)] == [HeldState.HELD]
