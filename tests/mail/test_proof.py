"""Who may be believed: DMARC, DKIM, SPF, submission and our provider's verdict, each against its forgeries."""

from __future__ import annotations

import pytest

from mailgate.mail.identity.proof import Profile, prove
from mailgate.mail.model import Envelope, Mail, Proof
from mailgate.mail.parse import parse
from tests.mail.signing import PLAIN, DictDns, dns, key, signed

NOBODY = Profile()
OURS = Profile(authserv_id="mx.help.example")
BORDER = b"Received: from mail.elsewhere.example (mail.elsewhere.example [9.9.9.9])\r\n by mx.help.example; now\r\n"
IMAP = Envelope("imap", ("support@desk.example",))


def direct(ip: str = "9.9.9.9", mail_from: str = "ana@corp.example") -> Envelope:
    return Envelope("smtp", ("support@desk.example",), mail_from, client_ip=ip, helo="mail.corp.example")


def judge(raw: bytes, envelope: Envelope = IMAP, profile: Profile = NOBODY, resolver=None):
    return prove(raw, parse(raw).mail, envelope, profile, resolver or DictDns())


# --- DKIM and DMARC of our own ---


def test_an_aligned_signature_under_a_policy_passes_and_names_what_it_covers():
    sender = judge(signed(), resolver=dns(policy="p=reject"))
    assert (sender.proof, sender.method) == (Proof.PASS, "dmarc")
    assert sender.address is not None
    assert sender.address.email == "ana@corp.example"
    assert sender.signed_headers == {"from", "to", "subject", "date", "message-id"}


def test_an_aligned_signature_passes_where_no_policy_is_published():
    sender = judge(signed(), resolver=dns())
    assert (sender.proof, sender.method) == (Proof.PASS, "dkim")


def test_a_policy_and_nothing_that_aligns_is_a_fail():
    assert judge(PLAIN, resolver=dns(policy="p=reject")).proof is Proof.FAIL
    assert judge(PLAIN, resolver=dns(policy="p=quarantine")).proof is Proof.FAIL


def test_a_policy_that_asks_for_nothing_is_no_evidence_of_forgery_where_spf_cannot_be_checked():
    assert judge(PLAIN, resolver=dns(policy="p=none")).proof is Proof.UNKNOWN
    spf = {"corp.example": "v=spf1 ip4:5.5.5.5 -all"}
    assert judge(PLAIN, direct(), resolver=dns(policy="p=none", **spf)).proof is Proof.FAIL


def test_no_policy_and_no_signature_is_unknown():
    assert judge(PLAIN, resolver=dns()).proof is Proof.UNKNOWN


def test_the_subdomains_policy_stands_at_the_organisation():
    raw = PLAIN.replace(b"ana@corp.example>", b"ana@mail.corp.example>")
    assert judge(raw, resolver=dns(policy="p=none; sp=reject")).proof is Proof.FAIL
    assert judge(signed(raw), resolver=dns(policy="p=reject")).proof is Proof.PASS
    assert judge(signed(raw), resolver=dns(policy="p=reject; adkim=s")).proof is Proof.FAIL


def test_S03_a_signature_of_another_domain_proves_nothing():
    resolver = dns(policy="p=reject", domain="evil.example")
    assert judge(signed(domain="evil.example"), resolver=resolver).proof is Proof.FAIL
    assert not [name for name in resolver.asked if "domainkey" in name]


def test_S26_a_body_that_was_changed_fails():
    assert judge(signed() + b"more", resolver=dns(policy="p=reject")).proof is Proof.FAIL


def test_S26_a_key_under_1024_bits_proves_nothing():
    weak = key(768)
    sender = judge(signed(with_key=weak), resolver=dns(with_key=weak))
    assert sender.proof is Proof.UNKNOWN
    assert "dkim d=corp.example: fail (KeyFormatError)" in sender.evidence


def test_S26_a_revoked_key_proves_nothing():
    resolver = DictDns({"s1._domainkey.corp.example": ["v=DKIM1; p="]})
    assert judge(signed(), resolver=resolver).proof is Proof.UNKNOWN


