"""Customers ask the desk itself by mail, and admins run it by mail: the real daemon, letters in and out."""

from __future__ import annotations

from tests.flow.test_trust import AGENT, CARLA, CARLA_ADDRESS, EVE, EVE_ADDRESS, asked, back, settled, shown
from tests.flow.world import ANNA, Desk, Handed, Relay, id_of, letter


def control(desk: Desk) -> str:
    """Anna's own control address, as the command line tells it."""
    return desk.run("agents", "address", "anna").stdout.strip()


def commanded(desk: Desk, far: Relay, text: str, *, proved: bool = True) -> Handed:
    """Anna mails her control address; the letter that she gets for it."""
    address = control(desk)
    raw = letter(AGENT, "desk", text, to=address, proved=proved)
    desk.send(raw, ANNA, [address])
    return far.answers(id_of(raw))[0]


def test_a_customer_asks_where_things_stand_and_opens_nothing_by_it(desk: Desk, far: Relay) -> None:
    """In answer to a letter and in a fresh mail; to the own address, about the own tickets; a stranger sees none."""
    asked(desk, far)
    first = far.to(CARLA_ADDRESS)[0]
    desk.send(
        letter(CARLA, "Re: x", "status", to=back(first), reply_to=first, proved=False), CARLA_ADDRESS, [back(first)]
    )
    assert "Printer broken" in far.wait(CARLA_ADDRESS, 2)[1].text
    desk.send(letter(CARLA, "status", "Thanks, Carla"), CARLA_ADDRESS)
    assert "Printer broken" in far.wait(CARLA_ADDRESS, 3)[2].text
    desk.send(letter(EVE, f"status #{shown(desk)['ticket']['number']}", "status"), EVE_ADDRESS)
    assert "Printer" not in far.wait(EVE_ADDRESS)[0].text
    assert [ticket["subject"] for ticket in desk.json("ticket", "list")] == ["Printer broken"]


def test_a_nudge_is_on_the_ticket_and_wakes_its_people(desk: Desk, far: Relay) -> None:
    """催单: Anna hears of it, Carla sees where it stands."""
    asked(desk, far)
    first, before = far.to(CARLA_ADDRESS)[0], len(far.to(ANNA))
    desk.send(letter(CARLA, "Re: x", "催单", to=back(first), reply_to=first), CARLA_ADDRESS, [back(first)])
    assert "催单" in far.wait(ANNA, before + 1)[before].text
    assert "Printer broken" in far.wait(CARLA_ADDRESS, 2)[1].text
    assert len(shown(desk)["messages"]) == 2


def test_a_claim_to_be_forgotten_reaches_the_admin_with_a_ready_command(desk: Desk, far: Relay) -> None:
    """The mail is a ticket like any other; nothing is erased by itself."""
    desk.send(letter(CARLA, "My data", "I claim my right to be forgotten."), CARLA_ADDRESS)
    told = far.wait(ANNA, 2)
    assert any(f"#privacy erase {CARLA_ADDRESS}" in each.text for each in told)
    assert shown(desk, "My data")["messages"]


def test_an_admin_enrols_an_agent_by_mail_in_two_steps(desk: Desk, far: Relay) -> None:
    """Held, asked, confirmed; then the newcomer is greeted, is listed, and can be told of tickets."""
    eve = "eve@acme.example"
    question = commanded(desk, far, f"#agent add eve {eve} Eve Ng support")
    assert [each["cause"] for each in desk.json("held", "list")] == ["awaits-confirmation"]
    assert far.to(eve) == []
    raw = letter(AGENT, f"Re: {question.message['Subject']}", "yes", to=back(question), reply_to=question)
    desk.send(raw, ANNA, [back(question)])
    welcome = far.wait(eve)[0]
    assert "support+c-" in welcome.data.decode().replace("=\r\n", "")
    assert "eve" in [agent["id"] for agent in desk.json("agents", "list")]
    desk.insist(letter(CARLA, "Printer broken", "It says PC LOAD LETTER."), CARLA_ADDRESS)
    assert "PC LOAD LETTER" in far.wait(eve, 2)[1].text


def test_S01_S30_an_unproved_order_in_an_admins_name_needs_a_proved_yes(desk: Desk, far: Relay) -> None:
    """Somebody with Anna's token but not her domain: asked at her address, and a yes without proof runs nothing."""
    question = commanded(desk, far, "#pause billing", proved=False)
    raw = letter(AGENT, "Re: x", "yes", to=back(question), reply_to=question, proved=False)
    desk.send(raw, ANNA, [back(question)])
    settled(desk)
    assert [each["cause"] for each in desk.json("held", "list")] == ["awaits-confirmation"]
    raw = letter(AGENT, "Re: x", "yes", to=back(question), reply_to=question)
    desk.send(raw.replace(b"Message-ID: <", b"Message-ID: <again."), ANNA, [back(question)])
    assert "billing" in far.answers(question.message["In-Reply-To"], 2)[1].text
    assert desk.json("held", "list") == []


def test_an_admin_looks_at_held_mail_and_at_the_desk_and_releases_one(desk: Desk, far: Relay) -> None:
    """One transcript a mail; what is released becomes a ticket."""
    answers = [("Auto-Submitted", "auto-replied"), ("In-Reply-To", "<of.somebody@else.example>")]
    raw = letter(CARLA, "Out of here", "I am away.", headers=answers)
    desk.send(raw, CARLA_ADDRESS)
    settled(desk)
    (held,) = desk.json("held", "list")
    before = len(far.to(ANNA))
    listed = commanded(desk, far, "#held\n#health")
    assert "Out of here" in listed.text
    assert len(far.to(ANNA)) == before + 1
    commanded(desk, far, f"#held release {held['id']}")
    desk.wait_until(lambda: "Out of here" in [ticket["subject"] for ticket in desk.json("ticket", "list")])
    assert desk.json("held", "list") == []


def test_a_persons_data_are_exported_and_erased_at_an_admins_proved_word(desk: Desk, far: Relay) -> None:
    """The export is a file that only the server's user reads; erasing waits for a second yes, and leaves no word."""
    asked(desk, far)
    before = len(far.to(ANNA))
    commanded(desk, far, f"#privacy export {CARLA_ADDRESS}")
    told = far.wait(ANNA, before + 2)[before + 1]
    (written,) = (desk.folder / "state" / "exports").iterdir()
    assert written.name in told.text
    assert written.stat().st_mode & 0o077 == 0
    question = commanded(desk, far, f"#privacy erase {CARLA_ADDRESS}")
    assert "LOAD LETTER" in str(shown(desk))
    before = len(far.to(ANNA))
    raw = letter(AGENT, f"Re: {question.message['Subject']}", "yes", to=back(question), reply_to=question)
    desk.send(raw, ANNA, [back(question)])
    far.wait(ANNA, before + 2)
    number = desk.json("ticket", "list")[0]["number"]  # type: ignore[index]
    assert "LOAD LETTER" not in str(desk.json("ticket", "show", str(number)))
