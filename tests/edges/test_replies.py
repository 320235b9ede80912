"""What a relay's answer says beside yes or no."""

from __future__ import annotations

import pytest

from mailgate.edges.smtp_out.replies import given_id, reply

LETTER = b"From: support@acme.example\r\nMessage-ID: <ours@acme.example>\r\n\r\nHello.\r\n"
HOST = "relay.example"


@pytest.mark.parametrize(
    ("said", "theirs"),
    [
        ("250 2.0.0 Ok: queued as <theirs@relay.example>", "theirs@relay.example"),
        ("250 2.0.0 Ok: <ours@acme.example>", ""),
        ("250 2.0.0 Ok: queued as 4Zx", ""),
        ("250 2.0.0 Ok: <no at sign>", ""),
    ],
)
def test_the_message_id_that_the_relay_put_in_place_of_ours_is_learned(said: str, theirs: str) -> None:
    """Answers will name it; our own, or what is none, teaches nothing."""
    assert given_id(said, HOST, LETTER) == theirs


@pytest.mark.parametrize("strange", ["jörg@relay.example", "a@relay.例え", "a b@relay.example"])
def test_what_cannot_stand_in_a_header_is_no_message_id(strange: str) -> None:
    """RFC 5322 section 3.6.4 knows ASCII only: no answer will name such an id, and ours stays the one that counts."""
    assert given_id(reply(250, f"queued as <{strange}>".encode()), HOST, LETTER) == ""


def test_amazon_tells_only_the_local_part() -> None:
    """The domain depends on the region of the server."""
    said = "250 Ok 0100019b-4d1e-4a5e-9d9e-0c8f4a1b2c3d-000000"
    local = "0100019b-4d1e-4a5e-9d9e-0c8f4a1b2c3d-000000"
    assert given_id(said, "email-smtp.us-east-1.amazonaws.com", LETTER) == f"{local}@email.amazonses.com"
    assert given_id(said, "email-smtp.eu-west-1.amazonaws.com", LETTER) == f"{local}@eu-west-1.amazonses.com"
    assert given_id(said, HOST, LETTER) == ""
