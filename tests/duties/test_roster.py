"""Who works at the desk is what mails have made of it: at once, in every process, and for the tickets they held."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.assembly import plain_desk
from mailgate.clock import SystemClock
from mailgate.config.load import load
from mailgate.desk.effect import (
    NEW_TICKET,
    AddNote,
    ChangeTicket,
    Dismiss,
    Effect,
    Enroll,
    LinkTickets,
    OpenTicket,
    ReleaseHeld,
    RequestReload,
)
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Role
from mailgate.desk.roster import Enrolled, Roster, with_roster
from mailgate.desk.routing.rule import Actions, Condition, Rule
from mailgate.desk.ticket import Participant
from mailgate.gateway import act
from mailgate.reload import ask_parent
from mailgate.requests import serve
from mailgate.store.held import list_held
from mailgate.store.requests import waiting
from mailgate.store.tickets import show_ticket
from tests.config.folder import GOOD, write
from tests.desk.conversation import policy
from tests.duties.desk import SECOND, World, back, text_of, to

CLEO = "cleo@customer.example"
ANA = "ana@acme.example"
BEN = "ben@acme.example"
DANA = "dana@acme.example"


def do(world: World, *effects: Effect) -> None:
    """What an admin's mail has done."""
    with world.store.transaction() as tx:
        act(tx, None, Plan(Outcome.EVENT, effects), world.desk, world.clock.now_ms())


def test_who_was_dismissed_is_a_stranger_from_the_commit_on_in_every_process(world: World) -> None:
    world.opened(CLEO)
    (notification,) = to(world.sent(), ANA)
    elsewhere = replace(world.desk)
    do(world, Dismiss("ana", "sue"))
    settled = world.mail(ANA, "Turn it off and on.\n#resolve", to=back(notification))
    assert (settled.plan.outcome, settled.letters) == (Outcome.HOLD, ())
    assert not any("Turn it off" in text_of(letter) for letter in to(world.sent(), CLEO))
    assert world.store.roster() == Roster(1, (), frozenset({"ana"}))
    assert elsewhere.under(world.store.roster()).policy.agent_by_address(ANA) is None
    world.opened(CLEO, subject="Another")
    assert to(world.sent(), ANA) == []


def test_who_was_enrolled_is_told_and_may_answer(world: World) -> None:
    do(world, Enroll("dana", "Dana", DANA, "agent", ("help",), "sue"))
    world.opened(CLEO)
    (notification,) = to(world.sent(), DANA)
    world.mail(DANA, "It is the toner.", to=back(notification))
    (answer,) = to(world.sent(), CLEO)[-1:]
    assert "It is the toner." in text_of(answer)
    do(world, Dismiss("dana", "sue"))
    assert world.mail(DANA, "And the drum.", to=back(notification)).plan.outcome is Outcome.HOLD
    assert world.store.roster().former[0].address == DANA


def test_the_desk_in_force_is_made_once_for_a_roster_and_no_rule_is_compiled_anew(world: World) -> None:
    assert world.desk.under(Roster()) is world.desk
    away = Roster(3, absences={"ana": 5}, paused=frozenset({"help"}))
    assert world.desk.under(away) is world.desk
    gone = world.desk.under(Roster(4, dismissed=frozenset({"ana"})))
    assert world.desk.under(Roster(5, dismissed=frozenset({"ana"}))) is gone
    assert gone.router.rules is world.desk.router.rules
    assert gone.composer.policy is gone.router.policy is gone.policy is gone.events.policy


def test_the_policy_in_force_keeps_what_the_config_says_beyond_the_mail() -> None:
    plain = policy()
    ana = replace(plain.agents["ana"], login="ana-login", skills=("printers",))
    plain = replace(plain, agents={**plain.agents, "ana": ana})
    changed = with_roster(plain, Roster(1, (Enrolled("ana", "", "", "supervisor", ("billing",)),), frozenset({"ben"})))
    now = changed.agents["ana"]
    assert (now.name, now.address, now.login, now.skills) == (ana.name, ana.address, "ana-login", ("printers",))
    assert now.role is Role.SUPERVISOR
    assert [agent.id for agent in changed.members("billing")] == ["ana"]
    assert [agent.id for agent in changed.members("help")] == ["ana"]
    assert not changed.agents["ben"].active


