"""The known providers, each by headers of the shape that it writes: what proves a sender there, and what does not."""

from __future__ import annotations

import pytest

from mailgate.config.providers import proof_profile
from mailgate.config.schema_mail import Proof as Written
from mailgate.mail.identity.proof import Profile, prove
from mailgate.mail.model import Envelope, Proof, Sender
from mailgate.mail.parse import parse
from tests.mail.signing import PLAIN, dns

RELAYED = Envelope("smtp", ("support@desk.example",), "ana@corp.example", client_ip="127.0.0.1", helo="mx.desk.example")
FETCHED = Envelope("imap", ("support@desk.example",))
FORGED_HOP = b"Received: from nowhere (nowhere [8.8.8.8]) by elsewhere.example; earlier\r\n"


def profile(provider: str, authserv_id: str = "", relays: tuple[str, ...] = ()) -> Profile:
    """As the config makes it."""
    written = Written.model_validate({"provider": provider, "authserv_id": authserv_id, "trusted_relays": list(relays)})
    known = proof_profile(written)
    return Profile(known.authserv_id, known.topmost, known.trusted_relays, known.below)


GMAIL = profile("gmail")
MICROSOFT = profile("microsoft365")
FASTMAIL = profile("fastmail")
OPENDMARC = profile("opendmarc", "mx.desk.example", ("127.0.0.0/8",))
RSPAMD = profile("rspamd", "mx.desk.example", ("127.0.0.0/8",))


def gmail(verdict: str, forged: str = "") -> bytes:
    """A mail as Gmail and Workspace keep it: their verdict below their border's Received line."""
    return f"""\
Delivered-To: support@desk.example
Received: by 2002:a05:7300:b1c8:b0:12f:a0a7:1d19 with SMTP id bp8csp1405223dyc;
        Sat, 21 Nov 2026 02:00:05 -0800 (PST)
X-Received: by 2002:a05:6000:144e:b0:42b:3dfb:645f with SMTP id ffacd0b85a97d.1.1795600005;
        Sat, 21 Nov 2026 02:00:05 -0800 (PST)
ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass (p=REJECT) header.from=corp.example
Return-Path: <ana@corp.example>
Received: from mail.corp.example (mail.corp.example. [9.9.9.9])
        by mx.google.com with ESMTPS id 5b1f17b1804b1-477b10c2f1fsi1.2026.11.21.02.00.04
        for <support@desk.example> (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);
        Sat, 21 Nov 2026 02:00:04 -0800 (PST)
Received-SPF: pass (google.com: domain of ana@corp.example designates 9.9.9.9 as permitted sender) client-ip=9.9.9.9;
Authentication-Results: mx.google.com;
       {verdict}
{forged}""".replace("\n", "\r\n").encode()


def microsoft(verdict: str, helo: str = "mail.corp.example") -> bytes:
    """A mail as Exchange Online keeps it: no name in the verdict, which stands above its border's Received line."""
    return f"""\
Received: from DB9PR04MB8107.eurprd04.prod.outlook.com (2603:10a6:10:242::19)
 by AM0PR04MB4001.eurprd04.prod.outlook.com with HTTPS; Sat, 21 Nov 2026 10:00:06 +0000
Received: from AM6P192CA0005.EURP192.PROD.OUTLOOK.COM (2603:10a6:209:83::18)
 by DB9PR04MB8107.eurprd04.prod.outlook.com (2603:10a6:10:242::19) with Microsoft SMTP Server
 (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.9320.17; Sat, 21 Nov 2026 10:00:05 +0000
Received: from AM7EUR06FT003.eop-eur06.prod.protection.outlook.com
 (2603:10a6:209:83:cafe::e4) by AM6P192CA0005.outlook.office365.com
 (2603:10a6:209:83::18) with Microsoft SMTP Server id 15.20.9320.17 via Frontend Transport;
 Sat, 21 Nov 2026 10:00:05 +0000
Authentication-Results: {verdict}
Received-SPF: Pass (protection.outlook.com: domain of corp.example designates
 9.9.9.9 as permitted sender) receiver=protection.outlook.com; client-ip=9.9.9.9; helo={helo}; pr=C
Received: from {helo} (9.9.9.9) by AM7EUR06FT003.mail.protection.outlook.com (10.233.255.1)
 with Microsoft SMTP Server (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.9343.8 via Frontend Transport;
 Sat, 21 Nov 2026 10:00:05 +0000
""".replace("\n", "\r\n").encode()


