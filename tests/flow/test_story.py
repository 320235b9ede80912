"""The main job as its people live it: real SMTP in, real letters out, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.flow.world import ANNA, BEN, BILLING, DESK, Desk, Relay, letter, quoted
from tests.real.mailbox import mailbox

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"


def test_a_ticket_from_the_first_mail_to_the_second(new_desk: Callable[..., Desk], far: Relay, database: str) -> None:
    """A request is acknowledged and shown to the team; the answer goes back; the customer's next mail lands on it."""
    desk = new_desk(database)
    desk.send(letter(CARLA, "Printer broken", "It says PC LOAD LETTER.\n\nCarla"), CARLA_ADDRESS)
    acknowledgement = far.wait(CARLA_ADDRESS)[0]
    notification = far.wait(ANNA)[0]
    assert acknowledgement.message["Subject"].endswith("Printer broken")
    assert acknowledgement.message["Auto-Submitted"] == "auto-replied"
    assert acknowledgement.mail_from == ""
    assert "PC LOAD LETTER" in notification.text
    assert CARLA_ADDRESS in notification.text

    reply_to = notification.message["Reply-To"].addresses[0].addr_spec
    assert reply_to != DESK
    text = "Please turn it off and on again." + quoted(notification)
    subject = notification.message["Subject"]
    answer = letter(f"Anna Schmidt <{ANNA}>", subject, text, to=reply_to, reply_to=notification)
    desk.submit(answer, "anna", ANNA, reply_to)
    answered = far.wait(CARLA_ADDRESS, 2)[1]
    assert "Please turn it off and on again." in answered.text
    assert answered.message["From"].addresses[0].addr_spec == DESK
    assert answered.message["Auto-Submitted"] is None
    assert ANNA not in answered.data.decode()
    assert reply_to.partition("@")[0] not in answered.data.decode()
    assert answered.message["In-Reply-To"]
    assert re.match(r"Re: \[#\d+\] Printer broken", answered.message["Subject"])

    back = answered.message["Reply-To"].addresses[0].addr_spec
    thanks = letter(
        CARLA, answered.message["Subject"], "Now it prints only zeros." + quoted(answered), to=back, reply_to=answered
    )
    desk.send(thanks, CARLA_ADDRESS, [back])
    second = far.wait(ANNA, 2)[1]
    assert "only zeros" in second.text
    tickets = desk.json("ticket", "list")
    assert isinstance(tickets, list)
    assert [ticket["status"] for ticket in tickets] == ["open"]
    shown = desk.json("ticket", "show", str(tickets[0]["number"]))
    assert [message["direction"] for message in shown["messages"]] == ["customer", "agent", "customer"]
    assert desk.run("audit", "verify").returncode == 0
    assert desk.stop() == 0


def test_a_rule_sends_it_to_the_right_team_and_the_ticket_says_why(desk: Desk, far: Relay) -> None:
    """The word "refund" in the subject leads to billing; rule and reason stand on the ticket."""
    desk.send(letter(CARLA, "Refund for order 77", "I sent it back."), CARLA_ADDRESS)
    assert "I sent it back" in far.wait(BEN)[0].text
    (ticket,) = desk.json("ticket", "list")
    assert (ticket["team"], ticket["priority"], ticket["rule"]) == ("billing", "high", "refunds")
    assert "refund" in ticket["reason"]
    assert far.to(ANNA) == []


def test_a_customer_who_writes_chinese_is_answered_in_chinese(desk: Desk, far: Relay) -> None:
    """The acknowledgement speaks the language of the mail."""
    desk.send(
        letter("王小明 <wang@client.example>", "打印机坏了", "您好,打印机无法打印,请帮忙处理。谢谢!"),
        "wang@client.example",
    )
    text = far.wait("wang@client.example")[0].text
    assert "您" in text
    assert "We have" not in text


def test_a_stranger_without_proof_is_acknowledged_without_echo(desk: Desk, far: Relay) -> None:
    """Nothing that a stranger wrote goes to an address that he may have forged."""
    raw = letter(CARLA, "Buy cheap pills now", "http://spam.example/", proved=False)
    desk.send(raw, CARLA_ADDRESS)
    acknowledgement = far.wait(CARLA_ADDRESS)[0]
    assert b"pills" not in acknowledgement.data
    assert b"spam.example" not in acknowledgement.data


def test_promise_6_robots_and_bounces_get_no_letter(desk: Desk, far: Relay) -> None:
    """An out-of-office to a mail that is not ours opens nothing and is answered by nobody; a person after it is."""
    answer = [("Auto-Submitted", "auto-replied"), ("In-Reply-To", "<spam-in-our-name@client.example>")]
    out = letter(CARLA, "Automatic reply: hello", "I am away.", headers=answer)
    desk.send(out, CARLA_ADDRESS)
    desk.wait_until_settled()
    desk.send(letter("Dora <dora@client.example>", "Real question", "Are you open today?"), "dora@client.example")
    far.wait("dora@client.example")
    assert far.to(CARLA_ADDRESS) == []
    held = desk.json("held", "list")
    assert [each["cause"] for each in held] == ["robot"]


