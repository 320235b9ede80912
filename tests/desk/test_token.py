"""Tokens bind purpose, ticket, recipient and key, survive mail servers, and carry an address within RFC 5321."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.desk.identity.token import (
    LOCAL_PART_LIMIT,
    MAC_LENGTH,
    Token,
    Tokens,
    find_reference,
    find_references,
    reference_line,
    scrub,
    split_address,
    split_message_id,
)
from mailgate.desk.letter import Purpose
from mailgate.desk.policy import Mailbox, Subaddress
from mailgate.errors import ConfigError
from tests.desk.conversation import BILLING, SUPPORT

TOKENS = Tokens((("k1", b"one"),))
CLEO = "cleo@customer.example"
DASH = Mailbox("my-help@acme.example", "acme", subaddress=Subaddress.DASH)
PLAIN = Mailbox("plain@acme.example", "acme", subaddress=Subaddress.NONE)

purposes = st.sampled_from(Purpose)
rids = st.text("0123456789abcdef", min_size=1, max_size=32)
recipients = st.emails()
numbers = st.integers(1, 10**12 - 1)


@given(purposes, rids, recipients)
def test_a_token_verifies_for_whom_it_was_made(purpose: Purpose, rid: str, recipient: str) -> None:
    code = TOKENS.sign(purpose, rid, recipient)
    assert TOKENS.verify(purpose, rid, code, ("other@x.example", recipient)) == recipient


@given(purposes, purposes, rids, rids)
def test_S21_a_token_is_good_for_one_purpose_and_one_ticket(one: Purpose, two: Purpose, rid: str, other: str) -> None:
    code = TOKENS.sign(one, rid, CLEO)
    same = one is two and rid == other
    assert (TOKENS.verify(two, other, code, (CLEO,)) == CLEO) is same


@given(st.text(max_size=40))
def test_S19_what_a_stranger_makes_up_never_verifies_and_never_raises(code: str) -> None:
    assert TOKENS.verify(Purpose.CUSTOMER, "rid", code, (CLEO,)) is None


@given(st.integers(0, MAC_LENGTH - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_S19_a_token_with_one_character_changed_is_no_token(position: int, letter: str) -> None:
    code = TOKENS.sign(Purpose.CUSTOMER, "rid", CLEO)
    changed = code[:position] + letter + code[position + 1 :]
    assert (TOKENS.verify(Purpose.CUSTOMER, "rid", changed, (CLEO,)) is None) is (changed != code)


def test_S22_a_token_has_at_least_eighty_bits() -> None:
    assert (MAC_LENGTH - 1) * 5 >= 80


def test_S23_an_old_key_verifies_until_its_grace_ends_and_no_longer() -> None:
    old, new = ("k1", b"one"), ("k2", b"two")
    code = Tokens((old,)).sign(Purpose.AGENT, "rid", CLEO)
    assert Tokens((new, old)).verify(Purpose.AGENT, "rid", code, (CLEO,)) == CLEO
    assert Tokens((new,)).verify(Purpose.AGENT, "rid", code, (CLEO,)) is None
    assert Tokens((new, old)).sign(Purpose.AGENT, "rid", CLEO) != code


def test_two_keys_of_one_value_but_different_id_are_different_keys() -> None:
    """Two keys may share the character that points to them; the code binds the whole id."""
    codes: dict[str, set[str]] = {}
    for number in range(100):
        code = Tokens(((f"k{number}", b"same"),)).sign(Purpose.AGENT, "r", CLEO)
        codes.setdefault(code[0], set()).add(code[1:])
    assert sum(len(bodies) for bodies in codes.values()) == 100


def test_the_case_of_an_address_does_not_matter() -> None:
    code = TOKENS.sign(Purpose.CUSTOMER, "rid", "Cleo@Customer.example")
    assert TOKENS.verify(Purpose.CUSTOMER, "rid", code, (CLEO,)) == CLEO


def test_a_desk_without_a_secret_cannot_sign_and_believes_nothing() -> None:
    with pytest.raises(ConfigError):
        Tokens(()).sign(Purpose.CUSTOMER, "rid", CLEO)
    assert Tokens(()).verify(Purpose.CUSTOMER, "rid", "a" * MAC_LENGTH, (CLEO,)) is None


@given(purposes, numbers, st.sampled_from((SUPPORT, DASH)), st.booleans())
def test_S20_an_address_comes_back_whole_in_any_case(
    purpose: Purpose, number: int, mailbox: Mailbox, upper: bool
) -> None:
    address = TOKENS.address(mailbox, purpose, number, "rid", CLEO)
    assert len(address.rpartition("@")[0]) <= LOCAL_PART_LIMIT
    found = split_address(address.upper() if upper else address, (BILLING, DASH, SUPPORT))
    assert found is not None
    assert found.mailbox is mailbox
    assert found.token is not None
    assert found.token.number == (0 if purpose is Purpose.CONTROL else number)
    assert TOKENS.verify(purpose, "rid", found.token.mac, (CLEO,)) == CLEO


def test_a_mailbox_without_subaddresses_or_with_a_very_long_name_keeps_its_plain_address() -> None:
    assert TOKENS.address(PLAIN, Purpose.CUSTOMER, 1, "rid", CLEO) == PLAIN.address
    long = replace(SUPPORT, address=f"{'x' * 50}@acme.example")
    assert TOKENS.address(long, Purpose.CUSTOMER, 1, "rid", CLEO) == long.address


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("support@acme.example", SUPPORT),
        ("SUPPORT@ACME.example", SUPPORT),
        ("support+holiday@acme.example", SUPPORT),
        ("support+@acme.example", SUPPORT),
        ("my-help@acme.example", DASH),
        ("my-help-desk@acme.example", None),
        ("plain+x@acme.example", None),
        ("support@other.example", None),
        ("xsupport@acme.example", None),
        ("support", None),
        ("", None),
    ],
)
def test_which_address_is_ours(address: str, mailbox: Mailbox | None) -> None:
    found = split_address(address, (SUPPORT, BILLING, DASH, PLAIN))
    assert (found.mailbox if found else None) is mailbox
    assert found is None or found.token is None


@given(purposes, numbers)
def test_L10_our_message_ids_carry_the_token(purpose: Purpose, number: int) -> None:
    message_id = TOKENS.message_id(purpose, number, "rid", CLEO, "9f3c", "acme.example")
    token = split_message_id(f"<{message_id.upper()}>")
    assert token is not None
    assert (token.purpose, token.number) == (purpose, number)
    assert TOKENS.verify(purpose, "rid", token.mac, (CLEO,)) == CLEO


@pytest.mark.parametrize("message_id", ["abc@x.example", "", "ticket.1.t.short.u@x.example", "<<>>", "ticket.1.t@x"])
def test_somebody_elses_message_id_carries_none(message_id: str) -> None:
    assert split_message_id(message_id) is None


@given(purposes, numbers, st.sampled_from(("> ", ">> ", "    ", "<b>", "")))
def test_a_reference_line_is_found_in_a_quote(purpose: Purpose, number: int, quote: str) -> None:
    code = TOKENS.sign(purpose, "rid", CLEO)
    text = f"My answer\n\n{quote}Hello\n{quote}{reference_line(number, purpose, code)}\n"
    assert find_reference(text) == Token(purpose, number, code)


def test_the_newest_quoted_letter_comes_first() -> None:
    code = TOKENS.sign(Purpose.CUSTOMER, "rid", CLEO)
    text = "\n".join(reference_line(number, Purpose.CUSTOMER, code) for number in (3, 2, 1))
    assert [token.number for token in find_references(text)] == [3, 2, 1]


def test_L36_no_token_is_left_in_what_goes_to_a_customer() -> None:
    code = TOKENS.sign(Purpose.AGENT, "rid", "ana@acme.example")
    address = TOKENS.address(SUPPORT, Purpose.AGENT, 7, "rid", "ana@acme.example")
    scrubbed = scrub(f"Write to {address}\n> {reference_line(7, Purpose.AGENT, code)}\nthank you")
    assert code not in scrubbed
    assert "Write to support@acme.example" in scrubbed


@given(st.text(max_size=2000))
@settings(max_examples=50)
def test_any_text_can_be_searched_and_scrubbed(text: str) -> None:
    assert isinstance(scrub(text), str)
    assert all(token.number >= 0 for token in find_references(text))
