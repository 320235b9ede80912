"""Was it really the author who wrote this? Three answers, pass, unknown and fail, and the evidence for each.

Asked in this order; the first that can answer does:

=================================================  ==========================================================
what is there                                      the answer
=================================================  ==========================================================
no single author                                   unknown
authenticated at our own submission port           pass for that author; unknown for any other
our provider says dmarc=pass or dmarc=fail         that (which headers are our provider's: ``border``)
a policy is published, and DKIM or SPF aligns      pass
a policy is published, nothing aligns              fail
no policy, a DKIM signature of the domain holds    pass
DNS does not answer, or nothing of the above       unknown
=================================================  ==========================================================

SPF is checked where the author's side connects to us, and nowhere else. Where it cannot be checked, and the policy
asks for nothing (``p=none``), that nothing aligned was seen is no evidence of forgery: unknown. ARC seals are not
read: no sealer is trusted (RFC 8617 section 5.2 leaves that to local policy).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from mailgate.errors import Temporary
from mailgate.mail.identity import dmarc
from mailgate.mail.identity.authres import AuthResults
from mailgate.mail.identity.border import believed
from mailgate.mail.identity.dkim_check import verify
from mailgate.mail.identity.dmarc import Resolver, aligned
from mailgate.mail.identity.spf import check as check_spf
from mailgate.mail.model import Address, Envelope, Mail, Proof, Sender

__all__ = ["Profile", "Resolver", "prove"]

_READ_AT_MOST = 262_144
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_HEADER = re.compile(rb"^([!-9;-~]{1,64})[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Profile:
    """Whose ``Authentication-Results`` are believed: the provider's by its id, or the topmost one; ``below``: what a
    milter wrote below its server's own Received line too.

    ``trusted_relays`` (CIDR) are hosts in front of us whose verdicts count on SMTP intake, and which are not the
    author's side. With nothing set, only our own checks speak.
    """

    authserv_id: str = ""
    topmost: bool = False
    trusted_relays: tuple[str, ...] = ()
    below: bool = False


@dataclass
class _Case:
    """What was found for one author, on the way to a verdict."""

    author: Address
    evidence: list[str] = field(default_factory=list)
    dkim: list[tuple[str, frozenset[str] | None]] = field(default_factory=list)
    spf: list[str] = field(default_factory=list)
    spf_known: bool = False
    trouble: bool = False

    def rule(self, proof: Proof, method: str = "", signed: frozenset[str] | None = None) -> Sender:
        return Sender(self.author, proof, method, tuple(self.evidence), signed)


def prove(raw: bytes, mail: Mail, envelope: Envelope, profile: Profile, resolver: Resolver) -> Sender:
    """Who sent the mail and how far that is proved. Never raises; ``raw`` is the mail as the spool keeps it."""
    if mail.author is None:
        return Sender(None, Proof.UNKNOWN, evidence=(f"author unknown: {mail.author_unknown}",))
    case = _Case(mail.author)
    if envelope.source == "submission":
        return _submitted(case, envelope)
    resolver.begin()
    relayed = envelope.source == "smtp" and _within(envelope.client_ip, profile.trusted_relays)
    if (profile.authserv_id or profile.topmost) and (envelope.source != "smtp" or relayed):
        verdict = _provider(case, raw, profile, envelope.client_ip if relayed else "")
        if verdict:
            return verdict
    if any(name.lower() == "dkim-signature" for name, _ in mail.headers):
        found = verify(raw, mail.author.domain, resolver)
        case.dkim += [(signed.domain, signed.headers) for signed in found.signed]
        case.evidence += found.evidence
        case.trouble |= found.trouble
    if envelope.source == "smtp" and not relayed and envelope.client_ip:
        _spf(case, envelope, resolver)
    return _dmarc(case, resolver)


def _submitted(case: _Case, envelope: Envelope) -> Sender:
    """Who logged in at our own port is that person, and nobody else."""
    case.evidence.append(f"authenticated as {envelope.auth_user}")
    if envelope.auth_user and envelope.auth_user.lower() == case.author.key:
        return case.rule(Proof.PASS, "submission")
    return case.rule(Proof.UNKNOWN)


def _provider(case: _Case, raw: bytes, profile: Profile, relay_ip: str) -> Sender | None:
    """Our provider's verdict, where it has one on this author; else None, and its DKIM and SPF results are kept."""
    results, why = believed(_headers(raw), profile.authserv_id, relay_ip, profile.below)
    case.evidence.append(why)
    if results is None:
        return None
    method = f"authserv-id {results.authserv_id}" if results.authserv_id else "topmost Authentication-Results"
    for result in results.results:
        if result.method != "dmarc" or result.value("header.from").lower().rstrip(".") != case.author.domain:
            continue
        case.evidence.append(f"dmarc={result.result} header.from={case.author.domain}")
        if result.result in ("pass", "fail"):
            return case.rule(Proof.PASS if result.result == "pass" else Proof.FAIL, method)
        break
    _keep_passes(case, results)
    return None


