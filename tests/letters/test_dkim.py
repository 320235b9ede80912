"""Our letters, signed and verified by the library that our own intake uses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dkim
import pytest

from mailgate.desk.identity.token import Tokens
from mailgate.desk.letter import LetterKind
from mailgate.errors import ConfigError
from mailgate.letters.compose import Composer
from mailgate.letters.dkim import Signer
from tests.letters.conftest import POLICY, FixedClock, order, write
from tests.openssl import dkim_record, openssl


@dataclass(frozen=True)
class Key:
    domain: str
    selector: str
    key_file: str


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    openssl("genrsa", "-traditional", "-out", str(path), "2048")
    return path


def dns(key_file: Path):
    record = dkim_record(key_file)
    return lambda name, timeout=5: record


def test_a_letter_verifies_and_a_changed_or_topped_one_does_not(templates, key_file):
    key = Key("acme.example", "mail", str(key_file))
    composer = Composer(POLICY, Tokens(POLICY.secrets), templates, FixedClock(), {"acme": key})
    data = write(composer, order(LetterKind.ANSWER, text="Open the tray.\n.\nFrom here")).data
    assert dkim.verify(data, dnsfunc=dns(key_file))
    assert not dkim.verify(data.replace(b"tray", b"door"), dnsfunc=dns(key_file))
    assert not dkim.verify(b"Subject: another\r\n" + data, dnsfunc=dns(key_file)), "a second Subject on top"
    assert not dkim.verify(b"From: eve@x.example\r\n" + data, dnsfunc=dns(key_file)), "a second From on top"


def test_a_brand_without_a_key_sends_unsigned(composer):
    assert b"DKIM-Signature" not in write(composer, order(LetterKind.ANSWER, text="x")).data


@pytest.mark.parametrize(
    "content", [None, b"", b"no key", b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"]
)
def test_a_key_that_cannot_be_used_stops_the_start(tmp_path, content):
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"key\.pem"):
        Signer("acme.example", "mail", str(path))
