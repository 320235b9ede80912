"""Agents at work with a running daemon, on both databases: a day in one story."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.flow.world import ANNA, BEN, Desk, Handed, Relay, letter, quoted

CARLA = "carla@client.example"
VERA = "vera@vendor.example"


def back(answered: Handed) -> str:
    return str(answered.message["Reply-To"].addresses[0].addr_spec)


def say(desk: Desk, user: str, address: str, text: str, to: Handed) -> None:
    """An agent answers a letter, by way of the desk's own port for agents."""
    raw = letter(address, f"Re: {to.message['Subject']}", text + quoted(to), to=back(to), reply_to=to)
    desk.submit(raw, user, address, back(to))


def test_a_day_of_an_agent(new_desk: Callable[..., Desk], far: Relay, database: str) -> None:
    """A part goes to another team and comes back, a vendor is asked, the customer is answered, a mistake undone."""
    desk = new_desk(database)
    desk.send(letter(f"Carla <{CARLA}>", "Printer broken", "It says PC LOAD LETTER."), CARLA)
    news = far.wait(ANNA)[0]
    say(desk, "anna", ANNA, "#take\n#child billing: order a tray\nThe R74, please.", news)
    task = far.wait(BEN)[0]
    assert "The R74, please." in task.text
    say(desk, "ben", BEN, "#close\n\nIt comes on Friday.", task)
    letters = far.wait(ANNA, 4)
    assert any("It comes on Friday." in each.text for each in letters)
    assert any("has ended" in each.text for each in letters)

    say(desk, "anna", ANNA, f"#ask {VERA}\n\nDoes the R74 fit the 4200?", news)
    asked = far.wait(VERA)[0]
    assert ANNA not in asked.data.decode()
    desk.send(
        letter(f"Vera <{VERA}>", "Re: tray", "It does, secretly." + quoted(asked), to=back(asked), reply_to=asked),
        VERA, [back(asked)],
    )  # fmt: skip
    desk.wait_until(lambda: any("It does, secretly." in each.text for each in far.to(ANNA)))

    say(desk, "anna", ANNA, "#spam", news)
    desk.wait_until(lambda: any("marked as spam" in each.text for each in far.to(ANNA)))
    say(desk, "anna", ANNA, "#undo", news)
    desk.wait_until(lambda: any("undone: #spam" in each.text for each in far.to(ANNA)))
    say(desk, "anna", ANNA, "#resolve\n\nA new tray comes on Friday.", news)
    answered = far.wait(CARLA, 2)[1]
    assert "A new tray comes on Friday." in answered.text
    assert "secretly" not in "".join(each.data.decode() for each in far.to(CARLA))

    tickets = desk.json("ticket", "list")
    assert isinstance(tickets, list)
    assert sorted(ticket["status"] for ticket in tickets) == ["closed", "resolved"]
    assert desk.run("audit", "verify").returncode == 0


def test_an_agent_writes_to_their_own_address(desk: Desk, far: Relay) -> None:
    """#help says which it is; a call is written down there, a list comes back."""
    desk.send(letter(f"Carla <{CARLA}>", "Printer broken", "It says PC LOAD LETTER."), CARLA)
    say(desk, "anna", ANNA, "#help", far.wait(ANNA)[0])
    told = far.wait(ANNA, 2)[1].text
    found = re.search(r"support\+c-\w+@acme\.example", told)
    assert found, told
    own = found[0]
    called = letter(ANNA, "A call", "#new Dora <dora@client.example> Scanner\n\nShe says that it blinks.", to=own)
    desk.submit(called, "anna", ANNA, own)
    assert "Scanner" in far.wait("dora@client.example")[0].message["Subject"]
    desk.submit(letter(ANNA, "list open", " ", to=own), "anna", ANNA, own)
    desk.wait_until(lambda: any("Scanner" in each.text and "Printer broken" in each.text for each in far.to(ANNA)))
