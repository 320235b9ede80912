"""What MAIL and RCPT say is read strictly, and the same by everybody. (The wire tests have the refusals.)"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.edges.smtp_in.address import Path, read_recipient, read_sender
from mailgate.edges.smtp_in.reply import Reply


def test_parameters_are_read_by_name_in_any_case() -> None:
    """RFC 5321 section 2.4."""
    path = read_sender("from:<a@client.example> size=77 BODY=8bitmime", extended=True)
    assert path == Path("a@client.example", {"SIZE": "77", "BODY": "8bitmime"})
    assert path.size == 77


def test_the_null_sender() -> None:
    """Bounces have it; no size is size 0."""
    assert read_sender("FROM:<>", extended=False) == Path("")
    assert read_sender("FROM:<>", extended=False).size == 0


def test_parameters_need_ehlo() -> None:
    """RFC 5321 section 4.1.1.11."""
    with pytest.raises(Reply, match=r"^555"):
        read_sender("FROM:<a@client.example> SIZE=1", extended=False)


@pytest.mark.parametrize("local", [63, 64])
def test_P04_a_recipient_has_64_octets_before_the_at(local: int) -> None:
    """Our own token addresses keep to it (DESIGN: threading)."""
    address = "a" * local + "@help.example"
    assert read_recipient(f"TO:<{address}>", utf8=False) == address
    with pytest.raises(Reply, match=r"^501"):
        read_recipient("TO:<" + "a" * 65 + "@help.example>", utf8=False)


def test_lengths_are_counted_in_octets() -> None:
    """RFC 6531: 40 letters of two octets each are 80."""
    with pytest.raises(Reply, match=r"^501"):
        read_recipient("TO:<" + "ü" * 40 + "@help.example>", utf8=True)


def test_recipients_have_no_parameters() -> None:
    """DSN is not offered."""
    with pytest.raises(Reply, match=r"^555"):
        read_recipient("TO:<a@help.example> NOTIFY=NEVER", utf8=False)


@given(st.text(max_size=60))
def test_whatever_is_said_is_an_address_or_a_5xx(text: str) -> None:
    """No other exception, and never an address with a space, a control, a bracket or half a surrogate in it."""
    try:
        address = read_sender(f"FROM:<{text}>", extended=True).address
    except Reply as reply:
        refusal = reply.text
    else:
        refusal = ""
    if refusal:
        assert refusal.startswith("5")
        return
    assert address in text
    assert address.isprintable()
    assert not set(address) & set(" <>\r\n\t\0")
    address.encode("utf-8")
