"""Clues in their order, and where the first that holds leads."""

from __future__ import annotations

import pytest

from mailgate.desk.facts import Carrier, Facts
from mailgate.desk.identity.token import reference_line
from mailgate.desk.identity.trust import Held, Who
from mailgate.desk.letter import Purpose
from mailgate.desk.plan import Outcome
from mailgate.desk.threading.clue import CLUE_LIMIT, clues, tag_number
from mailgate.desk.threading.evidence import all_clues
from mailgate.desk.threading.thread import place
from mailgate.desk.ticket import Participant, ParticipantRole, Status
from mailgate.mail.model import Bounce, Proof, VerdictKind
from tests.desk.conversation import NOW_MS, Desk, mail, policy, reading, ticket

CLEO = "cleo@customer.example"
EVE = "eve@elsewhere.example"


def carriers(desk: Desk) -> tuple[str, str, str]:
    """The token of the desk's first ticket by each of its three ways."""
    found = desk.tickets[0]
    code = desk.tokens.sign(Purpose.CUSTOMER, found.rid, CLEO)
    address = desk.token_address(Purpose.CUSTOMER, CLEO)
    message_id = desk.tokens.message_id(Purpose.CUSTOMER, found.number, found.rid, CLEO, "u", "acme.example")
    return address, message_id, reference_line(found.number, Purpose.CUSTOMER, code)


def test_all_clues_are_found_in_the_order_of_their_strength() -> None:
    desk = Desk(tickets=(ticket(),))
    address, message_id, line = carriers(desk)
    what = mail(f"Thanks\n> {line}", subject="Re: [#1042] Printer", in_reply_to=(message_id,), references=("old@x",))
    found = clues(what, reading(what, recipients=(address,)).envelope, desk.policy)
    assert [clue.carrier for clue in found] == [
        Carrier.ADDRESS,
        Carrier.MESSAGE_ID,
        Carrier.BODY,
        Carrier.KNOWN_ID,
        Carrier.KNOWN_ID,
        Carrier.TAG,
    ]


@pytest.mark.parametrize("way", [0, 1, 2])
def test_each_carrier_alone_brings_the_mail_home(way: int) -> None:
    desk = Desk(tickets=(ticket(),))
    carried = carriers(desk)
    what = mail(
        f"Thanks\n> {carried[2]}" if way == 2 else "Thanks",
        in_reply_to=(carried[1],) if way == 1 else (),
    )
    plan = desk.plan(reading(what, recipients=(carried[0] if way == 0 else "support@acme.example",)))
    assert plan.outcome is Outcome.APPEND
    assert "token: own token" in plan.trace


def test_imap_mail_shows_its_token_in_to_or_delivered_to() -> None:
    desk = Desk(tickets=(ticket(),))
    address = carriers(desk)[0]
    what = mail("Thanks", headers=(("Delivered-To", f"<{address}>"),))
    assert desk.plan(reading(what)).outcome is Outcome.APPEND


def test_references_are_tried_from_the_newest() -> None:
    what = mail(references=("a@x", "b@x", "c@x"), in_reply_to=("d@x",))
    found = clues(what, reading(what).envelope, policy())
    assert [clue.message_id for clue in found] == ["d@x", "c@x", "b@x", "a@x"]


def test_a_thread_of_a_thousand_letters_gives_a_bounded_number_of_clues() -> None:
    what = mail(references=tuple(f"{n}@x" for n in range(1000)))
    assert len(clues(what, reading(what).envelope, policy())) <= CLUE_LIMIT


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[#1042] Printer", 1042),
        ("Re: [#1042] Printer", 1042),
        ("回复：［＃1042］打印机", 1042),
        ("AW: 【#1042】", 1042),
        ("[ #1042 ]", None),
        ("[# 1042] spaces", 1042),
        ("[Ticket#77] old", 77),
        ("[rt #78] older", 78),
        ("[RT#78]", 78),
        ("#1042", None),
        ("[#1042", None),
        ("[#99999999999999999]", None),
        ("nothing", None),
    ],
)
def test_subject_tags_are_found_as_people_and_clients_write_them(subject: str, number: int | None) -> None:
    assert tag_number(subject, ("[#{number}]", "[Ticket#{number}]", "[rt #{number}]")) == number


def test_a_token_of_another_ticket_is_not_believed_and_the_next_clue_is_tried() -> None:
    desk = Desk(tickets=(ticket(1), ticket(2)))
    wrong = desk.token_address(Purpose.CUSTOMER, CLEO, ticket(1)).replace("+t1-", "+t2-")
    plan = desk.plan(reading(mail(subject="[#1] Printer"), recipients=(wrong,)))
    assert plan.ticket == ticket(1).id
    assert any("the token is not ours" in line for line in plan.trace)


