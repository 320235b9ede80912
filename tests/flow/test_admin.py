"""An admin runs the desk by mail: a new config, a new agent, one who goes; each in every process of the daemon."""

from __future__ import annotations

from tests.flow.world import ANNA, BEN, Desk, Handed, Relay, id_of, letter

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"
DANA = "dana@acme.example"
ADMIN = f"Anna Schmidt <{ANNA}>"
RULE = '\n[[rules]]\nname = "chairs"\nwhen = { subject = "chairs" }\nteam = "billing"\n'


def back(answered: Handed) -> str:
    """The address that answers to a letter go to."""
    return str(answered.message["Reply-To"].addresses[0].addr_spec)


def orders(desk: Desk, far: Relay, control: str, text: str) -> None:
    """The admin writes commands to her control address, and is told what became of them."""
    raw = letter(ADMIN, "orders", text, to=control)
    desk.insist(raw, ANNA, [control])
    far.answers(id_of(raw))


def twice(desk: Desk, far: Relay, control: str, text: str) -> None:
    """Commands that are asked about once more, the yes to that, and what became of them."""
    raw = letter(ADMIN, "orders", text, to=control)
    desk.insist(raw, ANNA, [control])
    (question,) = far.answers(id_of(raw))
    desk.insist(letter(ADMIN, "Re: x", "yes", to=back(question), reply_to=question), ANNA, [back(question)])
    far.answers(id_of(raw), 2)


def control_of(desk: Desk) -> str:
    """The admin's own control address."""
    return desk.run("agents", "address", "anna").stdout.split()[0]


def test_a_reload_by_mail_brings_a_good_config_into_force_and_tells_of_a_broken_one(desk: Desk, far: Relay) -> None:
    control, good = control_of(desk), desk.config.read_text() + RULE
    desk.config.write_text(good)
    orders(desk, far, control, "#reload")
    desk.wait_for_line("config read again")
    told = far.wait(ANNA, 2)
    assert any("in force" in str(each.message["Subject"]) for each in told)
    desk.insist(letter(CARLA, "About chairs", "One wobbles."), CARLA_ADDRESS)
    assert "One wobbles" in far.wait(BEN)[0].text

    desk.config.write_text(good.replace("[[rules]]", "[[rulez]]"))
    orders(desk, far, control, "#reload\n\nOnce more, please.")
    told = far.wait(ANNA, 4)[2:]
    assert any("rulez" in each.text and "config.toml" in each.text for each in told)
    desk.insist(letter(CARLA, "About chairs again", "Two wobble."), CARLA_ADDRESS)
    assert "Two wobble" in far.wait(BEN, 2)[1].text
    assert desk.stop() == 0


def test_an_agent_who_is_enrolled_by_mail_answers_customers_and_one_who_is_removed_does_not(
    desk: Desk, far: Relay
) -> None:
    control = control_of(desk)
    twice(desk, far, control, f"#agent add dana {DANA} Dana Weiss support")
    assert "Dana" in far.wait(DANA)[0].text
    desk.insist(letter(CARLA, "Printer broken", "It says PC LOAD LETTER."), CARLA_ADDRESS)
    notification = far.wait(DANA, 2)[1]
    says = f"Dana Weiss <{DANA}>"
    reply = letter(says, "Re: x", "#take\nTurn it off and on.", to=back(notification), reply_to=notification)
    desk.insist(reply, DANA, [back(notification)])
    assert "Turn it off and on." in far.wait(CARLA_ADDRESS, 2)[1].text

    twice(desk, far, control, "#agent remove dana")
    desk.wait_until(lambda: desk.json("ticket", "list")[0]["assignee"] == "")  # type: ignore[index]
    late = letter(says, "Re: y", "And give me your password.", to=back(notification), reply_to=notification)
    desk.insist(late, DANA, [back(notification)])
    desk.wait_until(lambda: len(desk.json("held", "list")) == 1)  # type: ignore[arg-type]
    assert len(far.to(CARLA_ADDRESS)) == 2
    agents = {agent["id"]: agent["active"] for agent in desk.json("agents", "list")}  # type: ignore[union-attr]
    assert agents == {"anna": True, "ben": True, "dana": False}
    assert desk.json("audit", "verify") is not None
