"""A team that gives out its tickets in turn, and an agent who goes on vacation and comes back; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tests.flow.world import ANNA, BEN, Desk, Handed, Relay, letter, quoted

TEAM = """
[[teams]]
id = "service"
name = "Service"
members = ["anna", "ben"]
assign = "round-robin"

[[rules]]
name = "service"
when = { subject = "service" }
team = "service"
"""
BACK = f"{date.today() + timedelta(days=40):%d %B %Y}"
NOTICE = f"I am out of the office and will be back on {BACK}."


def asks(desk: Desk, who: str) -> None:
    """A customer's first mail."""
    desk.send(
        letter(f"{who.title()} <{who}@client.example>", f"service for {who}", "Please come."), f"{who}@client.example"
    )


def owner(desk: Desk, who: str) -> str:
    tickets = desk.json("ticket", "list")
    assert isinstance(tickets, list)
    return next(str(ticket["assignee"]) for ticket in tickets if ticket["subject"] == f"service for {who}")


def reply_address(of: Handed) -> str:
    return str(of.message["Reply-To"].addresses[0].addr_spec)


def test_tickets_go_in_turn_pass_over_who_is_away_and_come_again_to_who_is_back(
    new_desk: Callable[..., Desk], far: Relay, database: str
) -> None:
    desk = new_desk(database, more=TEAM)
    asks(desk, "carla")
    far.wait(ANNA)
    asks(desk, "dora")
    (bens,) = far.wait(BEN)
    assert (owner(desk, "carla"), owner(desk, "dora")) == ("anna", "ben")
    assert "given to Ben Li, whose turn it is" in bens.text

    back = reply_address(bens)
    away = letter(
        f"Ben Li <{BEN}>", "Out of office", NOTICE, to=back, reply_to=bens, headers=[("Auto-Submitted", "auto-replied")]
    )
    desk.send(away, BEN, [back])
    offered = far.wait(ANNA, 2)[1]
    assert "Ben Li is away until 20" in offered.text
    assert "service for dora" in offered.text
    assert owner(desk, "dora") == "ben"

    for number, who in enumerate(("eve", "fred")):
        asks(desk, who)
        far.wait(ANNA, 3 + number)
        assert owner(desk, who) == "anna"
    assert len(far.to(BEN)) == 1
    assert len(far.to("dora@client.example")) == 1

    desk.submit(
        letter(f"Ben Li <{BEN}>", "Re: service", "I come." + quoted(bens), to=back, reply_to=bens), "ben", BEN, back
    )
    far.wait("dora@client.example", 2)
    asks(desk, "gina")
    far.wait(BEN, 2)
    assert owner(desk, "gina") == "ben"
