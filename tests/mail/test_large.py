"""A large mail is read a piece at a time, and wherever a piece ends, the reading is that of the whole."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailgate.mail import digest
from mailgate.mail.contents import Contents
from mailgate.mail.parse import parse
from mailgate.mail.text import transfer

HEAD = (
    b"From: a@client.example\r\nSubject: a film\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: application/octet-stream; name="film.bin"\r\nContent-Transfer-Encoding: Base64\r\n\r\n'
)
SCRAPS = st.lists(st.sampled_from([b"QUJD", b"QQ==", b"QUI=", b"=", b"Q", b"\r\n", b"\n", b" ", b"!"])).map(b"".join)
BODIES = st.lists(st.sampled_from([b"a", b"word ", b"\r\n", b"\n", b"\r", b" ", b"\0", b"\x80", b"-" * 9])).map(
    b"".join
)


def in_pieces(octets: bytes, piece: int) -> bytes | None:
    """The content, read by so many octets at a time from the midst of a mail."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "PIECE", piece)
        return transfer.large_base64(b"head" + octets + b"tail", 4, 4 + len(octets))


@settings(max_examples=300, deadline=None)
@given(octets=SCRAPS, piece=st.integers(1, 9))
@example(octets=b"QQ==QUJD", piece=4)
@example(octets=b"QQ==\r\nQUJD", piece=1)
def test_base64_in_pieces_is_read_as_a_whole_or_not_at_all(octets: bytes, piece: int) -> None:
    """What is not in good order is left to the reading that makes the best of it."""
    content = in_pieces(octets, piece)
    assert content is None or (content, "") == transfer.decode(octets, "base64")


@given(content=st.binary(max_size=200), piece=st.integers(1, 99))
def test_base64_in_good_order_is_read_in_pieces(content: bytes, piece: int) -> None:
    """Wherever they end."""
    assert in_pieces(base64.encodebytes(content), piece) == content


@pytest.mark.parametrize("damage", [b"", b"QQ==", b"!"])
def test_a_large_attachment_is_whole_also_where_its_base64_is_broken(damage: bytes) -> None:
    """The same octets as from a small one."""
    film = bytes(range(256)) * 8_000
    raw = HEAD + damage + base64.encodebytes(film)
    (attached,) = parse(raw).mail.attachments
    wanted = transfer.decode(damage, "base64")[0] + film
    assert (attached.size, attached.sha256) == (len(wanted), hashlib.sha256(wanted).hexdigest())
    assert Contents()(raw, attached.path) == wanted
    assert ("broken-base64" in parse(raw).mail.defects) == bool(damage)


@settings(max_examples=300, deadline=None)
@given(body=BODIES, piece=st.integers(1, 9))
def test_the_hash_of_a_mail_is_that_of_its_whole_body(body: bytes, piece: int) -> None:
    """Line ends as LF, no blanks at the end, no NUL; however it is cut, or mails that come twice were not the same."""
    raw = b"x: y\r\n\r\n" + body
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest, "PIECE", piece)
        found = digest.content_hash([("From", b"a@b")], raw, 8)
    counted = re.sub(rb"[\0\x80]", b"", body.replace(b"\r\n", b"\n").rstrip(b"\r\n \t"))
    assert found == hashlib.sha256(b"from:a@b\n\n" + counted).hexdigest()
