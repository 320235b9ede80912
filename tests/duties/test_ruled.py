"""Rules on events in a running desk: on both databases, with letters, timers and a second daemon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailgate.carry import act
from mailgate.desk.clock.targets import SlaPolicy
from mailgate.desk.effect import ChangeTicket
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Assign, Policy
from mailgate.desk.routing.rule import Actions, Child, Condition, On, Rule, Send
from mailgate.desk.ticket import Status
from mailgate.store.schema import Calls, Events
from mailgate.store.tickets import list_tickets
from tests.desk.conversation import policy
from tests.duties.desk import DAY, HOUR, World, back, text_of, to

ANNE = "anne@customer.example"
NewWorld = Callable[[Policy], World]


def leaf(subject: str, relation: str, *values: str) -> Condition:
    return Condition("test", (), subject, relation, values)


ALWAYS = Condition("all")
WAITS = Rule(
    "remind",
    Condition("all", (leaf("status", "is", "new", "open"), leaf("idle", "over", str(2 * DAY)))),
    Actions(letters=(Send("team", "Nobody wrote on #{number} for two days."),), tags=("silent",)),
    on=On.IDLE,
)
ENDS = Rule("end", leaf("idle", "over", str(5 * DAY)), Actions(close=True), on=On.IDLE)


def histories(world: World, ticket: int, kind: str) -> list[dict[str, object]]:
    query = Events.select(Events.kind, Events.meta).where((Events.ticket_id == ticket) & (Events.kind == kind))
    return world.store.rows.select(query)


def test_idle_rules_run_once_each_in_their_time(new_world: NewWorld) -> None:
    """The shorter wait first, then the longer; neither twice, and a mail begins both anew."""
    world = new_world(policy((WAITS, ENDS)))
    number = world.opened(ANNE)
    world.sent()
    world.later(2 * DAY - HOUR)
    world.mail(ANNE, "One more thing about that, please look at page two.", subject="Re: [#1] Printer broken")
    assert world.ticket(number).tags == ()
    world.later(2 * DAY - HOUR)
    assert world.ticket(number).tags == ()
    world.sent()
    world.later(2 * HOUR)
    assert world.ticket(number).tags == ("silent",)
    notices = [each for each in world.sent() if "two days" in text_of(each)]
    assert len(notices) == len(to(notices, "ana@")) + len(to(notices, "ben@")) == 2
    world.later(DAY)
    assert [each for each in world.sent() if "two days" in text_of(each)] == []
    world.later(3 * DAY)
    assert world.ticket(number).status is Status.CLOSED
    assert len(histories(world, number, "idle")) == 2


def test_a_rule_may_answer_what_the_customer_writes(new_world: NewWorld) -> None:
    """A letter to the requester goes out with the mail that brought it, and is marked as automatic."""
    rule = Rule("thanks", leaf("body", "words", "invoice"), Actions(letters=(Send("requester", "It is on its way."),)))
    world = new_world(policy((Rule("r", rule.when, rule.then, on=On.CUSTOMER_REPLIED),)))
    number = world.opened(ANNE)
    (first,) = to(world.sent(), ANNE)
    settled = world.mail(ANNE, "Where is the invoice of last month?", subject=str(first["Subject"]), to=back(first))
    assert settled.ticket == number
    (letter,) = to(world.sent(), ANNE)
    assert "It is on its way." in text_of(letter)
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_new_tickets_rule_calls_a_webhook_with_its_number(new_world: NewWorld) -> None:
    """The call is in the database with the ticket."""
    rule = Rule("crm", ALWAYS, Actions(webhooks=("crm",)))
    world = new_world(policy((rule,)))
    number = world.opened(ANNE)
    (call,) = world.store.rows.select(Calls.select())
    assert (call["name"], call["ticket_id"], call["state"]) == ("crm", number, "queued")
    assert call["body"]["ticket"]["number"] == world.ticket(number).number


def test_a_dated_rule_looks_on_its_day(new_world: NewWorld) -> None:
    """Thirty days before the date in the field, at nine."""
    made = Rule("stamp", ALWAYS, Actions(fields={"ends": "2027-01-10"}), go_on=True)
    ends = Rule("ends", ALWAYS, Actions(priority="urgent"), on=On.DATE, date_field="ends", before_ms=30 * DAY)
    world = new_world(policy((made, ends)))
    number = world.opened(ANNE)
    world.later(15 * DAY)
    assert world.ticket(number).priority == "normal"
    world.later(DAY)
    assert world.ticket(number).priority == "urgent"
    assert len(histories(world, number, "date")) == 1


def test_a_timer_whose_rule_is_gone_is_cleared(new_world: NewWorld) -> None:
    """A reload without the rule leaves nothing that rings for ever."""
    world = new_world(policy((WAITS,)))
    number = world.opened(ANNE)
    other = World(
        world.store, world.spool, world.clock, policy(teams=world.policy.teams), world.folder, world.far, world.rung
    )
    other.later(3 * DAY)
    assert other.ticket(number).tags == ()
    assert not [kind for kind in other.store.due_kinds(other.clock.now_ms()) if kind.startswith("idle")]


def test_a_rules_child_is_a_ticket_that_its_parent_waits_for(new_world: NewWorld) -> None:
    """It opens with the mail, is nobody's letter to the customer, and when it ends the parent goes on."""
    rule = Rule("call", leaf("text", "words", "refund"), Actions(children=(Child("billing", "Pay it back"),)))
    world = new_world(policy((rule,)))
    number = world.opened(ANNE, "I want a refund.")
    assert world.ticket(number).status is Status.WAITING_CHILD
    child = next(each for each in list_tickets(world.store.rows) if each.subject == "Pay it back")
    assert (child.parent, child.team) == (number, "billing")
    assert len(to(world.sent(), ANNE)) == 1
    with world.store.transaction() as tx:
        close = ChangeTicket(child.id, {"status": Status.CLOSED, "closed_ms": world.clock.ms}, "done", "ben")
        act(tx, tx.ticket(child.id), Plan(Outcome.EVENT, (close,), ticket=child.id), world.desk, world.clock.ms)
    assert world.ticket(number).status is Status.OPEN


