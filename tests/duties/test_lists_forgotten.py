"""Lists that agents get speak of several people: who is erased is in none of them any more."""

from __future__ import annotations

from mailgate import privacy
from mailgate.store.schema import MODELS
from tests.duties.desk import HOUR, World, text_of, to

EVE, BOB = "eve@person.example", "bob@customer.example"


def octets(world: World) -> str:
    """Every row of the database as text, letters' octets included."""
    rows = [row for model in MODELS for row in world.store.rows.select(model.select())]
    return "\n".join(str({k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()}) for row in rows)


def test_a_reminder_about_several_tickets_is_emptied_with_one_of_them(world: World) -> None:
    """It hangs on Bob's ticket, which stays as it is, and names Eve's."""
    bob = world.opened(BOB, "It is broken.", "Of Bob")
    world.opened(EVE, "It smells.", "Zebra in the passport")
    world.sent()
    world.later(30 * HOUR)
    reminders = [each for each in to(world.sent(), "ana@") if "Zebra" in text_of(each)]
    assert reminders
    assert all("Of Bob" in text_of(each) for each in reminders)
    privacy.erase(world.store, world.spool, EVE, world.clock.ms)
    left = octets(world)
    assert "Zebra" not in left
    assert "Of Bob" in left
    assert world.ticket(bob).subject == "Of Bob"
    assert world.store.verify() == []
