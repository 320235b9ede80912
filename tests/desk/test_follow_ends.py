"""Whatever rules an admin writes, what follows from a plan comes to an end, and not much later."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.effect import AddMessage, AddNote, ChangeTicket, Direction
from mailgate.desk.follow import DEPTH, RUNS, Scene, follow
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.routing.events import compile_events
from mailgate.desk.routing.rule import Actions, Child, Condition, On, Rule, Send
from mailgate.desk.ticket import Status
from tests.desk.conversation import NOW_MS, ticket
from tests.desk.test_follow import Shelf, desk

STATUSES = ["new", "open", "waiting-customer", "waiting-third-party", "resolved", "closed"]
EVENTS = [On.CUSTOMER_REPLIED, On.STATUS_CHANGED, On.AGENT_REPLIED]

conditions = st.one_of(
    st.just(Condition("all")),
    st.sampled_from(STATUSES).map(lambda status: Condition("test", (), "status", "is", (status,))),
)
actions = st.builds(
    Actions,
    status=st.sampled_from(["", *STATUSES]),
    note=st.sampled_from(["", "noted"]),
    close=st.booleans(),
    escalate=st.booleans(),
    letters=st.sampled_from([(), (Send("requester", "x"),), (Send("team", "x"),)]),
    children=st.sampled_from([(), (Child("help", "below"),)]),
)
rules = st.lists(
    st.tuples(st.sampled_from(EVENTS), conditions, actions, st.booleans()).map(
        lambda each: Rule("", each[1], each[2], on=each[0], go_on=each[3])
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(rules, st.sampled_from(list(Status)))
def test_a_chain_of_rules_ends(found: list[Rule], status: Status) -> None:
    """In one pass each rule writes at most one note; in an hour none runs more often than it may."""
    named = tuple(Rule(f"r{n}", r.when, r.then, r.go_on, on=r.on) for n, r in enumerate(found))
    compiled = compile_events(desk(*named))
    shelf, what = Shelf(), ticket(status=status)
    noted = 0
    for _ in range(RUNS + 3):
        effects = (AddMessage(what.id, Direction.CUSTOMER), ChangeTicket(what.id, {"status": Status.OPEN}, "wrote"))
        plan = follow(Plan(Outcome.APPEND, effects, ticket=what.id), what, {}, Scene(compiled, shelf, NOW_MS))
        notes = sum(isinstance(effect, AddNote) for effect in plan.effects)
        assert notes <= len(named)
        assert len(plan.effects) <= 4 + DEPTH * len(named) * 12
        noted += notes
        shelf.keep(plan)
    assert noted <= RUNS * len(named)
