"""Which record counts, and which domains belong together."""

from __future__ import annotations

import pytest

from mailgate.mail.identity.dmarc import Policy, aligned, organisational, policy
from tests.mail.signing import DictDns


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("corp.example", "corp.example"),
        ("a.b.corp.example", "corp.example"),
        ("mail.shop.co.uk", "shop.co.uk"),
        ("shop.co.uk", "shop.co.uk"),
        ("co.uk", "co.uk"),
        ("one.github.io", "one.github.io"),
        ("a.b.kobe.jp", "a.b.kobe.jp"),
        ("x.city.kobe.jp", "city.kobe.jp"),
        ("mail.xn--55qx5d.cn", "mail.xn--55qx5d.cn"),
        ("example", "example"),
        ("", ""),
        ("a..b", "a..b"),
        ("192.168.1.1", "192.168.1.1"),
    ],
)
def test_what_somebody_registered(domain, registered):
    assert organisational(domain) == registered


def test_strangers_under_one_top_are_not_aligned():
    assert not aligned("corp.example", "evil.example", strict=False)
    assert not aligned("one.github.io", "two.github.io", strict=False)
    assert not aligned("", "", strict=False)


def test_alignment_is_relaxed_unless_the_record_says_strict():
    assert aligned("corp.example", "mail.corp.example", strict=False)
    assert not aligned("corp.example", "mail.corp.example", strict=True)
    assert aligned("corp.example", "corp.example", strict=True)


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (["v=DMARC1; p=reject"], Policy("corp.example", "reject", False, False)),
        (["v=DMARC1;p=Quarantine; adkim=s;aspf=s"], Policy("corp.example", "quarantine", True, True)),
        (["unrelated", "v=DMARC1; p=none;;"], Policy("corp.example", "none", False, False)),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], None),
        (["p=reject; v=DMARC1"], None),
        (["v=DMARC1; sp=reject"], None),
        (["v=DMARC2; p=reject"], None),
        ([], None),
    ],
)
def test_which_records_count(records, found):
    assert policy("corp.example", DictDns({"_dmarc.corp.example": records})) == found


def test_a_subdomain_falls_back_to_its_organisation():
    resolver = DictDns({"_dmarc.corp.example": ["v=DMARC1; p=reject; sp=none"]})
    assert policy("mail.corp.example", resolver) == Policy("corp.example", "none", False, False)
    own = DictDns({"_dmarc.mail.corp.example": ["v=DMARC1; p=quarantine"], **resolver.texts})
    assert policy("mail.corp.example", own) == Policy("mail.corp.example", "quarantine", False, False)
