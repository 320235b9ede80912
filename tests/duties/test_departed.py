"""Who is taken out of the config holds no ticket for long: it goes back to the team, told once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailgate.assembly import plain_desk
from mailgate.desk.policy import Policy
from mailgate.store.requests import waiting
from tests.desk.conversation import ANA, policy
from tests.duties.desk import MINUTE, World, back, text_of, to

CLEO = "cleo@customer.example"
BEN = "ben@acme.example"


def without_ana() -> Policy:
    """The config after its reload."""
    return replace(policy(), agents={**policy().agents, "ana": replace(ANA, active=False)})


def taken(world: World) -> int:
    """A ticket that Ana took."""
    number = world.opened(CLEO)
    notification = to(world.sent(), ANA.address)[0]
    world.mail(ANA.address, "#take", to=back(notification))
    assert world.ticket(number).assignee == "ana"
    world.sent()
    return number


def reloaded(world: World, new: Policy) -> None:
    """The processes start again with another config."""
    world.timetable.desk = world.desk = plain_desk(new, world.clock)


def test_tickets_of_who_is_no_agent_any_more_go_back_to_the_team(new_world: Callable[..., World]) -> None:
    world = new_world(policy())
    number = taken(world)
    reloaded(world, without_ana())
    for _ in range(3):
        world.later(5 * MINUTE)
    assert world.ticket(number).assignee == ""
    (letter,) = to(world.sent(), BEN)
    assert "Ana Ruiz has left; these tickets need somebody" in text_of(letter)
    assert waiting(world.store.rows) == []


def test_what_is_asked_for_is_asked_once(new_world: Callable[..., World]) -> None:
    """Another daemon may look too; and who is still there keeps what they hold."""
    world = new_world(policy())
    number = taken(world)
    world.timetable.departed()
    assert waiting(world.store.rows) == []
    reloaded(world, without_ana())
    world.timetable.departed()
    world.timetable.departed()
    assert [(request.kind, request.about) for request in waiting(world.store.rows)] == [("leave", "ana")]
    assert world.ticket(number).assignee == "ana"
