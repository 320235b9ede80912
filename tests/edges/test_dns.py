"""DNS over a real socket on loopback: answers, silence, the cache and the limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dns.resolver
import pytest

from mailgate.clock import SystemClock
from mailgate.edges.dns import DnsResolver, NoDns
from mailgate.errors import Temporary
from tests.edges.name_server import NameServer

PATIENCE_S = 30.0


class Clock(SystemClock):
    """Time moves only when a test says so."""

    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resolver(server: NameServer, clock: Clock) -> DnsResolver:
    resolver = DnsResolver(clock, nameservers=("127.0.0.1",), port=server.port, per_mail=PATIENCE_S)
    resolver.begin()
    return resolver


@pytest.fixture
def lifetimes(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that each question had for its answer."""
    seen: list[float] = []

    class Noting(dns.resolver.Resolver):
        def resolve(self, *asked: Any, lifetime: float, **more: Any) -> dns.resolver.Answer:
            seen.append(lifetime)
            return super().resolve(*asked, lifetime=lifetime, **more)

    monkeypatch.setattr(dns.resolver, "Resolver", Noting)
    return seen


def test_texts_come_with_their_strings_joined(server, resolver):
    server.records["k._domainkey.x.example", "TXT"] = ['"v=DKIM1; " "p=abc"', '"other"']
    assert sorted(resolver.txt("k._domainkey.x.example")) == ["other", "v=DKIM1; p=abc"]


def test_exchangers_come_best_first_and_addresses_of_both_kinds(server, resolver):
    server.records["x.example", "MX"] = ["20 b.example.", "5 a.example."]
    server.records["x.example", "A"] = ["192.0.2.1"]
    server.records["x.example", "AAAA"] = ["2001:db8::1"]
    assert resolver.mx("x.example") == ("a.example", "b.example")
    assert resolver.a("x.example") == ("192.0.2.1", "2001:db8::1")


def test_what_is_not_there_is_empty(server, resolver):
    server.records["x.example", "A"] = ["192.0.2.1"]
    assert resolver.txt("nobody.example") == ()
    assert resolver.txt("x.example") == ()
    assert resolver.txt("a..b") == ()
    assert resolver.txt("x" * 300) == ()


def test_an_answer_is_asked_for_once_while_it_lasts(server, resolver, clock):
    server.records["x.example", "TXT"] = ['"one"']
    assert resolver.txt("x.example") == resolver.txt("X.example") == ("one",)
    assert len(server.asked) == 1
    clock.seconds += 301
    resolver.begin()
    resolver.txt("x.example")
    assert len(server.asked) == 2


def test_a_server_that_fails_is_temporary(server, resolver):
    server.failing = True
    with pytest.raises(Temporary):
        resolver.txt("x.example")


def test_S27_silence_is_temporary_and_after_two_of_them_nothing_is_asked_for_a_while(server, clock):
    resolver = DnsResolver(clock, nameservers=("127.0.0.1",), port=server.port, per_mail=0.3)
    resolver.begin()
    for name in ("a.silent", "b.silent"):
        with pytest.raises(Temporary, match="in time"):
            resolver.txt(name)
    asked = len(server.asked)
    server.records["x.example", "TXT"] = ['"one"']
    with pytest.raises(Temporary, match="not asked"):
        resolver.txt("x.example")
    assert len(server.asked) == asked
    resolver._per_mail = PATIENCE_S
    clock.seconds += 7
    resolver.begin()
    assert resolver.txt("x.example") == ("one",)


def test_a_resolver_that_is_away_is_looked_for_every_few_seconds_and_said_to_be_away_once(
    server, clock, lifetimes, capfd
):
    """So proof is back within ten seconds of its return, and a look costs less time than a mail has otherwise."""
    resolver = DnsResolver(clock, nameservers=("127.0.0.1",), port=server.port, per_mail=0.2, probe=0.1)
    server.records["x.example", "TXT"] = ['"one"']
    server.deaf = True
    for _ in range(6):
        clock.seconds += 7
        resolver.begin()
        with pytest.raises(Temporary):
            resolver.txt("x.example")
    assert lifetimes == pytest.approx([0.2, 0.2, 0.1, 0.1, 0.1, 0.1])
    server.deaf = False
    resolver._per_mail = resolver._probe = PATIENCE_S
    clock.seconds += 7
    resolver.begin()
    assert resolver.txt("x.example") == ("one",)
    said = "".join(capfd.readouterr())
    assert said.count("does not answer") == said.count("answers again") == 1


def test_S27_a_mail_has_its_time_and_no_more(server, resolver, clock):
    clock.seconds += PATIENCE_S + 0.1
    with pytest.raises(Temporary, match="not asked"):
        resolver.txt("x.example")
    assert server.asked == []


def test_the_cache_is_bounded(server, clock):
    resolver = DnsResolver(clock, nameservers=("127.0.0.1",), port=server.port, entries=10)
    resolver.begin()
    for number in range(30):
        resolver.txt(f"n{number}.example")
    assert len(resolver._cache) == 10


def test_without_dns_every_question_is_left_open():
    resolver = NoDns()
    resolver.begin()
    for ask in (resolver.txt, resolver.a, resolver.mx):
        with pytest.raises(Temporary):
            ask("x.example")
