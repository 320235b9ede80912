"""Attachments: safe names, types by content, dangers, noise, and nothing lost."""

from __future__ import annotations

import hashlib
import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.mail.attachments import filename, filetype
from mailgate.mail.contents import Contents
from mailgate.mail.limits import Limits
from mailgate.mail.model import Attachment
from mailgate.mail.parse import parse
from tests.mail.written import TEXT, attached, mail, multipart, multipart_mail, part

SAFE = re.compile(r'[^\x00-\x1f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]{1,200}')
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def only(raw: bytes) -> Attachment:
    (one,) = parse(raw).mail.attachments
    return one


def png(width: int, height: int, size: int = 200) -> bytes:
    return (PNG + struct.pack(">II", width, height)).ljust(size, b"\0")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('filename="../../../../etc/cron.d/pwn"', "etc_cron.d_pwn"),
        ("filename*=utf-8''..%2F..%2Fetc%2Fpasswd", "etc_passwd"),
        ('filename="=?utf-8?Q?=2E=2E=2Fetc=2Fpasswd?="', "etc_passwd"),
        ('filename="/etc/passwd"', "etc_passwd"),
        ('filename="C:\\\\Windows\\\\win.ini"', "win.ini"),
        (b'filename="a.txt\x00.exe"', "a.txt.exe"),
        ('filename="invoice\u202efdp.exe"', "invoicefdp.exe"),
        ('filename=""', "attachment.bin"),
        ('filename=".."', "attachment.bin"),
        ('filename="CON.txt"', "_CON.txt"),
        ('filename="a\r\n b.txt"', "a b.txt"),
        (b'filename="a\x1b[2Jb\x7f.txt"', "a[2Jb.txt"),
        ('filename=".htaccess"', "htaccess"),
        ('filename="<img src=x onerror=alert(1)>.txt"', "_img src=x onerror=alert(1)_.txt"),
        ('filename="Bericht 3/4.pdf"', "Bericht 3_4.pdf"),
        ("filename*=utf-8''%E9%80%80%E6%AC%BE.pdf", "退款.pdf"),
        ("filename=unquoted name.txt", "unquoted name.txt"),
    ],
)
def test_C17_a_name_is_made_safe(given: str | bytes, name: str) -> None:
    assert only(multipart_mail(TEXT, attached(given))).filename == name


@pytest.mark.parametrize("given", ["a" * 5000 + ".txt", "💩" * 200 + ".pdf", "." * 300, "\u202e" * 50, "a" * 300])
def test_C17_a_name_keeps_its_limits_and_its_extension(given: str) -> None:
    name = filename.safe(given)
    assert SAFE.fullmatch(name)
    assert len(name.encode()) <= 255
    if "." in given.strip("."):
        assert name.endswith(given[-4:])


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_C17_any_name_is_made_safe(given: str) -> None:
    name = filename.safe(given)
    assert SAFE.fullmatch(name)
    assert len(name.encode()) <= 255
    assert name not in (".", "..")
    assert filename.safe(name) == name


def test_C17_names_are_unique_whatever_their_case() -> None:
    raw = multipart_mail(
        TEXT, attached('filename="A.txt"'), attached('filename="a.txt"'), attached('filename="a (2).txt"')
    )
    names = [one.filename for one in parse(raw).mail.attachments]
    assert names == ["A.txt", "a (2).txt", "a (2) (2).txt"]


def test_C18_filename_wins_over_name_and_the_other_is_told() -> None:
    one = only(
        multipart_mail(TEXT, attached('filename="safe.txt"', content_type='application/octet-stream; name="evil.exe"'))
    )
    assert one.filename == "safe.txt"
    assert "two-names" in one.risks


@pytest.mark.parametrize(
    ("content", "claimed", "name", "actual"),
    [
        (b"%PDF-1.7", "application/octet-stream", "x", "application/pdf"),
        (b"MZ\x90\0", "image/png", "x.png", "application/vnd.microsoft.portable-executable"),
        (PNG, "application/octet-stream", "x.txt", "image/png"),
        (b"PK\x03\x04", "application/octet-stream", "x.odt", "application/vnd.oasis.opendocument.text"),
        (b"PK\x03\x04", "image/png", "x.png", "application/zip"),
        (b"plain", "application/octet-stream", "x.txt", "text/plain"),
        (b"plain", "text/csv", "x.csv", "text/csv"),
        (b" <!DOCTYPE html><p>", "text/plain", "x.txt", "text/html"),
        (b"<svg onload=alert(1)>", "image/png", "x.png", "image/svg+xml"),
        (b"\0\1\2", "application/octet-stream", "x", "application/octet-stream"),
    ],
)
def test_C18_the_content_decides_what_a_file_is(content: bytes, claimed: str, name: str, actual: str) -> None:
    assert filetype.sniff(content, claimed, name) == actual