def test_a_bounce_of_our_letter_stands_on_the_ticket(desk: Desk, far: Relay) -> None:
    """A delivery report is bound to the letter that it is about, and agents are told."""
    desk.send(letter(CARLA, "Printer broken", "It is on fire."), CARLA_ADDRESS)
    notification = far.wait(ANNA)[0]
    reply_to = notification.message["Reply-To"].addresses[0].addr_spec
    desk.submit(
        letter("anna@acme.example", "Re: x", "Use water.", to=reply_to, reply_to=notification), "anna", ANNA, reply_to
    )
    answered = far.wait(CARLA_ADDRESS, 2)[1]
    report = (
        f"From: MAILER-DAEMON@client.example\r\nTo: {answered.mail_from or DESK}\r\nSubject: Undelivered Mail\r\n"
        "Message-ID: <bounce.1@client.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nCould not deliver.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.client.example\r\n\r\n"
        f"Final-Recipient: rfc822; {CARLA_ADDRESS}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {answered.message['Message-ID']}\r\n\r\n--b--\r\n"
    )
    desk.send(report.encode(), "", [answered.mail_from or DESK])
    told = far.wait(ANNA, 2)[1]
    assert CARLA_ADDRESS in told.text
    assert "5.1.1" in told.text
    assert len(far.to(CARLA_ADDRESS)) == 2


def test_closing_asks_the_customer_and_one_word_is_the_rating(desk: Desk, far: Relay) -> None:
    """#close brings the survey; its one-word answer is recorded on the ticket."""
    desk.send(letter(CARLA, "Printer broken", "Help."), CARLA_ADDRESS)
    notification = far.wait(ANNA)[0]
    reply_to = notification.message["Reply-To"].addresses[0].addr_spec
    closing = letter(
        "anna@acme.example", "Re: x", "#close\n\nI have sent a new one.", to=reply_to, reply_to=notification
    )
    desk.submit(closing, "anna", ANNA, reply_to)
    letters = far.wait(CARLA_ADDRESS, 3)
    survey = next(each for each in letters if "+s" in str(each.message["Reply-To"]))
    back = survey.message["Reply-To"].addresses[0].addr_spec
    desk.send(
        letter(CARLA, survey.message["Subject"], "5" + quoted(survey), to=back, reply_to=survey), CARLA_ADDRESS, [back]
    )
    desk.wait_until_settled()
    tickets = {ticket["subject"]: ticket for ticket in desk.json("ticket", "list")}
    assert tickets["Printer broken"]["rating"] == 5
    assert tickets["Printer broken"]["status"] == "closed"


def test_the_same_mail_twice_is_one_message(desk: Desk, far: Relay) -> None:
    """Promise 2: a mail that comes by two ways is stored once and acknowledged once."""
    raw = letter(CARLA, "Printer broken", "Help.")
    desk.send(raw, CARLA_ADDRESS)
    desk.send(raw, CARLA_ADDRESS)
    desk.wait_until_settled()
    desk.send(letter("Dora <dora@client.example>", "Next", "A question."), "dora@client.example")
    far.wait("dora@client.example")
    counts = desk.json("stats")
    assert counts["outcomes"]["duplicate"] == 1
    assert len(far.to(CARLA_ADDRESS)) == 1


def test_D25_one_mail_to_two_mailboxes_of_a_brand_is_one_ticket(desk: Desk, far: Relay) -> None:
    """One delivery a brand, routed by the first mailbox."""
    desk.send(letter(CARLA, "Hello both", "A question.", to=f"{DESK}, {BILLING}"), CARLA_ADDRESS, [DESK, BILLING])
    far.wait(CARLA_ADDRESS)
    far.wait(ANNA)
    assert len(desk.json("ticket", "list")) == 1
    assert len(far.to(CARLA_ADDRESS)) == 1


def test_mail_from_an_imap_mailbox_becomes_a_ticket_and_is_marked(
    new_desk: Callable[..., Desk], far: Relay, database: str
) -> None:
    """What lies in the mailbox is fetched, acknowledged, and taken once, although the desk is started twice."""
    with mailbox() as server:
        server.append([letter(CARLA, "Printer broken", "It says PC LOAD LETTER.")])
        desk = new_desk(database, imap=server.config())
        assert "PC LOAD LETTER" in far.wait(ANNA)[0].text
        assert desk.stop() == 0
        desk.start()
        server.append([letter("Dora <dora@client.example>", "Next", "A question.")])
        far.wait(ANNA, 2)
        assert len(desk.json("ticket", "list")) == 2


def test_one_mail_to_two_brands_is_two_tickets_linked(new_desk: Callable[..., Desk], far: Relay) -> None:
    """Each brand answers for itself; agents see that the two belong together."""
    desk = new_desk(run=False)
    text = desk.config.read_text().replace("[smtp.in]\nlisten", TWO_BRANDS + "[smtp.in]\nlisten")
    text = text.replace('[desk]\nname = "Acme Support"\naddress = "support@acme.example"\n', "[desk]\n")
    for address, brand in ((DESK, "acme"), (BILLING, "other")):
        text = text.replace(f'address = "{address}"\nteam', f'address = "{address}"\nbrand = "{brand}"\nteam')
    desk.config.write_text(text)
    desk.start()
    desk.send(letter(CARLA, "Hello both", "A question.", to=f"{DESK}, {BILLING}"), CARLA_ADDRESS, [DESK, BILLING])
    names = {each.message["From"].addresses[0].display_name for each in far.wait(CARLA_ADDRESS, 2)}
    assert names == {"Acme", "Other"}
    numbers = [ticket["number"] for ticket in desk.json("ticket", "list")]
    assert len(numbers) == 2
    assert desk.json("ticket", "show", str(numbers[0]))["links"]


TWO_BRANDS = """
[[brands]]
id = "acme"
name = "Acme"
address = "support@acme.example"
default_team = "support"

[[brands]]
id = "other"
name = "Other"
address = "billing@acme.example"
default_team = "billing"

"""