def fastmail(verdict: str, host: str = "mx5") -> bytes:
    """A mail as Fastmail keeps it: one of several hosts names itself, above the border."""
    return f"""\
Received: from phl-compute-05.internal (phl-compute-05.nyi.internal [10.202.2.45])
     by storage.nyi.internal (Cyrus) with LMTPA; Sat, 21 Nov 2026 05:00:05 -0500
Received: from phl-{host} ([10.202.2.204])
  by phl-compute-05.internal (LMTPProxy); Sat, 21 Nov 2026 05:00:05 -0500
Received: from {host}.messagingengine.com (localhost [127.0.0.1])
    by mailmx.nyi.internal (Postfix) with ESMTP id 1F2A; Sat, 21 Nov 2026 05:00:05 -0500 (EST)
Authentication-Results: {host}.messagingengine.com;
    {verdict}
Received-SPF: pass (corp.example: 9.9.9.9 is authorized) receiver={host}.messagingengine.com; client-ip=9.9.9.9
Received: from mail.corp.example (mail.corp.example [9.9.9.9])
    (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
    by {host}.messagingengine.com (Postfix) with ESMTPS id 7C4D; Sat, 21 Nov 2026 05:00:04 -0500 (EST)
""".replace("\n", "\r\n").encode()


def milter(verdict: str, forged: str = "") -> bytes:
    """A mail that Postfix hands us: its milter's verdict stands below its own Received line, as milters insert it."""
    return f"""\
Received: from mx.desk.example (localhost [127.0.0.1]) by desk.example with LMTP; Sat, 21 Nov 2026 10:00:05 +0000
Received: from mail.corp.example (mail.corp.example [9.9.9.9])
    (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
    by mx.desk.example (Postfix) with ESMTPS id 4X1; Sat, 21 Nov 2026 10:00:04 +0000 (UTC)
{verdict}
{forged}""".replace("\n", "\r\n").encode()


def judged(head: bytes, by: Profile, envelope: Envelope = FETCHED) -> Sender:
    """What is proved of ana@corp.example, whose domain rejects what it did not send."""
    raw = head + PLAIN
    return prove(raw, parse(raw).mail, envelope, by, dns(policy="p=reject"))


FORGED = "Authentication-Results: {name}; dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example\r\n"
GOOGLE_PASS = (
    "dkim=pass header.i=@corp.example header.s=s1 header.b=abcd;\n"
    "       spf=pass (google.com: domain of ana@corp.example designates 9.9.9.9 as permitted sender) "
    "smtp.mailfrom=ana@corp.example;\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=corp.example"
)
MICROSOFT_PASS = (
    "spf=pass (sender IP is 9.9.9.9)\r\n smtp.mailfrom=corp.example; dkim=pass (signature was verified)\r\n"
    " header.d=corp.example;dmarc=pass action=none\r\n header.from=corp.example;compauth=pass reason=100"
).replace("\r\n", "\n")
FASTMAIL_PASS = (
    "arc=none (no signatures found);\n"
    "    dkim=pass (2048-bit rsa key sha256) header.d=corp.example header.i=@corp.example header.b=abcd header.s=s1;\n"
    "    dmarc=pass policy.published-domain-policy=reject policy.applied-disposition=none (p=reject,d=none)\n"
    "    policy.policy-from=p header.from=corp.example;\n"
    "    iprev=pass smtp.remote-ip=9.9.9.9 (mail.corp.example);\n    spf=pass smtp.mailfrom=ana@corp.example"
)
OPENDMARC_PASS = (
    "Authentication-Results: mx.desk.example; dmarc=pass (p=reject dis=none) header.from=corp.example\n"
    "Authentication-Results: mx.desk.example;\n"
    '\tdkim=pass (2048-bit key; unprotected) header.d=corp.example header.i=@corp.example header.b="abcd"'
)
RSPAMD_PASS = (
    "Authentication-Results: mx.desk.example;\n\tdkim=pass header.d=corp.example header.s=s1 header.b=abcd;\n"
    "\tspf=pass (mx.desk.example: domain of ana@corp.example designates 9.9.9.9 as permitted sender) "
    "smtp.mailfrom=ana@corp.example;\n\tdmarc=pass (policy=reject) header.from=corp.example"
)


@pytest.mark.parametrize(
    ("head", "by", "envelope"),
    [
        (gmail(GOOGLE_PASS), GMAIL, FETCHED),
        (microsoft(MICROSOFT_PASS), MICROSOFT, FETCHED),
        (fastmail(FASTMAIL_PASS), FASTMAIL, FETCHED),
        (fastmail(FASTMAIL_PASS, "mx2"), FASTMAIL, FETCHED),
        (milter(OPENDMARC_PASS), OPENDMARC, RELAYED),
        (milter(RSPAMD_PASS), RSPAMD, RELAYED),
    ],
)
def test_each_providers_dmarc_pass_proves_the_sender(head: bytes, by: Profile, envelope: Envelope) -> None:
    """As the provider writes it, nothing else set."""
    assert judged(head, by, envelope).proof is Proof.PASS


