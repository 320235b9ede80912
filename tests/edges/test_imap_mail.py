"""What IMAP gives becomes what the spool takes: recipients out of trace headers, stubs for what cannot be fetched."""

from __future__ import annotations

from mailgate.edges.imap_in.mail import envelope, origin, truncated, unfetchable
from tests.edges.imap_world import account, mail

BOX = "support@desk.example"


def ours(address: str) -> bool:
    return address.lower().endswith("@desk.example") and address.lower().startswith("support")


def test_the_token_address_is_found_in_the_trace_headers():
    raw = mail("x", extra="Delivered-To: support+t7-abc@desk.example\r\nTo: Support <support@desk.example>\r\n")
    assert envelope(raw, BOX, ours, 5).recipients == ("support+t7-abc@desk.example", "support@desk.example")


def test_strangers_addresses_are_no_recipients():
    raw = mail("x", extra="To: boss@other.example,\r\n support@desk.example\r\nCc: x@y.example\r\n")
    assert envelope(raw, BOX, ours, 5).recipients == ("support@desk.example",)


def test_without_any_address_of_ours_it_is_the_mailbox_itself():
    assert envelope(mail("x", extra="To: undisclosed:;\r\n"), BOX, ours, 5).recipients == (BOX,)
    assert envelope(b"\xff\x00 no headers at all", BOX, ours, 5).recipients == (BOX,)


def test_addresses_in_the_body_are_no_recipients():
    raw = mail("x", body="To: support+t9-zzz@desk.example")
    assert envelope(raw, BOX, ours, 5).recipients == (BOX,)


def test_the_return_path_is_the_sender_of_the_envelope():
    assert envelope(mail("x", extra="Return-Path: <a@b.example>\r\n"), BOX, ours, 0).mail_from == "a@b.example"
    assert envelope(mail("x", extra="Return-Path: <>\r\n"), BOX, ours, 0).mail_from == ""
    assert envelope(mail("x"), BOX, ours, 0).mail_from is None


def test_I01_the_origin_names_account_folder_uidvalidity_and_uid():
    assert origin(account(1), 7, 12) == "imap:support@127.0.0.1|INBOX|7|12"
    assert origin(account(1), 0, 12) == ""


def test_stubs_say_what_they_stand_for_on_their_first_line():
    assert truncated(b"Subject: big\r\n\r\n", 99) == b"X-Mailgate-Truncated: size=99\r\nSubject: big\r\n\r\n"
    assert unfetchable(b"", 12) == b"X-Mailgate-Unfetchable: uid=12\r\n\r\n"
