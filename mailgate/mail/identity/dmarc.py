"""What a domain asks of mail in its name: the DMARC record (RFC 7489), and whether two domains belong together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Protocol


class Resolver(Protocol):
    """DNS, as far as proof needs it. Names come without a final dot.

    Every lookup raises ``errors.Temporary`` on a timeout or SERVFAIL, and gives an empty tuple where there is nothing.
    """

    def begin(self) -> None:
        """A new mail: whatever time one mail may spend on DNS starts now."""
        ...

    def txt(self, name: str) -> tuple[str, ...]:
        """The TXT records, each with its strings joined."""
        ...

    def a(self, name: str) -> tuple[str, ...]:
        """The IPv4 and IPv6 addresses."""
        ...

    def mx(self, name: str) -> tuple[str, ...]:
        """The mail exchangers' names, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """A published record. ``requested`` (on failure): ``none``, ``quarantine`` or ``reject``."""

    domain: str
    requested: str
    strict_dkim: bool
    strict_spf: bool


def policy(domain: str, resolver: Resolver) -> Policy | None:
    """The record of the author's domain, else of its organisational domain (RFC 7489 section 6.6.3); None: none.

    Two records in one place count as none, and so does one without a valid ``p``. Raises ``errors.Temporary``.
    """
    top = organisational(domain)
    for place in dict.fromkeys((domain, top)):
        records = [record for text in resolver.txt(f"_dmarc.{place}") if (record := _tags(text))]
        if len(records) == 1:
            return _policy(place, records[0], inherited=place != domain)
    return None


def _tags(text: str) -> dict[str, str]:
    """The record's tags, or nothing where the text is no DMARC record (``v=DMARC1`` must come first)."""
    pairs = [part.partition("=") for part in text[:4096].split(";") if "=" in part]
    if not pairs or (pairs[0][0].strip(), pairs[0][2].strip()) != ("v", "DMARC1"):
        return {}
    return {key.strip().lower(): value.strip().lower() for key, _, value in pairs}


def _policy(place: str, tags: dict[str, str], *, inherited: bool) -> Policy | None:
    requested = tags.get("p", "")
    if inherited:
        requested = tags.get("sp", requested)
    if requested not in ("none", "quarantine", "reject"):
        return None
    return Policy(place, requested, tags.get("adkim") == "s", tags.get("aspf") == "s")


def aligned(author_domain: str, domain: str, *, strict: bool) -> bool:
    """Whether a proved ``domain`` speaks for the author's: the same one, or by default one of the same organisation."""
    if not author_domain or not domain:
        return False
    if author_domain == domain:
        return True
    return not strict and organisational(author_domain) == organisational(domain)


@lru_cache(maxsize=4096)
def organisational(domain: str) -> str:
    """The domain that somebody registered, by the Public Suffix List: ``a.b.co.uk`` is part of ``b.co.uk``.

    A name under an unknown top is one label long (the list's rule ``*``); a public suffix itself, an address literal or
    anything odd is its own organisation. (publicsuffix2 makes all of ``*.example`` one: so the rules are read here.)
    """
    labels = domain.split(".")
    if not all(labels) or labels[-1].isdigit() or len(labels) > 127:
        return domain
    rules = _suffixes()
    for start in range(len(labels)):
        suffix = ".".join(labels[start:])
        if f"!{suffix}" in rules:
            return suffix
        parent = ".".join(labels[start + 1 :])
        if suffix in rules or (parent and f"*.{parent}" in rules) or start == len(labels) - 1:
            return ".".join(labels[max(0, start - 1) :])
    return domain


@lru_cache(maxsize=1)
def _suffixes() -> frozenset[str]:
    """The rules of the list that authheaders brings along, in A-labels."""
    text = (files("authheaders") / "public_suffix_list.txt").read_text("utf-8")
    lines = (line.split()[0] for line in text.splitlines() if line.strip() and not line.startswith("//"))
    return frozenset(_a_label(rule) for rule in lines)


def _a_label(rule: str) -> str:
    """The rule as it compares with a domain on the wire."""
    if rule.isascii():
        return rule.lower()
    return ".".join(label if label.isascii() else label.encode("idna").decode("ascii") for label in rule.split("."))
