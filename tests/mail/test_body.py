"""Which parts are the text, and how the tree is read where senders err."""

from __future__ import annotations

import base64

import pytest

from mailgate.mail.model import Mail
from mailgate.mail.parse import parse
from mailgate.mail.text import flowed
from tests.mail.cost import expect_cpu_within
from tests.mail.written import TEXT, attached, mail, multipart, multipart_mail, part

PLAIN = part("text/plain; charset=utf-8", b"plain words")
HTML = part("text/html; charset=utf-8", b"<p>plain <b>words</b></p>")


def read(raw: bytes) -> Mail:
    return parse(raw).mail


def test_of_alternatives_both_forms_are_one_text() -> None:
    got = read(multipart_mail(PLAIN, HTML, subtype="alternative"))
    assert (got.text, got.html, got.attachments) == ("plain words", "<p>plain <b>words</b></p>", ())


def test_an_empty_plain_alternative_gives_way_to_the_html() -> None:
    assert read(multipart_mail(part("text/plain", b" \r\n"), HTML, subtype="alternative")).text == "plain words"


def test_plain_wins_over_enriched_and_the_other_is_named() -> None:
    got = read(multipart_mail(PLAIN, part("text/enriched", b"<bold>x</bold>"), subtype="alternative"))
    assert got.text == "plain words"
    assert "unshown-alternative:text/enriched" in got.defects
    assert read(mail(content_type="text/enriched", body=b"<bold>hello</bold> there")).text == "hello there"


def test_C15_alternatives_that_tell_different_things_are_told() -> None:
    lying = multipart_mail(
        part("text/plain", b"please CLOSE"), part("text/html", b"<p>please KEEP OPEN</p>"), subtype="alternative"
    )
    assert "text-and-html-differ" in read(lying).defects
    assert "text-and-html-differ" not in read(multipart_mail(PLAIN, HTML, subtype="alternative")).defects


def test_texts_of_a_mixed_mail_follow_one_another() -> None:
    got = read(multipart_mail(PLAIN, attached('filename="a.pdf"'), part("text/plain", b"more words")))
    assert got.text == "plain words\n\nmore words"
    assert len(got.attachments) == 1


def test_plain_and_html_pieces_both_stand_in_the_html() -> None:
    got = read(multipart_mail(part("text/plain", b"a < b"), part("text/html", b"<p>c</p>")))
    assert got.html == "<pre>a &lt; b</pre>\n<p>c</p>"
    assert got.text == "a < b\n\nc"


def test_the_root_of_a_related_mail_is_the_text_wherever_it_stands() -> None:
    picture = part("image/png", b"\x89PNG\r\n\x1a\n", "Content-ID: <p>")
    raw = mail(
        body=multipart([picture, part("text/html", b'<img src="cid:p">hi', "Content-ID: <root>")]),
        content_type='multipart/related; boundary="BND"; start="<root>"',
    )
    assert read(raw).text == "[image]hi"
    assert [one.content_id for one in read(raw).attachments] == ["p"]


def test_a_signed_mail_is_read_and_its_signature_kept_and_named() -> None:
    got = read(multipart_mail(PLAIN, part("application/pkcs7-signature", b"\x30"), subtype="signed"))
    assert (got.text, got.protection) == ("plain words", ("smime-signed",))
    assert [one.filename for one in got.attachments] == ["smime.p7s"]
    signature = part("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----")
    raw = mail(
        body=multipart([PLAIN, signature]),
        content_type='multipart/signed; protocol="application/pgp-signature"; boundary=BND',
    )
    assert read(raw).protection == ("pgp-signed",)


def test_an_encrypted_mail_says_so() -> None:
    pgp = multipart_mail(
        part("application/pgp-encrypted", b"Version: 1"),
        part("application/octet-stream", b"-----BEGIN"),
        subtype="encrypted",
    )
    assert read(pgp).protection == ("pgp-encrypted",)
    assert "encrypted with PGP" in read(pgp).text
    assert len(read(pgp).attachments) == 2
    smime = read(
        mail(
            content_type="application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
            body=b"MIIB",
            encoding="base64",
        )
    )
    assert smime.protection == ("smime-encrypted",)
    assert "encrypted with S/MIME" in smime.text


def test_an_encrypted_mail_that_a_gateway_took_apart_says_so() -> None:
    pgp = multipart_mail(part("application/pgp-encrypted", b"Version: 1"), attached("filename=encrypted.asc"))
    assert read(pgp).protection == ("pgp-encrypted",)
    assert "encrypted with PGP" in read(pgp).text
    smime = read(mail(content_type="application/octet-stream; name=smime.p7m", body=b"MIIB", encoding="base64"))
    assert smime.protection == ("smime-encrypted",)


def ber(tag: int, content: bytes) -> bytes:
    length = len(content)
    head = bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2, "big")
    return bytes([tag]) + head + content


