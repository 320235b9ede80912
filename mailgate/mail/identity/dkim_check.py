"""DKIM signatures (RFC 6376) that speak for the author's domain, verified by dkimpy under rules of our own.

dkimpy looks at one signature, passes one with ``l=`` although text was appended, and a second Subject put on top. Here:

========================================  ==================================================================
what is seen                              what comes of it
========================================  ==================================================================
a header that may stand once, twice       no signature counts (RFC 6376 section 8.15)
a bare CR, a space before a colon         no signature counts: parsers differ about where headers begin
``l=``; ``From`` not signed; not SHA-256  this signature does not count (sections 8.2, 5.4; RFC 8301)
a domain that is not the author's         not looked at: it could prove nothing
more than ``MOST`` of the author's        the rest is not looked at
half a million lines, endless blanks      no signature counts: it would cost the worker its life
a key under 1024 bits; expired; broken    dkimpy says no
DNS does not answer                       ``trouble``, so that nothing is concluded from it
========================================  ==================================================================
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.errors import Temporary
from mailgate.mail.identity.dmarc import Resolver, aligned

MOST = 5
_HASHED_AT_MOST = 33_554_432  # octets over all signatures of one mail; at least one signature is looked at
_MOST_LINES = 500_000  # dkimpy keeps a list of them: 25 MB of empty lines took 2.4 GB and half a minute
_BLANKS_TIMES_OCTETS = 100_000_000
_LONGEST_SIGNATURE = 8192

# RFC 5322 section 3.6, and what decides how the body is read (RFC 2045).
_ONCE = frozenset(
    b"from sender reply-to to cc subject date message-id in-reply-to references "
    b"mime-version content-type content-transfer-encoding".split()
)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_AMBIGUOUS = re.compile(rb"\r(?!\n)|^[!-9;-~]+[ \t]+:", re.MULTILINE)
_ODD_SPACE = re.compile(rb"\s{100}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}\.)*[a-z0-9_-]{1,63}")
_ALGORITHMS = ("rsa-sha256", "ed25519-sha256")

_silent = logging.getLogger("mailgate.dkim")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that verified: whose it is, and the lower-case names of the headers that it covers."""

    domain: str
    headers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verified:
    """What the signatures of one mail prove. ``evidence`` has a line for each that was looked at."""

    signed: tuple[Signed, ...] = ()
    evidence: tuple[str, ...] = ()
    trouble: bool = False


def verify(raw: bytes, author_domain: str, resolver: Resolver) -> Verified:
    """The signatures of the author's domain, or of its organisation, that hold. Never raises."""
    try:
        return _verify(raw, author_domain, resolver)
    except Exception as error:  # dkimpy raises IndexError, binascii.Error and more on odd mails; none of them is a pass
        return Verified(evidence=(f"dkim: cannot be read ({type(error).__name__})",))


def _verify(raw: bytes, author_domain: str, resolver: Resolver) -> Verified:
    from dkim import DKIM  # 100 ms to import, and most mails of a quiet desk need it only now

    end = _HEAD_END.search(raw)
    if _AMBIGUOUS.search(raw, 0, end.start() if end else len(raw)):
        return Verified(evidence=("dkim: headers that parsers read differently",))
    costly = _costly(raw)
    if costly:
        return Verified(evidence=(f"dkim: not looked at, {costly}",))
    message = DKIM(raw, logger=_silent, minkey=1024)
    twice = _repeated(message.headers)
    if twice:
        return Verified(evidence=(f"dkim: not believed, {twice} stands there twice",))
    signatures = [value for name, value in message.headers if name.lower() == b"dkim-signature"]
    candidates = [
        (index, tags)
        for index, value in enumerate(signatures)
        if (tags := _tags(value)) and aligned(author_domain, tags.get("d", "").lower(), strict=False)
    ]
    candidates.sort(key=lambda candidate: candidate[1].get("a", "") != "rsa-sha256")  # the one that everybody has
    found = Verified(evidence=() if candidates else (f"dkim: no signature of {author_domain}",))
    for index, tags in candidates[: max(1, min(MOST, _HASHED_AT_MOST // (len(raw) + 1)))]:
        found = _with(found, message, index, tags, resolver)
    return found


def _costly(raw: bytes) -> str:
    """What in the mail would cost dkimpy more memory or time than one mail may have; empty: nothing.

    It removes white space at the ends of lines by a pattern that takes the square of the longest run: minutes for one
    of 25 MB. In small mails longer runs may stand, since tables and HTML have them.
    """
    if raw.count(b"\n") > _MOST_LINES:
        return "too many lines"
    longest = max(40, _BLANKS_TIMES_OCTETS // len(raw))
    return "too much white space in a row" if b" " * longest in raw.replace(b"\t", b" ") else ""


def _repeated(headers: Sequence[Sequence[bytes]]) -> str:
    """A header that may stand once and stands there more often, or the empty string."""
    counts = Counter(name.lower() for name, _ in headers)
    return next((name.decode("ascii") for name in sorted(_ONCE) if counts[name] > 1), "")


def _tags(value: bytes) -> dict[str, str]:
    """The tags of a signature that can be looked at; nothing for one that is oversized or not ASCII."""
    if len(value) > _LONGEST_SIGNATURE or _ODD_SPACE.search(value) or not value.isascii():
        return {}
    pairs = (part.partition("=") for part in value.decode("ascii").split(";") if "=" in part)
    return {key.strip(): "".join(text.split()) for key, _, text in pairs}


def _with(found: Verified, message: object, index: int, tags: dict[str, str], resolver: Resolver) -> Verified:
    """``found`` and what this signature adds."""
    domain = tags["d"].lower()
    refusal = _refusal(tags)
    if refusal:
        return _add(found, f"dkim d={domain}: {refusal}")
    try:
        good = bool(message.verify(index, dnsfunc=_key_lookup(resolver)))  # type: ignore[attr-defined]  # dkimpy has none
    except Temporary:
        return _add(found, f"dkim d={domain}: DNS does not answer", trouble=True)
    except Exception as error:  # each of dkimpy's many exceptions means that it does not verify
        return _add(found, f"dkim d={domain}: fail ({type(error).__name__})")
    if not good:
        return _add(found, f"dkim d={domain}: fail")
    headers = frozenset(name.lower() for name in tags["h"].split(":"))
    return _add(found, f"dkim d={domain}: pass", signed=Signed(domain, headers))


def _refusal(tags: dict[str, str]) -> str:
    """Why a signature proves nothing even if it verifies; empty: it may."""
    if not _DOMAIN.fullmatch(tags["d"].lower()) or not _DOMAIN.fullmatch(tags.get("s", "").lower()):
        return "no valid domain and selector"
    if "l" in tags:
        return "covers a part of the body only (l=)"
    if tags.get("a", "").lower() not in _ALGORITHMS:
        return "no algorithm that counts today"
    if "from" not in tags.get("h", "").lower().split(":"):
        return "does not sign From"
    return ""


def _add(found: Verified, line: str, *, signed: Signed | None = None, trouble: bool = False) -> Verified:
    more = (*found.signed, signed) if signed else found.signed
    return Verified(more, (*found.evidence, line), found.trouble or trouble)


def _key_lookup(resolver: Resolver):  # type: ignore[no-untyped-def]  # dkimpy calls it with a timeout of its own
    def lookup(name: bytes, timeout: float = 5) -> bytes | None:
        records = resolver.txt(name.decode("ascii").rstrip(".").lower())
        return records[0].encode("ascii", "replace") if records else None

    return lookup
