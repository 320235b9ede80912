"""Letters into a Maildir and onto the console."""

from __future__ import annotations

import io
import mailbox

import pytest

from mailgate.edges.settings import Relay
from mailgate.edges.smtp_out.maildir import ConsoleCourier
from mailgate.edges.smtp_out.relay import RelayAway, open_relay

LETTER = b"Subject: hello\r\n\r\nGood day\r\n"


def test_a_letter_lies_whole_in_the_maildir_with_its_envelope(tmp_path):
    out = open_relay(Relay(kind="maildir", path=str(tmp_path / "box")))
    out.send("support@acme.example", "ana@cust.example", LETTER)
    out.send("", "ana@cust.example", LETTER)
    letters = list(mailbox.Maildir(tmp_path / "box"))
    assert [letter.get_payload() for letter in letters] == ["Good day\n", "Good day\n"]
    assert {letter["Return-Path"] for letter in letters} == {"<support@acme.example>", "<>"}
    assert {letter["Delivered-To"] for letter in letters} == {"ana@cust.example"}
    assert not list((tmp_path / "box" / "tmp").iterdir())


def test_a_maildir_that_cannot_be_written_is_a_relay_away(tmp_path):
    (tmp_path / "file").write_text("no folder")
    out = open_relay(Relay(kind="maildir", path=str(tmp_path / "file" / "box")))
    with pytest.raises(RelayAway):
        out.send("", "a@b.example", LETTER)
    with pytest.raises(RelayAway):
        out.check()


def test_a_maildir_that_was_removed_is_made_again(tmp_path):
    out = open_relay(Relay(kind="maildir", path=str(tmp_path / "box")))
    out.send("", "a@b.example", LETTER)
    (tmp_path / "box").rename(tmp_path / "gone")
    with pytest.raises(RelayAway):
        out.send("", "a@b.example", LETTER)
    out.send("", "a@b.example", LETTER)
    assert len(mailbox.Maildir(tmp_path / "box")) == 1


def test_the_console_shows_the_letter():
    stream = io.StringIO()
    ConsoleCourier(stream).send("", "ana@cust.example", LETTER)
    assert "Delivered-To: ana@cust.example" in stream.getvalue()
    assert "Good day" in stream.getvalue()