@pytest.mark.parametrize("indefinite", [False, True])
def test_the_mail_inside_an_opaque_signature_is_read(indefinite: bool) -> None:
    inner = multipart_mail(part("text/plain", b"inside words"), attached('filename="a.txt"', b"file"))
    signed = ber(0x06, bytes.fromhex("2a864886f70d010702"))
    octets = b"\x24\x80" + ber(4, inner[:100]) + ber(4, inner[100:]) + b"\0\0" if indefinite else ber(4, inner)
    encapsulated = ber(0x30, ber(0x06, bytes.fromhex("2a864886f70d010701")) + ber(0xA0, octets))
    data = ber(0x30, ber(2, b"\1") + ber(0x31, b"") + encapsulated)
    der = ber(0x30, signed + ber(0xA0, data))
    for smime_type in ("; smime-type=signed-data", ""):
        raw = mail(
            content_type=f"application/pkcs7-mime{smime_type}; name=smime.p7m",
            body=base64.encodebytes(der),
            encoding="base64",
        )
        got = read(raw)
        assert (got.text, got.protection) == ("inside words", ("smime-signed",))
        assert [one.filename for one in got.attachments] == ["smime.p7m", "a.txt"]


def test_a_broken_opaque_signature_is_a_file() -> None:
    for broken in (b"", b"\x30", b"\x30\x80" * 500, b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x06\x01\x2a"):
        raw = mail(
            content_type="application/pkcs7-mime; smime-type=signed-data",
            body=base64.encodebytes(broken),
            encoding="base64",
        )
        assert len(read(raw).attachments) == 1


def test_an_inline_pgp_signature_is_taken_off_and_named() -> None:
    body = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n- -- dash\r\nwords\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQ\r\n-----END PGP SIGNATURE-----\r\n"
    )
    assert (read(mail(body=body)).text, read(mail(body=body)).protection) == ("-- dash\nwords", ("pgp-inline-signed",))
    assert read(mail(body=b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQ")).protection == ("pgp-inline-encrypted",)


def test_a_named_text_is_a_file_and_the_text_where_there_is_no_other() -> None:
    named = part('text/plain; name="note.txt"', b"named words", "Content-Disposition: inline")
    assert [one.filename for one in read(multipart_mail(PLAIN, named)).attachments] == ["note.txt"]
    alone = read(multipart_mail(named))
    assert alone.text == "named words"
    assert [one.filename for one in alone.attachments] == ["note.txt"]


def test_a_report_is_read_by_its_first_part() -> None:
    got = read(
        multipart_mail(
            PLAIN,
            part("message/delivery-status", b"Reporting-MTA: dns; x"),
            part("text/rfc822-headers", b"A: b"),
            subtype="report",
        )
    )
    assert got.text == "plain words"
    assert [one.filename for one in got.attachments] == ["delivery-status.txt", "headers.txt"]


def test_a_picture_pasted_as_data_becomes_one_of_the_mail() -> None:
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 100).decode()
    got = read(mail(content_type="text/html", body=f'<p>see <img src="data:image/png;base64,{data}"></p>'.encode()))
    (one,) = got.attachments
    assert one.inline
    assert f'src="cid:{one.content_id}"' in got.html


def test_an_invitation_is_readable() -> None:
    calendar = (
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Planning\\, part\r\n  two\r\n"
        b"DTSTART;TZID=Europe/Berlin:20261123T140000\r\nDTEND;TZID=Europe/Berlin:20261123T150000\r\n"
        b"LOCATION:Room 4\r\nORGANIZER;CN=Anna:mailto:anna@x.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    got = read(
        multipart_mail(PLAIN, part("text/calendar; method=REQUEST; charset=utf-8", calendar), subtype="alternative")
    )
    assert got.text == (
        "plain words\n\n[Invitation: Planning, part two\nWhen: 2026-11-23 14:00 (Europe/Berlin) – 15:00 (Europe/Berlin)"
        "\nWhere: Room 4\nOrganiser: Anna <anna@x.example>]"
    )


@pytest.mark.parametrize("kind", ["application/ics", "application/octet-stream"])
def test_an_invitation_is_readable_by_its_name_too(kind: str) -> None:
    calendar = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Planning\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    got = read(multipart_mail(TEXT, attached("filename=invite.ics", calendar, kind)))
    assert got.text == "see attachment\n\n[Event: Planning]"


def test_a_calendar_of_openings_costs_one_pass() -> None:
    raw = mail(content_type="text/calendar", body=b"BEGIN:VEVENT\r\n" * 10_000)
    with expect_cpu_within(0.5):
        assert read(raw).text == ""


# ------------------------------------------------------------------ trees that are wrong

PARTS = multipart([TEXT, attached("filename=a.txt")])
MIXED = "multipart/mixed; boundary=BND"


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (mail(body=PARTS.removesuffix(b"--BND--\r\n"), content_type=MIXED), "multipart-cut-off"),
        (mail(body=PARTS, content_type="multipart/mixed"), "missing-boundary"),
        (mail(body=multipart([TEXT]), content_type="multipart/mixed"), "missing-boundary"),
        (mail(body=PARTS, content_type="multipart/mixed; boundary=OTHER"), "wrong-boundary"),
        (mail(body=base64.encodebytes(PARTS), content_type=MIXED, encoding="base64"), "encoded-multipart"),
    ],
)
def test_a_wrong_boundary_is_mended_and_named(raw: bytes, defect: str) -> None:
    got = read(raw)
    assert got.text == "see attachment"
    assert [one.filename for one in got.attachments] in (["a.txt"], [])
    assert defect in got.defects


