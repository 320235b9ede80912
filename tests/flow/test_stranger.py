"""What somebody outside can do with the answers that they do or do not get."""

from __future__ import annotations

import json
import re
import socket

from tests.flow.world import ANNA, DESK, PATIENCE_S, Desk, Handed, Relay, letter
from tests.torture.ledger import Ledger

CARLA = "carla@client.example"
ELSEWHERE = ("In-Reply-To", "<of.somebody@else.example>")
ASKS = "Reply yes, "


def token_of(told: Handed) -> str:
    """The address that an answer to this letter goes to."""
    return str(told.message["Reply-To"].addresses[0].addr_spec)


def test_P18_a_sender_that_missed_our_250_and_sends_again_has_one_ticket_and_one_acknowledgement(
    desk: Desk, far: Relay
) -> None:
    """The connection goes before the answer can be read, as when a cable is pulled."""
    raw = letter(f"Carla <{CARLA}>", "Printer", "It is on fire.")
    with socket.create_connection(("127.0.0.1", desk.ports["smtp"]), PATIENCE_S) as line:
        answers = line.makefile("rb")
        answers.readline()
        for command in (b"HELO x", f"MAIL FROM:<{CARLA}>".encode(), f"RCPT TO:<{DESK}>".encode(), b"DATA"):
            line.sendall(command + b"\r\n")
            answers.readline()
        line.sendall(raw + b".\r\n")
    far.wait(CARLA)
    desk.send(raw, CARLA)
    desk.wait_until_settled()
    desk.send(letter("dora@client.example", "Later", "Something else."), "dora@client.example")
    far.wait("dora@client.example")
    assert len(far.to(CARLA)) == 1
    outcomes = Ledger(desk, "sqlite").rows("SELECT outcome FROM deliveries ORDER BY received_ms, outcome")
    assert sorted(outcome for (outcome,) in outcomes) == ["duplicate", "new", "new"]


def test_V01_V02_V10_nothing_in_a_letter_acts_or_tells_when_it_is_fetched(desk: Desk, far: Relay) -> None:
    """A scanner that opens every link votes for nobody and tells nobody: links write mails, pictures are enclosed."""
    desk.send(letter(f"Carla <{CARLA}>", "Printer", "It is on fire."), CARLA)
    far.wait(CARLA)
    (told,) = far.wait(ANNA)
    address = token_of(told)
    closing = letter(f"Anna <{ANNA}>", "Re: Printer", "#close\n\nPut out.", to=address, reply_to=told)
    desk.send(closing, ANNA, [address])
    far.wait(CARLA, 3)
    pages = [str(page.get_content()) for one in far.to(CARLA) if (page := one.message.get_body(("html",)))]
    assert [page for page in pages if "🙂" in page and "🙁" in page], "the survey with its faces is among them"
    for one in far.letters:
        page = one.message.get_body(("html",))
        shown = page.get_content() if page else ""
        assert {link.partition(":")[0] for link in re.findall(r'(?:href|src)="([^"]*)"', shown)} <= {"mailto", "cid"}


def test_Q09_a_change_is_one_event_that_says_who_and_what(desk: Desk, far: Relay) -> None:
    """By whom, and of each property what it was and what it is (tags are personal, and stand in the payload)."""
    desk.send(letter(f"Carla <{CARLA}>", "Printer", "It is on fire."), CARLA)
    (told,) = far.wait(ANNA)
    address = token_of(told)
    orders = "#priority high\n#tag fire\n#assign ben\n#status waiting-customer\n"
    desk.send(letter(f"Anna <{ANNA}>", "Re: Printer", orders, to=address, reply_to=told), ANNA, [address])
    ledger = Ledger(desk, "sqlite")
    far.wait(ANNA, 2)
    ((actor, meta),) = ledger.rows("SELECT actor, meta FROM events WHERE kind = 'changed'")
    changed = json.loads(meta)
    assert actor == "anna"
    assert (changed["priority"], changed["assignee"]) == (["normal", "high"], ["", "ben"])
    assert (changed["status"], changed["fields"]) == (["new", "waiting-customer"], ["tags"])
    assert desk.run("audit", "verify").returncode == 0


def test_Q09_what_is_done_to_tickets_and_desk_is_written_down_once_with_who_did_it(desk: Desk, far: Relay) -> None:
    """A merge, a release of held mail, a new reading of the config, a person's erasure: one entry each, Anna's."""
    desk.send(letter(f"Carla <{CARLA}>", "Printer", "It is on fire."), CARLA)
    desk.send(letter(f"Carla <{CARLA}>", "Fire", "It still is."), CARLA)
    robot = letter(f"Carla <{CARLA}>", "Away", "I am away.", headers=[("Auto-Submitted", "auto-replied"), ELSEWHERE])
    desk.send(robot, CARLA)
    ledger = Ledger(desk, "sqlite")
    first = next(each for each in far.wait(ANNA, 2) if "It is on fire." in each.text)
    desk.wait_until(lambda: ledger.held() == ["robot"])
    ((held,),) = ledger.rows("SELECT id FROM held")
    address = token_of(first)
    ((merged, _), (_, other)) = ledger.rows("SELECT id, number FROM tickets ORDER BY subject = 'Fire'")
    desk.send(letter(f"Anna <{ANNA}>", "Re: x", f"#merge {other}", to=address, reply_to=first), ANNA, [address])
    control = desk.run("agents", "address", "anna").stdout.strip()
    for order in ("#reload", f"#held release {held}", f"#privacy erase {CARLA}"):
        desk.send(letter(f"Anna <{ANNA}>", "orders", order, to=control), ANNA, [control])
    desk.wait_until(lambda: any(ASKS in each.text for each in far.to(ANNA)))
    desk.wait_until(lambda: len(ledger.rows("SELECT id FROM tickets")) == 3)
    question = next(each for each in far.to(ANNA) if ASKS in each.text)
    address = token_of(question)
    desk.send(letter(f"Anna <{ANNA}>", "Re: x", "yes", to=address, reply_to=question), ANNA, [address])
    desk.wait_until(lambda: len(ledger.rows("SELECT id FROM requests WHERE done_ms IS NOT NULL")) == 2)
    assert ledger.rows("SELECT kind, asked_by FROM requests ORDER BY kind") == [("erase", "anna"), ("reload", "anna")]
    assert ledger.rows(f"SELECT decided_by FROM held WHERE id = {held}") == [("anna",)]
    ((actor, meta),) = ledger.rows(f"SELECT actor, meta FROM events WHERE kind = 'changed' AND ticket_id = {merged}")
    assert (actor, json.loads(meta)["status"]) == ("anna", ["new", "merged"])
    erased = ledger.rows("SELECT ticket_id, actor FROM events WHERE kind = 'erased'")
    assert len(erased) == len(set(erased)) == 3
    assert {actor for _, actor in erased} == {"anna"}
    traces = [trace for (trace,) in ledger.rows("SELECT trace FROM deliveries WHERE outcome = 'event'")]
    for order in ("#reload", "#held release"):
        assert ["proof pass" in trace for trace in traces if order in trace] == [True]
    assert desk.run("audit", "verify").returncode == 0
