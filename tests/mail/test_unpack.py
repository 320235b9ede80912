"""Files inside of other files: winmail.dat, Outlook's .msg, uuencode and yEnc."""

from __future__ import annotations

import binascii
import hashlib
import struct

import pytest

from mailgate.mail.containers import unpack_msg, unpack_text, unpack_tnef
from mailgate.mail.contents import Contents
from mailgate.mail.parse import parse
from tests.mail.ole_file import Folder, compound_file
from tests.mail.written import TEXT, attached, mail, multipart_mail, part

CONTENT = bytes(range(256)) * 3


def uuencoded(name: str, content: bytes) -> bytes:
    lines = [binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45)]
    return f"begin 644 {name}\n".encode() + b"".join(lines) + b"`\nend\n"


def yenc(name: str, content: bytes) -> bytes:
    out = bytearray()
    for octet in content:
        value = (octet + 42) % 256
        out += bytes([61, (value + 64) % 256]) if value in (0, 10, 13, 61) else bytes([value])
    return (
        f"=ybegin line=128 size={len(content)} name={name}\r\n".encode()
        + bytes(out)
        + f"\r\n=yend size={len(content)}\r\n".encode()
    )


@pytest.mark.parametrize("encode", [uuencoded, yenc])
def test_a_file_in_the_text_is_taken_out_and_named_in_its_place(encode: object) -> None:
    assert callable(encode)
    raw = mail(body=b"see here\r\n" + encode("a.bin", CONTENT) + b"bye\r\n", encoding="8bit")
    read = parse(raw).mail
    assert read.text == "see here\n[a.bin]\nbye"
    (one,) = read.attachments
    assert (one.path, one.filename, one.size) == ("1/a.bin", "a.bin", len(CONTENT))
    assert Contents()(raw, one.path) == CONTENT
    assert one.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_words_that_begin_like_uuencode_stay_text() -> None:
    text = b"begin 644 the meeting\r\nwith coffee\r\n"
    assert unpack_text.take_out(text) == (text, ())


def test_a_path_in_a_uuencoded_name_is_only_a_name() -> None:
    (one,) = parse(mail(body=uuencoded("../../etc/cron.d/x", b"Cat"))).mail.attachments
    assert one.filename == "etc_cron.d_x"


# ------------------------------------------------------------------ winmail.dat


def tnef_object(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def winmail(*files: tuple[str, bytes], body: str = "") -> bytes:
    out = b"\x78\x9f\x3e\x22\x01\x00"
    out += tnef_object(1, 0x9006, 8, struct.pack("<I", 0x10000))
    out += tnef_object(1, 0x9007, 6, struct.pack("<II", 1252, 0))
    if body:
        out += tnef_object(1, 0x800C, 2, body.encode("cp1252") + b"\0")
    for name, content in files:
        out += tnef_object(2, 0x9002, 6, b"\0" * 14)
        out += tnef_object(2, 0x8010, 1, name.encode("cp1252") + b"\0")
        out += tnef_object(2, 0x800F, 6, content)
    return out + b"\0" * 12


def test_winmail_is_unpacked_beside_itself() -> None:
    container = winmail(("plan.pdf", b"%PDF-1.4 plan"), ("plan.pdf", b"%PDF-1.4 other"))
    raw = multipart_mail(TEXT, attached('filename="winmail.dat"', container, "application/ms-tnef"))
    read = parse(raw).mail
    assert [one.filename for one in read.attachments] == ["winmail.dat", "plan.pdf", "plan (2).pdf"]
    assert [one.path for one in read.attachments] == ["2", "2/plan.pdf", "2/plan (2).pdf"]
    assert Contents()(raw, "2/plan (2).pdf") == b"%PDF-1.4 other"
    assert read.attachments[1].content_type == "application/pdf"


def test_a_mail_that_is_only_winmail_has_its_text() -> None:
    raw = mail(
        body=winmail(body="Guten Tag, alles in winmail"),
        content_type="application/ms-tnef; name=winmail.dat",
        encoding="8bit",
    )
    assert parse(raw).mail.text == "Guten Tag, alles in winmail"


def test_a_mail_that_is_only_winmail_with_rich_text_has_its_text() -> None:
    rich = rb"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe aus Outlook\par}"
    packed = struct.pack("<IIII", len(rich) + 12, len(rich), 0x414C454D, 0) + rich
    padded = packed + b"\0" * (-len(packed) % 4)
    properties = struct.pack("<IHHII", 1, 0x0102, 0x1009, 1, len(packed)) + padded
    container = winmail()[:-12] + tnef_object(1, 0x9003, 6, properties) + b"\0" * 12
    raw = mail(body=container, content_type="application/ms-tnef; name=winmail.dat", encoding="binary")
    assert parse(raw).mail.text == "Grüße aus Outlook"


@pytest.mark.parametrize("broken", [b"", b"\x01" * 60, b"\x01\x00\x01\x90\x00\x00\x00\xff\xff\xff\xff"])
def test_C23_a_broken_winmail_stays_a_file(broken: bytes) -> None:
    container = b"\x78\x9f\x3e\x22" + broken
    assert [
        one.filename
        for one in parse(multipart_mail(TEXT, attached('filename="winmail.dat"', container))).mail.attachments
    ] == ["winmail.dat"]


def test_a_winmail_of_a_million_objects_stays_closed() -> None:
    assert unpack_tnef.unpack(b"\x78\x9f\x3e\x22\x01\x00" + b"\0" * 11_000_000) is None


# ------------------------------------------------------------------ .msg


def outlook() -> bytes:
    def text(value: str) -> bytes:
        return value.encode("utf-16-le").ljust(4096, b"\0")

    tree: Folder = {
        "__properties_version1.0": b"\0" * 32,
        "__substg1.0_0037001F": text("Angebot"),
        "__substg1.0_0C1A001F": text("Jürgen Müller"),
        "__substg1.0_5D01001F": text("jm@client.example"),
        "__substg1.0_0E04001F": text("Support"),
        "__substg1.0_1000001F": text("Guten Tag,\r\nanbei das Angebot."),
        "__attach_version1.0_#00000000": {
            "__substg1.0_3707001F": text("angebot.pdf"),
            "__substg1.0_37010102": b"%PDF-1.4" + b"x" * 5000,
        },
    }
    return compound_file(tree)


def test_an_outlook_message_is_readable() -> None:
    raw = multipart_mail(TEXT, attached('filename="Angebot.msg"', outlook(), "application/vnd.ms-outlook"))
    read = parse(raw).mail
    assert [one.filename for one in read.attachments] == ["Angebot.msg", "message.txt", "angebot.pdf"]
    text = Contents()(raw, "2/message.txt").decode()
    assert (
        text
        == "From: Jürgen Müller <jm@client.example>\nTo: Support\nSubject: Angebot\n\nGuten Tag,\nanbei das Angebot.\n"
    )
    assert Contents()(raw, "2/angebot.pdf") == b"%PDF-1.4" + b"x" * 5000


def test_a_compound_file_that_is_no_message_stays_closed() -> None:
    assert unpack_msg.unpack(compound_file({"WordDocument": b"x"})) is None
    assert unpack_msg.unpack(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2000) is None


def test_C21_an_archive_is_never_opened() -> None:
    raw = multipart_mail(TEXT, attached('filename="a.zip"', b"PK\x03\x04" + b"\0" * 50, "application/zip"))
    assert [one.filename for one in parse(raw).mail.attachments] == ["a.zip"]


def test_the_part_of_a_container_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Contents()(multipart_mail(TEXT, part("text/csv", b"x")), "2/none")