def test_a_rules_child_is_given_out_in_its_teams_way_and_told_of(new_world: NewWorld) -> None:
    """Its words are filled from the ticket above it; who has it is told, and nobody else."""
    child = Child("billing", "Call {requester}", "About {subject}.")
    plain = policy((Rule("call", ALWAYS, Actions(children=(child,))),))
    billing = replace(plain.teams["billing"], members=("ana", "ben"), assign=Assign.ROUND_ROBIN)
    world = new_world(replace(plain, teams={**plain.teams, "billing": billing}))
    parents = [world.opened(ANNE, f"Question {each}?", f"Matter {each}") for each in range(2)]
    children = sorted((each for each in list_tickets(world.store.rows) if each.parent), key=lambda each: each.id)
    assert [each.parent for each in children] == parents
    assert [(each.subject, each.assignee) for each in children] == [(f"Call {ANNE}", "ana"), (f"Call {ANNE}", "ben")]
    assert children[0].reason.endswith("whose turn it is")
    told = [each for each in world.sent() if "Call" in str(each["Subject"])]
    assert [str(each["To"].addresses[0].addr_spec)[:3] for each in told] == ["ana", "ben"]
    assert "About Matter 0." in text_of(told[0])


def test_a_promise_that_is_warned_of_and_broken_is_an_event(new_world: NewWorld) -> None:
    """The rules see what the clock's duty has told people."""
    rules = (
        Rule("soon", ALWAYS, Actions(tags=("soon",)), on=On.SLA_WARNING),
        Rule("late", ALWAYS, Actions(priority="urgent"), on=On.SLA_BROKEN),
    )
    plain = policy(rules, sla={"gold": SlaPolicy("gold")})
    teams = {name: replace(team, sla="gold", hours="", remind_after_ms=0) for name, team in plain.teams.items()}
    world = new_world(replace(plain, teams=teams))
    number = world.opened(ANNE)
    world.later(3 * HOUR + 30 * 60_000)
    assert (world.ticket(number).tags, world.ticket(number).priority) == (("soon",), "normal")
    world.later(HOUR)
    assert world.ticket(number).priority == "urgent"
