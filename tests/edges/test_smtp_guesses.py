"""Who guesses addresses, or tokens in them, is slowed down, and learns nothing on the way (S-19)."""

from __future__ import annotations

from collections.abc import Callable

from mailgate.edges.smtp_in.front import UNKNOWN_RECIPIENTS_PER_MINUTE
from tests.edges.smtp_server import Front

MADE_UP = "support+t1-aaaaaaaaaaaaaaaaaaaaaa@help.example"
UNKNOWN = "nobody@help.example"


def test_S19_a_made_up_token_is_answered_like_an_unknown_mailbox(serve: Callable[..., Front]) -> None:
    """The same words, at the same step."""
    with_token = serve(max_errors=1000).wire()
    assert with_token.say("MAIL FROM:<>").startswith("250")
    said = [with_token.say(f"RCPT TO:<{address}>") for address in (MADE_UP, UNKNOWN)]
    assert said[0] == said[1] == "550 5.1.1 no such mailbox here"


def test_S19_V05_a_source_that_guesses_on_is_put_off_on_every_connection(serve: Callable[..., Front]) -> None:
    """After twenty in a minute it hears of no address any more, not even of one that there is."""
    desk = serve(max_errors=1000)
    guessing = desk.wire()
    assert guessing.say("MAIL FROM:<>").startswith("250")
    for _ in range(UNKNOWN_RECIPIENTS_PER_MINUTE):
        assert guessing.say(f"RCPT TO:<{MADE_UP}>").startswith("550")
    assert guessing.say("RCPT TO:<support@help.example>").startswith("421 4.7.0")
    again = desk.wire()
    assert again.say("MAIL FROM:<>").startswith("250")
    assert again.say("RCPT TO:<support@help.example>").startswith("421 4.7.0")


def test_our_own_mail_server_is_never_put_off(serve: Callable[..., Front]) -> None:
    """It hands on the mail of many; one who guesses must not stop the others."""
    wire = serve(max_errors=1000, trusted_relays=("127.0.0.0/8",)).wire()
    assert wire.say("MAIL FROM:<>").startswith("250")
    for _ in range(UNKNOWN_RECIPIENTS_PER_MINUTE + 5):
        assert wire.say(f"RCPT TO:<{MADE_UP}>").startswith("550")
    assert wire.say("RCPT TO:<support@help.example>").startswith("250")
