"""Each letter with the data that LETTERS names and that people really send: nothing breaks, nothing is alive."""

from __future__ import annotations

from dataclasses import replace

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailgate.desk.letter import LetterKind
from mailgate.desk.ticket import Participant
from mailgate.mail.model import Address
from tests.letters.conftest import ANA, TICKET, html_of, order, read, text_of, write

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\r\nBcc: x@y.example\0\u202e'

DATA = {
    "an empty subject": {"subject": ""},
    "a 300-character subject": {"subject": "very " * 60},
    "a Chinese name": {"name": "王小明", "subject": "打印机坏了"},
    "a right-to-left name": {"name": "שָׁלוֹם עולם", "subject": "مرحبا"},
    "40 attachments": {"files": 40},
    "a 2 MB quote": {"quote": "an old line\n" * 170_000},
    "one emoji": {"text": "👍🏽", "subject": "👍🏽"},
    "nothing at all": {"text": "", "name": "", "subject": ""},
    "evil everywhere": {"text": EVIL, "name": EVIL, "subject": EVIL, "quote": EVIL, "files": 1},
}

ALIVE = frozenset({"script", "img", "iframe", "object", "embed", "form", "input", "svg", "link", "base"})


def nasty(composer, kind: LetterKind, language: str, data: dict):
    name, text, quote = data.get("name", "Ana"), data.get("text", "Hello"), data.get("quote", "")
    files = tuple(
        {"name": f"file {n} {name}.pdf", "size": 1000 * n, "risks": (name,)} for n in range(data.get("files", 0))
    )
    values = {
        "text": text,
        "quote": quote,
        "quoted": quote,
        "attachments": files,
        "customer": {"name": name, "email": ANA.email, "tickets": 2, "open": 1},
        "history": ({"number": 7, "subject": data.get("subject", ""), "status": name},),
        "tickets": ({"number": 7, "subject": data.get("subject", ""), "requester": name},),
        "lines": ({"command": text, "result": "unknown", "detail": text},),
        "would": (text,),
        "marks": (name,),
        "reason": text,
        "author": name,
        "what": text if kind is LetterKind.ALERT else "new",
        "recipient": name,
        "suggestions": ({"title": name, "text": text},),
    }
    ticket = replace(TICKET, subject=data.get("subject", "Printer"), requester=Participant(ANA.email, name))
    return write(composer, order(kind, language=language, values=values, to=Address(ANA.email, name)), ticket)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("kind", list(LetterKind))
@pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())
def test_Q18_every_letter_bears_every_data(composer, kind, language, data):
    letter = nasty(composer, kind, language, data)
    message = read(letter)
    assert letter.failed_template == ""
    assert len(letter.data) < 1_000_000
    assert letter.data.isascii()
    assert max(map(len, letter.data.split(b"\r\n"))) <= 998
    assert message["Bcc"] is None
    assert [one.addr_spec for one in message["To"].addresses] == [ANA.email]
    assert not [defect for part in message.walk() for defect in part.defects]
    assert "\0" not in text_of(letter)
    assert_inert(html_of(letter))


def assert_inert(markup: str) -> None:
    """No element that acts or fetches, no handler, no address but web and mail ones."""
    tree = html5lib.parse(markup, namespaceHTMLElements=False)
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        assert node.tag not in ALIVE
        for name, value in node.attrib.items():
            assert not name.startswith("on")
            assert name != "src"
            assert "url(" not in value.lower()
            assert name != "href" or value.startswith(("mailto:", "https://", "http://"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    subject=st.text(max_size=80),
    name=st.text(max_size=60),
    text=st.text(max_size=300),
    kind=st.sampled_from(
        [LetterKind.ACKNOWLEDGEMENT, LetterKind.NOTIFICATION, LetterKind.ANSWER, LetterKind.TRANSCRIPT]
    ),
)
def test_J01_any_words_of_a_stranger_leave_the_headers_as_they_are(composer, subject, name, text, kind):
    usual = read(write(composer, order(kind, text="x")))
    letter = nasty(composer, kind, "en", {"subject": subject, "name": name, "text": text, "quote": text, "files": 2})
    message = read(letter)
    assert message.keys() == usual.keys()
    assert message["From"] == usual["From"]
    assert [one.addr_spec for one in message["To"].addresses] == [ANA.email]
    assert [part.get_content_type() for part in message.walk()] == [part.get_content_type() for part in usual.walk()]
    assert_inert(html_of(letter))
