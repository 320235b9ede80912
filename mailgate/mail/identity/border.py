"""Which ``Authentication-Results`` our provider wrote, and which came in with the mail.

Every host that passes a mail on puts its headers on top. So the headers above the ``Received`` line of the hop that
crossed our provider's border were written inside, and everything below came from outside, whatever it claims to be.

================================  =======================================================================
the header stands                 and is
================================  =======================================================================
above the border hop              believed, if it bears the profile's authserv-id (or is the topmost)
right below the border hop        the first one, where it bears that id and the profile says that the provider
                                  writes there (``below``; ``_WRITES_BELOW``)
anywhere else, or no border hop   ignored: RFC 8601 section 5 lets strangers write what they like
================================  =======================================================================
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from mailgate.mail.identity import authres
from mailgate.mail.identity.authres import AuthResults
from mailgate.mail.identity.dmarc import organisational

Headers = Sequence[tuple[str, str]]

# Its border host writes one on each mail, directly below its own Received line, so the first one there is its own.
_WRITES_BELOW = ("mx.google.com",)

_FROM = re.compile(r"\s*from\s+(\S{1,255})\s*((?:\([^()]{0,500}(?:\([^()]{0,500}\)[^()]{0,500}){0,5}\)\s*){0,3})", re.I)
_BY = re.compile(r"(?:^|\s)by\s+(\S{1,255})", re.IGNORECASE)
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}")
_READ_AT_MOST = 4096


def believed(headers: Headers, authserv_id: str, client_ip: str, below: bool = False) -> tuple[AuthResults | None, str]:
    """What our provider found, from all its headers, or None; and a sentence that says why.

    ``headers`` are (lower-case name, value), top first. ``authserv_id`` empty: the topmost header, whoever it names.
    One that begins with a dot stands for every name under it. ``below``: a milter wrote it, below its server's own
    Received line. ``client_ip`` is the trusted relay that handed us the mail over SMTP (else empty); our own Received
    names it.
    """
    border = _border(headers, organisational(authserv_id.lower().lstrip(".")), client_ip)
    if border is None:
        return None, "no Received line shows where the mail came in from outside"
    above = [value for name, value in headers[:border] if name == "authentication-results"]
    if not authserv_id:
        found = authres.read(above[0]) if above else None
        return found, "the topmost Authentication-Results" if found else "our provider wrote no Authentication-Results"
    read = [authres.read(value) for value in above]
    ours = [results for results in read if results and _bears(results, authserv_id.lower())]
    if ours:
        merged = tuple(result for results in ours for result in results.results)
        return AuthResults(authserv_id.lower(), merged), f"Authentication-Results of {authserv_id}"
    return _below(headers, border, authserv_id.lower(), below)


def _bears(results: AuthResults, authserv_id: str) -> bool:
    """Whether it is the provider's own, by its id."""
    if authserv_id.startswith("."):
        return results.authserv_id.endswith(authserv_id)
    return results.authserv_id == authserv_id


def _below(headers: Headers, border: int, authserv_id: str, below: bool) -> tuple[AuthResults | None, str]:
    """The provider that writes below its border's Received line; only the first header there is its own."""
    claimed = any(
        name == "authentication-results" and value.strip().lower().startswith(authserv_id) for name, value in headers
    )
    ignored = "Authentication-Results below our provider's border are ignored" if claimed else ""
    by = _by(headers[border][1])
    google = authserv_id in _WRITES_BELOW and by == authserv_id
    if not google and not (below and _owned(by, organisational(authserv_id))):
        return None, ignored or f"no Authentication-Results of {authserv_id}"
    for name, value in headers[border + 1 :]:
        if name == "received":
            break
        if name == "authentication-results":
            found = authres.read(value)
            if found and found.authserv_id == authserv_id:
                return found, f"Authentication-Results of {authserv_id}"
            break
    return None, ignored or f"no Authentication-Results of {authserv_id}"


def _border(headers: Headers, provider: str, client_ip: str) -> int | None:
    """The index of the first Received line whose sending side lies outside; None: there is none."""
    hops = [at for at, (name, _) in enumerate(headers) if name == "received"]
    if client_ip and hops and client_ip in _sending_side(headers[hops[0]][1]):
        hops = hops[1:]
    if not provider and hops:
        provider = organisational(_by(headers[hops[0]][1]))
    return next((at for at in hops if not _inside(headers[at][1], provider)), None)


def _sending_side(received: str) -> str:
    match = _FROM.match(received[:_READ_AT_MOST])
    return match[0] if match else ""


def _by(received: str) -> str:
    match = _BY.search(received[:_READ_AT_MOST])
    return match[1].lower().rstrip(".") if match else ""


def _inside(received: str, provider: str) -> bool:
    """Whether the hop came from our provider's own hosts: no host at all, private addresses, or its own names.

    A name alone may be a stranger's HELO; where the line also tells the name that DNS gives for the address, that one
    must belong to the provider too.
    """
    match = _FROM.match(received[:_READ_AT_MOST])
    if match is None:
        return not received[:_READ_AT_MOST].lstrip().lower().startswith("from")
    name, comment = match[1].lower().rstrip("."), match[2]
    addresses = [address for text in _IP.findall(f"{name} {comment}") if (address := _address(text))]
    if not any(address.is_global for address in addresses):
        return bool(addresses) or "." not in name or _owned(name, provider)
    confirmed = comment.lstrip("( ").split(maxsplit=1)[0].lower().rstrip(".)") if comment.strip("() \t") else ""
    named = bool(confirmed) and _IP.search(confirmed) is None
    return _owned(name, provider) and (not named or _owned(confirmed, provider))


def _owned(name: str, provider: str) -> bool:
    return bool(provider) and organisational(name) == provider


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