@pytest.mark.parametrize(
    ("content", "claimed", "name", "risk"),
    [
        (b"MZ\x90\0", "image/png", "x.png", "executable"),
        (b"MZ\x90\0", "image/png", "x.png", "type-mismatch"),
        (b"x", "application/octet-stream", "invoice.pdf.exe", "double-extension"),
        (b"x", "application/octet-stream", "x.docm", "macros"),
        (b"x", "text/html", "x.html", "active-markup"),
        (b"x", "application/octet-stream", "x.iso", "disk-image"),
        (b"PK\x03\x04", "application/zip", "x.zip", "archive"),
        (b"x", "application/octet-stream", "invoice\u202efdp.exe", "hidden-characters"),
    ],
)
def test_risky_files_are_flagged(content: bytes, claimed: str, name: str, risk: str) -> None:
    raw = multipart_mail(TEXT, attached(f'filename="{name}"', content, claimed))
    assert risk in only(raw).risks


def test_a_harmless_file_has_no_risks() -> None:
    assert only(multipart_mail(TEXT, attached('filename="a.pdf"', b"%PDF-1.4", "application/pdf"))).risks == ()


def test_C24_every_leaf_is_body_or_attachment() -> None:
    """Unnamed PDFs, calendars and both halves of an appledouble are kept."""
    double = multipart([part("application/applefile", b"x"), part("image/jpeg", b"\xff\xd8\xff")], b"AD")
    raw = multipart_mail(
        TEXT,
        part("application/pdf", b"%PDF-1.4"),
        part("text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
        part('multipart/appledouble; boundary="AD"', double),
        part("application/octet-stream", b"!!!!\xff", "Content-Transfer-Encoding: base64"),
        part("message/partial; id=x; number=1; total=2", b"Subject: hidden\r\n\r\nhalf"),
    )
    parsed = parse(raw)
    names = [one.filename for one in parsed.mail.attachments]
    assert names == [
        "attachment.pdf",
        "invite.ics",
        "resource-fork.bin",
        "image.jpg",
        "attachment.bin",
        "attachment (2).bin",
    ]
    assert len(list(parsed.root.leaves())) == len(names) + 1


def test_each_attachment_gives_the_octets_that_were_hashed() -> None:
    inner = mail(body=b"inner text", subject="The inner mail")
    raw = multipart_mail(
        TEXT,
        attached('filename="a.bin"', bytes(range(256))),
        part("message/rfc822", inner),
        part("text/csv", b"a;b\r\n1;2"),
    )
    mails = parse(raw).mail
    assert [one.path for one in mails.attachments] == ["2", "3", "4"]
    for one in mails.attachments:
        content = Contents()(raw, one.path)
        assert hashlib.sha256(content).hexdigest() == one.sha256
        assert len(content) == one.size
    with pytest.raises(KeyError):
        Contents()(raw, "9")


def test_an_attached_mail_is_named_after_its_subject_and_not_mixed_in() -> None:
    inner = mail(body=b"#close secret words", subject="=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", sender="agent@corp.example")
    parsed = parse(multipart_mail(TEXT, part("message/rfc822", inner)))
    (one,) = parsed.mail.attachments
    assert (one.filename, one.content_type) == ("Grüße.eml", "message/rfc822")
    assert "secret" not in parsed.mail.text
    assert parsed.mail.author is not None
    assert parsed.mail.author.email == "customer@client.example"


def test_C19_no_more_than_the_limit_is_described() -> None:
    raw = multipart_mail(TEXT, *[attached(f'filename="{n}.txt"') for n in range(30)])
    read = parse(raw, Limits(attachments=10)).mail
    assert len(read.attachments) == 10
    assert "too-many-attachments" in read.defects


def related(*pictures: tuple[str, bytes]) -> bytes:
    html = "".join(f'<img src="cid:{name}">' for name, _ in pictures)
    parts = [part("text/html; charset=utf-8", html.encode())]
    parts += [part("image/png", content, f"Content-ID: <{name}>") for name, content in pictures]
    return multipart_mail(*parts, subtype="related")


def test_a_picture_that_the_html_shows_is_inline_and_keeps_its_place() -> None:
    read = parse(related(("shot", png(1200, 800, 20_000)))).mail
    assert [(one.inline, one.noise) for one in read.attachments] == [(True, False)]
    assert '<img src="cid:shot">' in read.html
    assert "[image]" in read.text


def test_logos_pixels_and_repeated_pictures_are_noise() -> None:
    shot = png(1200, 800, 20_000)
    read = parse(related(("logo", png(120, 40)), ("pixel", png(1, 1)), ("one", shot), ("two", shot))).mail
    assert [one.noise for one in read.attachments] == [True, True, False, True]


def test_an_inline_picture_that_nothing_shows_is_an_attachment() -> None:
    one = only(multipart_mail(TEXT, part("image/png", png(1, 1), "Content-ID: <a>", "Content-Disposition: inline")))
    assert (one.inline, one.noise) == (False, False)
