"""What ``ingest`` writes on the envelope of a mail that comes without one."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from mailgate.ingest import FileMail, files, recipients_of, sender_of
from tests.letters.conftest import POLICY

OURS = "support@acme.example"


def from_(*fields: str, sender: str | None = None) -> str | None:
    """The sender of a mail with these fields, of which the file says that ``sender`` is it."""
    return sender_of(FileMail("x", "".join(f"{field}\n" for field in fields).encode() + b"\nHello.\n", sender))


@pytest.fixture(autouse=True)
def no_mta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody but the test says who the sender is."""
    monkeypatch.delenv("SENDER", raising=False)


def test_the_sender_is_who_is_named_nearest_to_the_envelope(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, Return-Path, the MTA, From; None where nobody is named."""
    told = ("Return-Path: <path@client.example>", "From: Jo <from@client.example>")
    assert from_(*told, sender="mbox@client.example") == "mbox@client.example"
    assert from_(*told) == "path@client.example"
    assert from_(told[1]) == "from@client.example"
    assert from_("Subject: x") is None
    monkeypatch.setenv("SENDER", "mta@client.example")
    assert from_(told[1]) == "mta@client.example"
    assert from_(*told) == "path@client.example"


@pytest.mark.parametrize("nobody", ["MAILER-DAEMON", ""])
def test_the_null_sender_stays_the_null_sender(nobody: str) -> None:
    """Of a bounce; however mboxes and pipes write it."""
    assert from_("From: Jo <from@client.example>", sender=nobody) == ""
    assert from_(f"Return-Path: <{nobody}>", "From: Jo <from@client.example>") == ""


@pytest.mark.parametrize("nonsense", ["-", "???", "nobody", "<a@b> (old)", "a b@client.example"])
def test_what_no_envelope_can_name_is_no_sender(nonsense: str) -> None:
    """Such as the ``-`` of Thunderbird's mboxes: the next one counts, and the mail is kept."""
    told = (f"Return-Path: {nonsense}", "From: jörg@client.example")
    assert from_(*told, sender=nonsense) == "jörg@client.example"
    assert from_('From: "a b"@client.example') is None


def test_an_mbox_names_the_sender_of_each_mail(tmp_path: Path) -> None:
    """RFC 4155: behind ``From`` and a space."""
    box = mailbox.mbox(tmp_path / "box")
    for named in ("a@client.example", "MAILER-DAEMON", "-"):
        mail = mailbox.mboxMessage(b"From: Jo <from@client.example>\n\nHello.\n")
        mail.set_from(f"{named} Mon Jan  5 10:00:00 2026")
        box.add(mail)
    box.close()
    assert [sender_of(mail) for mail in files([tmp_path / "box"])] == ["a@client.example", "", "from@client.example"]


def test_a_mail_is_for_each_of_our_addresses_once() -> None:
    """Those of the first header that names any; else for the first mailbox, as is one that no envelope can name."""
    long = f"support+{'x' * 64}@acme.example"
    assert recipients_of(f"To: {OURS}, a@client.example, {OURS}\nCc: {OURS}\n\n".encode(), POLICY, "") == (OURS,)
    assert recipients_of(f"To: a@client.example\nCc: {OURS}\n\n".encode(), POLICY, "") == (OURS,)
    assert recipients_of(f"To: {long}\n\n".encode(), POLICY, "") == (POLICY.mailboxes[0].address,)
    assert recipients_of(b"Subject: x\n\n", POLICY, "chosen@acme.example") == ("chosen@acme.example",)
