"""Mail goes where the admin's rules say, by the running daemon; SIGHUP brings new rules at once, or keeps the old."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from mailgate.config.shipped import shipped
from tests.flow.world import ANNA, BEN, BILLING, Desk, Relay, letter

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"
RULES = """
[lists]
partners = ["@partner.example", "boss@client.example"]

[customers]
"vip@client.example" = ["gold"]

[[rules]]
name = "everything is counted"
when = { size_over = "1 B" }
tags = ["seen"]
continue = true

[[rules]]
name = "partners"
when = { from_in = "partners" }
kind = "partner"
assignee = "ben"
priority = "urgent"
tags = ["partner"]
status = "open"
watchers = ["boss@partner.example"]
note = "Call them first."
fields = { channel = "partner" }

[[rules]]
name = "invoices as files"
when = { attachment = "invoice", attachment_type = "application/pdf" }
team = "billing"

[[rules]]
name = "gold customers"
when = { customer_tag = "gold" }
priority = "urgent"

[[rules]]
name = "chinese complaints"
when = { language = "zh", body = "退款" }
team = "billing"

[[rules]]
name = "cafe"
when = { subject_words_unaccented = "cafe" }
tags = ["coffee"]

[[rules]]
name = "serial numbers"
when = { body_matches = 'SN-\\d{4}' }
tags = ["serial"]

[[rules]]
name = "alarms"
when = { "header:X-Origin" = "monitor" }
acknowledge = false
tags = ["alarm"]

[[rules]]
name = "legal"
when = { subject = "lawsuit" }
hold = "the lawyer reads these"

[[rules]]
name = "nested"
any = [{ subject = "nested one" }, { subject = "nested two", body = "deep" }]
none = [{ from_domain = "partner.example" }]
tags = ["nested"]

