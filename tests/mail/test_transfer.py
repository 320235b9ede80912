"""Transfer encodings are undone, however badly they were done."""

from __future__ import annotations

import base64

import pytest

from mailgate.mail.text.transfer import decode


@pytest.mark.parametrize(
    ("octets", "encoding", "content"),
    [
        (b"SGVsbG8=\r\n", "base64", b"Hello"),
        (b"SGVs\r\nbG8\r\n", "base64", b"Hello"),
        (b"QUJDR", "base64", b"ABC"),
        (b"SGVsbG8=SGVsbG8=", "Base64", b"HelloHello"),
        (b"SGV sbG8=!", "base64", b"Hello"),
        (b"a=3Db=\r\nc", "quoted-printable", b"a=bc"),
        (b"a=ZZb=E2=82=\r\n=", "quoted-printable", b"a=ZZb\xe2\x82"),
        (b"as it is", "8bit", b"as it is"),
        (b"as it is", "x-unknown", b"as it is"),
        (b"begin 644 ../../etc/cron.d/x\r\n#0V%T\r\n`\r\nend\r\n", "x-uuencode", b"Cat"),
    ],
)
def test_content_is_recovered(octets: bytes, encoding: str, content: bytes) -> None:
    assert decode(octets, encoding)[0] == content


def test_text_that_only_claims_to_be_base64_stays() -> None:
    text = "Das hier ist gar kein base64; es sieht nur so aus, sagt der Kopf. Grüße!".encode()
    assert decode(text, "base64") == (text, "not-base64")


def test_an_unknown_encoding_is_named() -> None:
    assert decode(b"x", "x-unknown")[1] == "unknown-transfer-encoding"


def test_large_base64_is_quick_and_exact() -> None:
    content = bytes(range(256)) * 4_000
    assert decode(base64.encodebytes(content), "base64") == (content, "")
