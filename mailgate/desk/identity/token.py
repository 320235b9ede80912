"""Tokens: how a mail proves that it answers a letter of ours, without a password and without a session.

A token is HMAC-SHA-256 over purpose, the ticket's random id, the recipient and the key's id, cut to 85 bits and written
in base32, with one character before it that points to the key. It binds all four: a token of another ticket, of another
person or for another purpose does not verify, and a token that a mail server wrote in capitals does.

It travels by three carriers, because each is lost somewhere:

============ ==================================== ======================================================
carrier      what it looks like                   lost where
============ ==================================== ======================================================
address      ``support+t1042-k7q…@acme.example``  providers without subaddresses; people who type it anew
Message-ID   ``ticket.1042.t.k7q….9f3c@…``        relays that replace Message-IDs; new mails
quoted line  ``Ref: 1042-t-k7q…``                 people who do not quote
============ ==================================== ======================================================

Keys rotate: the first of the policy's secrets signs, all of them verify. A token that verifies with none of them is
simply no token; nothing here raises over what a stranger wrote.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from mailgate.desk.letter import Purpose
from mailgate.desk.policy import Mailbox, Subaddress
from mailgate.errors import ConfigError, Problem

MAC_LENGTH = 18
"""One character for the key and seventeen of five bits each: 85 bits (DESIGN: at least 80 in an address)."""

CHECK_LENGTH = 4
"""Twenty bits behind the code in an address, over what stands in front of them (see ``Tokens.made``)."""

LOCAL_PART_LIMIT = 64
"""RFC 5321 section 4.5.3.1.1."""

REFERENCE = "Ref: {number}-{purpose}-{mac}"
"""The line at the end of a letter, which a quoting reply brings back."""

_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(one + other for one in _DIGITS for other in _DIGITS)
_PURPOSES = "".join(purpose.value for purpose in Purpose)
_MAC = rf"[a-z2-7]{{{MAC_LENGTH}}}"
_CHECK = rf"[a-z2-7]{{{CHECK_LENGTH}}}"
_SUBADDRESS = re.compile(
    rf"(?P<box>.+)(?P<by>[+-])(?P<purpose>[{_PURPOSES}])(?P<number>[0-9]{{0,12}})-(?P<mac>{_MAC})(?P<check>{_CHECK})",
    re.IGNORECASE,
)
_PRETENCE = re.compile(
    rf"[{_PURPOSES}](?:[0-9]{{1,12}}-.*|-[a-z2-7]{{12,}})|.*-[a-z2-7]{{{MAC_LENGTH + CHECK_LENGTH}}}", re.IGNORECASE
)
"""What is like a token in an address: it begins like one (a ticket's number and a dash, or a dash and a long code), or
ends like one."""
_MESSAGE_ID = re.compile(
    rf"ticket\.(?P<number>[0-9]{{1,12}})\.(?P<purpose>[{_PURPOSES}])\.(?P<mac>{_MAC})\.[^@\s]{{1,80}}@\S+",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    rf"\bRef[:：]\s?(?P<number>[0-9]{{1,12}})-(?P<purpose>[{_PURPOSES}])-(?P<mac>{_MAC})\b", re.IGNORECASE
)
_ANY_ADDRESS = re.compile(rf"(?P<by>[+-])[{_PURPOSES}][0-9]{{0,12}}-{_MAC}{_CHECK}(?=@)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was found, not yet verified: what it claims to be for, and the code that would prove it.

    ``number`` is the ticket's; 0 where the token is for no ticket (an agent's control address). ``check`` stands behind
    the code in an address, and nowhere else.
    """

    purpose: Purpose
    number: int
    mac: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class SplitAddress:
    """An address of ours taken apart: the mailbox, and the token in its subaddress, if there is one. ``pretends``: it
    is like a token and is none."""

    mailbox: Mailbox
    token: Token | None = None
    pretends: bool = False


@dataclass(frozen=True)
class Tokens:
    """Signs and verifies with the policy's ``secrets``: (key id, key), newest first."""

    secrets: tuple[tuple[str, bytes], ...]

    def sign(self, purpose: Purpose, rid: str, recipient: str) -> str:
        """The code for one recipient of one ticket: 18 characters of base32 in lower case.

        Raises ``ConfigError`` when the desk has no secret.
        """
        if not self.secrets:
            raise ConfigError(
                (Problem("secret", 0, "", "there is no secret to sign tokens with", "run mailgate init"),)
            )
        key_id, key = self.secrets[0]
        return self._code(key_id, key, purpose, rid, recipient)

    def verify(self, purpose: Purpose, rid: str, mac: str, candidates: Iterable[str]) -> str | None:
        """The candidate address that the code was made for, as it was given; None when it was made for none of them."""
        wanted = mac.lower()
        keys = self._keys.get(wanted[:1], ())
        if len(wanted) != MAC_LENGTH or not keys or not wanted.isascii():
            return None
        for candidate in candidates:
            for key_id, key in keys:
                if hmac.compare_digest(self._code(key_id, key, purpose, rid, candidate), wanted):
                    return candidate
        return None

    def address(self, mailbox: Mailbox, purpose: Purpose, number: int, rid: str, recipient: str) -> str:
        """The mailbox's address with a token in it, to stand in Reply-To.

        The plain address where the mailbox takes no subaddresses, or where the local part would pass 64 octets.
        """
        local, _, domain = mailbox.address.rpartition("@")
        if mailbox.subaddress is Subaddress.NONE:
            return mailbox.address
        shown = "" if purpose is Purpose.CONTROL else str(number)
        code = self.sign(purpose, rid, recipient)
        check = self._check(*self.secrets[0], purpose, int(shown or 0), code)
        tagged = f"{local}{mailbox.subaddress.value}{purpose.value}{shown}-{code}{check}"
        return f"{tagged}@{domain}" if len(tagged) <= LOCAL_PART_LIMIT else mailbox.address

    def made(self, token: Token) -> bool:
        """Whether the desk made this token of an address, asked of the token alone: neither the ticket nor the reader
        need be known, so that the front may refuse what somebody made up (S-19).

        It proves nothing else: one guess in a million is right, and then ``verify`` still asks for 85 bits. The keys
        to ask with are those that sign, and those whose tokens are good for nothing any more: an honest answer to an
        old letter is no made-up address.
        """
        keys = self._keys.get(token.mac[:1], ())
        return any(
            hmac.compare_digest(self._check(*key, token.purpose, token.number, token.mac), token.check) for key in keys
        )

    def message_id(self, purpose: Purpose, number: int, rid: str, recipient: str, unique: str, domain: str) -> str:
        """A Message-ID (without angle brackets) that carries the token; ``unique`` makes it the letter's own."""
        return f"ticket.{number}.{purpose.value}.{self.sign(purpose, rid, recipient)}.{unique}@{domain}"

    @cached_property
    def _keys(self) -> dict[str, tuple[tuple[str, bytes], ...]]:
        """The keys by the character that points to them; two keys may share one."""
        found: dict[str, tuple[tuple[str, bytes], ...]] = {}
        for key_id, key in self.secrets:
            found[_pointer(key_id)] = (*found.get(_pointer(key_id), ()), (key_id, key))
        return found

    @staticmethod
    def _check(key_id: str, key: bytes, purpose: Purpose, number: int, code: str) -> str:
        """A word in front that is no purpose keeps it apart from the codes themselves."""
        bound = "\0".join(("made", purpose.value, str(number), code, key_id)).encode()
        return _base32(hmac.digest(key, bound, "sha256")[:5])[:CHECK_LENGTH]

    @staticmethod
    @lru_cache(maxsize=512)  # a letter carries the same code three times, and its answer brings it back
    def _code(key_id: str, key: bytes, purpose: Purpose, rid: str, recipient: str) -> str:
        bound = "\0".join((purpose.value, rid, recipient.lower(), key_id)).encode("utf-8", "replace")
        return _pointer(key_id) + _base32(hmac.digest(key, bound, "sha256")[:15])[: MAC_LENGTH - 1]


def binding(rid: str, entry_key: str) -> str:
    """What the token of a confirmation binds instead of the ticket's id alone (empty: no ticket): that one mail too."""
    return f"{rid}\0{entry_key}"


def split_address(address: str, mailboxes: Iterable[Mailbox]) -> SplitAddress | None:
    """Which mailbox of ours an address is, with its token if it carries one; None when it is no address of ours.

    ``support+anything@`` is the mailbox too where it takes subaddresses; only a well-formed token is split off.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    if not at:
        return None
    found = _SUBADDRESS.fullmatch(local) if "-" in local else None  # most addresses have none, and no token then
    for mailbox in mailboxes:
        own_local, _, own_domain = mailbox.address.lower().rpartition("@")
        if own_domain != domain:
            continue
        if local == own_local:
            return SplitAddress(mailbox)
        if mailbox.subaddress is Subaddress.NONE:
            continue
        if found and found["box"] == own_local and found["by"] == mailbox.subaddress.value:
            return SplitAddress(mailbox, _token(found))
        if local.startswith(own_local + mailbox.subaddress.value) and mailbox.subaddress is Subaddress.PLUS:
            pretends = _PRETENCE.fullmatch(local[len(own_local) + 1 :]) is not None
            return SplitAddress(mailbox, pretends=pretends)
    return None


def split_message_id(message_id: str) -> Token | None:
    """The token in a Message-ID of ours; None for anybody else's."""
    found = _MESSAGE_ID.fullmatch(message_id.strip("<> \t"))
    return _token(found) if found else None


def reference_line(number: int, purpose: Purpose, mac: str) -> str:
    """The line that stands at the very end of a letter, small."""
    return REFERENCE.format(number=number, purpose=purpose.value, mac=mac)


def find_references(text: str) -> Iterator[Token]:
    """The tokens of all reference lines in a text, top first (the newest letter is quoted first)."""
    if _may_refer(text):
        yield from (_token(found) for found in _REFERENCE.finditer(text))


def find_reference(text: str) -> Token | None:
    """The first reference line's token, or None."""
    return next(find_references(text), None)


def scrub(text: str) -> str:
    """The text without tokens: reference lines are cut, token addresses become plain ones.

    What an agent writes above our quoted notification goes to the customer, and an agent's token must not go with it.
    """
    unreferred = _REFERENCE.sub("", text) if _may_refer(text) else text
    return _ANY_ADDRESS.sub("", unreferred) if "@" in unreferred else unreferred


def _may_refer(text: str) -> bool:
    """A look that costs a twentieth of the pattern's; most texts have no reference line."""
    lowered = text.lower()
    return "ref:" in lowered or "ref：" in lowered


def _token(found: re.Match[str]) -> Token:
    check = found.groupdict().get("check") or ""
    return Token(Purpose(found["purpose"].lower()), int(found["number"] or 0), found["mac"].lower(), check.lower())


def _base32(octets: bytes) -> str:
    """RFC 4648 section 6 in lower case, of fives of octets: ten bits at a time takes half the time of ``base64``'s."""
    bits = int.from_bytes(octets, "big")
    return "".join([_PAIRS[bits >> place & 1023] for place in range(8 * len(octets) - 10, -1, -10)])


@lru_cache(maxsize=64)
def _pointer(key_id: str) -> str:
    return _base32(hashlib.sha256(key_id.encode()).digest()[:5])[0]