def test_S26_a_replay_to_other_recipients_still_names_what_was_signed():
    raw = b"In-Reply-To: <other-ticket@desk.example>\r\n" + signed()
    sender = judge(raw, resolver=dns())
    assert sender.proof is Proof.PASS
    assert sender.signed_headers is not None
    assert "in-reply-to" not in sender.signed_headers


@pytest.mark.parametrize("name", [b"Subject", b"To", b"From", b"Date", b"Message-ID", b"Content-Type"])
def test_S26b_a_second_header_on_top_of_a_genuine_mail_is_not_pass(name):
    raw = PLAIN.replace(b"Date:", b"In-Reply-To: <t@desk.example>\r\nContent-Type: text/plain\r\nDate:")
    sender = judge(name + b": [#7] something else\r\n" + signed(raw), resolver=dns())
    assert sender.proof is not Proof.PASS


def test_S26b_a_header_that_only_some_parsers_see_is_not_pass():
    for trick in (b"Subject : evil\r\n", b"X: y\rSubject: evil\r\n", b"From : agent@corp.example\r\n"):
        assert judge(trick + signed(), resolver=dns()).proof is not Proof.PASS


def test_S26c_a_signature_over_a_part_of_the_body_is_not_pass():
    raw = signed(length=True)
    assert judge(raw, resolver=dns()).proof is Proof.UNKNOWN
    assert judge(raw + b"#assign mallory\r\n", resolver=dns()).proof is Proof.UNKNOWN


def test_S27_a_thousand_signatures_cost_five_lookups_and_the_mail_is_read():
    fake = b"DKIM-Signature: v=1; a=rsa-sha256; d=corp.example; s=x%d; h=from; bh=AAAA; b=AAAA\r\n"
    resolver = dns(policy="p=reject")
    sender = judge(b"".join(fake % number for number in range(1000)) + PLAIN, resolver=resolver)
    assert sender.proof is Proof.FAIL
    assert sum("_domainkey" in name for name in resolver.asked) <= 5


@pytest.mark.parametrize(("body", "why"), [(b"\r\n" * 600_000, "lines"), (b" \t" * 500_000, "white space")])
def test_S27_a_mail_that_would_cost_minutes_is_not_looked_at(body, why):
    sender = judge(signed() + body, resolver=dns())
    assert sender.proof is Proof.UNKNOWN
    assert any(line.startswith("dkim: not looked at") and why in line for line in sender.evidence)


def test_S27_dns_that_does_not_answer_is_unknown_and_said():
    for away in ("s1._domainkey.corp.example", "_dmarc.corp.example", "*"):
        resolver = dns(policy="p=reject")
        resolver.away = frozenset({away})
        sender = judge(signed() if "dmarc" not in away else PLAIN, resolver=resolver)
        assert sender.proof is Proof.UNKNOWN
        assert any("DNS does not answer" in line for line in sender.evidence)


def test_a_signature_of_the_very_domain_holds_even_if_its_policy_cannot_be_asked_for():
    resolver = dns(policy="p=reject; adkim=s")
    resolver.away = frozenset({"_dmarc.corp.example"})
    assert judge(signed(), resolver=resolver).proof is Proof.PASS


def test_S29_an_arc_chain_is_not_a_pass():
    arc = b"ARC-Authentication-Results: i=1; mx.help.example; dmarc=pass header.from=corp.example\r\n"
    seal = b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=evil.example; s=s; b=AAAA\r\n"
    assert judge(BORDER + seal + arc + PLAIN, profile=OURS, resolver=dns(policy="p=reject")).proof is Proof.FAIL


def test_S30_a_mailing_list_that_rewrites_the_subject_breaks_the_proof():
    raw = signed().replace(b"Subject: please", b"Subject: [list] please")
    assert judge(raw, resolver=dns(policy="p=reject")).proof is Proof.FAIL


# --- submission ---


def test_who_logged_in_at_our_port_is_proved_and_nobody_else():
    mine = Envelope("submission", ("support@desk.example",), auth_user="ANA@corp.example")
    assert judge(PLAIN, mine).method == "submission"
    assert judge(PLAIN, mine).proof is Proof.PASS
    other = Envelope("submission", ("support@desk.example",), auth_user="ben@corp.example")
    assert judge(PLAIN, other).proof is Proof.UNKNOWN
    assert judge(PLAIN, Envelope("submission", ())).proof is Proof.UNKNOWN


