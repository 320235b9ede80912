"""Rules on events: what makes them look, what they do, and what stops one that runs away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from mailgate.desk.effect import (
    NEW_TICKET,
    AddEvent,
    AddMessage,
    AddNote,
    ChangeTicket,
    ClearTimer,
    Direction,
    Effect,
    OpenTicket,
    QueueWebhook,
    RecordRating,
    SetTimer,
    Spend,
    Visibility,
)
from mailgate.desk.follow import RUNS, Scene, follow
from mailgate.desk.letter import LetterKind
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Policy, Role, Team
from mailgate.desk.roster import Roster
from mailgate.desk.routing.events import compile_events, happened
from mailgate.desk.routing.rule import Actions, Child, Condition, On, Rule, Send
from mailgate.desk.routing.standing import Tally
from mailgate.desk.ticket import ParticipantRole, Status, Ticket
from tests.desk.conversation import NOW_MS, policy, ticket

HOUR, DAY = 3_600_000, 86_400_000
ADA = Agent("ada", "Ada", "ada@acme.example", role=Role.ADMIN)


@dataclass
class Shelf:
    """What a store would tell."""

    tallies: Mapping[int, Tally] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()

    def spent(self, keys: Iterable[str]) -> Mapping[str, int]:
        return {key: self.counts.get(key, 0) for key in keys}

    def tally(self, ticket: int) -> Tally:
        return self.tallies.get(ticket, Tally(1, NOW_MS))

    def roster(self) -> Roster:
        return Roster(paused=self.paused)

    def keep(self, plan: Plan) -> None:
        """Count what the plan spends, as the store does."""
        for effect in plan.effects:
            if isinstance(effect, Spend):
                self.counts[effect.key] = self.counts.get(effect.key, 0) + 1


def leaf(subject: str, relation: str, *values: str) -> Condition:
    return Condition("test", (), subject, relation, values)


ALWAYS = Condition("all")


def desk(*rules: Rule, **changes: object) -> Policy:
    plain = policy(rules, **changes)
    teams = {**plain.teams, "help": replace(plain.teams["help"], escalate_to="billing"), "night": Team("night", "N")}
    return replace(plain, teams=teams, agents={**plain.agents, "ada": ADA})


def go(rules: Policy, effects: tuple[Effect, ...], what: Ticket, shelf: Shelf | None = None) -> Plan:
    """What follows from a plan about one ticket."""
    plan = Plan(Outcome.APPEND, effects, ticket=what.id)
    return follow(plan, what, {}, Scene(compile_events(rules), shelf or Shelf(), NOW_MS))


def changes(plan: Plan) -> dict[str, object]:
    """What rules changed, joined."""
    found: dict[str, object] = {}
    for effect in plan.effects:
        if isinstance(effect, ChangeTicket) and effect.actor == "rule":
            found |= effect.changes
    return found


WROTE = AddMessage(ticket().id, Direction.CUSTOMER)
ANSWERED = AddMessage(ticket().id, Direction.AGENT)
OPENED = ChangeTicket(ticket().id, {"status": Status.OPEN}, "the customer wrote")


@pytest.mark.parametrize(
    ("effect", "on"),
    [
        (WROTE, On.CUSTOMER_REPLIED),
        (ANSWERED, On.AGENT_REPLIED),
        (OPENED, On.STATUS_CHANGED),
        (RecordRating(ticket().id, 1, "", "cleo@customer.example"), On.RATED),
        (AddEvent(ticket().id, "sla warning"), On.SLA_WARNING),
        (AddEvent(ticket().id, "sla broken"), On.SLA_BROKEN),
    ],
)
def test_an_effect_is_an_event(effect: Effect, on: On) -> None:
    """Each thing that happens is what the rules call it, and nothing else."""
    assert [one.on for one in happened((effect,), {ticket().id: ticket()})] == [on]
    plan = go(desk(Rule("r", ALWAYS, Actions(tags=("seen",)), on=on)), (effect,), ticket())
    assert changes(plan) == {"tags": ("seen",)}
    for other in set(On) - {on, On.CREATED, On.IDLE}:
        assert changes(go(desk(Rule("r", ALWAYS, Actions(tags=("x",)), on=other)), (effect,), ticket())) == {}


@pytest.mark.parametrize(
    "effect",
    [
        replace(WROTE, visibility=Visibility.AGENTS),
        replace(WROTE, direction=Direction.ROBOT),
        ChangeTicket(ticket().id, {"status": ticket().status}, "the same"),
        AddNote(ticket().id, "a note"),
    ],
)
def test_what_is_no_event(effect: Effect) -> None:
    """Unproved mail, robots, notes and a status that stays the same are nothing that rules look at."""
    assert happened((effect,), {ticket().id: ticket()}) == ()


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        (leaf("status", "is", "open"), True),
        (leaf("status", "is", "closed"), False),
        (leaf("team", "is", "help"), True),
        (leaf("tag", "is", "vip"), True),
        (leaf("tag", "is", "money"), False),
        (leaf("field:source", "is", "shop"), True),
        (leaf("assignee", "exists", "false"), True),
        (leaf("age", "over", str(2 * DAY)), True),
        (leaf("age", "over", str(3 * DAY)), False),
        (leaf("waiting", "over", str(HOUR)), True),
        (leaf("replies", "over", "2"), True),
        (leaf("replies", "over", "3"), False),
        (leaf("nudges", "is", "2"), True),
        (leaf("rating", "under", "3"), False),
        (leaf("subject", "words", "printer"), True),
        (leaf("from", "domain", "customer.example"), True),
    ],
)
def test_conditions_look_at_the_ticket(condition: Condition, matches: bool) -> None:
    """As it stands after what has happened; the mail that just came is one of the replies."""
    what = ticket(
        tags=("vip",),
        fields={"source": "shop"},
        created_ms=NOW_MS - 2 * DAY,
        waiting_since_ms=NOW_MS - HOUR,
        nudges=2,
    )
    shelf = Shelf({what.id: Tally(2, NOW_MS)})
    rules = desk(Rule("r", condition, Actions(note="seen"), on=On.CUSTOMER_REPLIED))
    plan = go(rules, (WROTE, OPENED), what, shelf)
    assert any(isinstance(effect, AddNote) for effect in plan.effects) is matches


def test_the_first_rule_decides_unless_it_goes_on() -> None:
    """As with rules on new tickets, what several say is joined."""
    first = Rule("one", ALWAYS, Actions(priority="high", tags=("a",)), on=On.CUSTOMER_REPLIED)
    second = Rule("two", ALWAYS, Actions(priority="urgent", tags=("b",)), on=On.CUSTOMER_REPLIED)
    assert changes(go(desk(first, second), (WROTE,), ticket())) == {"priority": "high", "tags": ("a",)}
    both = go(desk(replace(first, go_on=True), second), (WROTE,), ticket())
    assert changes(both) == {"priority": "high", "tags": ("a", "b")}
    assert changes(go(desk(replace(first, brands=("shop",)), second), (WROTE,), ticket()))["tags"] == ("b",)


def test_a_rule_closes_escalates_reassigns_and_lets_in() -> None:
    """Each action is a change or a letter; whoever could take the ticket is offered it once."""
    what = ticket(assignee="ana", status=Status.OPEN, waiting_since_ms=NOW_MS)
    closed = changes(go(desk(Rule("r", ALWAYS, Actions(close=True), on=On.RATED)), (RATED,), what))
    assert closed == {"status": Status.CLOSED, "closed_ms": NOW_MS, "waiting_since_ms": None}
    up = go(desk(Rule("r", ALWAYS, Actions(escalate=True), on=On.CUSTOMER_REPLIED)), (WROTE,), what)
    assert changes(up) == {"team": "billing", "assignee": ""}
    assert {letter.agent for letter in up.letters} == {"ben", "sue", "ada"}
    assert {letter.kind for letter in up.letters} == {LetterKind.HANDOVER}
    back = go(desk(Rule("r", ALWAYS, Actions(reassign=True), on=On.CUSTOMER_REPLIED)), (WROTE,), what)
    assert changes(back) == {"assignee": ""}
    watched = go(desk(Rule("r", ALWAYS, Actions(watchers=("x@y.example",)), on=On.CUSTOMER_REPLIED)), (WROTE,), what)
    assert [e.role for e in watched.effects if hasattr(e, "role")] == [ParticipantRole.WATCHER]


RATED = RecordRating(ticket().id, 1, "", "cleo@customer.example")


def test_a_webhook_is_told_names_and_states_but_no_text() -> None:
    """The call is queued with the plan, with the ticket as it stands then."""
    rules = desk(Rule("low", leaf("rating", "under", "3"), Actions(webhooks=("crm",)), on=On.RATED))
    (call,) = [e for e in go(rules, (RATED,), ticket(asked="my secret")).effects if isinstance(e, QueueWebhook)]
    assert call.name == "crm"
    assert call.body["event"] == "rated"
    assert call.body["rules"] == ["low"]
    assert call.body["ticket"]["rating"] == 1
    assert call.body["ticket"]["number"] == 1042
    assert "my secret" not in str(call.body)


def test_a_child_is_a_ticket_of_its_own_and_the_parent_waits() -> None:
    """The child's plan is one of the plan's ``more``."""
    rules = desk(Rule("r", ALWAYS, Actions(children=(Child("night", "Call them", "now"),)), on=On.CUSTOMER_REPLIED))
    plan = go(rules, (WROTE,), ticket())
    assert changes(plan)["status"] is Status.WAITING_CHILD
    (child,) = plan.more
    opened, note = child.effects
    assert isinstance(opened, OpenTicket)
    assert isinstance(note, AddNote)
    assert (opened.team, opened.subject, opened.parent) == ("night", "Call them", ticket().id)


def test_a_letter_says_what_the_admin_wrote_and_fills_in_no_more() -> None:
    """Variables stand for values; what a customer wrote into a subject or field is never read as a variable."""
    send = Send("requester", "{requester}, is #{number} ({subject}, {field:order}) done?")
    what = ticket(subject="{number} {field:secret}", fields={"order": "{brand}", "secret": "s3"})
    plan = go(desk(Rule("r", ALWAYS, Actions(letters=(send,)), on=On.STATUS_CHANGED)), (OPENED,), what)
    (letter,) = plan.letters
    assert letter.kind is LetterKind.NOTICE
    assert letter.to.email == "cleo@customer.example"
    assert letter.values["text"] == "Cleo, is #1042 ({number} {field:secret}, {brand}) done?"


@pytest.mark.parametrize(
    ("to", "who", "shelf", "sent"),
    [
        ("requester", "cleo@customer.example", Shelf(), True),
        ("requester", "noreply@customer.example", Shelf(), False),
        ("requester", "support@acme.example", Shelf(), False),
        ("requester", "cleo@customer.example", Shelf({6042: Tally(0, 0)}), False),
        ("requester", "cleo@customer.example", Shelf(paused=frozenset({"help"})), False),
        ("requester", "cleo@customer.example", Shelf(paused=frozenset({"support@acme.example"})), False),
        ("oncall@other.example", "cleo@customer.example", Shelf(), True),
        ("support@acme.example", "cleo@customer.example", Shelf(), False),
        ("team", "cleo@customer.example", Shelf(), True),
    ],
)
def test_the_gate_stands_before_letters_to_strangers(to: str, who: str, shelf: Shelf, sent: bool) -> None:
    """No letter to a role account, to ourselves, or on a ticket that no person wrote on."""
    what = replace(ticket(), requester=replace(ticket().requester, email=who))
    rules = desk(Rule("r", ALWAYS, Actions(letters=(Send(to, "x"),)), on=On.STATUS_CHANGED))
    assert bool(go(rules, (OPENED,), what, shelf).letters) is sent


def test_letters_of_rules_have_budgets() -> None:
    """A rule that writes to the same customer each time falls silent."""
    rules = desk(Rule("r", ALWAYS, Actions(letters=(Send("requester", "x"),)), on=On.CUSTOMER_REPLIED))
    shelf, sent = Shelf(), 0
    for _ in range(9):
        effects = (replace(WROTE),)
        plan = go(rules, (OPENED, *effects), ticket(), shelf)
        sent += len(plan.letters)
        shelf.keep(plan)
    assert 0 < sent <= 3


def test_L27_letters_of_rules_to_agents_have_the_budget_of_notifications() -> None:
    """One sender who writes without end does not flood the team by way of a rule, on however many tickets."""
    rules = desk(Rule("r", ALWAYS, Actions(letters=(Send("team", "x"),)), on=On.CUSTOMER_REPLIED))
    shelf, sent = Shelf(), 0
    for number in range(150):
        what = ticket(number + 1)
        plan = go(rules, (replace(WROTE, ticket=what.id),), what, shelf)
        sent += bool(plan.letters)
        shelf.keep(plan)
    assert sent == rules.budgets.news_per_sender_hour


def test_what_a_rule_does_is_an_event_for_the_others() -> None:
    """A rated ticket is reopened, and the rule on the new status sees it."""
    rules = desk(
        Rule("reopen", leaf("rating", "under", "3"), Actions(status="open"), on=On.RATED),
        Rule("look", leaf("status", "is", "open"), Actions(tags=("again",)), on=On.STATUS_CHANGED),
    )
    plan = go(rules, (RATED,), ticket(status=Status.CLOSED, closed_ms=NOW_MS - DAY))
    assert changes(plan) == {"status": Status.OPEN, "closed_ms": None, "tags": ("again",)}


def test_a_rule_is_not_asked_about_what_it_did_itself() -> None:
    """Its own change is no event for it, so that a rule on a status may set one."""
    rules = desk(Rule("r", ALWAYS, Actions(status="waiting-third-party", note="n"), on=On.STATUS_CHANGED))
    plan = go(rules, (OPENED,), ticket())
    assert sum(isinstance(effect, AddNote) for effect in plan.effects) == 1
    assert "runs away" not in str(plan.trace)


def test_rules_that_set_each_other_off_are_stopped_and_reported_once() -> None:
    """Ping and pong end after one round; the history has it, and the admins get one letter a day."""
    rules = desk(
        Rule("ping", leaf("status", "is", "open"), Actions(status="waiting-customer"), on=On.STATUS_CHANGED),
        Rule("pong", leaf("status", "is", "waiting-customer"), Actions(status="open"), on=On.STATUS_CHANGED),
    )
    shelf = Shelf()
    plan = go(rules, (OPENED,), ticket(), shelf)
    shelf.keep(plan)
    assert [letter.agent for letter in plan.letters if letter.kind is LetterKind.ALERT] == ["ada"]
    assert any(isinstance(effect, AddEvent) and effect.kind == "rule stopped" for effect in plan.effects)
    assert not go(rules, (OPENED,), ticket(), shelf).letters


def test_a_rule_runs_only_so_often_an_hour_on_one_ticket() -> None:
    """Two desks that answer each other through rules come to an end; another ticket is not concerned."""
    rules = desk(Rule("r", ALWAYS, Actions(note="again"), on=On.CUSTOMER_REPLIED))
    shelf, ran = Shelf(), 0
    for _ in range(2 * RUNS):
        plan = go(rules, (WROTE,), ticket(), shelf)
        shelf.keep(plan)
        ran += sum(isinstance(effect, AddNote) for effect in plan.effects)
    assert ran == RUNS
    other = ticket(7)
    assert go(rules, (replace(WROTE, ticket=other.id),), other, shelf).effects[-1] != WROTE


def test_who_writes_starts_the_wait_of_idle_rules() -> None:
    """Mails and agents' notes do, what we write ourselves does not; the shortest wait counts."""
    rules = desk(
        Rule("a", leaf("idle", "over", str(3 * DAY)), Actions(note="n"), on=On.IDLE),
        Rule("b", leaf("idle", "over", str(DAY)), Actions(note="n"), on=On.IDLE),
    )
    anew = [SetTimer(6042, f"idle:{DAY}", NOW_MS + DAY), ClearTimer(6042, f"idle:{3 * DAY}")]
    assert list(go(rules, (WROTE,), ticket()).effects[1:]) == anew
    assert list(go(rules, (AddNote(6042, "x", "ana"),), ticket()).effects[1:]) == anew
    assert not go(rules, (AddNote(6042, "x"),), ticket()).effects[1:]


