"""Letters as a whole: who they are from, how they thread, what they say to machines, and what they carry."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import mailparser
import pytest

from mailgate.desk.identity.token import Tokens, find_reference, split_address, split_message_id
from mailgate.desk.letter import LetterKind, Purpose
from mailgate.desk.policy import Mailbox, Subaddress
from mailgate.errors import Permanent
from mailgate.letters.compose import Composer
from mailgate.letters.enclose import LIMIT
from mailgate.letters.render import Templates
from mailgate.mail.model import Address, Attachment
from mailgate.mail.quotes.quote import MARKER_LINE
from tests.letters.conftest import ANA, BO, NOW_MS, POLICY, TICKET, FixedClock, html_of, order, read, text_of, write

PEOPLES = frozenset({LetterKind.ANSWER, LetterKind.COPY, LetterKind.RESOLUTION, LetterKind.ASK})
AUTOMATIC = frozenset(LetterKind) - PEOPLES
ACKNOWLEDGEMENTS = frozenset({LetterKind.ACKNOWLEDGEMENT, LetterKind.NEUTRAL_ACKNOWLEDGEMENT})
NOTICES = frozenset({LetterKind.TRANSCRIPT, LetterKind.UNDELIVERED, LetterKind.ALERT, LetterKind.WELCOME})
NULL_SENDER = ACKNOWLEDGEMENTS | NOTICES | {LetterKind.STATUS, LetterKind.CONFIRMATION}
TOKENS = Tokens(POLICY.secrets)


def composer_for(templates: Templates, **changes) -> Composer:
    policy = replace(POLICY, **changes)
    return Composer(policy, Tokens(policy.secrets), templates, FixedClock())


@pytest.mark.parametrize("kind", list(LetterKind))
def test_L29_O11_every_letter_says_to_machines_what_it_is(composer, kind):
    letter = write(composer, order(kind))
    message = read(letter)
    assert message["X-Mailgate-Loop"] == "support@acme.example"
    assert message["List-Id"] is None
    if kind in AUTOMATIC:
        assert message["Auto-Submitted"] in ("auto-replied", "auto-generated")
        assert message["X-Auto-Response-Suppress"] == "All"
        assert message["Precedence"] in ("auto_reply", "bulk")
    else:
        assert (message["Auto-Submitted"], message["Precedence"]) == (None, None)
    assert (letter.mail_from == "") is (kind in NULL_SENDER)


@pytest.mark.parametrize("kind", list(LetterKind))
def test_every_letter_is_whole_7_bit_and_without_defects(composer, kind):
    for language in ("en", "zh-Hans"):
        letter = write(composer, order(kind, language=language, text="您好，Ana。"))
        message = read(letter)
        assert letter.data.isascii()
        assert max(map(len, letter.data.split(b"\r\n"))) <= 998
        assert not [defect for part in message.walk() for defect in part.defects]
        for name in ("Date", "From", "To", "Reply-To", "Subject", "Message-ID", "MIME-Version"):
            assert len(message.get_all(name, [])) == 1, name
        assert message["Bcc"] is None
        assert f"<{letter.message_id}>" == message["Message-ID"]
        assert message["Date"].datetime.timestamp() * 1000 == NOW_MS
        assert letter.failed_template == ""


def test_another_parser_reads_the_same(composer):
    found = mailparser.parse_from_bytes(write(composer, order(LetterKind.ANSWER, text="Open the tray.")).data)
    assert found.from_ == [("Acme Support", "support@acme.example")]
    assert found.to == [("Ana Lee", "ana@cust.example")]
    assert found.subject == "Re: [#1042] Printer broken"
    assert "Open the tray." in found.text_plain[0]


def test_O02_the_same_order_gives_the_same_letter(templates):
    """Bytes, Message-ID and Date come from the order, the hour and one random id, and from nothing else."""
    one, two = (write(composer_for(templates), order(LetterKind.ANSWER, text="x")) for _ in range(2))
    assert one == two


def test_the_token_travels_by_all_three_carriers(composer):
    letter = write(composer, order(LetterKind.ACKNOWLEDGEMENT))
    message = read(letter)
    split = split_address(message["Reply-To"].addresses[0].addr_spec, POLICY.mailboxes)
    assert split is not None
    assert split.token is not None
    by_id, by_line = split_message_id(letter.message_id), find_reference(text_of(letter))
    assert replace(split.token, check="") == by_id == by_line
    assert TOKENS.verify(Purpose.CUSTOMER, TICKET.rid, split.token.mac, [ANA.email]) == ANA.email
    lasting = [split_message_id(one.strip("<>")) for one in message["References"].split()]
    assert by_id in lasting, "a relay that replaces the Message-ID leaves References alone"
    assert text_of(letter).rstrip().endswith(split.token.mac), "the reference line is the very last"


def test_a_mailbox_without_subaddresses_has_a_plain_reply_to_and_the_buttons_bring_the_reference(templates):
    plain = composer_for(templates, mailboxes=(Mailbox("support@acme.example", "acme", subaddress=Subaddress.NONE),))
    letter = write(plain, order(LetterKind.NOTIFICATION))
    assert read(letter)["Reply-To"].addresses[0].addr_spec == "support@acme.example"
    links = html_of(letter).split('href="mailto:')[1:]
    assert len(links) == 5
    for link in links:
        assert find_reference(unquote(link.split('"')[0])) is not None


@pytest.mark.parametrize(
    "subject", ["Printer broken", "", "打印机坏了", "x" * 300, "עזרה", "\r\nBcc: x@y.example", "😀"]
)
def test_the_subject_is_the_same_in_all_letters_of_a_ticket(composer, subject):
    """Clients thread by it; only answers begin with ``Re: ``."""
    ticket = replace(TICKET, subject=subject)
    same = {
        write(composer, order(kind), ticket).subject for kind in (LetterKind.NOTIFICATION, LetterKind.ACKNOWLEDGEMENT)
    }
    answer = write(composer, order(LetterKind.ANSWER, text="x"), ticket)
    assert {answer.subject} == {"Re: " + one for one in same}
    assert len(read(answer)["Subject"]) <= 260
    assert read(answer)["Bcc"] is None


def test_our_own_tag_is_not_doubled(composer):
    letter = write(composer, order(LetterKind.ANSWER, text="x"), replace(TICKET, subject="Re: [#1042] Printer"))
    assert letter.subject.count("[#1042]") == 1


@pytest.mark.parametrize("kind", [LetterKind.NEUTRAL_ACKNOWLEDGEMENT, LetterKind.CONFIRMATION])
def test_L26_nothing_of_an_unproved_mail_is_repeated(composer, kind):
    """No subject, no text, no name: else anybody can make us write anything to anybody."""
    ticket = replace(TICKET, subject="BUY http://spam.example")
    for language in ("en", "zh"):
        letter = write(
            composer, order(kind, language=language, values={"quote": "BUY"}, to=Address(ANA.email, "BUY NOW")), ticket
        )
        assert "BUY" not in letter.subject + text_of(letter) + html_of(letter)
        assert "spam" not in letter.data.decode()


def test_references_keep_the_chain_and_our_lasting_id(composer):
    ticket = replace(TICKET, references=tuple(f"{n}@cust.example" for n in range(40)))
    message = read(write(composer, order(LetterKind.ANSWER, text="x"), ticket))
    ids = message["References"].split()
    assert len(ids) == 20
    assert ids[0] == "<0@cust.example>"
    assert ids[1].endswith(".thread@acme.example>")
    assert ids[-1] == message["In-Reply-To"] == "<newest@cust.example>"


@pytest.mark.parametrize("kind", [LetterKind.NOTIFICATION, LetterKind.COPY, LetterKind.UNDELIVERED, LetterKind.ANSWER])
def test_a_letter_carries_nobody_elses_token(composer, kind):
    """Not in its ids, and not in what it quotes: a token is worth what its reader may do."""
    theirs = write(composer, order(LetterKind.ANSWER, to=Address("eve@cust.example"), text="x"))
    agents = write(composer, order(LetterKind.NOTIFICATION, to=Address("max@acme.example")))
    foreign = (theirs.message_id, agents.message_id)
    ticket = replace(TICKET, references=("first@cust.example", *foreign), last_message_id=theirs.message_id)
    quoting = f"Thanks\n\n> {text_of(theirs)}\n> write to {read(agents)['Reply-To']}"
    values = {"text": quoting, "quoted": quoting, "quote": quoting}
    letter = write(composer, order(kind, values=values, in_reply_to=theirs.message_id), ticket)
    message = read(letter)
    shown = message.as_string() + text_of(letter) + html_of(letter)
    own = split_message_id(letter.message_id)
    assert own is not None
    assert own.mac in shown
    for other in foreign:
        token = split_message_id(other)
        assert token is not None
        assert token.mac not in shown
    assert message["In-Reply-To"] == message["References"].split()[-1], "the lasting id of this thread takes its place"


def test_J04_a_message_id_that_is_none_is_left_out(composer):
    ticket = replace(TICKET, references=("a b@x", "x" * 5000, "ok@x.example"), last_message_id="")
    message = read(write(composer, order(LetterKind.ANSWER, in_reply_to="a\r\nBcc: x@y.example", text="x"), ticket))
    assert message["In-Reply-To"] is None
    assert message["Bcc"] is None
    assert len(message["References"].split()) == 2


@pytest.mark.parametrize("email", ["ana@cust.example\r\nRCPT TO:<x@y.example>", "ana", "", "a@b.example, c@d.example"])
def test_J02_a_letter_to_what_is_no_address_is_not_written(composer, email):
    with pytest.raises(Permanent):
        write(composer, order(LetterKind.ACKNOWLEDGEMENT, to=Address(email, "Ana")))


def test_an_agents_name_stands_in_the_answer_where_the_brand_says_so(templates):
    brand = replace(POLICY.brands["acme"], agent_names=True)
    named = composer_for(templates, brands={"acme": brand})
    sender = read(write(named, order(LetterKind.ANSWER, agent="bo", text="x")))["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Bo Chen at Acme Support", "support@acme.example")
    chinese = read(write(named, order(LetterKind.ANSWER, agent="bo", text="x", language="zh")))["From"].addresses[0]
    assert chinese.display_name == "Bo Chen（Acme Support）"


def test_an_agents_own_address_never_reaches_the_customer(composer):
    letter = write(composer, order(LetterKind.ANSWER, agent="bo", text="Open the tray."))
    assert BO.email not in letter.data.decode()


def test_a_notification_shows_who_answers_and_not_the_customers_address_as_reply_to(composer):
    message = read(write(composer, order(LetterKind.NOTIFICATION)))
    reply_to = message["Reply-To"].addresses[0]
    assert reply_to.display_name == "Ana Lee via Acme Support"
    assert reply_to.domain == "acme.example"


@pytest.mark.parametrize("kind", list(LetterKind))
def test_the_marker_stands_once_at_the_top_where_an_answer_is_expected(composer, kind):
    for language in ("en", "zh"):
        text = text_of(write(composer, order(kind, language=language, text="x")))
        lines = ("-- Please write above this line --", "—— 请在此行上方回复 ——")
        found = sum(text.count(line) for line in lines)
        expected = kind in (AUTOMATIC | {LetterKind.RESOLUTION}) - NOTICES - {LetterKind.DIGEST}
        assert found == expected
        assert not expected or text.startswith(lines)
    assert set(lines) <= set(MARKER_LINE.values()), "and the reader of quotes knows it"


def test_an_answer_is_the_agents_words_the_quote_and_the_reference(composer):
    letter = write(composer, order(LetterKind.ANSWER, text="Open the tray.\n\nBo", values={"quote": "It is broken."}))
    reference = text_of(letter).strip().splitlines()[-1]
    assert (
        text_of(letter).strip() == f"Open the tray.\n\nBo\n\nWhat was written before:\n> It is broken.\n\n{reference}"
    )


def test_an_answer_is_never_cut(composer):
    text = "word " * 100_000
    assert text_of(write(composer, order(LetterKind.ANSWER, text=text))).startswith(text.strip())


def test_a_promise_is_said_in_the_readers_words_and_the_desks_zone(composer):
    values = {"answer_by_ms": NOW_MS + 4 * 3_600_000}
    english = text_of(write(composer, order(LetterKind.ACKNOWLEDGEMENT, values=values)))
    chinese = text_of(write(composer, order(LetterKind.ACKNOWLEDGEMENT, values=values, language="zh-Hant")))
    assert "will answer by today 17:30 (UTC+1)." in english
    assert "将在今天17:30（UTC+1）之前答复您。" in chinese
    assert "二楼技术组" in chinese


def test_an_unknown_language_is_the_desks_own(templates):
    brand = replace(POLICY.brands["acme"], language="zh-Hans")
    text = text_of(
        write(composer_for(templates, brands={"acme": brand}), order(LetterKind.ACKNOWLEDGEMENT, language="und"))
    )
    assert "我们已收到您的来信" in text


def test_the_three_faces_have_words_beside_them_and_write_one(composer):
    for language, words in (("en", ("good", "ok", "bad")), ("zh", ("满意", "一般", "不满意"))):
        letter = write(composer, order(LetterKind.SURVEY, language=language))
        links = [unquote(link.split('"')[0]) for link in html_of(letter).split('href="mailto:')[1:]]
        assert [link.split("body=")[1].strip() for link in links] == list(words)
        assert all(link.startswith("support+s1042-") for link in links)
        assert all(word in text_of(letter) for word in words), "whoever reads plain text can answer too"


def test_a_reminder_of_several_tickets_belongs_to_none(composer):
    rows = [{"number": n, "subject": f"Subject {n}", "requester": "Ana", "waited_ms": n * 60_000} for n in (9, 8)]
    letter = write(composer, order(LetterKind.REMINDER, purpose=None, values={"tickets": rows}))
    assert letter.subject == "2 tickets are waiting for an answer"
    assert "[#1042]" not in letter.data.decode()
    assert find_reference(text_of(letter)) is None


def test_marks_and_states_are_said_in_the_readers_words(composer):
    values = {"marks": ("proof failed", "made up"), "history": ({"number": 7, "subject": "x", "status": "closed"},)}
    text = text_of(write(composer, order(LetterKind.NOTIFICATION, language="zh", values=values)))
    assert "发件人地址很可能是伪造的。" in text
    assert "已关闭" in text
    assert "made up" in text


FILES = (
    Attachment("1.2", "photo.jpg", "image/jpeg", "image/jpeg", 3, "", risks=()),
    Attachment("1.3", "报告.pdf", "application/pdf", "application/pdf", 3, "", risks=("macro",)),
)
ROWS = tuple({"name": one.filename, "size": one.size, "risks": one.risks} for one in FILES)
CONTENT = {"1.2": b"JPG", "1.3": b"PDF", "1.4": b"x" * (LIMIT + 1)}


def carried(letter) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_content() for part in read(letter).iter_attachments()}


def test_attachments_travel_with_the_letter_under_their_own_names(composer):
    ordered = order(LetterKind.NOTIFICATION, attach=("1.2", "1.3"), values={"attachments": ROWS})
    letter = write(composer, ordered, raw=b"raw", attachment_of=lambda raw, path: CONTENT[path], attachments=FILES)
    assert carried(letter) == {"photo.jpg": b"JPG", "报告.pdf": b"PDF"}
    assert "not attached" not in text_of(letter)
    assert "careful: macro" in text_of(letter)


def test_an_attachment_is_read_once_for_all_letters(composer):
    asked = []
    orders = [order(LetterKind.NOTIFICATION, attach=("1.2",), to=Address(f"a{n}@acme.example")) for n in range(5)]
    letters = composer.compose(orders, TICKET, b"raw", lambda raw, path: asked.append(path) or b"JPG", NOW_MS, FILES)
    assert asked == ["1.2"]
    assert [carried(letter) for letter in letters] == [{"photo.jpg": b"JPG"}] * 5


def test_what_is_too_large_or_cannot_be_read_is_listed(composer):
    large = {"name": "film.mov", "size": LIMIT + 1, "risks": ()}
    gone = {"name": "gone.txt", "size": 5, "risks": ()}
    ordered = order(
        LetterKind.NOTIFICATION, attach=("1.2", "1.4", "1.9"), values={"attachments": (ROWS[0], large, gone)}
    )
    letter = write(composer, ordered, raw=b"raw", attachment_of=lambda raw, path: CONTENT[path])
    assert carried(letter) == {"photo.jpg": b"JPG"}
    assert text_of(letter).count("not attached here") == 2


def test_a_text_too_long_for_a_letter_goes_along_whole(composer):
    text = "打印机 " * 60_000
    letter = write(composer, order(LetterKind.NOTIFICATION, values={"text": text}))
    assert carried(letter)["message.txt"].replace("\r\n", "\n").strip() == text.strip()
    assert len(text_of(letter)) < 110_000


def test_a_letter_about_no_ticket_can_be_written(composer):
    for kind in (LetterKind.ALERT, LetterKind.TRANSCRIPT, LetterKind.REMINDER, LetterKind.STATUS):
        letter = write(composer, order(kind, purpose=None, ticket=0, values={"what": "Look!"}), None)
        assert letter.failed_template == ""
        token = split_message_id(letter.message_id)
        assert token is None or (token.purpose, token.number) == (Purpose.CONTROL, 0)
        assert "#" not in letter.subject


def test_a_control_letter_carries_the_agents_own_token(composer):
    letter = write(composer, order(LetterKind.TRANSCRIPT, purpose=Purpose.CONTROL), None)
    split = split_address(read(letter)["Reply-To"].addresses[0].addr_spec, POLICY.mailboxes)
    assert split is not None
    assert split.token is not None
    assert split.token.purpose is Purpose.CONTROL