def test_C06_the_first_of_two_content_types_and_boundaries_counts() -> None:
    two = read(mail("Content-Type: multipart/mixed; boundary=BND", body=multipart([TEXT])))
    assert "two-content-types" in two.defects
    assert two.text.startswith("--BND")
    views = multipart([part("text/plain", b"A view")], b"A") + multipart([part("text/plain", b"B view")], b"B")
    boundaries = read(mail(content_type='multipart/mixed; boundary="A"; boundary="B"', body=views))
    assert boundaries.text == "A view"
    assert "two-boundaries" in boundaries.defects


def test_C06_a_boundary_that_begins_another_is_not_it() -> None:
    inner = multipart([TEXT], b"BND2")
    got = read(multipart_mail(part('multipart/mixed; boundary="BND2"', inner), attached("filename=a.txt")))
    assert got.text == "see attachment"
    assert len(got.attachments) == 1


@pytest.mark.parametrize(
    "kind",
    ["message/partial; id=a; number=1; total=2", 'message/external-body; access-type=URL; URL="http://x.example/a"'],
)
def test_C07_a_piece_or_a_pointer_is_a_file_and_nothing_is_fetched_or_joined(kind: str) -> None:
    got = read(multipart_mail(TEXT, part(kind, b"Content-Type: text/plain\r\n\r\nhidden words")))
    assert got.text == "see attachment"
    assert [one.claimed_type for one in got.attachments] == [kind.partition(";")[0]]


def test_a_multipart_without_parts_is_text() -> None:
    got = read(mail(content_type="multipart/mixed; boundary=BND", body=b"just words"))
    assert got.text == "just words"
    assert "multipart-without-parts" in got.defects


def test_a_part_without_headers_is_text() -> None:
    assert read(multipart_mail(b"\r\nfirst line\r\nsecond")).text == "first line\nsecond"


def test_an_attached_mail_in_base64_has_its_name() -> None:
    inner = base64.encodebytes(mail(subject="Deep inside"))
    got = read(multipart_mail(PLAIN, part("message/rfc822", inner, "Content-Transfer-Encoding: base64")))
    assert [one.filename for one in got.attachments] == ["Deep inside.eml"]


def test_a_charset_on_the_multipart_holds_for_its_parts() -> None:
    raw = mail(
        body=multipart([part("text/plain", "jeżu klątw".encode("iso8859_2"))]),
        content_type="multipart/mixed; boundary=BND; charset=iso-8859-2",
    )
    assert read(raw).text == "jeżu klątw"


def test_a_charset_in_the_html_holds_where_there_is_no_other() -> None:
    raw = mail(content_type="text/html", body='<meta charset="koi8-r"><p>привет</p>'.encode("koi8-r"))
    assert read(raw).text == "привет"


# ------------------------------------------------------------------ flowed text


def test_flowed_lines_are_joined_and_quotes_and_signatures_are_not() -> None:
    text = "one \ntwo\n> old \n> older\n-- \nAnna \nB"
    assert flowed.unflow(text, delsp=False) == "one two\n> old older\n-- \nAnna B"
    assert flowed.unflow("退 \n款", delsp=True) == "退款"
    assert flowed.unflow(" >stuffed", delsp=False) == ">stuffed"


def test_the_signature_mark_keeps_its_blank() -> None:
    assert flowed.tidy("text  \n\n\n\n\n-- \nAnna \n") == "text\n\n\n-- \nAnna"


def test_one_plain_text_for_several_stretches_of_html_is_told_once() -> None:
    """Apple Mail: the plain alternative has all words, the HTML one is cut around a file."""
    inner = multipart(
        [part("text/html", b"<p>one</p>"), attached("filename=a.pdf"), part("text/html", b"<p>two</p>")], b"IN"
    )
    raw = multipart_mail(
        part("text/plain", b"one two"), part("multipart/mixed; boundary=IN", inner), subtype="alternative"
    )
    got = read(raw)
    assert (got.text, got.html) == ("one two", "<p>one</p>\n<p>two</p>")


def test_html_that_calls_itself_plain_is_read_as_html() -> None:
    got = read(mail(body=b"<html><body><p>hello <b>there</b></p></body></html>"))
    assert (got.text, got.html) == ("hello there", "<p>hello <b>there</b></p>")


def test_raw_octets_in_the_subject_are_in_the_charset_of_the_text() -> None:
    text = part("text/plain; charset=koi8-r", "привет".encode("koi8-r"))
    assert read(multipart_mail(text, subject="привет".encode("koi8-r"))).subject == "привет"


def test_two_plain_alternatives_that_differ_are_both_shown() -> None:
    first, second = part("text/plain", b"section one"), part("text/plain", b"section two")
    assert read(multipart_mail(first, second, first, subtype="alternative")).text == "section one\n\nsection two"
