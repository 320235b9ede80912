"""What assignment looks at, as the running transaction leaves it: turns keep their order, loads their count."""

from __future__ import annotations

from collections import Counter

from mailgate.desk.effect import ChangeTicket
from mailgate.desk.facts import Crew
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Agent, Assign, Team
from mailgate.desk.questions import Questions
from mailgate.desk.routing.assign import Needs, choose
from mailgate.desk.ticket import Status
from mailgate.store.database import Store, Tx
from tests.desk.conversation import policy
from tests.store.desk import BRAND, NOW, a_mark, a_new_ticket, a_reading, settle

NAMES = ("ana", "ben", "kai")


def crew(tx: Tx, **how: bool) -> Crew:
    found = tx.facts(Questions(BRAND, crew=NAMES, **how), lock=True).crew
    assert found is not None
    return found


def give(tx: Tx, assign: Assign) -> str:
    """One mail of the batch: asked, chosen, written, all in the same millisecond."""
    agents = {name: Agent(name, name, f"{name}@acme.example") for name in NAMES}
    where = policy(agents=agents, teams={"help": Team("help", "Help", NAMES, assign=assign)})
    choice = choose("help", Needs(), crew(tx), {}, where, NOW)
    reading = a_reading()
    tx.claim([a_mark(reading)])
    settle(tx, reading, a_new_ticket(reading, assignee=choice.agent))
    return choice.agent


def test_a_batch_of_one_hour_goes_in_turn(store: Store) -> None:
    """Ten mails that are settled at once, in two transactions of the same millisecond."""
    given: list[str] = []
    for _ in range(2):
        with store.transaction() as tx:
            given += [give(tx, Assign.ROUND_ROBIN) for _ in range(5)]
    assert given == [NAMES[place % 3] for place in range(10)]


def test_a_batch_goes_to_who_holds_least_and_what_ends_counts_no_more(store: Store) -> None:
    with store.transaction() as tx:
        assert Counter(give(tx, Assign.LEAST_LOADED) for _ in range(6)) == dict.fromkeys(NAMES, 2)
        assert crew(tx).open_tickets == dict.fromkeys(NAMES, 2)
        for number, changes in ((1, {"status": Status.CLOSED}), (2, {"assignee": "kai"}), (3, {"assignee": ""})):
            change = Plan(Outcome.EVENT, (ChangeTicket(number, changes, "by command"),), ticket=number)
            tx.write(None, None, None, change, tx.open(change, NOW, ""), (), NOW)
        kept = crew(tx).open_tickets
    with store.transaction() as tx:
        counted = crew(tx).open_tickets
    assert kept == counted == {"ana": 1, "ben": 1, "kai": 2}


def test_a_mail_that_fails_leaves_the_count_as_it_was(store: Store) -> None:
    with store.transaction() as tx:
        give(tx, Assign.LEAST_LOADED)
        try:
            with tx.savepoint():
                give(tx, Assign.LEAST_LOADED)
                raise ValueError
        except ValueError:
            pass
        assert crew(tx).open_tickets == {"ana": 1, "ben": 0, "kai": 0}


def test_a_team_in_turn_does_not_make_the_store_count(store: Store) -> None:
    with store.transaction() as tx:
        give(tx, Assign.ROUND_ROBIN)
        found = crew(tx, load=False, sticky=False)
    assert (found.open_tickets, found.last_given_ms, found.sticky) == ({}, {"ana": NOW}, "")
