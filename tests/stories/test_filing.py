"""Customers' tickets that agents open: forwarded mails, telephone calls."""

from __future__ import annotations

from email.message import EmailMessage

from tests.duties.desk import back, text_of
from tests.stories.conversation import ANA, BEN, BOSS, CLEO, EVE, Conversation

GMAIL = """
---------- Forwarded message ---------
From: Cleo Lim <cleo@customer.example>
Date: Wed, 25 Nov 2026 at 09:00
Subject: Broken printer
To: Ana Ruiz <ana@acme.example>

{text}
"""
OUTLOOK = """
________________________________
From: Cleo Lim [mailto:cleo@customer.example]
Sent: Wednesday, November 25, 2026 9:00 AM
To: Ana Ruiz <ana@acme.example>
Subject: Broken printer

{text}
"""
APPLE_CHINESE = """
开始转发的邮件：

发件人： Cleo Lim <cleo@customer.example>
主题： Broken printer
日期： 2026年11月25日 GMT+8 09:00:00
收件人： Ana Ruiz <ana@acme.example>

{text}
"""


def test_a_forwarded_mail_is_its_writers_ticket(desk: Conversation) -> None:
    for number, shape in enumerate((GMAIL, OUTLOOK, APPLE_CHINESE), 1):
        desk.write(ANA, "#as\n" + shape.format(text=f"It smokes. ({number})"), "Fwd: Broken printer")
        ticket = desk.ticket(number)
        assert (ticket.requester.email, ticket.requester.name) == (CLEO, "Cleo Lim"), shape
        assert (ticket.subject, ticket.asked) == ("Broken printer", f"It smokes. ({number})")
    acknowledged = desk.reads(CLEO)
    assert "It smokes. (1)" in text_of(acknowledged[0])
    assert "It smokes. (1)" in text_of(desk.reads(BEN)[0])


def test_an_attached_mail_too(desk: Conversation) -> None:
    original = EmailMessage()
    original["From"], original["Subject"] = f"Cleo Lim <{CLEO}>", "Broken printer"
    original.set_content("It smokes.")
    desk.write(ANA, "#as\nShe is in a hurry.", "Fwd: Broken printer", attached=[original])
    ticket = desk.ticket()
    assert (ticket.requester.email, ticket.asked) == (CLEO, "It smokes.")
    assert "in a hurry" not in desk.read(CLEO)


def test_what_is_forwarded_to_ones_own_address_needs_no_command(desk: Conversation) -> None:
    desk.write(ANA, GMAIL.format(text="It smokes."), "Fwd: Broken printer", desk.control(ANA))
    assert desk.ticket().requester.email == CLEO
    desk.reply(ANA, "Please open a window.")
    assert "open a window" in text_of(desk.boxes[CLEO][-1])


def test_S31_commands_of_a_forwarded_mail_do_not_run(desk: Conversation) -> None:
    desk.write(ANA, GMAIL.format(text="#assign ben\n#close\nIt smokes."), "Fwd: [close] Printer", desk.control(ANA))
    ticket = desk.ticket()
    assert (ticket.status, ticket.assignee) == ("new", "")
    assert ticket.asked.startswith("#assign ben")


def test_a_ticket_cannot_be_filed_in_a_colleagues_name(desk: Conversation) -> None:
    desk.write(ANA, f"#as {BEN}\n" + GMAIL.format(text="#close"), "Fwd: Broken printer")
    assert "a colleague's" in desk.read(ANA)
    assert desk.world.store.rows.all("SELECT COUNT(*) FROM tickets")[0][0] == 0


def test_a_call_is_written_down(desk: Conversation) -> None:
    desk.write(ANA, f"#new Cleo Lim <{CLEO}> Broken printer\n\nShe says that it smokes.", "call", desk.control(ANA))
    ticket = desk.ticket()
    assert (ticket.requester.name, ticket.subject, ticket.asked) == (
        "Cleo Lim",
        "Broken printer",
        "She says that it smokes.",
    )
    assert len(desk.reads(CLEO)) == 1
    assert "is open; the customer is told" in desk.read(ANA)
    desk.reply(CLEO, "It still does.")
    assert "It still does." in text_of(desk.boxes[ANA][-1])


def test_the_gate_holds_for_what_is_filed(desk: Conversation) -> None:
    """Promise 6: an address gets three automatic letters an hour, whoever files its tickets."""
    for number in range(5):
        desk.write(ANA, f"#new {CLEO} Call {number}", "calls", desk.control(ANA))
    assert len(desk.reads(CLEO)) == 3
    assert "the customer is not told" in text_of(desk.reads(ANA)[-1])


def test_S01_nobody_else_files_anything(desk: Conversation) -> None:
    desk.write(EVE, f"#new {CLEO} Broken printer\n\nIt smokes.", "call", desk.control(ANA))
    assert desk.ticket().requester.email == EVE
    assert desk.reads(CLEO) == []
    desk.write(ANA, f"#new {CLEO} Broken printer\n\nIt smokes.", "call", desk.control(ANA), proved=False)
    assert desk.reads(CLEO) == []


