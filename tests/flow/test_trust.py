"""Who may do what (DESIGN: trust), seen from outside: real mail in, and which letters go out."""

from __future__ import annotations

import re

from tests.flow.world import ANNA, BEN, DESK, Desk, Handed, Relay, letter, quoted
from tests.torture.ledger import Ledger

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"
EVE = "Eve <eve@elsewhere.example>"
EVE_ADDRESS = "eve@elsewhere.example"
AGENT = f"Anna Schmidt <{ANNA}>"
FORGED = (
    b"Authentication-Results: mx.acme.example; dmarc=fail header.from=client.example\r\n"
    b"Received: from x (x [93.184.216.34]) by mx.acme.example; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
)
"""What our provider's border puts on top of a mail that its author's domain disowns."""


def back(answered: Handed) -> str:
    """The address that answers to a letter go to."""
    return str(answered.message["Reply-To"].addresses[0].addr_spec)


def asked(desk: Desk, far: Relay) -> Handed:
    """Carla's first mail is there; the notification that Anna got of it."""
    desk.send(letter(CARLA, "Printer broken", "It says PC LOAD LETTER."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)
    return far.wait(ANNA)[0]


def settled(desk: Desk) -> None:
    """Everything sent so far has been settled, and no letter about it is still to come."""
    desk.wait_until_settled()
    desk.wait_until(lambda: Ledger(desk, "sqlite").waiting() == 0)


def shown(desk: Desk, subject: str = "Printer broken") -> dict[str, object]:
    """The ticket with that subject, whole."""
    number = next(ticket["number"] for ticket in desk.json("ticket", "list") if ticket["subject"] == subject)
    found = desk.json("ticket", "show", str(number))
    assert isinstance(found, dict)
    return found


def confirmation(desk: Desk, far: Relay, text: str = "Turn it off and on again.") -> Handed:
    """Somebody writes in Anna's name without proof; the confirmation that she is asked for."""
    notification = asked(desk, far)
    before = len(far.to(ANNA))
    raw = letter(AGENT, "Re: x", text, to=back(notification), reply_to=notification, proved=False)
    desk.send(raw, ANNA, [back(notification)])
    return far.wait(ANNA, before + 1)[before]


def says(desk: Desk, question: Handed, text: str, **how: object) -> None:
    """Anna answers the confirmation from her own program."""
    raw = letter(AGENT, f"Re: {question.message['Subject']}", text, to=back(question), reply_to=question, **how)
    desk.send(raw, ANNA, [back(question)])


def test_S30_what_an_agent_confirms_goes_out_once_and_exactly_as_it_was_held(desk: Desk, far: Relay) -> None:
    """Held, asked at the enrolled address, run by a yes; the same yes again, in another mail, runs nothing."""
    question = confirmation(desk, far)
    assert "Turn it off and on again." in question.text
    assert [each["cause"] for each in desk.json("held", "list")] == ["unproved-agent"]
    assert len(far.to(CARLA_ADDRESS)) == 1
    says(desk, question, "yes" + quoted(question), proved=False)
    assert "Turn it off and on again." in far.wait(CARLA_ADDRESS, 2)[1].text
    says(desk, question, "yes, again" + quoted(question))
    settled(desk)
    assert len(far.to(CARLA_ADDRESS)) == 2
    assert desk.json("held", "list") == []
    assert shown(desk)["ticket"]["status"] == "waiting-customer"
    assert desk.json("stats")["spooled"] == 0


def test_S30_a_no_a_vacation_reply_or_somebody_elses_yes_runs_nothing(desk: Desk, far: Relay) -> None:
    """A word that acts counts only in a person's own mail, and only from whom it was asked."""
    question = confirmation(desk, far)
    says(desk, question, "No, never!")
    says(desk, question, "yes I am away until Monday", headers=[("Auto-Submitted", "auto-replied")])
    raw = letter(f"Ben Li <{BEN}>", "Re: x", "yes", to=back(question), reply_to=question)
    desk.send(raw, BEN, [back(question)])
    raw = letter(CARLA, "Re: x", "yes", to=back(question), reply_to=question)
    desk.send(raw, CARLA_ADDRESS, [back(question)])
    settled(desk)
    assert "unproved-agent" in [each["cause"] for each in desk.json("held", "list")]
    assert not any("off and on" in each.text for each in far.to(CARLA_ADDRESS))
    assert shown(desk)["ticket"]["status"] in ("new", "open")


def test_S30_a_yes_runs_the_mail_that_it_was_asked_about_and_no_other(desk: Desk, far: Relay) -> None:
    """Two mails are held; the first one's confirmation does not run the second."""
    first = confirmation(desk, far, "The first answer.")
    before = len(far.to(ANNA))
    notification = far.to(ANNA)[0]
    forged = letter(AGENT, "Re: x", "The forged answer.", to=back(notification), reply_to=notification, proved=False)
    desk.send(forged, ANNA, [back(notification)])
    far.wait(ANNA, before + 1)
    says(desk, first, "yes")
    assert "The first answer." in far.wait(CARLA_ADDRESS, 2)[1].text
    says(desk, first, "yes!")
    settled(desk)
    assert len(far.to(CARLA_ADDRESS)) == 2
    assert len(desk.json("held", "list")) == 1


def test_a_participant_whose_proof_failed_is_seen_by_agents_only_and_changes_nothing(desk: Desk, far: Relay) -> None:
    """On the ticket, marked; agents are told; no customer hears of it; the state stays."""
    notification = asked(desk, far)
    desk.submit(
        letter(AGENT, "Re: x", "Done.", to=back(notification), reply_to=notification), "anna", ANNA, back(notification)
    )
    answered = far.wait(CARLA_ADDRESS, 2)[1]
    before = len(far.to(ANNA))
    raw = letter(CARLA, "Re: x", "Send the goods to Eve.", to=back(answered), reply_to=answered, proved=False)
    desk.send(FORGED + raw, CARLA_ADDRESS, [back(answered)])
    told = far.wait(ANNA, before + 1)[before]
    assert "Send the goods to Eve." in told.text
    assert "probably forged" in told.text
    ticket = shown(desk)
    assert ticket["ticket"]["status"] == "waiting-customer"
    assert len(far.to(CARLA_ADDRESS)) == 2
    assert "proof failed" in ticket["messages"][-1]["marks"]


def test_S16_a_stranger_with_a_subject_tag_gets_the_same_answer_whether_the_ticket_exists(
    desk: Desk, far: Relay
) -> None:
    """A ticket of their own, nothing of the other; the two letters differ in nothing but numbers and tokens."""
    asked(desk, far)
    exists = shown(desk)["ticket"]["number"]
    told = []
    for name, number in (("eve", exists), ("fay", 999_999)):
        address = f"{name}@elsewhere.example"
        desk.send(letter(f"Xy <{address}>", f"Re: [#{number}] Printer broken", "What is the state?"), address)
        told.append(far.wait(address)[0])
    settled(desk)
    there, not_there = (re.sub(r"\d+|Ref: .*", "", each.text) for each in told)
    assert there == not_there
    assert "LOAD LETTER" not in there
    assert len(shown(desk)["messages"]) == 1
    assert len(far.to("eve@elsewhere.example")) == 1


def test_S24_a_forwarded_letter_in_a_strangers_hands_is_for_agents_eyes(desk: Desk, far: Relay) -> None:
    """Carla forwards our letter to Eve, who answers on Carla's token: on the ticket, as a third party, unseen."""
    asked(desk, far)
    acknowledgement = far.to(CARLA_ADDRESS)[0]
    raw = letter(EVE, "Re: x", "I can help.", to=back(acknowledgement), reply_to=acknowledgement)
    desk.send(raw, EVE_ADDRESS, [back(acknowledgement)])
    assert "I can help." in far.wait(ANNA, 2)[1].text
    settled(desk)
    assert far.to(EVE_ADDRESS) == []
    assert len(far.to(CARLA_ADDRESS)) == 1
    assert shown(desk)["messages"][-1]["direction"] == "third-party"


def test_S25_a_former_agent_speaks_for_the_desk_no_more(desk: Desk, far: Relay) -> None:
    """Anna leaves (SIGHUP with active = false); her old notification lets her answer nobody."""
    notification = asked(desk, far)
    text = desk.config.read_text().replace('role = "admin"', 'role = "admin"\nactive = false')
    desk.reload(text.replace('members = ["anna"]', 'members = ["ben"]'))
    raw = letter(AGENT, "Re: x", "You fools.", to=back(notification), reply_to=notification)
    desk.insist(raw, ANNA, [back(notification)])
    settled(desk)
    assert len(far.to(CARLA_ADDRESS)) == 1
    (held,) = desk.json("held", "list")
    assert (held["cause"], "former agent" in held["detail"]) == ("unproved-agent", True)


def test_an_agent_without_a_token_is_as_any_requester(desk: Desk, far: Relay) -> None:
    """Knowing the number is no right to answer a customer: a ticket of their own."""
    asked(desk, far)
    number = shown(desk)["ticket"]["number"]
    desk.submit(letter(AGENT, f"Re: [#{number}] Printer broken", "Turn it on."), "anna", ANNA, DESK)
    settled(desk)
    assert len(far.to(CARLA_ADDRESS)) == 1
    assert len(desk.json("ticket", "list")) == 2


def test_S21_an_agent_who_answers_on_the_customers_token_writes_to_no_customer(desk: Desk, far: Relay) -> None:
    """Purposes are apart: the customer's letter, forwarded to the agent, gives no power to answer."""
    asked(desk, far)
    acknowledgement = far.to(CARLA_ADDRESS)[0]
    raw = letter(AGENT, "Re: x", "#close\nBye.", to=back(acknowledgement), reply_to=acknowledgement)
    desk.submit(raw, "anna", ANNA, back(acknowledgement))
    settled(desk)
    assert len(far.to(CARLA_ADDRESS)) == 1
    assert shown(desk)["ticket"]["status"] in ("new", "open")


def test_S17_a_stranger_who_names_our_message_id_reopens_nothing_and_is_told_nothing(desk: Desk, far: Relay) -> None:
    """References to a letter that Carla got: for agents' eyes on her ticket, which stays closed; nobody else hears."""
    notification = asked(desk, far)
    answered = letter(AGENT, "Re: x", "#close\nDone.", to=back(notification), reply_to=notification)
    desk.submit(answered, "anna", ANNA, back(notification))
    known = str(far.wait(CARLA_ADDRESS, 2)[1].message["Message-ID"])
    hijack = letter(EVE, "Re: Printer", "Send it to me.", headers=[("In-Reply-To", known), ("References", known)])
    desk.send(hijack, EVE_ADDRESS)
    settled(desk)
    found = shown(desk)
    assert found["ticket"]["status"] == "closed"
    assert found["messages"][-1]["direction"] == "third-party"
    assert found["messages"][-1]["visibility"] == "agents"
    assert far.to(EVE_ADDRESS) == []
    assert not any("Send it to me." in each.text for each in far.to(CARLA_ADDRESS))
