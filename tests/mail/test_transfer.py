"""Transfer encodings are undone, however badly they were done."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.text.transfer import decode, tidy_base64


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


def written(content: bytes) -> bytes:
    """Base64 as RFC 2045 section 6.8 has it, without the last line's CRLF."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


@pytest.mark.parametrize("size", [1, 2, 3, 56, 57, 58, 113, 114, 57 * 256, 262_144, 400_001])
@pytest.mark.parametrize("after", [b"", b"\r\n", b"\r\n\r\n", b"\n"])
def test_tidy_base64_is_handed_on_as_it_came(size: int, after: bytes) -> None:
    """What stands before and after it in the mail is no part of it."""
    content = bytes(range(256)) * (size // 256 + 1)
    lines = written(content[:size])
    found = tidy_base64(b"head" + lines + after + b"tail", 4, 4 + len(lines) + len(after))
    assert found is not None
    assert (bytes(found.lines), len(found)) == (lines, size)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\r\n" * 100,
        b"QQ=",
        b"QR==",  # bits that no octet has
        b"QUJD=",
        b"QUJD QUJD",
        b"QUJD\r\nQUJD",
        written(bytes(200)).replace(b"\r\n", b"\n"),
        written(bytes(200)).replace(b"\r\n", b"\r\n\r\n", 1),
        written(bytes(200)).replace(b"A", b"=", 1),
        written(bytes(200)).replace(b"A", b"-", 1),
        written(bytes(200)).replace(b"A", b"\r", 1),
        written(bytes(200)) + b"AAAA" * 30,
        written(bytes(200)) + b"\r\n" + written(bytes(3)),
        b"\r\n" + written(bytes(200)),
        written(bytes(400_001)).replace(b"\r\nA", b"\r\n\0", 4000),
    ],
)
def test_base64_of_any_other_form_is_not(octets: bytes) -> None:
    """It could end our part, or be read otherwise by the next one; it is decoded and written anew."""
    assert tidy_base64(octets, 0, len(octets)) is None


@given(st.binary(max_size=300), st.integers(0, 500), st.sampled_from([b"", b"=", b"\r\n", b"A", b"\n", b" "]))
def test_what_is_handed_on_is_what_would_have_been_written(content: bytes, at: int, put: bytes) -> None:
    lines = written(content)
    octets = lines[:at] + put + lines[at:]
    found = tidy_base64(octets, 0, len(octets))
    if found is not None:
        assert bytes(found.lines) == written(decode(octets, "base64")[0])