def test_dates_in_fields_set_timers_that_move_and_go() -> None:
    """So long before the day at nine of the brand's zone; at once where that is past, never for a day that is over."""
    rules = desk(Rule("end", ALWAYS, Actions(note="n"), on=On.DATE, date_field="ends", before_ms=30 * DAY))

    def timers(before: dict[str, str], after: dict[str, str]) -> list[Effect]:
        change = ChangeTicket(ticket().id, {"fields": after}, "by command", "ana")
        found = go(rules, (change,), ticket(fields=before)).effects
        return [effect for effect in found if isinstance(effect, SetTimer | ClearTimer)]

    nine = 1_802_336_400_000  # 2027-02-11 09:00 UTC
    assert timers({}, {"ends": "2027-02-11"}) == [SetTimer(6042, "date:end", nine - 30 * DAY)]
    assert timers({}, {"ends": "11.02.2027"}) == [SetTimer(6042, "date:end", nine - 30 * DAY)]
    assert timers({}, {"ends": "2026-12-01"}) == [SetTimer(6042, "date:end", NOW_MS)]
    assert timers({}, {"ends": "2026-11-01"}) == []
    assert timers({"ends": "2027-02-11"}, {"ends": "soon"}) == [ClearTimer(6042, "date:end")]
    assert timers({"ends": "2027-02-11"}, {"ends": "2027-02-11", "x": "y"}) == []


