"""Real DKIM signatures for tests: RSA keys made on the spot, dkimpy to sign, and a DNS that is a dict."""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import dkim

from mailgate.errors import Temporary

AUTHOR = "ana@corp.example"
PLAIN = (
    b"From: Ana <ana@corp.example>\r\nTo: support@desk.example\r\nSubject: please close\r\n"
    b"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@corp.example>\r\n\r\n#close\r\n"
)
USUAL = (b"from", b"to", b"subject", b"date", b"message-id")


@dataclass
class DictDns:
    """The second implementation of ``Resolver``: records in dicts; ``away`` names (or ``*``) time out."""

    texts: dict[str, Sequence[str]] = field(default_factory=dict)
    addresses: dict[str, Sequence[str]] = field(default_factory=dict)
    exchangers: dict[str, Sequence[str]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.asked.clear()

    def txt(self, name: str) -> tuple[str, ...]:
        return self._answer(self.texts, name)

    def a(self, name: str) -> tuple[str, ...]:
        return self._answer(self.addresses, name)

    def mx(self, name: str) -> tuple[str, ...]:
        return self._answer(self.exchangers, name)

    def _answer(self, records: dict[str, Sequence[str]], name: str) -> tuple[str, ...]:
        self.asked.append(name)
        if name in self.away or "*" in self.away:
            raise Temporary("no answer")
        return tuple(records.get(name, ()))


@dataclass(frozen=True)
class Key:
    """An RSA key: PEM (PKCS #1) to sign, and the TXT record of its public half."""

    pem: bytes
    record: str


@lru_cache
def key(bits: int = 1024, seed: int = 1) -> Key:
    """A key of that size; the same one for the same seed, so that tests take no time."""
    chance = random.Random(bits * 1000 + seed)
    p, q = _prime(bits // 2, chance), _prime(bits - bits // 2, chance)
    n, e = p * q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    private = _sequence(*(_integer(v) for v in (0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))
    rsa = bytes.fromhex("300d06092a864886f70d0101010500")
    public = _sequence(rsa, _tagged(3, b"\0" + _sequence(_integer(n), _integer(e))))
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.encodebytes(private) + b"-----END RSA PRIVATE KEY-----\n"
    return Key(pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


def signed(
    raw: bytes = PLAIN,
    domain: str = "corp.example",
    headers: Sequence[bytes] = USUAL,
    *,
    with_key: Key | None = None,
    length: bool = False,
) -> bytes:
    """The mail with a signature of ``domain`` (selector ``s1``) on top."""
    signature = dkim.sign(
        raw, b"s1", domain.encode(), (with_key or key()).pem, include_headers=list(headers), length=length
    )
    return signature + raw


def dns(
    *, policy: str | None = None, domain: str = "corp.example", with_key: Key | None = None, **more: str
) -> DictDns:
    """The key of ``domain``, and a DMARC policy such as ``p=reject`` where one is wanted."""
    texts: dict[str, Sequence[str]] = {f"s1._domainkey.{domain}": [(with_key or key()).record]}
    if policy:
        texts["_dmarc.corp.example"] = [f"v=DMARC1; {policy}"]
    texts.update({name: [text] for name, text in more.items()})
    return DictDns(texts)


def _prime(bits: int, chance: random.Random) -> int:
    while True:
        candidate = chance.getrandbits(bits) | (3 << (bits - 2)) | 1
        if candidate % 65537 != 1 and all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7, 11)):
            return candidate


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    length = bytes([size]) if size < 128 else bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + content


def _integer(value: int) -> bytes:
    return _tagged(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))
