"""The way out: the relay, and what receivers read in the DNS about our domains."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.assembly import resolver_of
from mailgate.clock import Clock
from mailgate.config.settings import Settings
from mailgate.doctor.finding import Finding, Level, judged
from mailgate.doctor.machine import skew
from mailgate.edges.smtp_out.relay import SmtpCourier
from mailgate.errors import Temporary


def relay(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whether it lets us in."""
    wanted = settings.relay
    if wanted.kind != "smtp":
        yield Finding(
            "relay", Level.LOOK, f"letters go to a {wanted.kind}", 'fine for trying out; set [smtp.out] kind = "smtp"'
        )
        return
    courier = SmtpCourier(wanted, clock)
    try:
        greeting = courier.check()
    finally:
        courier.close()
    yield Finding("relay", Level.FINE, f"{wanted.host}:{wanted.port} answers")
    yield from skew(wanted.host, greeting, clock)


def domains(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whether receivers can tell that letters from our domains are ours: SPF, DMARC, and the DKIM key in use."""
    if not settings.dns:
        yield Finding("dns", Level.LOOK, "switched off", "senders count as unproved unless a relay vouches: desk.dns")
        return
    resolver = resolver_of(settings, clock)
    for name, record, mark in _records(settings):
        resolver.begin()
        try:
            found = any(mark.lower() in text.lower() for text in resolver.txt(record))
        except Temporary as error:
            advice = "DNS does not answer; proof of senders is unknown meanwhile"
            yield Finding("dns", Level.LOOK, f"{record}: {error}", advice)
            return
        seen = "is there" if found else "is missing"
        yield judged("dns", not found, f"{name} record {record} {seen}", "letters may land in spam: publish it")


def _records(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Name, place and mark of every record that should be there."""
    for domain in sorted({brand.address.rpartition("@")[2] for brand in settings.policy.brands.values()}):
        yield "SPF", domain, "v=spf1"
        yield "DMARC", f"_dmarc.{domain}", "v=DMARC1"
        for key in settings.dkim.values():
            if key.domain == domain:
                yield "DKIM", f"{key.selector}._domainkey.{key.domain}", "p="