def _keep_passes(case: _Case, results: AuthResults) -> None:
    """Our provider's DKIM and SPF passes count like our own."""
    for result in results.results:
        if result.method == "dkim" and result.result == "pass":
            domain = result.value("header.d") or result.value("header.i").rpartition("@")[2]
            case.dkim.append((domain.lower(), None))
            case.evidence.append(f"dkim=pass header.d={domain}")
        elif result.method == "spf":
            case.spf_known = True
            if result.result == "pass":
                case.spf.append(result.value("smtp.mailfrom").rpartition("@")[2].lower())
                case.evidence.append(f"spf=pass smtp.mailfrom={case.spf[-1]}")


def _spf(case: _Case, envelope: Envelope, resolver: Resolver) -> None:
    """Whether the host that connected to us may send for the envelope's domain (RFC 7208)."""
    sender = envelope.mail_from or f"postmaster@{envelope.helo}"
    domain = sender.rpartition("@")[2].lower()
    try:
        answer = check_spf(envelope.client_ip, sender, envelope.helo, resolver)
    except Temporary:
        case.evidence.append(f"spf {domain}: DNS does not answer")
        case.trouble = True
        return
    case.spf_known = True
    case.evidence.append(f"spf {domain}: {answer}")
    if answer == "pass":
        case.spf.append(domain)


def _dmarc(case: _Case, resolver: Resolver) -> Sender:
    """The verdict from what aligns, under the policy that the author's domain publishes (RFC 7489 section 6.6.2)."""
    domain = case.author.domain
    try:
        policy = dmarc.policy(domain, resolver)
    except Temporary:
        case.evidence.append(f"dmarc {domain}: DNS does not answer")
        return _without_policy(case, strict=True)
    if policy is None:
        case.evidence.append(f"dmarc {domain}: no policy")
        return _without_policy(case, strict=False)
    for signer, signed in case.dkim:
        if aligned(domain, signer, strict=policy.strict_dkim):
            return case.rule(Proof.PASS, "dmarc", signed)
    if any(aligned(domain, sender, strict=policy.strict_spf) for sender in case.spf):
        return case.rule(Proof.PASS, "dmarc")
    case.evidence.append(f"dmarc {domain}: p={policy.requested}, and nothing aligned passes")
    if case.trouble or (policy.requested == "none" and not case.spf_known):
        return case.rule(Proof.UNKNOWN)
    return case.rule(Proof.FAIL, "dmarc")


def _without_policy(case: _Case, *, strict: bool) -> Sender:
    """No policy: a signature of the domain proves it. A policy that cannot be asked for may be a strict one."""
    for signer, signed in case.dkim:
        if aligned(case.author.domain, signer, strict=strict):
            return case.rule(Proof.PASS, "dkim", signed)
    return case.rule(Proof.UNKNOWN)


def _headers(raw: bytes) -> list[tuple[str, str]]:
    """(lower-case name, value) of the header block, top first, as they stand: nothing decoded, so nothing smuggled."""
    head = raw[:_READ_AT_MOST]
    end = _HEAD_END.search(head)
    return [
        (match[1].decode("ascii").lower(), match[2].decode("latin-1"))
        for match in _HEADER.finditer(head, 0, end.start() if end else len(head))
    ]


def _within(address: str, networks: tuple[str, ...]) -> bool:
    if not networks:
        return False
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in _networks(networks))


@lru_cache(maxsize=64)
def _networks(networks: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network, strict=False) for network in networks)
