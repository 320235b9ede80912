"""A letter about several tickets: each has what matters, and a button that only its reader can press."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from mailgate.desk.identity.token import SplitAddress, Tokens, find_reference, split_address
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.phrase import phrase
from mailgate.desk.policy import Mailbox, Subaddress
from mailgate.desk.ticket import Participant, Status
from mailgate.letters.compose import Composer
from mailgate.letters.listed import MOST
from tests.letters.conftest import ANA, BO, NOW_MS, POLICY, TICKET, FixedClock, html_of, order, read, text_of, write

HOUR = 3_600_000
OTHER = replace(
    TICKET,
    id=8,
    number=1050,
    rid="rid8",
    subject="Scanner",
    requester=Participant("eve@cust.example", "Eve"),
    priority="high",
    waiting_since_ms=NOW_MS - 2 * HOUR,
    status=Status.WAITING_CUSTOMER,
)
ROWS = (TICKET, OTHER)
TOKENS = Tokens(POLICY.secrets)
MANY = [LetterKind.REMINDER, LetterKind.WARNING, LetterKind.HANDOVER, LetterKind.DIGEST]


def several(composer, kind: LetterKind, **more):
    return write(composer, order(kind, purpose=None, rows=ROWS, **more), None)


def links(letter) -> list[tuple[SplitAddress, str]]:
    """Where each button goes, and what it writes."""
    found = []
    for address, body in re.findall(r'href="mailto:([^?"]+)\?subject=[^"]*?&amp;body=([^"]*)"', html_of(letter)):
        split = split_address(unquote(address), POLICY.mailboxes)
        assert split is not None
        found.append((split, unquote(body).strip()))
    return found


@pytest.mark.parametrize("kind", MANY)
def test_each_ticket_has_a_button_with_the_readers_own_token(composer, kind):
    found = links(several(composer, kind))
    assert [body for _, body in found] == ["#take", "#take"]
    for (split, _), ticket in zip(found, ROWS, strict=True):
        assert split.token is not None
        assert split.token.number == ticket.number
        assert TOKENS.verify(Purpose.AGENT, ticket.rid, split.token.mac, [ANA.email, BO.email]) == BO.email


@pytest.mark.parametrize("kind", [LetterKind.REMINDER, LetterKind.WARNING, LetterKind.HANDOVER])
def test_a_letter_about_one_ticket_is_answered_like_a_notification(composer, kind):
    letter = write(composer, order(kind, rows=(TICKET,)))
    assert len(links(letter)) == 1
    assert read(letter)["Subject"] == "[#1042] Printer broken"
    assert find_reference(text_of(letter)) is not None


@pytest.mark.parametrize("kind", MANY)
def test_a_letter_about_several_leads_to_none_of_them_by_itself(composer, kind):
    letter = several(composer, kind)
    split = split_address(read(letter)["Reply-To"].addresses[0].addr_spec, POLICY.mailboxes)
    assert split is not None
    assert split.token is not None
    assert split.token.purpose is Purpose.CONTROL
    assert TOKENS.verify(Purpose.CONTROL, "", split.token.mac, [ANA.email, BO.email]) == BO.email
    assert find_reference(text_of(letter)) is None
    assert "1042" not in letter.subject


@pytest.mark.parametrize("kind", MANY)
def test_what_a_row_does_not_say_the_ticket_does(composer, kind):
    body = text_of(several(composer, kind, values={"tickets": ({"number": 1050}, {"number": 1042, "subject": "Mine"})}))
    assert body.index("#1050 Scanner\nEve") < body.index("#1042 Mine\nAna Lee")


def test_a_place_without_subaddresses_brings_the_reference_in_the_ready_text(templates):
    policy = replace(POLICY, mailboxes=(Mailbox("support@acme.example", "acme", subaddress=Subaddress.NONE),))
    composer = Composer(policy, Tokens(policy.secrets), templates, FixedClock())
    found = [find_reference(body) for _, body in links(several(composer, LetterKind.HANDOVER))]
    assert [token.number for token in found if token] == [1042, 1050]


def test_too_many_are_cut_and_counted(composer):
    rows = tuple(replace(TICKET, id=number, number=number) for number in range(1, 3 * MOST))
    letter = write(composer, order(LetterKind.DIGEST, purpose=None, rows=rows), None)
    assert text_of(letter).count("Printer broken") == MOST
    assert f"{3 * MOST - 1} open tickets" in text_of(letter)
    assert f"here are {MOST}" in text_of(letter)


def test_a_customer_sees_own_tickets_with_customers_tokens_in_words_for_customers(composer):
    rows = tuple({"number": one.number, "we_owe": one is TICKET} for one in ROWS)
    letter = write(composer, order(LetterKind.STATUS, to=ANA, purpose=None, rows=ROWS, values={"tickets": rows}), None)
    ((split, body),) = links(letter)
    assert body == "Any news?"
    assert split.token is not None
    assert TOKENS.verify(Purpose.CUSTOMER, TICKET.rid, split.token.mac, [ANA.email]) == ANA.email
    assert "Waiting for your answer" in text_of(letter)
    assert "high" not in text_of(letter), "how urgent it is to us is our own affair"


def test_who_is_not_known_is_told_nothing(composer):
    """The same words whether there is a ticket or not."""
    values = {"tickets": ({"number": 7, "subject": "Secret"},), "proved": False}
    asked = order(LetterKind.STATUS, purpose=None, language="en")
    known = write(composer, replace(asked, values=values), None)
    unknown = write(composer, replace(asked, values={"tickets": (), "proved": False}), None)
    assert text_of(known).split() == text_of(unknown).split()
    assert "Secret" not in html_of(known) + known.subject


@pytest.mark.parametrize(
    ("left_ms", "english", "chinese"),
    [
        (HOUR, "1 hour left", "还剩1小时"),
        (0, "1 minute late", "已逾期1分钟"),
        (-2 * HOUR, "2 hours late", "已逾期2小时"),
    ],
)
def test_a_warning_says_what_was_promised_and_how_much_time_is_left(composer, left_ms, english, chinese):
    row = {"number": 1042, "promise": "first answer", "due_ms": NOW_MS + left_ms, "left_ms": left_ms}
    for language, words in (("en", english), ("zh", chinese)):
        letter = write(
            composer, order(LetterKind.WARNING, rows=(TICKET,), language=language, values={"tickets": (row,)})
        )
        assert words in text_of(letter)
        assert words in re.sub("<[^>]+>", "", html_of(letter))


def test_sentences_of_the_desk_are_said_wherever_they_stand(composer):
    why = phrase("{name} is away", name="Bo")
    letter = several(composer, LetterKind.HANDOVER, values={"why": why})
    assert "Bo is away. The most urgent comes first." in text_of(letter)
    letter = write(composer, order(LetterKind.CONFIRMATION, values={"would": (phrase("{n} closed", n=7), "as it is")}))
    assert "* 7 closed.\n* As it is." in text_of(letter)


@pytest.mark.parametrize(("language", "late"), [("en", "our answer is late. We are sorry."), ("zh", "非常抱歉")])
def test_an_answer_that_is_late_is_called_late_and_not_promised_for_yesterday(composer, language, late):
    row = {"number": 1042, "we_owe": True, "answer_by_ms": NOW_MS - HOUR}
    values = {"one": True, "tickets": (row,)}
    body = text_of(write(composer, order(LetterKind.STATUS, language=language, rows=(TICKET,), values=values)))
    assert late in body
    assert "12:30" not in body
