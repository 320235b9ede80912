"""SPF as RFC 7208 has it, with its limits."""

from __future__ import annotations

import pytest

from mailgate.errors import Temporary
from mailgate.mail.identity.spf import check
from tests.mail.signing import DictDns

IP = "192.0.2.3"


def result(record: str, ip: str = IP, sender: str = "ana@corp.example", **more) -> str:
    texts = {"corp.example": [record], **{name: [text] for name, text in more.pop("texts", {}).items()}}
    return check(ip, sender, "mail.corp.example", DictDns(texts, **more))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("v=spf1 ip4:192.0.2.3 -all", "pass"),
        ("v=spf1 ip4:198.51.100.0/24 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1", "neutral"),
        ("v=spf1 +all", "pass"),
        ("V=SPF1 ALL", "pass"),
        ("v=spf10 +all", "none"),
        ("something else", "none"),
        ("v=spf1 ip6:2001:db8::/32 -all", "fail"),
        ("v=spf1 ip4:nonsense -all", "permerror"),
        ("v=spf1 nonsense -all", "permerror"),
        ("v=spf1 ip4:192.0.2.0/24 exp=why.%{d} -all", "pass"),
        ("v=spf1 ptr -all", "fail"),
        ("v=spf1 %(x) -all", "permerror"),
    ],
)
def test_a_record_by_itself(record, expected):
    assert result(record) == expected


def test_two_records_are_an_error():
    assert check(IP, "a@corp.example", "", DictDns({"corp.example": ["v=spf1 +all", "v=spf1 -all"]})) == "permerror"


def test_addresses_and_exchangers_of_names():
    hosts = {"corp.example": [IP], "mx1.corp.example": ["192.0.2.9", "2001:db8::9"]}
    assert result("v=spf1 a -all", addresses=hosts) == "pass"
    assert result("v=spf1 a:mx1.corp.example/24 -all", addresses=hosts) == "pass"
    assert result("v=spf1 a:mx1.corp.example//64 -all", "2001:db8::1", addresses=hosts) == "pass"
    assert result("v=spf1 a:mx1.corp.example -all", "2001:db8::1", addresses=hosts) == "fail"
    assert (
        result("v=spf1 mx -all", "192.0.2.9", addresses=hosts, exchangers={"corp.example": ["mx1.corp.example"]})
        == "pass"
    )


def test_an_ipv4_host_over_an_ipv6_socket_is_an_ipv4_host():
    assert result("v=spf1 ip4:192.0.2.3 -all", "::ffff:192.0.2.3") == "pass"


def test_include_and_redirect():
    more = {"isp.example": "v=spf1 ip4:192.0.2.0/24 -all", "none.example": "not spf"}
    assert result("v=spf1 include:isp.example -all", texts=more) == "pass"
    assert result("v=spf1 include:isp.example ~all", "8.8.8.8", texts=more) == "softfail"
    assert result("v=spf1 redirect=isp.example", "8.8.8.8", texts=more) == "fail"
    assert result("v=spf1 include:none.example -all", texts=more) == "permerror"
    assert result("v=spf1 redirect=none.example", texts=more) == "permerror"


def test_macros_are_replaced():
    hosts = {"3.2.0.192.ana.corp.example._spf.corp.example": ["127.0.0.2"]}
    assert result("v=spf1 exists:%{ir}.%{l}.%{o}._spf.%{d2} -all", addresses=hosts) == "pass"
    assert result("v=spf1 exists:%{p}.x.example -all") == "permerror"


def test_S28_more_than_ten_lookups_are_an_error_and_no_more_are_made():
    chain = {f"i{n}.example": f"v=spf1 include:i{n + 1}.example -all" for n in range(40)}
    resolver = DictDns({"corp.example": ["v=spf1 include:i0.example -all"], **{k: [v] for k, v in chain.items()}})
    assert check(IP, "ana@corp.example", "", resolver) == "permerror"
    assert len(resolver.asked) <= 11


def test_S28_a_loop_ends():
    assert result("v=spf1 include:corp.example -all") == "permerror"


def test_S28_more_than_two_void_lookups_are_an_error():
    assert result("v=spf1 a:x.example a:y.example a:z.example +all") == "permerror"


def test_S28_more_than_ten_exchangers_are_an_error():
    many = {"corp.example": [f"m{n}.example" for n in range(11)]}
    assert result("v=spf1 mx +all", exchangers=many) == "permerror"


def test_dns_that_does_not_answer_is_temporary():
    with pytest.raises(Temporary):
        check(IP, "ana@corp.example", "", DictDns(away=frozenset({"corp.example"})))


@pytest.mark.parametrize("sender", ["", "x", "a@", "a@localhost", "a@[192.0.2.3]"])
def test_what_is_no_domain_has_no_result(sender):
    assert check(IP, sender, "", DictDns()) == "none"
