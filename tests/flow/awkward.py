"""Mails as they come in real life and worse, each with what has to become of it.

``AWKWARD`` is a table: a name, the octets, the outcome with its cause, and how that differs where the mail lies in an
IMAP mailbox. Written for these tests; nobody's mail is in here.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

DESK = "support@acme.example"


@dataclass(frozen=True)
class Awkward:
    """``expected`` is an outcome, ``hold CAUSE``, or ``refused CODE`` over SMTP."""

    name: str
    raw: bytes
    expected: str
    in_imap: str = ""


def _mail(name: str, body: bytes = b"Hello.\r\n", *headers: str, sender: str = "", bare: bool = False) -> bytes:
    """A mail of its own person; ``bare`` leaves out everything but the given headers."""
    usual = [
        f"From: {sender or f'{name}@client.example'}",
        f"To: {DESK}",
        f"Subject: {name}",
        "Date: Sat, 21 Nov 2026 10:00:00 +0000",
        f"Message-ID: <{name}@client.example>",
    ]
    lines = headers if bare else (*usual, *headers)
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def _parts(*parts: bytes, close: bool = True) -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + (b"--b--\r\n" if close else b"")


def _nested(depth: int) -> bytes:
    opened = [b'--n%d\r\nContent-Type: multipart/mixed; boundary="n%d"\r\n\r\n' % (at, at + 1) for at in range(depth)]
    return b"".join(opened) + b"--n%d\r\n\r\nat the bottom\r\n" % depth


_MIXED = 'Content-Type: multipart/mixed; boundary="b"'
_TEXT = b"Content-Type: text/plain\r\n\r\nsee attachment"
_REPORT = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'
_STATUS = (
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.client.example\r\n\r\n"
    b"Final-Recipient: rfc822; gone@client.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
)
_TWICE = _mail("twice")

AWKWARD: tuple[Awkward, ...] = (
    Awkward("plain", _mail("plain"), "new"),
    Awkward("no-message-id", _mail("", b"No id.\r\n", "From: noid@client.example", f"To: {DESK}", bare=True), "new"),
    Awkward("line-feeds-only", _mail("line-feeds-only").replace(b"\r\n", b"\n"), "new"),
    Awkward("dots", _mail("dots", b".\r\n..\r\n.a line with a dot\r\n"), "new"),
    Awkward("long-line", _mail("long-line", b"x" * 20_000 + b"\r\n"), "new"),
    Awkward("nul", _mail("nul", b"before\0after\r\n"), "new"),
    Awkward(
        "surrogates",
        _mail("surrogates", b"\xed\xa0\x80\xed\xb0\x80 x\r\n", "Content-Type: text/plain; charset=utf-8"),
        "new",
    ),
    Awkward("wrong-charset", _mail("wrong-charset", b"caf\xe9\r\n", "Content-Type: text/plain; charset=utf-8"), "new"),
    Awkward(
        "no-such-charset", _mail("no-such-charset", b"caf\xe9\r\n", "Content-Type: text/plain; charset=nix"), "new"
    ),
    Awkward(
        "gb2312",
        _mail("gb2312", "打印机坏了\r\n".encode("gb18030"), "Content-Type: text/plain; charset=gb2312"),
        "new",
    ),
    Awkward(
        "html-only",
        _mail("html-only", b"<p>Hi<script>alert(1)</script><img src=x onerror=alert(1)>", "Content-Type: text/html"),
        "new",
    ),
    Awkward("never-closed", _mail("never-closed", _parts(_TEXT, close=False), _MIXED), "new"),
    Awkward("no-boundary", _mail("no-boundary", _parts(_TEXT), "Content-Type: multipart/mixed"), "new"),
    Awkward("deep", _mail("deep", _nested(90), 'Content-Type: multipart/mixed; boundary="n0"'), "new"),
    Awkward(
        "bottomless",
        _mail("bottomless", _nested(2000), 'Content-Type: multipart/mixed; boundary="n0"'),
        "hold too-complex",
    ),
    Awkward(
        "path-in-name",
        _mail(
            "path-in-name",
            _parts(_TEXT, b'Content-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nx'),
            _MIXED,
        ),
        "new",
    ),
    Awkward(
        "broken-winmail",
        _mail(
            "broken-winmail",
            _parts(
                _TEXT,
                b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
                + base64.b64encode(b"\x78\x9f\x3e\x22" + b"\xff" * 60),
            ),
            _MIXED,
        ),
        "new",
    ),
    Awkward("list", _mail("list", b"News.\r\n", "List-Id: <news.client.example>"), "new"),
    Awkward("alarm", _mail("alarm", b"Disk full.\r\n", "Auto-Submitted: auto-generated"), "new"),
    Awkward("other-desk", _mail("other-desk", b"We have your question.\r\n", "Auto-Submitted: auto-replied"), "new"),
    Awkward(
        "away",
        _mail("away", b"I am away.\r\n", "Auto-Submitted: auto-replied", "In-Reply-To: <not.ours@client.example>"),
        "hold robot",
    ),
    Awkward("spam", _mail("spam", b"Buy.\r\n", "X-Spam-Flag: YES"), "hold spam"),
    Awkward("bounce", _mail("bounce", _parts(_TEXT, _STATUS), _REPORT), "hold bounce-of-unknown-letter"),
    Awkward("nobody", _mail("", b"Who am I?\r\n", "Subject: nobody", bare=True), "hold author-unknown"),
    Awkward("two-authors", _mail("two-authors", b"Both.\r\n", "From: b@client.example"), "hold author-unknown"),
    Awkward("our-own", _mail("our-own", sender=DESK), "hold loop"),
    Awkward("empty", _mail("", b"", "From: empty@client.example", bare=True), "hold empty"),
    Awkward(
        "going-round",
        _mail("going-round", b"Again.\r\n", *(f"Received: from a{at}.example by b{at}.example" for at in range(60))),
        "refused 554",
        in_imap="hold loop",
    ),
    Awkward("no-mail-at-all", b"this is\r\nno mail\r\n", "hold author-unknown", in_imap="hold unparseable"),
    Awkward("twice", _TWICE, "new"),
    Awkward("twice-by-another-way", b"Received: from another.example by way.example\r\n" + _TWICE, "duplicate"),
)