# --- our provider's verdict ---


def provider(verdict: str, authserv_id: str = "mx.help.example") -> bytes:
    return f"Authentication-Results: {authserv_id}; {verdict}\r\n".encode()


def test_our_providers_verdict_is_believed_above_its_border():
    passed = judge(provider("dmarc=pass header.from=corp.example") + BORDER + PLAIN, profile=OURS)
    assert (passed.proof, passed.method) == (Proof.PASS, "authserv-id mx.help.example")
    failed = judge(provider("dmarc=fail header.from=corp.example") + BORDER + signed(), profile=OURS, resolver=dns())
    assert failed.proof is Proof.FAIL


def test_a_verdict_on_another_domain_is_none_on_this_author():
    raw = provider("dmarc=pass header.from=evil.example") + BORDER + PLAIN
    assert judge(raw, profile=OURS, resolver=dns(policy="p=reject")).proof is Proof.FAIL


def test_our_providers_dkim_pass_counts_like_our_own():
    raw = provider("dkim=pass header.d=corp.example") + BORDER + PLAIN
    assert judge(raw, profile=OURS, resolver=dns()).proof is Proof.PASS
    assert judge(raw, profile=OURS, resolver=dns(policy="p=reject")).method == "dmarc"


def test_our_providers_spf_pass_counts_under_a_policy_only():
    raw = provider("spf=pass smtp.mailfrom=ana@corp.example") + BORDER + PLAIN
    assert judge(raw, profile=OURS, resolver=dns(policy="p=reject")).proof is Proof.PASS
    assert judge(raw, profile=OURS, resolver=dns()).proof is Proof.UNKNOWN


FORGED = provider("dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example")


def test_S01_dmarc_fail_is_a_fail():
    raw = provider("dmarc=fail header.from=corp.example") + BORDER + PLAIN
    assert judge(raw, profile=OURS).proof is Proof.FAIL


@pytest.mark.parametrize("above", [BORDER, b"", b"Received: from x by mx.help.example\r\n" + BORDER])
def test_S02_a_forged_verdict_below_the_border_is_ignored(above):
    sender = judge(above + FORGED + PLAIN, profile=OURS, resolver=dns(policy="p=reject"))
    assert sender.proof is Proof.FAIL


def test_S02_on_direct_smtp_no_verdict_is_believed_but_a_trusted_relays():
    ours = b"Received: from relay (relay [10.0.0.9]) by desk.example with ESMTP; now\r\n"
    raw = ours + provider("dmarc=pass header.from=corp.example") + BORDER + PLAIN
    reject = dns(policy="p=reject")
    assert judge(raw, direct("10.0.0.9"), OURS, reject).proof is Proof.FAIL
    trusting = Profile("mx.help.example", trusted_relays=("10.0.0.0/24",))
    assert judge(raw, direct("10.0.0.9"), trusting, reject).proof is Proof.PASS
    assert judge(raw, direct("10.0.1.9"), trusting, reject).proof is Proof.FAIL


@pytest.mark.parametrize(
    "header",
    [
        "mx.evil.example; dmarc=pass header.from=corp.example",
        "(mx.help.example;) mx.evil.example; dmarc=pass header.from=corp.example",
        'mx.help.example; dmarc=fail reason="dmarc=pass" header.from=corp.example; spf=pass smtp.mailfrom=evil.example',
        "mx.help.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example",
        "mx.help.example; dmarc=(dmarc=pass) fail header.from=corp.example",
        "mx.help.example (; dmarc=pass header.from=corp.example",
        'mx.help.example; "dmarc=pass header.from=corp.example"',
    ],
)
def test_S03_tricks_in_a_header_of_our_provider_or_another_are_no_pass(header):
    raw = f"Authentication-Results: {header}\r\n".encode() + BORDER + PLAIN
    assert judge(raw, profile=OURS, resolver=dns(policy="p=reject")).proof is Proof.FAIL


def test_S03_of_two_verdicts_the_first_counts():
    raw = provider("dmarc=fail header.from=corp.example") + FORGED + BORDER + PLAIN
    assert judge(raw, profile=OURS).proof is Proof.FAIL