def test_S30_what_is_not_proved_is_filed_when_its_writer_says_yes(desk: Conversation) -> None:
    """A mail that lost its proof on the way, and one that somebody else wrote, look alike: the enrolled address is
    asked, and what was held runs once."""
    desk.write(ANA, f"#new {CLEO} Broken printer\n\nIt smokes.", "call", desk.control(ANA), proved=False)
    assert desk.reads(CLEO) == []
    asked = desk.boxes[ANA][-1]
    assert f"#new {CLEO}" in text_of(asked)
    for _ in range(2):
        desk.reply(ANA, "yes", asked)
        desk.later(60_000)
    assert len(desk.reads(CLEO)) == 1
    assert desk.ticket().requester.email == CLEO


def test_an_agents_own_matter_opens_a_ticket_as_its_commands_want_it(desk: Conversation) -> None:
    """Nobody's customer: the agent is the requester, the team is told, others are copied in."""
    desk.write(ANA, f"#team billing\n#priority high\n#cc {BOSS}\nPlease order paper.", "Paper")
    ticket = desk.ticket()
    assert (ticket.team, ticket.priority, ticket.requester.email) == ("billing", "high", ANA)
    assert [who.email for who in ticket.participants] == [ANA, BOSS]
    assert "Please order paper." in text_of(desk.boxes[BEN][-1])
    assert "moved to Billing" in text_of(desk.boxes[ANA][-1])


def test_what_was_split_off_goes_back_where_it_came_from(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER. And where is my invoice?")
    desk.reply(ANA, "#split Invoice of November", desk.boxes[ANA][-1])
    assert "#undo" in text_of(desk.boxes[ANA][-1])
    told = desk.boxes[CLEO][-1]
    desk.reply(ANA, "#undo")
    source, second = desk.ticket(1), desk.ticket(2)
    assert (second.status, second.merged_into) == ("merged", source.id)
    assert second.closed_ms is not None
    desk.reply(CLEO, "The one of the 3rd.", told)
    assert "[#1]" in str(desk.boxes[ANA][-1]["Subject"])
    desk.later(30 * 86_400_000)
    assert not any("Did that help" in text_of(letter) for letter in desk.boxes[CLEO])


def test_a_ticket_that_was_filed_by_mistake_is_closed_and_nobody_is_asked_about_it(desk: Conversation) -> None:
    desk.write(ANA, f"#new {CLEO} Printer\nShe called.", to=desk.control(ANA))
    assert desk.ticket().requester.email == CLEO
    desk.reply(ANA, "#undo")
    assert desk.ticket().status == "closed"
    assert desk.ticket().closed_ms is not None
    desk.later(30 * 86_400_000)
    assert not any("Did that help" in text_of(letter) for letter in desk.boxes[CLEO])


def test_what_the_customer_has_written_since_keeps_a_filed_ticket_open(desk: Conversation) -> None:
    desk.write(ANA, f"#new {CLEO} Printer\nShe called.", to=desk.control(ANA))
    desk.reply(ANA, "#split Second matter")
    transcript = desk.boxes[ANA][-1]
    desk.reply(CLEO, "It is urgent!")
    desk.reply(ANA, "#undo", transcript)
    assert [desk.ticket(number).status for number in (1, 2)] == ["new", "new"]
    desk.reply(CLEO, "Both are.", desk.boxes[CLEO][0])
    desk.reply(ANA, "#undo", transcript)
    assert desk.ticket(1).status == "new"


def test_a_filed_ticket_is_called_no_first_contact(desk: Conversation) -> None:
    desk.write(CLEO, "It says PC LOAD LETTER.")
    assert "First contact" in desk.read(BEN)
    desk.write(ANA, f"#new {CLEO} Printer\nShe called.", to=desk.control(ANA))
    assert "First contact" not in desk.read(BEN)


def test_customers_are_quoted_as_themselves_and_agents_as_agents(desk: Conversation) -> None:
    desk.write(ANA, "#as\n" + GMAIL.format(text="It smokes."), "Fwd: Broken printer")
    assert "You wrote:" in desk.read(CLEO)
    desk.write(ANA, f"#new {CLEO} Printer\nShe called.", to=desk.control(ANA))
    assert "What Ana Ruiz noted:" in desk.read(CLEO)


def test_an_attached_mail_that_is_split_off_never_goes_to_the_customer(desk: Conversation) -> None:
    other = EmailMessage()
    other["From"], other["Subject"] = f"Eve <{EVE}>", "My keyboard"
    other.set_content("A key is missing.")
    desk.write(CLEO, "It says PC LOAD LETTER.")
    letter = desk.boxes[ANA][-1]
    desk.everybody_has_read()
    for words in ("", "\n\nHello Cleo, which printer is it?"):
        desk.write(ANA, f"#split{words}", "Re: Printer broken", back(letter), attached=[other])
        sent = desk.reads(CLEO)
        assert len(sent) == bool(words)
        assert not any("keyboard" in answer.as_string() for answer in sent)
        assert desk.ticket().requester.email == EVE