[[rules]]
name = "while somebody is there"
when = { mailbox = "billing@acme.example", hours = "open", verdict = "genuine" }
tags = ["awake"]
"""


def pdf(name: str) -> bytes:
    """A mail with a file."""
    message = message_from_bytes(letter(CARLA, "See the file", "Here it is."), policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    message.add_attachment(b"%PDF-1.4 nothing", maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def tickets(desk: Desk, far: Relay, count: int) -> dict[str, dict[str, object]]:
    """The tickets by subject, once all is settled and a marker that was sent last is acknowledged."""
    desk.wait_until_settled()
    desk.send(letter("Zoe <zoe@client.example>", "Marker", "Are you open?"), "zoe@client.example")
    far.wait("zoe@client.example")
    found = desk.json("ticket", "list")
    assert isinstance(found, list)
    assert len(found) == count + 1
    return {ticket["subject"]: ticket for ticket in found}


def test_every_sort_of_condition_and_action_works_in_a_running_desk(new_desk: Callable[..., Desk], far: Relay) -> None:
    """List, file, customer tag, language and script, accents, pattern, header, hold, groups, brand mailbox."""
    desk = new_desk(more=RULES)
    desk.send(letter("Pam <pam@mail.partner.example>", "Hello", "We need help."), "pam@mail.partner.example")
    desk.send(pdf("Invoice 7.pdf"), CARLA_ADDRESS)
    desk.send(letter("Vip <vip@client.example>", "My question", "It is about chairs."), "vip@client.example")
    desk.send(letter("王 <wang@client.example>", "问题", "您好，我要退款，请帮我处理。"), "wang@client.example")
    desk.send(letter("A <a@client.example>", "The CAFÉ machine", "It leaks."), "a@client.example")
    desk.send(letter("B <b@client.example>", "Device", "It is sn-1234 here."), "b@client.example")
    alarm = letter("C <c@client.example>", "Disk", "It is full.", headers=[("X-Origin", "monitor")])
    desk.send(alarm, "c@client.example")
    desk.send(letter("D <d@client.example>", "A lawsuit", "We sue."), "d@client.example")
    desk.send(letter("E <e@client.example>", "Nested two", "It is deep."), "e@client.example")
    desk.send(letter("F <f@client.example>", "To billing", "Hello.", to=BILLING), "f@client.example", [BILLING])
    found = tickets(desk, far, 9)

    partner = found["Hello"]
    assert (partner["kind"], partner["assignee"], partner["priority"], partner["status"]) == (
        "partner", "ben", "urgent", "open",
    )  # fmt: skip
    assert set(partner["tags"]) == {"seen", "partner"}
    assert partner["rule"] == "everything is counted"
    assert "rule partners: from is in the list partners" in partner["reason"]
    assert partner["fields"] == {"channel": "partner"}
    shown = desk.json("ticket", "show", str(partner["number"]))
    assert "Call them first." in str(shown["messages"])
    assert "boss@partner.example" in str(shown)
    assert "Call them first." not in far.to("pam@mail.partner.example")[0].text
    assert far.to(BEN)[0].message["Subject"]

    assert found["See the file"]["team"] == "billing"
    assert found["My question"]["priority"] == "urgent"
    assert found["问题"]["team"] == "billing"
    assert found["The CAFÉ machine"]["tags"] == ["seen", "coffee"]
    assert found["Device"]["tags"] == ["seen", "serial"]
    assert found["Disk"]["tags"] == ["seen", "alarm"]
    assert far.to("c@client.example") == []
    assert found["Nested two"]["tags"] == ["seen", "nested"]
    assert (found["To billing"]["team"], found["To billing"]["tags"]) == ("billing", ["seen", "awake"])
    assert found["Marker"]["team"] == "support"
    (held,) = desk.json("held", "list")
    assert held["cause"] == "rule"
    assert "the lawyer reads these" in held["detail"]


def test_D19_a_new_rule_is_in_force_after_sighup_and_a_broken_one_is_not(desk: Desk, far: Relay) -> None:
    """Good: the next mail is routed by it. Broken: the old rules go on, and the log says the line and why."""
    desk.insist(letter(CARLA, "About chairs", "One wobbles."), CARLA_ADDRESS)
    far.wait(ANNA)
    good = desk.config.read_text() + '\n[[rules]]\nname = "chairs"\nwhen = { subject = "chairs" }\nteam = "billing"\n'
    desk.reload(good)
    desk.wait_for_line("config read again")
    desk.insist(letter("Dora <dora@client.example>", "More about chairs", "Two wobble."), "dora@client.example")
    assert "Two wobble" in far.wait(BEN)[0].text

    desk.reload(good.replace('subject = "chairs"', 'subjekt = "tables"'))
    desk.wait_for_line("the old one stays in force")
    said = next(line for line in desk.lines if "the old one stays in force" in line)
    assert "subjekt" in said
    assert "config.toml:" in said
    desk.insist(letter("Emil <emil@client.example>", "Chairs again", "Three wobble."), "emil@client.example")
    assert "Three wobble" in far.wait(BEN, 2)[1].text
    assert desk.stop() == 0


def test_a_config_that_moves_the_spool_or_a_socket_waits_for_a_restart(desk: Desk, far: Relay) -> None:
    """Children with another spool would leave behind what was accepted; the log says which key it is."""
    text = desk.config.read_text()
    for old, new, key in (
        ('url = "sqlite"', 'url = "sqlite:///elsewhere.db"', "database.url"),
        ("dns = false", 'dns = false\nstate_dir = "elsewhere"', "desk.state_dir"),
        ('lmtp = "127.0.0.1:0"', 'lmtp = ""', "smtp.in.lmtp"),
    ):
        before = len(desk.lines)
        desk.reload(text.replace(old, new))
        desk.wait_for_line("needs a restart", since=before)
        assert key in "".join(desk.lines[before:])
    assert not (desk.folder / "elsewhere").exists()
    desk.config.write_text(text)
    desk.insist(letter(CARLA, "About chairs", "One wobbles."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)


def test_no_mail_is_lost_or_doubled_while_the_config_is_read_again(desk: Desk, far: Relay) -> None:
    """A client is told to try again at worst, as mail servers do; each mail ends as one ticket."""
    text = desk.config.read_text()
    for number in range(30):
        if number in (5, 15, 25):
            desk.reload(text + f"\n# {number}\n")
        address = f"p{number}@client.example"
        desk.insist(letter(f"P <{address}>", f"Question {number}", "Are you open?"), address)
    for number in range(30):
        far.wait(f"p{number}@client.example")
    assert len(desk.json("ticket", "list")) == 30
    assert all(len(far.to(f"p{number}@client.example")) == 1 for number in range(30))


def test_templates_are_read_again_with_the_config(new_desk: Callable[..., Desk], far: Relay) -> None:
    """A changed template is in the next letter; a broken one keeps the old ones."""
    desk = new_desk(run=False)
    folder = desk.folder / "templates"
    shutil.copytree(shipped("templates"), folder)
    text = desk.config.read_text() + '\n[templates]\nfolder = "templates"\n'
    desk.config.write_text(text)
    desk.start()
    template = folder / "en" / "acknowledgement.txt"
    template.write_text("{{ brand }} says hello, a changed one.\n{{ reference }}\n")
    desk.reload(text)
    desk.wait_for_line("config read again")
    desk.insist(letter(CARLA, "About chairs", "One wobbles."), CARLA_ADDRESS)
    assert "says hello, a changed one" in far.wait(CARLA_ADDRESS)[0].text
    template.write_text("{{ no_such_value }}\n")
    desk.reload(text)
    desk.wait_for_line("the old one stays in force")
    desk.insist(letter("Dora <dora@client.example>", "More chairs", "Two wobble."), "dora@client.example")
    assert "says hello, a changed one" in far.wait("dora@client.example")[0].text
