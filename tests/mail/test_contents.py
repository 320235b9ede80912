"""The octets of attachments, when many of one mail are asked for."""

from __future__ import annotations

import base64

import pytest

from mailgate.mail import parts
from mailgate.mail.containers import unpack
from mailgate.mail.contents import Contents
from mailgate.mail.limits import Limits
from mailgate.mail.parse import parse
from mailgate.mail.text.transfer import Base64
from tests.mail.written import TEXT, attached, mail, multipart_mail


def test_the_structure_is_read_once_however_many_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred attachments cost one reading of the mail, not two hundred."""
    raw = multipart_mail(TEXT, *(attached(f'filename="{at}.bin"', bytes([at])) for at in range(150)))
    paths = [one.path for one in parse(raw).mail.attachments]
    trees = 0
    tree = parts.tree

    def counted(*arguments: object) -> parts.Part:
        nonlocal trees
        trees += 1
        return tree(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(parts, "tree", counted)
    contents = Contents()
    assert [contents(raw, path) for path in paths] == [bytes([at]) for at in range(150)]
    assert trees == 1


def test_a_container_is_opened_once_for_all_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a text with uuencoded files in it."""
    body = b"".join(b"begin 644 %d.txt\n#0V%%T\n`\nend\n" % at for at in range(20))
    raw = mail(body=body, encoding="8bit")
    paths = [one.path for one in parse(raw).mail.attachments]
    opened: list[str] = []
    contents_of = unpack.contents

    def noted(part: parts.Part, limits: Limits) -> dict[str, bytes]:
        opened.append(part.path)
        return contents_of(part, limits)

    monkeypatch.setattr(unpack, "contents", noted)
    contents = Contents()
    assert {contents(raw, path) for path in paths} == {b"Cat"}
    assert (len(paths), opened) == (20, ["1"])


def test_another_mail_is_another_structure() -> None:
    """The same path in the next mail gives that mail's octets; one that is not there raises."""
    one, other = (multipart_mail(TEXT, attached('filename="a.bin"', octets)) for octets in (b"one", b"other"))
    contents = Contents()
    assert (contents(one, "2"), contents(other, "2"), contents(one, "2")) == (b"one", b"other", b"one")
    with pytest.raises(KeyError):
        contents(one, "9")
    with pytest.raises(KeyError):
        contents(one, "2/inner.txt")


def test_only_base64_as_we_write_it_is_carried_on_undecoded() -> None:
    """Anything else is decoded; what a container holds always is. A path that is not there raises."""
    octets = bytes(range(256))
    tidy = multipart_mail(TEXT, attached('filename="a.bin"', octets), TEXT)
    sent = Contents().to_carry(tidy, "2")
    assert isinstance(sent, Base64)
    assert base64.b64decode(sent.lines) == octets
    odd = tidy.replace(b"\r\n", b"\n")
    assert (Contents().to_carry(odd, "2"), Contents().to_carry(tidy, "1")) == (octets, Contents()(tidy, "1"))
    with pytest.raises(KeyError):
        Contents().to_carry(tidy, "9")
    held = mail(body=b"begin 644 a.txt\n#0V%T\n`\nend\n", encoding="8bit")
    (path,) = [one.path for one in parse(held).mail.attachments]
    assert Contents().to_carry(held, path) == b"Cat"