@pytest.mark.parametrize(
    ("head", "by", "envelope"),
    [
        (gmail("dmarc=fail (p=REJECT dis=QUARANTINE) header.from=corp.example"), GMAIL, FETCHED),
        (gmail("spf=pass smtp.mailfrom=x@evil.example; dkim=pass header.i=@evil.example"), GMAIL, FETCHED),
        (microsoft("spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example;"
                   "dmarc=fail action=oreject header.from=corp.example;compauth=fail reason=000"), MICROSOFT, FETCHED),
        (fastmail("dmarc=fail policy.published-domain-policy=reject header.from=corp.example"), FASTMAIL, FETCHED),
        (milter("Authentication-Results: mx.desk.example; dmarc=fail (p=reject) header.from=corp.example"),
         OPENDMARC, RELAYED),
        (milter("Authentication-Results: mx.desk.example; dmarc=fail (policy=reject) header.from=corp.example"),
         RSPAMD, RELAYED),
    ],
)  # fmt: skip
def test_S01_each_providers_fail_is_a_fail(head: bytes, by: Profile, envelope: Envelope) -> None:
    """Also where something of another domain passes."""
    assert judged(head, by, envelope).proof is Proof.FAIL


@pytest.mark.parametrize("reason", ["100", "109", "130"])
def test_S03_microsofts_own_guess_is_no_proof(reason: str) -> None:
    """compauth=pass stands beside dmarc=none, bestguesspass and even fail."""
    for dmarc in ("none action=none header.from=corp.example", "bestguesspass action=none header.from=corp.example"):
        verdict = (
            f"spf=none; dkim=none (message not signed)\n header.d=none;dmarc={dmarc};compauth=pass reason={reason}"
        )
        assert judged(microsoft(verdict), MICROSOFT).proof is not Proof.PASS
    failed = f"dmarc=fail action=none header.from=corp.example;compauth=pass reason={reason}"
    assert judged(microsoft(failed), MICROSOFT).proof is Proof.FAIL


@pytest.mark.parametrize(
    ("head", "by", "name", "envelope"),
    [
        (gmail("dmarc=fail header.from=corp.example"), GMAIL, "mx.google.com", FETCHED),
        (gmail("spf=none smtp.mailfrom=ana@corp.example"), GMAIL, "mx.google.com", FETCHED),
        (microsoft("dmarc=fail action=none header.from=corp.example"), MICROSOFT, "", FETCHED),
        (microsoft("dmarc=none action=none header.from=corp.example"), MICROSOFT, "spf=pass", FETCHED),
        (microsoft("dmarc=none action=none header.from=corp.example", "evil.outlook.com"), MICROSOFT, "", FETCHED),
        (fastmail("spf=none smtp.mailfrom=ana@corp.example"), FASTMAIL, "mx1.messagingengine.com", FETCHED),
        (milter("Authentication-Results: mx.desk.example; spf=none"), OPENDMARC, "mx.desk.example", RELAYED),
        (milter("Authentication-Results: mx.desk.example; dmarc=none"), RSPAMD, "mx.desk.example", RELAYED),
    ],
)
def test_S02_a_verdict_that_came_in_with_the_mail_is_none(
    head: bytes, by: Profile, name: str, envelope: Envelope
) -> None:
    """In the provider's own name, right below what the provider wrote, and once more below a hop of the forger's."""
    forged = FORGED.format(name=name).replace(": ;", ": ").encode()
    assert judged(head + forged, by, envelope).proof is not Proof.PASS
    assert judged(head + FORGED_HOP + forged, by, envelope).proof is not Proof.PASS
    assert judged(head + forged + FORGED_HOP, by, envelope).proof is not Proof.PASS


def test_S02_another_provider_under_fastmails_name_is_not_fastmail() -> None:
    """The dot in front stands for every name under it, and for no name that only ends alike."""
    head = fastmail(FASTMAIL_PASS).replace(b"Results: mx5.messagingengine.com", b"Results: evilmessagingengine.com")
    assert judged(head, FASTMAIL).proof is not Proof.PASS


def test_who_believes_nobody_checks_for_himself() -> None:
    """With "none" no header counts, whoever wrote it."""
    assert judged(gmail(GOOGLE_PASS), profile("none")).proof is not Proof.PASS