def test_the_topmost_header_is_believed_where_the_provider_writes_no_id():
    microsoft = (
        b"Received: from A.prod.outlook.com (2603:10a6:1::1) by B.prod.outlook.com (2603:10a6:2::1) with HTTPS; now\r\n"
        b"Authentication-Results: spf=pass (sender IP is 9.9.9.9) smtp.mailfrom=corp.example;\r\n"
        b" dkim=none;dmarc=pass action=none header.from=corp.example;compauth=pass reason=100\r\n"
        b"Received: from mail.corp.example (9.9.9.9) by C.mail.protection.outlook.com (10.1.1.1); now\r\n"
    )
    topmost = Profile(topmost=True)
    assert judge(microsoft + PLAIN, profile=topmost).proof is Proof.PASS
    moved = microsoft.partition(b"Received: from mail.corp")
    assert (
        judge(moved[1] + moved[2] + FORGED + PLAIN, profile=topmost, resolver=dns(policy="p=reject")).proof
        is Proof.FAIL
    )


def test_google_writes_below_its_border_and_only_the_first_there_is_google_s():
    google = (
        b"Received: by 2002:a05:6402:1:b0:1:2:3 with SMTP id x; now\r\n"
        b"Received: from mail.corp.example (mail.corp.example. [9.9.9.9]) by mx.google.com with ESMTPS id y; now\r\n"
    )
    verdict = provider("dmarc=%s (p=REJECT) header.from=corp.example", "mx.google.com")
    profile = Profile(authserv_id="mx.google.com")
    assert judge(google + verdict.replace(b"%s", b"pass") + PLAIN, profile=profile).proof is Proof.PASS
    both = verdict.replace(b"%s", b"fail") + verdict.replace(b"%s", b"pass")
    assert judge(google + both + PLAIN, profile=profile).proof is Proof.FAIL


def test_a_helo_that_claims_to_be_ours_does_not_move_the_border():
    helo = b"Received: from mx.help.example (unknown [9.9.9.9]) by mx.help.example (Postfix); now\r\n"
    written = b"Received: from nowhere (nowhere [8.8.8.8]) by mx.help.example; earlier\r\n"
    raw = helo + FORGED + written + PLAIN
    assert judge(raw, profile=OURS, resolver=dns(policy="p=reject")).proof is Proof.FAIL


# --- SPF ---


def test_spf_of_the_connecting_host_proves_under_a_policy_and_only_when_aligned():
    spf = {"corp.example": "v=spf1 ip4:9.9.9.0/24 -all", "evil.example": "v=spf1 +all"}
    assert judge(PLAIN, direct(), resolver=dns(policy="p=reject", **spf)).proof is Proof.PASS
    assert judge(PLAIN, direct("8.8.8.8"), resolver=dns(policy="p=reject", **spf)).proof is Proof.FAIL
    evil = direct(mail_from="x@evil.example")
    assert judge(PLAIN, evil, resolver=dns(policy="p=reject", **spf)).proof is Proof.FAIL
    assert judge(PLAIN, direct(), resolver=dns(**spf)).proof is Proof.UNKNOWN


def test_the_null_sender_is_proved_by_its_helo():
    spf = {"mail.corp.example": "v=spf1 ip4:9.9.9.9 -all"}
    assert judge(PLAIN, direct(mail_from=""), resolver=dns(policy="p=reject", **spf)).proof is Proof.PASS


# --- the rest ---


@pytest.mark.parametrize("second", [b"From: evil@evil.example\r\n", b"From : evil@evil.example\r\n"])
def test_S04_two_authors_are_no_author(second):
    sender = judge(second + signed(), resolver=dns())
    assert (sender.address, sender.proof) == (None, Proof.UNKNOWN)


@pytest.mark.parametrize(
    "junk", [b"", b"\x00\xff\r\n\r\n", b" folded first\r\nDKIM-Signature: \xff\r\n", b"DKIM-Signature: " + b"x=" * 9000]
)
def test_whatever_the_octets_prove_never_raises(junk):
    mail: Mail = parse(PLAIN).mail
    shown = type(mail)(
        **{**{name: getattr(mail, name) for name in mail.__slots__}, "headers": (("DKIM-Signature", "x"),)}
    )
    assert prove(junk, shown, IMAP, OURS, dns()).proof is Proof.UNKNOWN