def test_an_agent_who_leaves_gives_the_open_tickets_back_with_one_letter_a_person(world: World) -> None:
    ids = [world.opened(CLEO, subject=f"Case {number}") for number in range(3)]
    do(world, *(ChangeTicket(number, {"assignee": "ana"}, "test") for number in ids))
    world.sent()
    do(world, Dismiss("ana", "sue"))
    world.later(SECOND)
    world.later(SECOND)
    assert {world.ticket(number).assignee for number in ids} == {""}
    (letter,) = to(world.sent(), BEN)
    for number in ids:
        assert f"#{number}" in text_of(letter)
    assert waiting(world.store.rows) == []
    assert world.store.verify() == []


def test_a_mail_that_an_admin_releases_by_mail_becomes_a_ticket_or_the_admin_is_told_why_not(
    new_world: Callable[..., World],
) -> None:
    boss = replace(policy().agents["sue"], role=Role.ADMIN)
    legal = Rule(
        "legal", Condition("test", subject="subject", relation="words", values=("lawsuit",)), Actions(hold="x")
    )
    world = new_world(policy((legal,), agents={**policy().agents, "sue": boss}))
    world.mail(CLEO, "We are sued.", "A lawsuit")
    (held,) = list_held(world.store.rows)
    do(world, ReleaseHeld(held.id, "sue"))
    world.later(SECOND)
    assert list_held(world.store.rows) == []
    assert world.ticket(1).subject == "A lawsuit"
    world.sent()
    world.mail(ANA, "#priority high", "Spoofed", proved=False)
    (waiting,) = list_held(world.store.rows)
    world.store.rows.run("DELETE FROM raws WHERE entry_key = ?", (waiting.entry_key,))
    do(world, ReleaseHeld(waiting.id, "sue"))
    world.later(SECOND)
    assert [(mail.id, mail.decided_by) for mail in list_held(world.store.rows)] == [(waiting.id, "")]
    (letter,) = to(world.sent(), boss.address)
    assert f"{waiting.id} stays held" in str(letter["Subject"])


@pytest.mark.parametrize(("wrong", "says"), [("", "in force"), ("config.toml:3: no such key", "config.toml:3")])
def test_an_admin_who_asks_for_a_reload_is_told_how_it_went_once(world: World, wrong: str, says: str) -> None:
    boss = replace(world.policy.agents["sue"], role=Role.ADMIN)
    desk = plain_desk(replace(world.policy, agents={**world.policy.agents, "sue": boss}), world.clock)
    do(world, RequestReload("sue"))
    asked: list[int] = []

    def reload() -> str:
        asked.append(1)
        return wrong

    assert serve(world.store, desk, reload, world.clock.now_ms())
    assert not serve(world.store, desk, reload, world.clock.now_ms())
    assert asked == [1]
    (letter,) = world.sent()
    assert boss.address in str(letter["To"])
    assert says in f"{letter['Subject']} {text_of(letter)}"


def test_the_parent_is_asked_for_a_config_that_can_be_used_and_for_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda process, number: heard.append((process, number)))
    path = write(tmp_path, GOOD)
    running = load(path, SystemClock())
    assert ask_parent(path, running, SystemClock()) == ""
    assert heard == [(os.getppid(), signal.SIGHUP)]
    path.write_text(GOOD.replace("members", "membres", 1), "utf-8")
    assert "membres" in ask_parent(path, running, SystemClock())
    moved = replace(running, state_dir=tmp_path / "elsewhere")
    path.write_text(GOOD, "utf-8")
    assert "restart: desk.state_dir" in ask_parent(path, moved, SystemClock())
    assert len(heard) == 1


def test_a_plan_brings_plans_whose_tickets_know_the_first_one(world: World) -> None:
    first = world.opened(CLEO)
    requester = Participant(CLEO, "Cleo")
    box = "support@acme.example"
    child = OpenTicket("acme", box, "billing", "The invoice", requester, parent=NEW_TICKET)
    linked = OpenTicket("acme", box, "help", "The cable", requester, links=((NEW_TICKET, "split from it"),))
    plan = Plan(
        Outcome.EVENT,
        (AddNote(first, "two more"),),
        ticket=first,
        more=(
            Plan(Outcome.EVENT, (child, AddNote(NEW_TICKET, "for billing"))),
            Plan(Outcome.EVENT, (linked, LinkTickets(NEW_TICKET, NEW_TICKET, "again"))),
        ),
    )
    with world.store.transaction() as tx:
        act(tx, tx.ticket(first), plan, world.desk, world.clock.now_ms())
    parent, one, two = (show_ticket(world.store.rows, number) for number in (1, 2, 3))
    assert parent is not None
    assert one is not None
    assert two is not None
    assert (one.parent, parent.children) == (1, (2,))
    assert [message["new_text"] for message in one.messages] == ["for billing"]
    assert [link["number"] for link in two.links] == [1]
    assert world.store.verify() == []
