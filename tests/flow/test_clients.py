"""An agent works from the mail program at hand: the daemon reads what each of them really sends."""

from __future__ import annotations

import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from itertools import pairwise

from tests.flow.world import ANNA, Desk, Handed, Relay, letter
from tests.letters.clients import PROGRAMS

USED = ("Gmail", "Gmail in Chinese", "Outlook", "Outlook on the web", "Apple Mail", "iPhone", "QQ")
WORDS = ("#take", "#tag paper", "", "Hello,", "please open the tray.")


def answer(program: str, answered: Handed, lines: tuple[str, ...], sender: str) -> EmailMessage:
    """What ``program`` makes of new lines above a letter that it quotes, with both parts."""
    markup = answered.message.get_body(("html",))
    assert markup is not None
    text, html = PROGRAMS[program](lines, answered.text, str(markup.get_content()))
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, answered.message["Reply-To"]
    mail["Subject"], mail["Date"] = f"Re: {answered.message['Subject']}", formatdate()
    mail["Message-ID"] = f"<{time.monotonic_ns()}@client.example>"
    mail["In-Reply-To"] = answered.message["Message-ID"]
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def customer(program: str) -> str:
    return f"{program.lower().replace(' ', '-')}@client.example"


def test_each_program_takes_a_ticket_and_answers_it_and_nothing_of_ours_goes_out(desk: Desk, far: Relay) -> None:
    """One ticket a program; the customer gets the agent's words and their own, and no notification, token or name of a
    command."""
    for program in USED:
        address = customer(program)
        desk.send(letter(f"Carla <{address}>", f"Printer, {program}", "It says PC LOAD LETTER."), address)
    for news in far.wait(ANNA, len(USED)):
        program = str(news.message["Subject"]).partition("Printer, ")[2]
        mail = answer(program, news, WORDS, f"Anna Schmidt <{ANNA}>")
        to = news.message["Reply-To"].addresses[0].addr_spec
        desk.submit(mail.as_bytes(), "anna", ANNA, to)
    for program in USED:
        answered = far.wait(customer(program), 2)[1]
        words = " ".join(answered.text.partition("\nRef:")[0].replace("Sent from my iPhone", "").split())
        assert words == "Hello, please open the tray. Carla wrote: > It says PC LOAD LETTER.", program
        for ours in ("#take", "#tag", "Your reply goes to", ANNA, "write above"):
            assert ours not in answered.data.decode(), program
    tickets = desk.json("ticket", "list")
    assert isinstance(tickets, list)
    assert {ticket["assignee"] for ticket in tickets} == {"anna"}
    assert {tuple(ticket["tags"]) for ticket in tickets} == {("paper",)}
    assert {ticket["status"] for ticket in tickets} == {"waiting-customer"}


def test_what_the_customer_gets_of_one_ticket_is_one_thread(desk: Desk, far: Relay) -> None:
    """Answer, resolution and the next answer name the letter before them, under one subject (RFC 5256 section 2.1)."""
    desk.send(
        letter("Carla <carla@client.example>", "Printer broken", "It says PC LOAD LETTER."), "carla@client.example"
    )
    (news,) = far.wait(ANNA)
    to = news.message["Reply-To"].addresses[0].addr_spec
    for count, lines in enumerate((("Which model?",), ("#resolve", "", "It is mended."), ("One more thing.",)), 2):
        desk.submit(answer("Apple Mail", news, lines, f"Anna Schmidt <{ANNA}>").as_bytes(), "anna", ANNA, to)
        far.wait("carla@client.example", count)
    mails = [one.message for one in far.to("carla@client.example")]
    assert [str(mail["Subject"]).removeprefix("Re: ") for mail in mails] == ["[#1] Printer broken"] * 4
    for earlier, later in pairwise(mails[1:]):
        assert later["In-Reply-To"] == earlier["Message-ID"]
        assert str(earlier["Message-ID"]) in str(later["References"])
    assert len({str(mail["References"]).split()[0] for mail in mails}) == 1, "all begin with the customer's own mail"
