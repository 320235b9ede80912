"""The keys behind tokens: an older one's letters are answered until its grace is over, and then prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import Purpose
from tests.desk.conversation import policy
from tests.duties.desk import DrivenClock, World, text_of
from tests.stories.conversation import ANA, CLEO, Conversation

HOUR = 3_600_000
NEW, OLD = ("k2", b"the new secret of the desk"), ("k1", b"the old secret of the desk")


def test_S23_a_grace_ends_at_its_hour_and_needs_no_reload(new_world: Callable[..., World]) -> None:
    ends = {"k1": DrivenClock().now_ms() + HOUR}
    world = new_world(replace(policy(), secrets=(NEW, OLD), key_ends=ends))
    desk = Conversation(world)

    def by_the_old_letter(text: str) -> None:
        ticket, box = desk.ticket(1), world.policy.mailboxes[0]
        old = Tokens((OLD,)).address(box, Purpose.AGENT, ticket.number, ticket.rid, ANA)
        desk.write(ANA, text, f"Re: [#{ticket.number}] Printer broken", to=old)

    desk.write(CLEO, "It says PC LOAD LETTER.")
    by_the_old_letter("#close")
    assert desk.ticket(1).status == "closed"
    desk.reply(ANA, "#reopen")
    desk.later(2 * HOUR)
    by_the_old_letter("#close")
    assert desk.ticket(1).status == "open"
    desk.reply(ANA, "#close", next(letter for letter in reversed(desk.boxes[ANA]) if "#reopen" in text_of(letter)))
    assert desk.ticket(1).status == "closed"
