"""Mails that mean harm, one or a few of each family, small enough for every test run; each with what may become of it.

``expected`` are outcomes of a delivery (``new``, ``hold`` …) or ``refused`` (5xx; by IMAP it is held). ``silent``: no
letter may go outside because of it. The sizes lie just beyond the limits that they are about.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from tests.flow.world import ANNA, DESK

SENDER = "customer@client.example"
VICTIM = "victim@victim.example"
TICKET = frozenset({"new", "link", "append"})
ASIDE = frozenset({"hold", "refused"})
EITHER = TICKET | ASIDE
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Hostile:
    """One mail, and what may become of it."""

    name: str
    raw: bytes
    expected: frozenset[str]
    silent: bool = False


def mail(
    name: str, body: bytes = b"It does not work.\r\n", *headers: str, sender: str = SENDER, kind: str = ""
) -> bytes:
    """A mail by hand, since no library would write most of these; a header given replaces ours of that name."""
    given = [header.encode("utf-8", "surrogateescape") for header in headers]
    names = {header.partition(b":")[0].strip().lower() for header in given}
    plain = (
        f"From: {sender}",
        f"To: {DESK}",
        f"Subject: {name}",
        f"Message-ID: <{name}@client.example>",
        "MIME-Version: 1.0",
        f"Content-Type: {kind or 'text/plain; charset=utf-8'}",
    )
    ours = [line.encode() for line in plain if line.partition(":")[0].lower().encode() not in names]
    return b"\r\n".join((*ours, *given)) + b"\r\n\r\n" + body


def parts(*each: bytes, boundary: bytes = b"b") -> bytes:
    """The body of a multipart."""
    return b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in each) + b"--" + boundary + b"--\r\n"


def _nested(depth: int) -> bytes:
    body = b"Content-Type: text/plain\r\n\r\ninnermost\r\n"
    for at in range(depth):
        boundary = b"n%d" % at
        body = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n' + parts(body, boundary=boundary)
    return body


def _structure() -> Iterator[Hostile]:
    mixed = 'multipart/mixed; boundary="b"'
    text = b"Content-Type: text/plain\r\n\r\nHello."
    for depth, expected in ((30, TICKET), (150, EITHER), (2_000, ASIDE)):
        yield Hostile(f"nested-{depth}", mail(f"nested-{depth}", parts(_nested(depth)), kind=mixed), expected)
    chain = b"Content-Type: message/rfc822\r\n\r\n" * 500 + text
    yield Hostile("mails-in-mails", mail("mails-in-mails", parts(chain), kind=mixed), EITHER)
    yield Hostile("many-parts", mail("many-parts", parts(*[text] * 5_000), kind=mixed), EITHER)
    yield Hostile("boundary-lines", mail("boundary-lines", b"--b\r\n" * 30_000, kind=mixed), ASIDE)
    for name, kind in (
        ("no-boundary", "multipart/mixed"),
        ("empty-boundary", 'multipart/mixed; boundary=""'),
        ("long-boundary", f'multipart/mixed; boundary="{"b" * 3_000}"'),
        ("two-boundaries", "multipart/mixed; boundary=b; boundary=c"),
        ("no-type", "/"),
        ("params", "text/plain" + "; x=1" * 20_000),
        ("continuations", "text/plain" + "".join(f"; n*{at}*=%41" for at in range(5_000))),
    ):
        yield Hostile(name, mail(name, parts(text), kind=kind), EITHER)
    partial = mail("partial", b"half", kind='message/partial; id="x"; number=1; total=2')
    yield Hostile("partial", partial, EITHER)
    outside = mail("outside", b"\r\n", kind='message/external-body; access-type=local-file; name="/etc/passwd"')
    yield Hostile("outside", outside, EITHER)
    yield Hostile(
        "two-types", mail("two-types", parts(text), f"Content-Type: {mixed}", "Content-Type: text/html"), EITHER
    )


def _heads() -> Iterator[Hostile]:
    words = "=?utf-8?q?a?= " * 15_000
    for name, header in (
        ("encoded-words", f"Subject: {words}"),
        ("comments", f"From: {'(' * 20_000}{SENDER}{')' * 20_000}"),
        ("quotes", "Cc: " + '"' * 50_000),
        ("addresses", "To: " + ", ".join(f"u{at}@x.example" for at in range(10_000))),
        ("references", "References: " + " ".join(f"<r{at}@x.example>" for at in range(10_000))),
        ("folds", "Subject: a" + "\r\n b" * 60_000),
        ("long-header", f"X-Long: {'x' * 3_000_000}"),
        ("bad-date", "Date: Thu, 99 Foo 99999999999 99:99:99 +9999"),
        ("control-characters", "Subject: a\x00b\x1b[2Jc\x7f"),
        ("injected", "Subject: =?utf-8?q?a=0D=0ABcc:_victim=40victim.example?="),
        ("long-id", f"In-Reply-To: <{'x' * 5_000}@y>"),
        ("template", "Subject: {{ 7*7 }} {% for i in range(10**9) %} ${{x}} #{x}"),
        ("receipt", f"Disposition-Notification-To: {VICTIM}"),
    ):
        expected = EITHER if name in ("comments", "quotes", "long-header", "folds", "control-characters") else TICKET
        yield Hostile(name, mail(name, b"Hello.\r\n", header), expected)
    many = [f"X-{at}: y" for at in range(30_000)]
    yield Hostile("many-headers", mail("many-headers", b"Hello.\r\n", *many), ASIDE)


def _texts() -> Iterator[Hostile]:
    for charset in (
        "idna",
        "unicode_escape",
        "zip",
        "rot13",
        "utf-7",
        "utf-32",
        "x" * 5_000,
        "\x00",
        "../../etc",
        "hz",
    ):
        name = f"charset-{charset.encode().hex()[:12]}"
        yield Hostile(name, mail(name, b"\xff\xfe+ADw-\x00\x80~{", kind=f'text/plain; charset="{charset}"'), EITHER)
    size = 100_000
    for name, text in (
        ("on-wrote", "On " * (size // 3)),
        ("marks", ">" * size),
        ("dashes", "-" * size),
        ("spaces", " " * size + "x"),
        ("brackets", "[#" * (size // 2)),
        ("at-signs", "a@" * (size // 2)),
        ("combining", "e" + "\u0301" * (size // 2)),
        ("case-grows", "\u0130\ufb03" * (size // 6)),
        ("one-line", "x" * 2_000_000),
        ("lines", "\r\n" * 400_000 + "end"),
        ("commands", "#close\r\n" * 2_000),
        ("direction", "\u202egnp.exe\u2066"),
    ):
        yield Hostile(name, mail(name, text.encode() + b"\r\n"), TICKET)
    bare = mail("carriage", b"one\rtwo").replace(b"\r\n", b"\r")
    yield Hostile("carriage", bare, EITHER)
    yield Hostile("nothing-but-nul", b"\0" * 5_000, ASIDE)
    yield Hostile("no-mail", b"GET / HTTP/1.1\r\n\r\n", EITHER)
    yield Hostile("base64", mail("base64", b"!" * 50_000, "Content-Transfer-Encoding: base64"), EITHER)
    yield Hostile("quoted", mail("quoted", b"=" * 50_000, "Content-Transfer-Encoding: quoted-printable"), TICKET)


def _pages() -> Iterator[Hostile]:
    for name, page in (
        ("script", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
        ("svg", "<svg><style><img src=x onerror=alert(1)></style></svg><math><mtext><mglyph><style><!--"),
        ("frame", "<iframe src=https://evil.example></iframe><base href=//evil.example><form action=//evil.example>"),
        ("link", '<a href="java\tscript:alert(1)">x</a><a href="data:text/html,<script>">y</a>'),
        ("remote", '<img src="https://evil.example/p.gif"><div style="background:url(//evil.example)">a</div>'),
        ("comment", "<!--><img src=x onerror=alert(1)>--><![CDATA[<script>]]>"),
        ("deep", "<div>" * 30_000 + "deep"),
        ("tables", "<table><tr><td>" * 3_000 + "deep"),
        ("attributes", "<p " + "a=b " * 50_000 + ">x</p>"),
        ("open", "<" * 200_000),
        ("entities", "&amp;" * 200_000),
        ("quotes-in-quotes", "<blockquote>" * 5_000 + "deep"),
    ):
        yield Hostile(f"html-{name}", mail(f"html-{name}", page.encode(), kind=HTML), TICKET)


def _files() -> Iterator[Hostile]:
    names = (
        "../../../etc/passwd",
        "C:\\\\con.txt",
        ".",
        "",
        "a" * 3_000,
        "x\\0.exe",
        "photo\u202egnp.exe",
        "-rf",
        "$(id)",
    )
    text = b"Content-Type: text/plain\r\n\r\nHello."

    def attached(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
        head = f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
        return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded

    mixed = 'multipart/mixed; boundary="b"'
    every = parts(text, *(attached(name, b"x") for name in names))
    yield Hostile("file-names", mail("file-names", every, kind=mixed), TICKET)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 20_000_000)
    for name, content, kind in (
        ("bomb.zip", packed.getvalue(), "application/zip"),
        ("winmail.dat", b"\x78\x9f\x3e\x22" + b"\xff" * 5_000, "application/ms-tnef"),
        ("mail.msg", bytes.fromhex("d0cf11e0a1b11ae1") + b"\xff" * 5_000, "application/vnd.ms-outlook"),
        ("letter.rtf", b"{\\rtf1" + b"{\\object" * 20_000, "application/rtf"),
        ("smime.p7m", b"\x30\x80" * 5_000, "application/pkcs7-mime"),
        ("evil.svg", b"<svg onload=alert(1)>", "image/svg+xml"),
        ("event.ics", b"BEGIN:VCALENDAR\r\n" * 10_000, "text/calendar"),
    ):
        yield Hostile(name, mail(name, parts(text, attached(name, content, kind)), kind=mixed), TICKET)
    thousand = parts(text, *(attached(f"f{at}.txt", b"x") for at in range(900)))
    yield Hostile("attachments", mail("attachments", thousand, kind=mixed), EITHER)


def _authors() -> Iterator[Hostile]:
    for name, author in (
        ("comment-agent", f"{SENDER} ({ANNA})"),
        ("name-agent", f'"{ANNA}" <mallory@evil.example>'),
        ("two-in-one", f"{ANNA}, mallory@evil.example"),
        ("group", f"friends: {ANNA};"),
        ("route", f"<@evil.example:{ANNA}>"),
        ("encoded-agent", "=?utf-8?q?anna=40acme.example?= <mallory@evil.example>"),
        ("crlf-author", "=?utf-8?q?a=0D=0ATo:_x?= <mallory@evil.example>"),
    ):
        yield Hostile(name, mail(name, b"#close\r\n#assign anna\r\n", f"From: {author}"), EITHER)
    twice = mail("two-froms", b"#close\r\n", f"From: mallory@evil.example\r\nFrom: {ANNA}")
    yield Hostile("two-froms", twice, frozenset({"hold"}), silent=True)


def _machines() -> Iterator[Hostile]:
    for name, header, expected in (
        ("own-name", f"From: {DESK}", frozenset({"hold"})),
        ("own-loop", "X-Mailgate-Loop: acme.example", frozenset({"hold"})),
        ("auto-replied", "Auto-Submitted:\r\n\tAuto-Replied (vacation)", TICKET),
        ("auto-other", "Auto-Submitted: x-something-new", TICKET),
        ("out-of-office", "Subject: Automatische Antwort: Drucker", TICKET),
        ("bulk", "Precedence: BULK", TICKET),
        ("list", "List-Id: <news.list.example>", TICKET),
        ("no-reply", "From: no-reply@client.example", TICKET),
        ("reply-to-us", f"Reply-To: {DESK}", TICKET),
        ("mailer-daemon", "From: MAILER-DAEMON@client.example", TICKET | {"hold"}),
    ):
        yield Hostile(name, mail(name, b"Hello.\r\n", header), expected, silent=True)
    hops = [f"Received: from a{at}.example by b{at}.example; Sat, 21 Nov 2026 10:00:00 +0000" for at in range(60)]
    yield Hostile("sixty-hops", mail("sixty-hops", b"Hello.\r\n", *hops), ASIDE, silent=True)
    report = b"Content-Type: message/delivery-status\r\n\r\n" + b"\r\n".join(
        b"Final-Recipient: rfc822; u%d@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n" % at for at in range(3_000)
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    yield Hostile("forged-bounce", mail("forged-bounce", parts(report), kind=kind), frozenset({"hold"}), silent=True)


FAMILIES = (_structure, _heads, _texts, _pages, _files, _authors, _machines)


def mails() -> list[Hostile]:
    """All of them."""
    return [one for family in FAMILIES for one in family()]
