"""Header lines: whatever a stranger writes, one field stays one field and reads back as it was meant."""

from __future__ import annotations

from email import message_from_bytes
from email.headerregistry import Address as StdAddress
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.letters import headers
from mailgate.mail.model import Address

EVERY = "\r\n\0\x0b\x0c\x1b\x85\u2028\u2029\u202e\u200f\ud800\ufeff"


def parsed(lines: bytes):
    return message_from_bytes(lines + b"\r\nbody\r\n", policy=default)


@given(st.text(max_size=600))
def test_J01_any_subject_stays_one_field(text):
    message = parsed(headers.unstructured("Subject", text))
    assert message.keys() == ["Subject"]
    assert message.get_payload() == "body\r\n"


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=300))
def test_a_clean_subject_reads_back_as_it_was(text):
    clean = headers.clean_line(text)
    read_back = str(parsed(headers.unstructured("Subject", clean))["Subject"])
    assert read_back == clean


@given(st.text(max_size=200))
def test_lines_are_short_and_ascii(text):
    block = headers.unstructured("Subject", text)
    assert block.isascii()
    assert block.endswith(b"\r\n")
    assert all(len(line) <= 78 for line in block.split(b"\r\n") if b" " in line.strip())
    assert all(len(line) <= 998 for line in block.split(b"\r\n"))


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: x@y.example", "\nBcc: x", "\rBcc: x", "\x85Bcc: x", "\u2028Bcc: x", "\0Bcc: x"]
)
def test_J01_a_line_end_in_a_subject_starts_no_header(evil):
    message = parsed(headers.unstructured("Subject", "Hello" + evil))
    assert message["Bcc"] is None
    assert str(message["Subject"]).startswith("Hello Bcc")


def test_J06_a_subject_without_blanks_never_passes_998_octets():
    block = headers.unstructured("Subject", "x" * 3000)
    assert max(len(line) for line in block.split(b"\r\n")) <= 998
    assert str(parsed(block)["Subject"]) == "x" * 3000


@given(st.text(max_size=200))
def test_J02_any_name_leaves_one_recipient(name):
    message = parsed(headers.addresses("To", [Address("ana@cust.example", name)]))
    assert message.keys() == ["To"]
    assert [one.addr_spec for one in message["To"].addresses] == ["ana@cust.example"]


@pytest.mark.parametrize(
    "name",
    [
        "Ana Lee",
        'Ana "the printer" Lee',
        "Lee, Ana",
        "王小明",
        "שָׁלוֹם",
        "Ana (sales)",
        "a@b.example",
        "=?utf-8?q?x?=",
        "Ünal",
    ],
)
def test_J05_names_read_back_and_are_never_comments(name):
    block = headers.addresses("To", [Address("ana@cust.example", name)])
    (found,) = parsed(block)["To"].addresses
    assert found == StdAddress(name, addr_spec="ana@cust.example")


def test_several_people_stand_in_one_header():
    people = [Address(f"person{n}@cust.example", f"Person {n}, Esq.") for n in range(12)]
    found = parsed(headers.addresses("Cc", people))["Cc"].addresses
    assert [one.addr_spec for one in found] == [one.email for one in people]


@pytest.mark.parametrize(
    ("email", "fit"),
    [
        ("ana@cust.example", True),
        ("用户@cust.example", True),
        ('"ana lee"@cust.example', True),
        ("ana@cust.example\r\nRCPT TO:<x@y.example>", False),
        ("ana@cust.example\n", False),
        ("ana lee@cust.example", False),
        ("ana@cust.example,eve@x.example", False),
        ("<ana@cust.example>", False),
        ("ana@", False),
        ("@cust.example", False),
        ("ana", False),
        ("", False),
        ("ana@a..example", False),
        ("a" * 400 + "@cust.example", False),
        ('"ana\r\n"@cust.example', False),
    ],
)
def test_J02_what_may_be_written_to(email, fit):
    assert headers.is_address(email) is fit


@pytest.mark.parametrize("evil", ["a b@c", "a\r\nBcc: x@y", "<a@b>", "a" * 251, "", "ä@b", "a\0@b"])
def test_J04_what_is_no_message_id_is_dropped(evil):
    assert headers.message_ids("References", ["first@x.example", evil]) == b"References: <first@x.example>\r\n"
    assert headers.message_ids("In-Reply-To", [evil]) == b""


def test_J04_references_keep_the_oldest_and_the_newest():
    kept = headers.thread([f"{n}@x.example" for n in range(50)])
    assert len(kept) == 20
    assert kept[0] == "0@x.example"
    assert kept[-1] == "49@x.example"


@given(st.text(max_size=300))
def test_J03_any_file_name_stays_one_field(name):
    message = parsed(headers.disposition(name))
    assert message.keys() == ["Content-Disposition"]
    assert message["Content-Disposition"].content_disposition == "attachment"


@pytest.mark.parametrize("name", ["report.pdf", "报告 2026.pdf", 'a"b;c.txt', "x" * 110 + ".txt", "ü" * 100 + ".doc"])
def test_file_names_read_back(name):
    message = parsed(headers.disposition(name))
    assert message.get_filename() == name.replace('"', "'")


@pytest.mark.parametrize("evil", [f"a{char}b" for char in EVERY])
def test_what_could_disguise_a_line_becomes_a_blank(evil):
    assert headers.clean_line(evil) == "a b"
