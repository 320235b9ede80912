"""SPF (RFC 7208): may the host that connected send mail for the envelope's domain?

No library with a licence that suits us takes its DNS as an argument, and the part that matters here is small. ``exp``
is not fetched, and ``ptr`` and the macro ``p`` never match (section 5.5: "do not use"). Ten terms that ask DNS and two
empty answers are the limit (section 4.6.4); beyond it the record is in error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from mailgate.mail.identity.dmarc import Resolver

_LOOKUPS = 10
_VOIDS = 2
_MX_NAMES = 10
_WORDS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9._-]*)(?::([^/\s][^\s]*?))?((?:/\d{1,3}){0,1}(?://\d{1,3})?)$")
_MACRO = re.compile(r"%(?:\{([a-zA-Z])(\d{0,3})(r?)([.+,/_=-]*)\}|([%_-])|)")
_ASKS = frozenset({"include", "a", "mx", "ptr", "exists"})

Ip = IPv4Address | IPv6Address


class _RecordError(Exception):
    """The record, or one that it leads to, cannot be used: ``permerror``."""


@dataclass
class _Query:
    """One check: who connects, in whose name, and how much may still be asked."""

    ip: Ip
    sender: str
    helo: str
    resolver: Resolver
    lookups: int = _LOOKUPS
    voids: int = _VOIDS

    def spend(self) -> None:
        self.lookups -= 1
        if self.lookups < 0:
            raise _RecordError("more than ten lookups")

    def found(self, answer: tuple[str, ...]) -> tuple[str, ...]:
        """The answer; an empty one counts as void."""
        self.voids -= not answer
        if self.voids < 0:
            raise _RecordError("more than two void lookups")
        return answer


def check(ip: str, sender: str, helo: str, resolver: Resolver) -> str:
    """The result of section 2.6 for ``sender`` (an address): ``pass``, ``fail``, ``softfail``, ``neutral``, ``none``
    or ``permerror``. Raises ``errors.Temporary`` where DNS does not answer."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "none"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    domain = sender.rpartition("@")[2].lower().rstrip(".")
    if not domain or "." not in domain or domain.startswith("["):
        return "none"
    try:
        return _evaluate(_Query(address, sender, helo, resolver), domain)
    except _RecordError:
        return "permerror"


def _evaluate(query: _Query, domain: str) -> str:
    """The result of a domain's record (section 4.6): the first mechanism that matches decides."""
    records = [text for text in query.resolver.txt(domain) if text.lower() == "v=spf1" or text.lower()[:7] == "v=spf1 "]
    if len(records) != 1:
        if records:
            raise _RecordError("two records")
        return "none"
    redirect = ""
    for term in records[0].split()[1:]:
        name, equals, value = term.partition("=")
        if equals and re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*", name):
            redirect = value if name.lower() == "redirect" else redirect
            continue
        match = _TERM.match(term)
        if match is None:
            raise _RecordError("a term that is none")
        if _matches(query, domain, match[2].lower(), match[3] or "", match[4]):
            return _WORDS[match[1] or "+"]
    if not redirect:
        return "neutral"
    query.spend()
    result = _evaluate(query, _expand(query, domain, redirect))
    if result == "none":
        raise _RecordError("redirect leads nowhere")
    return result


def _matches(query: _Query, domain: str, name: str, value: str, prefix: str) -> bool:
    """Whether one mechanism matches the connecting host."""
    mechanism = _MECHANISMS.get(name)
    if mechanism is None:
        raise _RecordError("an unknown mechanism")
    if name in _ASKS:
        query.spend()
    return mechanism(query, domain, value, prefix)


def _all(_query: _Query, _domain: str, _value: str, _prefix: str) -> bool:
    return True


def _network(query: _Query, _domain: str, value: str, prefix: str) -> bool:
    try:
        return query.ip in ip_network(value + prefix, strict=False)
    except ValueError as error:
        raise _RecordError("no network") from error


def _include(query: _Query, domain: str, value: str, _prefix: str) -> bool:
    result = _evaluate(query, _expand(query, domain, value))
    if result == "none":
        raise _RecordError("include leads nowhere")
    return result == "pass"


def _a(query: _Query, domain: str, value: str, prefix: str) -> bool:
    return _near(query, query.found(query.resolver.a(_expand(query, domain, value))), prefix)


def _mx(query: _Query, domain: str, value: str, prefix: str) -> bool:
    names = query.found(query.resolver.mx(_expand(query, domain, value)))
    if len(names) > _MX_NAMES:
        raise _RecordError("more than ten exchangers")
    return any(_near(query, query.resolver.a(name), prefix) for name in names)


def _exists(query: _Query, domain: str, value: str, _prefix: str) -> bool:
    return any(
        "." in address and ":" not in address
        for address in query.found(query.resolver.a(_expand(query, domain, value)))
    )


def _never(_query: _Query, _domain: str, _value: str, _prefix: str) -> bool:
    return False


_MECHANISMS: dict[str, Callable[[_Query, str, str, str], bool]] = {
    "all": _all,
    "include": _include,
    "a": _a,
    "mx": _mx,
    "ptr": _never,
    "ip4": _network,
    "ip6": _network,
    "exists": _exists,
}


def _near(query: _Query, addresses: tuple[str, ...], prefix: str) -> bool:
    """Whether one of the addresses is the host's, within ``/24`` (IPv4) or ``//64`` (IPv6)."""
    four, _, six = prefix.partition("//")
    bits = (four.lstrip("/") or "32") if query.ip.version == 4 else (six or "128")
    for text in addresses:
        try:
            network: IPv4Network | IPv6Network = ip_network(f"{text}/{bits}", strict=False)
        except ValueError:
            continue
        if query.ip in network:
            return True
    return False


def _expand(query: _Query, domain: str, value: str) -> str:
    """The name that a term speaks of, its macros replaced (section 7); the record's own domain where it names none."""
    name = _MACRO.sub(lambda match: _macro(query, domain, match), value) if value else domain
    if not name or len(name) > 253:
        raise _RecordError("no domain")
    return name.lower().rstrip(".")


def _macro(query: _Query, domain: str, match: re.Match[str]) -> str:
    letter, digits, reverse, delimiters, escaped = match.groups()
    if letter is None:
        if escaped is None:
            raise _RecordError("a macro that is none")
        return {"%": "%", "_": " ", "-": "%20"}[escaped]
    local, _, sender_domain = query.sender.rpartition("@")
    dotted = str(query.ip) if query.ip.version == 4 else ".".join(query.ip.exploded.replace(":", ""))
    known = {
        "s": query.sender,
        "l": local or "postmaster",
        "o": sender_domain,
        "d": domain,
        "i": dotted,
        "h": query.helo,
        "v": "in-addr" if query.ip.version == 4 else "ip6",
    }
    if letter.lower() not in known:
        raise _RecordError("a macro that is not served")
    parts = re.split(f"[{re.escape(delimiters or '.')}]", known[letter.lower()])
    if reverse:
        parts.reverse()
    return ".".join(parts[-int(digits) :] if digits and int(digits) else parts)