def test_a_ticket_of_another_brand_is_no_ticket_here() -> None:
    desk = Desk(tickets=(ticket(brand="shop"),))
    assert desk.plan(reading(mail(subject="[#1042] Printer"))).outcome is Outcome.NEW


def test_a_merged_tickets_token_leads_to_its_target() -> None:
    target, merged = ticket(2), ticket(1, status=Status.MERGED, merged_into=ticket(2).id)
    desk = Desk(tickets=(merged,))
    what = reading(mail(), recipients=(desk.token_address(Purpose.CUSTOMER, CLEO),))
    clue = all_clues(what, desk.policy)[0]
    desk.facts = Facts(tickets={clue: target}, merged_from={clue: merged})
    plan = desk.plan(what)
    assert (plan.outcome, plan.ticket) == (Outcome.APPEND, target.id)
    assert "token: own token" in plan.trace


def test_a_ticket_closed_long_ago_gets_a_new_one_linked_to_it() -> None:
    day = 86_400_000
    for days, outcome in ((13, Outcome.APPEND), (15, Outcome.LINK)):
        desk = Desk(tickets=(ticket(status=Status.CLOSED, closed_ms=NOW_MS - days * day),))
        plan = desk.answer("It broke again", Purpose.CUSTOMER, CLEO)
        assert plan.outcome is outcome
    assert plan.acknowledge == ""


def test_the_authors_own_token_counts_before_a_forwarded_one() -> None:
    desk = Desk(tickets=(ticket(participants=(Participant(EVE, role=ParticipantRole.WATCHER),)),))
    found = desk.tickets[0]
    own = desk.tokens.message_id(Purpose.CUSTOMER, found.number, found.rid, EVE, "u", "acme.example")
    what = reading(mail(sender=EVE, in_reply_to=(own,)), recipients=(desk.token_address(Purpose.CUSTOMER, CLEO),))
    assert "token: own token" in desk.plan(what).trace


@pytest.mark.parametrize(
    ("role", "who"), [(ParticipantRole.THIRD_PARTY, Who.THIRD), (ParticipantRole.FOLLOWER, Who.STRANGER)]
)
def test_who_was_asked_and_who_follows_is_no_participant(role: ParticipantRole, who: Who) -> None:
    found = ticket(participants=(Participant(EVE, role=role),))
    what = reading(mail(sender=EVE, subject="[#1042]"))
    desk = Desk(tickets=(found,))
    clue = all_clues(what, desk.policy)[0]
    placed = place((clue,), Facts(tickets={clue: found}), what.sender, "acme", desk.policy, NOW_MS, desk.tokens)
    assert placed.who is who


def test_S26b_a_header_outside_the_signature_places_a_mail_but_gives_no_authority() -> None:
    desk = Desk(tickets=(ticket(),))
    found = desk.tickets[0]
    own = desk.tokens.message_id(Purpose.AGENT, found.number, found.rid, "ana@acme.example", "u", "acme.example")
    what = mail("Please wait", "ana@acme.example", in_reply_to=(own,))
    assert (
        desk.plan(reading(what, signed=frozenset({"from", "in-reply-to", "date", "message-id"}))).outcome
        is Outcome.APPEND
    )
    replayed = desk.plan(reading(what, signed=frozenset({"from", "subject"})))
    assert replayed.outcome is Outcome.LINK
    assert "token: no token" in replayed.trace


def test_S23_a_token_of_a_key_that_is_gone_is_no_token() -> None:
    desk = Desk(tickets=(ticket(),))
    address = desk.token_address(Purpose.CUSTOMER, CLEO)
    desk.policy = policy(secrets=(("k2", b"another secret"),))
    plan = desk.plan(reading(mail("Thanks", EVE), recipients=(address,)))
    assert plan.outcome is Outcome.NEW


def test_a_returned_letters_clues_come_first() -> None:
    desk = Desk(tickets=(ticket(),))
    address, message_id, _ = carriers(desk)
    bounce = Bounce((), (message_id,), "Re: [#1042] Printer", (address,))
    what = reading(mail(sender=""), Proof.UNKNOWN, VerdictKind.BOUNCE, bounce=bounce)
    found = all_clues(what, desk.policy)
    assert [clue.carrier for clue in found] == [Carrier.ADDRESS, Carrier.MESSAGE_ID, Carrier.KNOWN_ID, Carrier.TAG]
    placed = place(found, Facts(tickets={found[0]: ticket()}), what.sender, "acme", desk.policy, NOW_MS, desk.tokens)
    assert placed.held is Held.OTHER