def test_a_new_tickets_rule_sends_and_calls_once_the_ticket_is_there() -> None:
    """``Plan.then`` is carried out with the number that the ticket got; fields were set when it was opened."""
    wants = Actions(team="billing", letters=(Send("team", "see #{number}"),), webhooks=("crm",))
    plan = Plan(Outcome.NEW, (AddMessage(NEW_TICKET, Direction.CUSTOMER),), ticket=NEW_TICKET, rule="r", then=wants)
    done = follow(plan, ticket(), {}, Scene(compile_events(desk()), Shelf(), NOW_MS))
    assert [letter.values["text"] for letter in done.letters] == ["see #1042", "see #1042"]
    assert any(isinstance(effect, QueueWebhook) for effect in done.effects)
    assert changes(done) == {}


def test_a_desk_without_such_rules_gets_its_plan_back() -> None:
    """Nothing is asked of the store."""
    plan = Plan(Outcome.APPEND, (WROTE,), ticket=ticket().id)
    assert follow(plan, ticket(), {}, Scene(compile_events(desk()), Shelf(), NOW_MS)) is plan


def test_what_a_timer_brings_is_for_the_rules_that_set_it() -> None:
    """A wait that is over concerns the rules that named it, a day the rule whose it is; then the chain goes on."""
    rules = desk(
        Rule("late", leaf("idle", "over", str(DAY)), Actions(close=True), on=On.IDLE, go_on=True),
        Rule("later", leaf("idle", "over", str(2 * DAY)), Actions(note="too early"), on=On.IDLE),
        Rule("bye", ALWAYS, Actions(tags=("x",)), on=On.STATUS_CHANGED),
    )
    shelf = Shelf({6042: Tally(1, NOW_MS - 3 * DAY)})
    plan = go(rules, (AddEvent(6042, "idle", {"which": str(DAY)}),), ticket(), shelf)
    assert changes(plan)["status"] is Status.CLOSED
    assert changes(plan)["tags"] == ("x",)
    assert not any(isinstance(effect, AddNote) for effect in plan.effects)
    dated = desk(*(Rule(name, ALWAYS, Actions(tags=(name,)), on=On.DATE, date_field="ends") for name in ("a", "b")))
    assert changes(go(dated, (AddEvent(6042, "date", {"which": "b"}),), ticket())) == {"tags": ("b",)}
