"""Letters on their way: refused, put off, held up, signed, copied; and what time makes due."""

from __future__ import annotations

import mailbox
import sqlite3
from collections.abc import Callable
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest

from mailgate.clock import SystemClock
from tests.flow.world import ANNA, DESK, PATIENCE_S, Desk, Handed, Relay, a_place, letter, quoted, relay
from tests.openssl import dkim_record, openssl
from tests.torture.ledger import Ledger

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"
AGENT = f"Anna Schmidt <{ANNA}>"


def asked(desk: Desk, far: Relay) -> Handed:
    """Carla's mail is there and acknowledged; the notification that Anna got."""
    desk.send(letter(CARLA, "Printer broken", "It says PC LOAD LETTER."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)
    return far.wait(ANNA)[0]


def answer(desk: Desk, notification: Handed, text: str, raw: Callable[[bytes], bytes] = lambda raw: raw) -> None:
    """Anna answers the notification."""
    back = notification.message["Reply-To"].addresses[0].addr_spec
    written = letter(AGENT, f"Re: {notification.message['Subject']}", text, to=back, reply_to=notification)
    desk.submit(raw(written), "anna", ANNA, back)


def changed(desk: Desk, old: str, new: str) -> Desk:
    """The desk, started with a changed config."""
    text = desk.config.read_text()
    assert old in text
    desk.config.write_text(text.replace(old, new, 1))
    desk.start()
    return desk


def ticket(desk: Desk) -> dict[str, object]:
    """The one ticket, whole."""
    (listed,) = desk.json("ticket", "list")
    found = desk.json("ticket", "show", str(listed["number"]))
    assert isinstance(found, dict)
    return found


def refusing(far: Relay, answers: list[str], text: str) -> None:
    """The relay gives these answers, one after the other, to Carla's letters with that text; then it takes them."""
    left = list(answers)
    far.answer = lambda each: (
        left.pop(0) if left and each.recipient == CARLA_ADDRESS and text in each.text else "250 2.0.0 taken"
    )


def with_file(raw: bytes) -> bytes:
    """The same mail with an attachment."""
    message = message_from_bytes(raw, policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    message.add_attachment(b"%PDF-1.4 the manual", maintype="application", subtype="pdf", filename="Manual é.pdf")
    return message.as_bytes()


def test_O04_an_answer_that_is_refused_for_good_is_shown_on_the_ticket_and_told_to_the_agent(
    desk: Desk, far: Relay
) -> None:
    """550 from the relay: failed, once; the agent reads to whom and why; nothing more goes to the customer."""
    notification = asked(desk, far)
    refusing(far, ["550 5.1.1 no such user here"] * 9, "Turn it off")
    answer(desk, notification, "Turn it off and on.")
    told = far.wait(ANNA, 2)[1]
    assert CARLA_ADDRESS in told.text
    assert "5.1.1" in told.text
    found = ticket(desk)
    failed = [each for each in found["letters"] if each["state"] == "failed"]
    assert [(each["kind"], each["recipient"]) for each in failed] == [("answer", CARLA_ADDRESS)]
    assert "no such user here" in failed[0]["error"]
    assert "letter-failed" in [event["kind"] for event in found["events"]]
    assert len(far.to(CARLA_ADDRESS)) == 1


def test_O03_a_letter_that_is_put_off_is_tried_again_and_at_once_by_hand(desk: Desk, far: Relay) -> None:
    """451 from the relay: state retry, due in about a minute; `outbox retry` sends it under the same Message-ID."""
    notification = asked(desk, far)
    tried: list[Handed] = []
    refusing(far, ["451 4.7.1 come again later"], "Turn it off")
    answers = far.answer
    far.answer = lambda each: (tried.append(each), answers(each))[1]
    answer(desk, notification, "Turn it off and on.")
    ledger = Ledger(desk, "sqlite")
    desk.wait_until(lambda: ledger.rows("SELECT id FROM letters WHERE state = 'retry'") != [])
    ((created_ms, next_ms),) = ledger.rows("SELECT created_ms, next_ms FROM letters WHERE state = 'retry'")
    assert created_ms + 45_000 <= next_ms <= SystemClock().now_ms() + 90_000
    database = desk.folder / "state" / "mailgate.db"
    with closing(sqlite3.connect(database, timeout=PATIENCE_S, isolation_level=None)) as shell:
        shell.execute("UPDATE letters SET next_ms = next_ms + 3600000 WHERE state = 'retry'")  # or it goes by itself
    (waiting,) = desk.json("outbox", "list")
    assert (waiting["state"], waiting["attempts"]) == ("retry", 1)
    assert "come again later" in waiting["error"]
    assert desk.run("outbox", "retry", str(waiting["id"])).returncode == 0
    assert "Turn it off" in far.wait(CARLA_ADDRESS, 2)[1].text
    ours = [each.message["Message-ID"] for each in tried if "Turn it off" in each.text]
    assert len(ours) == 2
    assert len(set(ours)) == 1


def test_O05_while_the_relay_is_away_mail_is_taken_and_afterwards_every_letter_goes_out_once(
    new_desk: Callable[..., Desk],
) -> None:
    """Nobody listens where the relay was; 250 all the same; it comes back, and nothing is missing or doubled."""
    place = a_place()
    desk = changed(new_desk(run=False), "port = ", f"port = {place.getsockname()[1]} # ")
    for number in range(20):
        address = f"p{number}@client.example"
        desk.send(letter(f"P <{address}>", f"Question {number}", "Are you open?"), address)
    desk.wait_for_line("the relay is away")
    with relay(place) as back:
        for number in range(20):
            back.wait(f"p{number}@client.example")
        back.wait(ANNA, 20)
        desk.wait_until(lambda: desk.json("outbox", "list") == [])
        assert len(back.letters) == 40


def test_L30_an_agents_answer_carries_its_files_and_goes_to_watchers_as_a_copy(
    new_desk: Callable[..., Desk], far: Relay
) -> None:
    """Answer and copy both have the attachment, show nobody else's token, and are a person's mail, not a robot's."""
    rule = '\n[[rules]]\nname = "printers"\nwhen = { subject = "printer" }\nwatchers = ["boss@client.example"]\n'
    desk = new_desk(more=rule)
    notification = asked(desk, far)
    answer(desk, notification, "The manual is attached." + quoted(notification), with_file)
    answered, copied = far.wait(CARLA_ADDRESS, 2)[1], far.wait("boss@client.example")[0]
    for each in (answered, copied):
        assert "The manual is attached." in each.text
        (file,) = each.message.iter_attachments()
        assert file.get_filename() == "Manual é.pdf"
        assert file.get_content() == b"%PDF-1.4 the manual"
        assert each.message["Auto-Submitted"] is None
        assert each.message["X-Mailgate-Loop"] == DESK
        assert notification.message["Reply-To"].addresses[0].username not in each.data.decode()
    assert answered.message["Reply-To"] != copied.message["Reply-To"]


def test_a_team_is_reminded_of_what_waits_and_not_of_what_is_answered(
    new_desk: Callable[..., Desk], far: Relay
) -> None:
    """One letter after the set time; the answer stops the clock."""
    desk = changed(new_desk(run=False), 'members = ["anna"]', 'members = ["anna"]\nremind_after = "3 s"')
    notification = asked(desk, far)
    reminder = far.wait(ANNA, 2)[1]
    assert "Printer broken" in reminder.text
    assert reminder.message["Auto-Submitted"] == "auto-generated"
    answer(desk, reminder, "Turn it off and on.")
    assert "Turn it off" in far.wait(CARLA_ADDRESS, 2)[1].text
    assert notification.message["Reply-To"] == reminder.message["Reply-To"]
    found = ticket(desk)
    assert "reminded" in [event["kind"] for event in found["events"]]
    assert found["ticket"]["waiting_since_ms"] is None


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key to sign with."""
    path = tmp_path / "dkim.pem"
    openssl("genrsa", "-out", str(path), "2048")
    return path


def test_letters_of_a_running_desk_are_signed_so_that_dkimpy_agrees(
    new_desk: Callable[..., Desk], far: Relay, key_file: Path
) -> None:
    """What arrives at the far side, after SMTP, still verifies."""
    signing = f'dkim = {{ domain = "acme.example", selector = "mail", key_file = "{key_file}" }}\n'
    desk = changed(new_desk(run=False), "dns = false\n", f"dns = false\n{signing}")
    asked(desk, far)
    record = dkim_record(key_file)
    for each in far.letters:
        assert dkim.verify(each.data, dnsfunc=lambda name, timeout=5: record)
        assert not dkim.verify(each.data.replace(b"Printer", b"Plotter"), dnsfunc=lambda name, timeout=5: record)


def test_a_desk_may_write_its_letters_into_a_maildir(new_desk: Callable[..., Desk]) -> None:
    """For trying out: no relay, and any mail program can read them."""
    desk = new_desk(run=False)
    changed(desk, "[smtp.out]", '[smtp.out]\nkind = "maildir"\npath = "letters"')
    desk.send(letter(CARLA, "Printer broken", "Help."), CARLA_ADDRESS)
    desk.wait_until(lambda: len(list(desk.folder.glob("letters/new/*"))) == 2)
    found = {each["To"] for each in mailbox.Maildir(desk.folder / "letters", create=False)}
    assert any(CARLA_ADDRESS in to for to in found)


def test_O10_a_letter_to_a_robot_never_begets_another(desk: Desk, far: Relay) -> None:
    """The acknowledgement is refused for good; nobody is told, nothing bounces, the ticket shows it."""
    far.answer = lambda each: "550 5.1.1 unknown" if each.recipient == CARLA_ADDRESS else "250 2.0.0 taken"
    desk.send(letter(CARLA, "Printer broken", "Help."), CARLA_ADDRESS)
    far.wait(ANNA)
    desk.wait_until(lambda: [each["state"] for each in desk.json("outbox", "list")] == ["failed"])
    desk.send(letter("Dora <dora@client.example>", "Next", "A question."), "dora@client.example")
    far.wait("dora@client.example")
    far.wait(ANNA, 2)
    assert len(far.letters) == 3


def test_O06_of_two_recipients_only_the_one_that_was_refused_fails(new_desk: Callable[..., Desk], far: Relay) -> None:
    """The customer and a watcher: 550 for the one; the other gets the answer once and never again."""
    boss = "boss@client.example"
    rule = f'\n[[rules]]\nname = "printers"\nwhen = {{ subject = "printer" }}\nwatchers = ["{boss}"]\n'
    desk = new_desk(more=rule)
    notification = asked(desk, far)
    far.answer = lambda each: "550 5.1.1 no such user" if each.recipient == boss else "250 2.0.0 taken"
    answer(desk, notification, "Turn it off and on.")
    desk.wait_until(lambda: [each["recipient"] for each in desk.json("outbox", "list")] == [boss])
    (failed,) = desk.json("outbox", "list")
    assert failed["state"] == "failed"
    far.answer = lambda _: "250 2.0.0 taken"
    assert desk.run("outbox", "retry", str(failed["id"])).returncode == 0
    assert any("Turn it off" in each.text for each in far.wait(boss))
    assert sum("Turn it off" in each.text for each in far.to(CARLA_ADDRESS)) == 1
