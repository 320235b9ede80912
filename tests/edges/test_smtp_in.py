"""Mail comes in over SMTP, LMTP and submission: kept before it is acknowledged, and only for the desk's addresses."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import struct
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate.edges.smtp_in import conversation, limits
from mailgate.edges.spool.spool import Spool, SpoolFull
from mailgate.errors import Refused, Temporary
from mailgate.mail.model import Envelope
from tests import openssl
from tests.edges.conftest import HandClock
from tests.edges.smtp_server import AGENT, PASSWORD, PATIENCE_S, Front, Wire

Serve = Callable[..., Front]

MAIL = (
    b"From: customer@client.example\r\nSubject: hello\r\n\r\nbody\r\n.dot\r\n..two\r\n\xff\x00 bare\r and \n bare\r\n"
)


def stuffed(mail: bytes) -> bytes:
    """As it goes over the wire, without the end."""
    return (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]


def token(user: str, password: bytes) -> str:
    return base64.b64encode(b"\0" + user.encode() + b"\0" + password).decode()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate of our own making and its key."""
    key, cert = openssl.certificate(tmp_path_factory.mktemp("tls"), "mx.help.example")
    return str(cert), str(key)


def trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# --- what is kept ---


def test_promise_1_when_250_is_said_the_spool_has_the_mail_octet_for_octet(serve: Serve, clock: HandClock) -> None:
    """C-25, with the envelope as it was said and our trace line before it; the applier's bell has rung."""
    front = serve()
    wire = front.wire()
    assert wire.mail(stuffed(MAIL)[:-2], "support@help.example", "Support+T1-good@help.example").startswith("250 2.0.0")
    (entry,) = front.kept()
    assert front.raws() == [MAIL]
    assert entry.envelope == Envelope(
        source="smtp",
        recipients=("support@help.example", "Support+T1-good@help.example"),
        mail_from="customer@client.example",
        received_ms=clock.ms,
        client_ip="127.0.0.1",
        helo="client.example",
    )
    assert front.spool.raw(entry.key).startswith(
        b"Received: from client.example ([127.0.0.1])\r\n\tby mx.help.example with ESMTP; "
    )
    assert front.rings == 1


def test_one_connection_brings_many_mails(serve: Serve) -> None:
    """Each with recipients of its own, in the order in which they were acknowledged."""
    front = serve()
    wire = front.wire()
    for number in range(20):
        assert wire.mail(b"Subject: %d\r\n" % number).startswith("250")
    assert front.raws() == [b"Subject: %d\r\n\r\n" % number for number in range(20)]
    assert wire.say("QUIT").startswith("221")
    assert wire.ended()


def test_pipelined_mails_are_answered_one_by_one(serve: Serve) -> None:
    """RFC 2920: all commands at once, even the data, and a client that has nothing more to say."""
    front = serve()
    wire = front.wire()
    one = (
        b"MAIL FROM:<>\r\nRCPT TO:<nobody@help.example>\r\nRCPT TO:<support@help.example>\r\nDATA\r\nx: y\r\n\r\n.\r\n"
    )
    wire.send(one * 3 + b"QUIT\r\n")
    wire.socket.shutdown(socket.SHUT_WR)
    answers = [wire.answer()[:3] for _ in range(16)]
    assert answers == ["250", "550", "250", "354", "250"] * 3 + ["221"]
    assert [entry.envelope.mail_from for entry in front.kept()] == ["", "", ""]


@pytest.mark.parametrize("content", [b"", b".", b"..", b"a", b"\r\n", b"a\r\n.\r\nb"])
def test_C25_odd_contents_come_through_whole(serve: Serve, content: bytes) -> None:
    """An empty mail, dots alone, a first line that is a dot."""
    front = serve()
    wire = front.wire()
    wire.open_mail()
    wire.send(stuffed(content + b"\r\n" if content else b"") + b".\r\n")
    assert wire.answer().startswith("250")
    assert front.raws() == [content + b"\r\n" if content else b""]


def test_the_end_is_found_however_the_octets_arrive(serve: Serve) -> None:
    """One octet at a time, and in one piece much larger than any buffer."""
    front = serve()
    wire = front.wire()
    wire.open_mail()
    for octet in stuffed(MAIL) + b".\r\n":
        wire.send(bytes([octet]))
    assert wire.answer().startswith("250")
    large = b"Subject: large\r\n\r\n" + b"text with a full stop at its end.\r\n" * 200_000
    assert wire.mail(stuffed(large)[:-2]).startswith("250")
    assert front.raws() == [MAIL, large]


def test_smtplib_gets_through(serve: Serve) -> None:
    """An ordinary client."""
    front = serve()
    with smtplib.SMTP(*front.places["smtp"]) as client:
        assert client.sendmail("a@client.example", ["support@help.example"], MAIL) == {}
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("a@client.example", ["other@help.example"], MAIL)
    assert len(front.kept()) == 1


def test_smtputf8_addresses(serve: Serve) -> None:
    """RFC 6531: only where the client says so."""
    front = serve()
    wire = front.wire()
    assert wire.say("MAIL FROM:<jürgen@bücher.example>").startswith("553 5.6.7")
    assert wire.say("MAIL FROM:<jürgen@bücher.example> SMTPUTF8 BODY=8BITMIME").startswith("250")
    assert wire.say("RCPT TO:<hilfe@bücher.example>").startswith("250")
    assert wire.say("RSET").startswith("250")
    assert wire.say("MAIL FROM:<a@client.example>").startswith("250")
    assert wire.say("RCPT TO:<hilfe@bücher.example>").startswith("553 5.6.7")


# --- when something is wrong here ---


@pytest.mark.parametrize(
    ("failure", "answer"),
    [
        (SpoolFull("/var/spool/secret is full"), "452 4.3.1"),
        (Temporary("/var/spool/secret"), "451 4.3.0"),
        (OSError(28, "No space left on device"), "452 4.3.1"),
        (ZeroDivisionError("at /home/secret.py"), "451 4.3.0"),
    ],
)
def test_promise_4_a_failure_of_ours_is_temporary_and_says_nothing_of_us(
    serve: Serve, spool: Spool, failure: Exception, answer: str
) -> None:
    """D-08: whatever the spool raises; the connection lives on, and the next mail is taken."""
    front = serve()
    accept_many, failures = spool.accept_many, iter([failure])

    def fail_once(mails: list[tuple[bytes, Envelope, str]]) -> list[str]:
        for each in failures:
            raise each
        return accept_many(mails)

    spool.accept_many = fail_once  # type: ignore[method-assign, assignment]
    wire = front.wire()
    said = wire.mail(b"x: y\r\n")
    assert said.startswith(answer)
    assert "secret" not in said
    assert wire.mail(b"x: y\r\n").startswith("250")
    assert len(front.kept()) == 1


def test_promise_4_a_failure_while_asking_the_desk_is_temporary(serve: Serve) -> None:
    """Nor does a bug behind RCPT refuse an address for good."""
    front = serve()
    front.desk.failure = KeyError("secret")
    wire = front.wire()
    assert wire.say("MAIL FROM:<a@client.example>").startswith("250")
    said = wire.say("RCPT TO:<support@help.example>")
    assert said.startswith("451 4.3.0")
    assert "secret" not in said


def test_D09_below_min_free_intake_says_452(serve: Serve, spool: Spool) -> None:
    """At MAIL already, and counting what the client says the mail will take; it recovers by itself."""
    room = iter([99, 1100, 5000])
    front = serve(min_free=1000)
    spool.free_bytes = lambda: next(room)  # type: ignore[method-assign]
    wire = front.wire()
    assert wire.say("MAIL FROM:<a@client.example>").startswith("452 4.3.1")
    assert wire.say("MAIL FROM:<a@client.example> SIZE=101").startswith("452 4.3.1")
    assert wire.say("MAIL FROM:<a@client.example> SIZE=101").startswith("250")


def test_P11_more_data_in_flight_than_the_budget_is_452(serve: Serve) -> None:
    """The octets are thrown away as they come, the others' mail is not touched, and the budget is given back."""
    front = serve(data_budget=300_000, max_line=100_000)
    first, second = front.wire(), front.wire()
    first.open_mail()
    first.send(b"x: y\r\n\r\n" + b"z" * 200_000)
    assert second.mail(b"x: y\r\n\r\n" + b"line\r\n" * 60_000).startswith("452 4.3.1")
    first.send(b"\r\n.\r\n")
    assert first.answer().startswith("554 5.6.0")
    assert second.mail(b"x: y\r\n\r\n" + b"line\r\n" * 40_000).startswith("250")


@pytest.mark.parametrize("tenth", range(10))
def test_P17_a_connection_that_drops_within_the_data_leaves_nothing(serve: Serve, tenth: int) -> None:
    """However much of it had come."""
    front = serve()
    wire = front.wire()
    wire.open_mail()
    whole = stuffed(MAIL) + b".\r\n"
    wire.send(whole[: len(whole) * tenth // 10])
    wire.close()
    assert front.wire().mail(b"after: it\r\n").startswith("250")
    assert front.raws() == [b"after: it\r\n\r\n"]


@pytest.mark.parametrize("_again", range(5))
def test_D17_connections_that_break_in_the_moment_of_stopping_do_not_stop_the_stopping(
    serve: Serve, _again: int
) -> None:
    """Whoever is still there is told 421, whatever became of the others."""
    front = serve(max_connections_per_ip=200)
    broken, idle = [front.wire() for _ in range(80)], front.wire()
    for wire in broken:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    front.ask_to_stop()
    for wire in broken:
        wire.close()
    assert idle.answer().startswith("421 4.3.2")


def test_D17_stopping_answers_running_mails_and_tells_the_idle(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM: a mail whose data has begun gets its 250, an idle connection 421, and then the server is gone."""
    monkeypatch.setattr(conversation, "GOODBYE_S", 0.1)
    front = serve()
    idle, busy = front.wire(), [front.wire() for _ in range(10)]
    for wire in busy:
        wire.open_mail()
        wire.send(b"x: y\r\n")
    front.ask_to_stop()
    assert idle.answer().startswith("421 4.3.2")
    assert idle.ended()
    for wire in busy:
        wire.send(b"\r\nbody\r\n.\r\n")
    for wire in busy:
        assert wire.answer().startswith("250")
        assert wire.answer().startswith("421 4.3.2")
    front.stop()
    assert len(front.kept()) == 10


def test_D17_a_front_that_leaves_serves_who_is_there_and_lets_them_say_goodbye(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail that a client had begun to send when another process took over is kept, and its QUIT is answered with
    221: to have it cut off with 421 would look like trouble in the log of whoever sent it."""
    monkeypatch.setattr(conversation, "GOODBYE_S", PATIENCE_S)
    front = serve()
    served, busy, new = front.wire(), front.wire(), front.wire()
    assert served.mail(b"a: b\r\n").startswith("250")
    busy.open_mail()
    front.leave()
    assert served.say("QUIT").startswith("221")
    busy.send(b"x: y\r\n\r\nbody\r\n.\r\n")
    assert busy.answer().startswith("250")
    assert busy.say("QUIT").startswith("221")
    assert new.mail(b"c: d\r\n").startswith("250")
    assert new.say("MAIL FROM:<anna@client.example>").startswith("421 4.3.2")
    assert new.ended()
    assert len(front.kept()) == 3


def test_D17_a_front_that_leaves_waits_for_no_kept_connection(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that keeps its connection for the next mail hears soon that it should come again."""
    monkeypatch.setattr(conversation, "GOODBYE_S", 0.1)
    front = serve()
    kept = front.wire()
    assert kept.mail(b"a: b\r\n").startswith("250")
    front.leave()
    assert kept.answer().startswith("421 4.3.2")
    assert kept.ended()


# --- only for us ---


@pytest.mark.parametrize(
    "recipient",
    [
        "<other@help.example>",
        "<support@other.example>",
        "<support+t1-bad@help.example>",
        "<support%other.example@help.example>",
        "<other.example!support@help.example>",
        "<@help.example:support@other.example>",
        '<"support@other.example"@help.example>',
        "<support@help.example@evil.example>",
        "<support@help.example>evil@evil.example",
        "<support@help.example",
        "support@help.example",
        "< support@help.example>",
        "<support@[127.0.0.1]>",
        "<postmaster>",
        "<>",
        "",
    ],
)
def test_P03_nothing_is_relayed(serve: Serve, recipient: str) -> None:
    """P-20: refused at RCPT, so that no bounce is ever ours to send; a wrong token is an unknown address."""
    front = serve()
    wire = front.wire()
    assert wire.say("MAIL FROM:<a@client.example>").startswith("250")
    assert wire.say(f"RCPT TO:{recipient}")[:3] in ("501", "550")
    assert wire.say("DATA").startswith("554 5.5.1")
    assert front.kept() == []


@pytest.mark.parametrize(
    "path",
    [
        "<a b@client.example>",
        "<a\0@client.example>",
        "<a\x7f@client.example>",
        "<a\rb@client.example>",
        "<a\tb@client.example>",
        "<a@client.example\x0b>",
        "<a\udcff@client.example>",
        "<a\u202e@client.example> SMTPUTF8",
        f"<{'a' * 300}@client.example>",
        f"<a@{'b' * 256}.example>",
        "<a@-client.example>",
        "<a@client..example>",
        "<@>",
        "<a@>",
        "<@client.example>",
        "<a>",
        "<a@b.example> SIZE",
        "<a@b.example> SIZE=-1",
        "<a@b.example> SIZE=x",
        "<a@b.example> SIZE=1 SIZE=2",
        "<a@b.example> BODY=BINARYMIME",
        "<a@b.example> X=Y",
        "<a@b.example>SIZE=1",
    ],
)
def test_P04_malformed_senders_are_refused(serve: Serve, path: str) -> None:
    """Strict, so that no two programs read two addresses."""
    wire = serve().wire()
    assert wire.say(f"MAIL FROM:{path}")[:3] in ("500", "501", "553", "555")


@pytest.mark.parametrize(
    "path",
    [
        "<>",
        "<a.@docomo.example>",
        "<SRS0=ab12=XY=client.example=a.rather.long.name.of.a.person.who.writes@forwarder.example>",
        "<bounces+1=a=b.example@mail.client.example> SIZE=1000 BODY=8BITMIME AUTH=<>",
        '<"a strange one"@client.example>'.replace(" ", "."),
        "<a@[192.0.2.1]>",
        " <a@client.example>",
        "<o'brien/x@client.example>",
    ],
)
def test_honest_senders_are_taken(serve: Serve, path: str) -> None:
    """Also those that bend the grammar a little."""
    assert serve().wire().say(f"MAIL FROM:{path}").startswith("250")


# --- limits ---


def test_P10_sizes(serve: Serve) -> None:
    """RFC 1870: refused when announced, refused at the end when not; exactly the limit passes."""
    front = serve(max_size=10_000)
    wire = front.wire()
    assert wire.say("MAIL FROM:<a@client.example> SIZE=99999999999").startswith("552 5.3.4")
    assert wire.say("MAIL FROM:<a@client.example> SIZE=" + "9" * 21).startswith("501")
    exact = b".dot\r\n" + b"abcdefgh\r\n" * 999 + b"ab\r\n"
    assert len(exact) == 10_000
    assert wire.mail(stuffed(exact)[:-2]).startswith("250")
    assert wire.mail(stuffed(exact)[:-2] + b"c").startswith("552 5.3.4")
    assert wire.mail(b"a line\r\n" * 3000).startswith("552 5.3.4")
    assert wire.mail(b"after: it").startswith("250")
    assert len(front.kept()) == 2


def test_a_client_that_never_stops_sending_is_cut_off(serve: Serve) -> None:
    """Four times the size is past any mistake."""
    wire = serve(max_size=10_000).wire()
    wire.open_mail()
    with pytest.raises(ConnectionError):
        wire.send(b"a line\r\n" * 4_000_000)


def test_P12_long_lines_are_taken(serve: Serve) -> None:
    """RFC 5321 says 1,000 octets; honest programs write more, and the mail would be lost."""
    front = serve()
    wire = front.wire()
    for length in (998, 999, 1000, 70_000, 3_000_000):
        assert wire.mail(b"x: y\r\n\r\n" + b"a" * length).startswith("250"), length
    assert wire.mail(b"x: y\r\n\r\n" + b"a" * 5_000_000 + b"\r\nshort").startswith("554 5.6.0")
    assert len(front.kept()) == 5


def test_P09_a_hundred_recipients_then_452(serve: Serve) -> None:
    """RFC 5321 section 4.5.3.1.8; those that were taken stay taken, the client may send the rest in another mail."""
    front = serve()
    wire = front.wire()
    wire.say("MAIL FROM:<a@client.example>")
    wire.send(b"RCPT TO:<support@help.example>\r\n" * 1500)
    answers = [wire.answer()[:9] for _ in range(1500)]
    assert answers == ["250 2.0.0"] * 100 + ["452 4.5.3"] * 1400
    assert wire.say("DATA").startswith("354")
    wire.send(b"x: y\r\n.\r\n")
    assert wire.answer().startswith("250")
    assert len(front.kept()[0].envelope.recipients) == 100


def test_P08_connections_per_address_and_in_all(serve: Serve) -> None:
    """421 for the ones too many; those inside go on, and a place is free again when one leaves."""
    front = serve(max_connections_per_ip=3, max_connections=5)
    inside = [front.wire() for _ in range(3)]
    crowded = front.wire(greet="")
    assert crowded.answer().startswith("421 4.7.0")
    assert crowded.ended()
    assert inside[0].mail(b"x: y").startswith("250")
    assert inside[0].say("QUIT").startswith("221")
    assert inside[0].ended()
    front.wire()


def test_P08_a_trusted_relay_is_limited_in_all_only(serve: Serve) -> None:
    """It brings everybody's mail."""
    front = serve(max_connections_per_ip=2, max_connections=4, trusted_relays=("127.0.0.0/8",))
    inside = [front.wire() for _ in range(4)]
    assert front.wire(greet="").answer().startswith("421 4.3.2")
    assert len(inside) == 4
    assert front.wire("ingest").mail(b"x: y").startswith("250")


def test_too_many_mails_from_one_address_are_slowed_down(serve: Serve) -> None:
    """450, so that an honest sender comes again."""
    wire = serve(messages_per_minute_per_ip=3).wire()
    for _ in range(3):
        assert wire.mail(b"x: y").startswith("250")
    assert wire.say("MAIL FROM:<a@client.example>").startswith("450 4.7.1")


def test_P06_commands_without_a_mail_errors_and_mails_are_limited(serve: Serve) -> None:
    """Each ends in 421; a mail that is kept pays for the commands before it."""
    front = serve(max_commands=10, max_errors=5, max_messages_per_connection=6)
    junk = front.wire()
    assert [junk.say("NOOP")[:3] for _ in range(9)] == ["250"] * 9
    assert junk.say("NOOP").startswith("421 4.7.0")
    assert junk.ended()
    wrong = front.wire()
    assert [wrong.say("NONSENSE")[:3] for _ in range(5)] == ["502"] * 5
    assert wrong.say("NONSENSE").startswith("502")
    assert wrong.answer().startswith("421 4.7.0")
    busy = front.wire()
    for _ in range(6):
        assert busy.mail(b"x: y").startswith("250")
    assert busy.say("MAIL FROM:<a@client.example>").startswith("421 4.7.0")


def test_P06_an_idle_connection_is_closed(serve: Serve) -> None:
    """Also one that sends half a command, drop by drop."""
    assert serve(idle_timeout=0.2).wire(greet="").last_words().startswith("421 4.4.2")


def test_P06_a_session_ends_though_it_is_busy(serve: Serve) -> None:
    """NOOP for ever is no life."""
    wire = serve(session_timeout=0.3, max_commands=1_000_000).wire(greet="")
    said = wire.answer()
    while said.startswith(("220", "250")):
        said = wire.say("NOOP")
    assert said.startswith("421 4.4.2")


def test_P07_a_drip_within_the_data_is_cut(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than the minimum rate over one window, long before such a connection would count as idle."""
    monkeypatch.setattr(limits, "RATE_WINDOW_S", 0.3)
    wire = serve(min_rate=1_000_000).wire()
    wire.open_mail()
    wire.send(b"x")
    assert wire.answer().startswith("421 4.4.2")
    assert wire.ended()


def test_hops_more_than_fifty_are_a_loop(serve: Serve) -> None:
    """L-: 554 5.4.6 at the end of the data; what is quoted in the body does not count."""
    front = serve()
    wire = front.wire()
    hop = b"Received: from a by b; today\r\n\tand folded\r\n"
    assert wire.mail(hop * 51 + b"\r\nbody").startswith("554 5.4.6")
    assert wire.mail(hop * 50 + b"\r\n" + hop * 20).startswith("250")
    assert len(front.kept()) == 1


# --- the wire ---

ENDS = {
    "lf-dot-lf": b"\n.\n",
    "lf-dot-crlf": b"\n.\r\n",
    "crlf-dot-lf": b"\r\n.\n",
    "cr-dot-cr": b"\r.\r",
    "cr-dot-crlf": b"\r.\r\n",
    "crlf-dot-cr": b"\r\n.\r",
    "lf-dot-cr": b"\n.\r",
    "cr-dot-lf": b"\r.\n",
    "lf-lf-dot-crlf": b"\n\n.\r\n",
    "nul-dot": b"\r\n\0.\r\n",
    "dot-nul": b"\r\n.\0\r\n",
    "dot-space": b"\r\n. \r\n",
    "dot-dot": b"\r\n..\r\n",
    "crcrlf": b"\r\r\n.\r\r\n",
    "vertical-tab": b"\x0b.\x0b",
    "form-feed": b"\x0c.\r\n",
    "next-line": b"\xc2\x85.\xc2\x85",
    "line-separator": b"\xe2\x80\xa8.\xe2\x80\xa8",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut"])
def test_P01_nothing_but_crlf_dot_crlf_ends_a_mail(serve: Serve, end: bytes, cut: bool) -> None:
    """Eighteen ends that some server somewhere has taken for one: always one mail, never the one smuggled behind."""
    front = serve()
    wire = front.wire()
    wire.open_mail()
    smuggled = b"MAIL FROM:<evil@evil.example>\r\nRCPT TO:<billing@help.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
    content = b"Subject: outer\r\n\r\nbody" + end + smuggled
    for piece in (content[:30], content[30:]) if cut else (content,):
        wire.send(piece)
    wire.send(b"\r\n.\r\n")
    assert wire.answer().startswith("250")
    assert wire.say("NOOP").startswith("250")
    (raw,) = front.raws()
    assert smuggled in raw
    assert [entry.envelope.recipients for entry in front.kept()] == [("support@help.example",)]


def test_P05_a_bare_newline_ends_no_command(serve: Serve) -> None:
    """Neither is run, and the connection is over."""
    front = serve()
    for garbled in (b"NOOP\nNOOP\r\n", b"NOOP\rNOOP\r\n", b"RSET\r\r\n"):
        wire = front.wire()
        wire.send(garbled)
        assert wire.answer().startswith("500 5.5.2")
        assert wire.ended()


def test_P05_talking_before_the_answer_to_the_greeting_is_refused(serve: Serve) -> None:
    """Only robots do."""
    wire = serve().wire(greet="")
    wire.send(b"EHLO bot.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@help.example>\r\n")
    assert wire.answer().startswith("220")
    assert wire.answer().startswith("554 5.5.0")
    assert wire.ended()


@pytest.mark.parametrize("verb", ["GET / HTTP/1.1", "POST /x HTTP/1.1", "CONNECT a:25 HTTP/1.0"])
def test_P05_a_browser_is_sent_away(serve: Serve, verb: str) -> None:
    """So that no page can make a browser speak SMTP to us."""
    wire = serve().wire(greet="")
    wire.answer()
    assert wire.say(verb).startswith("554 5.5.2")
    assert wire.ended()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("VRFY support", "252"),
        ("EXPN list", "502"),
        ("ETRN example.com", "502"),
        ("BDAT 10 LAST", "502"),
        ("XCLIENT ADDR=127.0.0.1", "502"),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2", "502"),
        ("TURN", "502"),
        ("AUTH PLAIN", "502"),
        ("LHLO x", "502"),
        ("DATA", "503"),
        ("RCPT TO:<support@help.example>", "503"),
        ("STARTTLS", "503"),
        ("", "500"),
        ("\x01\x02", "500"),
        ("NOOP " + "x" * 3000, "500"),
        ("HELP", "250"),
    ],
)
def test_P16_other_commands(serve: Serve, command: str, answer: str) -> None:
    """Nothing that is not needed is there; nobody learns who is here."""
    wire = serve().wire()
    assert wire.say(command).startswith(answer)
    assert wire.say("NOOP").startswith("250")


@pytest.mark.parametrize("name", ["", "a b", "x" * 2000, "\x1b[2J", "bücher.example", "a\0b"])
def test_P15_a_greeting_is_one_printable_word(serve: Serve, name: str) -> None:
    """It stands in trace lines and logs."""
    wire = serve().wire(greet="")
    wire.answer()
    assert wire.say(f"EHLO {name}").startswith("501")
    assert wire.say("MAIL FROM:<a@b.example>").startswith("503")


def test_P15_what_the_greeting_says_gets_washed_into_the_trace(serve: Serve) -> None:
    """No header of the client's making."""
    front = serve()
    wire = front.wire(greet="(x);by<evil>")
    assert wire.mail(b"x: y").startswith("250")
    (entry,) = front.kept()
    assert front.spool.raw(entry.key).startswith(b"Received: from ?x??by?evil? ([127.0.0.1])\r\n")


def test_P21_the_banner_names_no_version(serve: Serve) -> None:
    """Nor a program."""
    assert serve().wire(greet="").answer() == "220 mx.help.example ESMTP"


# --- LMTP ---


@pytest.mark.parametrize("lane", ["lmtp", "ingest"])
def test_lmtp_answers_for_each_recipient_and_keeps_one_entry(serve: Serve, lane: str) -> None:
    """RFC 2033; what ``ingest`` brings stays as the file was."""
    front = serve()
    wire = front.wire(lane)
    wire.open_mail("support@help.example", "billing@help.example")
    wire.send(b"x: y\r\n.\r\n")
    assert [wire.answer()[:3], wire.answer()[:3]] == ["250", "250"]
    (entry,) = front.kept()
    assert entry.envelope.recipients == ("support@help.example", "billing@help.example")
    assert entry.envelope.source == lane
    raw = front.spool.raw(entry.key)
    assert raw == b"x: y\r\n" if lane == "ingest" else raw.endswith(b"x: y\r\n") and b"with LMTP" in raw
    assert wire.say("EHLO x").startswith("502")


def test_ingest_may_bring_a_whole_archive_in_one_connection(serve: Serve) -> None:
    """The limits of strangers are not its own."""
    front = serve(max_messages_per_connection=3, messages_per_minute_per_ip=3, session_timeout=0.01)
    wire = front.wire("ingest")
    for _ in range(20):
        assert wire.mail(b"x: y").startswith("250")
    assert len(front.kept()) == 20


def test_lmtp_refuses_for_each_recipient_too(serve: Serve) -> None:
    """One failure, as many answers as recipients, and the connection goes on."""
    front = serve(max_size=1000)
    wire = front.wire("lmtp")
    wire.open_mail("support@help.example", "billing@help.example")
    wire.send(b"a line\r\n" * 200 + b".\r\n")
    assert [wire.answer()[:3], wire.answer()[:3]] == ["552", "552"]
    assert wire.say("NOOP").startswith("250")


def test_smtplib_speaks_lmtp_over_our_unix_socket(serve: Serve) -> None:
    """As a mail program in Python would."""
    front = serve()
    with smtplib.LMTP(front.places["ingest"]) as client:
        assert client.sendmail("", ["support@help.example"], MAIL) == {}
    assert [front.spool.raw(entry.key) for entry in front.kept()] == [MAIL]


# --- TLS and login ---


def test_P02_P14_starttls_throws_away_what_was_said_in_clear(serve: Serve, certificate: tuple[str, str]) -> None:
    """What stood behind STARTTLS in the same packet is never run, and the client has to greet again."""
    front = serve(tls_cert=certificate[0], tls_key=certificate[1])
    wire = front.wire()
    wire.send(b"STARTTLS\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<support@help.example>\r\n")
    assert wire.answer().startswith("220")
    wire.socket = trusting().wrap_socket(wire.socket)
    wire.file = wire.socket.makefile("rb")
    assert wire.socket.version() in ("TLSv1.2", "TLSv1.3")
    assert wire.say("RCPT TO:<support@help.example>").startswith("503")
    assert wire.say("MAIL FROM:<a@client.example>").startswith("503 5.5.1")
    greeting = wire.say("EHLO client.example")
    assert "STARTTLS" not in greeting
    assert wire.say("STARTTLS").startswith("503")
    large = b"x: y\r\n\r\n" + b"line\r\n" * 50_000
    assert wire.mail(large).startswith("250")
    (entry,) = front.kept()
    assert b"with ESMTPS;" in front.spool.raw(entry.key)
    assert front.raws() == [large + b"\r\n"]


def test_P14_garbage_instead_of_a_handshake_ends_the_connection(serve: Serve, certificate: tuple[str, str]) -> None:
    """And nobody else's."""
    front = serve(tls_cert=certificate[0], tls_key=certificate[1])
    wire, other = front.wire(), front.wire()
    assert wire.say("STARTTLS").startswith("220")
    wire.send(b"EHLO in clear again\r\n" * 20)
    while wire.socket.recv(4096):
        pass
    assert other.mail(b"x: y").startswith("250")


def test_P14_tls_1_1_is_refused(serve: Serve, certificate: tuple[str, str]) -> None:
    """1.2 at least."""
    front = serve(tls_cert=certificate[0], tls_key=certificate[1])
    wire = front.wire()
    assert wire.say("STARTTLS").startswith("220")
    context = trusting()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        context.wrap_socket(wire.socket)


def test_a_certificate_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    """In words that name the file."""
    from mailgate.edges.settings import SmtpIn
    from mailgate.edges.smtp_in.front import tls_context

    with pytest.raises(Refused, match=r"missing\.pem cannot be used"):
        tls_context(SmtpIn(tls_cert=str(tmp_path / "missing.pem")))


def test_submission_is_for_agents_with_their_own_address(serve: Serve) -> None:
    """Log in first; then only as oneself, and only to the desk."""
    front = serve()
    wire = front.wire("submission")
    assert wire.say("MAIL FROM:<ana@corp.example>").startswith("530 5.7.0")
    assert wire.say(f"AUTH PLAIN {token('ana', PASSWORD)}").startswith("235")
    assert wire.say("AUTH PLAIN").startswith("503")
    for sender in ("<bob@corp.example>", "<>"):
        assert wire.say(f"MAIL FROM:{sender}").startswith("550 5.7.1")
    assert wire.say("MAIL FROM:<Ana@Corp.example>").startswith("250")
    assert wire.say("RCPT TO:<customer@client.example>").startswith("550 5.1.1")
    assert wire.say("RCPT TO:<support@help.example>").startswith("250")


def test_submission_says_who_logged_in(serve: Serve) -> None:
    """AUTH LOGIN this time; the envelope names the agent, which is proof of who it is."""
    front = serve()
    wire = front.wire("submission")
    assert wire.say("AUTH LOGIN").startswith("334")
    assert wire.say(base64.b64encode(b"ana").decode()).startswith("334")
    assert wire.say(base64.b64encode(PASSWORD).decode()).startswith("235")
    wire.open_mail(sender=AGENT)
    wire.send(b"x: y\r\n.\r\n")
    assert wire.answer().startswith("250")
    (entry,) = front.kept()
    assert (entry.envelope.source, entry.envelope.auth_user) == ("submission", AGENT)
    assert b"with ESMTPA;" in front.spool.raw(entry.key)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (f"AUTH PLAIN {token('ana', b'wrong')}", "535"),
        (f"AUTH PLAIN {token('bob', PASSWORD)}", "535"),
        (f"AUTH PLAIN {token('ana', PASSWORD + bytes(1) + b'x')}", "501"),
        (f"AUTH PLAIN {base64.b64encode(b'boss' + bytes(1) + b'ana' + bytes(1) + PASSWORD).decode()}", "501"),
        (f"AUTH PLAIN {base64.b64encode(bytes(1) + b'ana').decode()}", "501"),
        (f"AUTH PLAIN {base64.b64encode(bytes(1) + bytes([255]) + bytes(1) + PASSWORD).decode()}", "501"),
        ("AUTH PLAIN !!!", "501"),
        ("AUTH PLAIN =", "501"),
        ("AUTH CRAM-MD5", "504"),
        ("AUTH", "504"),
    ],
)
def test_P13_bad_logins(serve: Serve, said: str, answer: str) -> None:
    """None of them logs in, and none says why."""
    wire = serve().wire("submission")
    assert wire.say(said).startswith(answer)
    assert wire.say(f"MAIL FROM:<{AGENT}>").startswith("530")


def test_P13_a_change_of_mind(serve: Serve) -> None:
    """RFC 4954: ``*`` gives up, and the conversation goes on."""
    wire = serve().wire("submission")
    assert wire.say("AUTH PLAIN").startswith("334")
    assert wire.say("*").startswith("501 5.7.0")
    assert wire.say("NOOP").startswith("250")


def test_P13_three_failures_end_the_connection_and_ten_a_minute_the_address(serve: Serve) -> None:
    """421; after ten in a minute not even the right password is looked at."""
    front = serve()
    for _ in range(4):
        wire = front.wire("submission")
        answers = [wire.say(f"AUTH PLAIN {token('ana', b'wrong')}")[:3] for _ in range(3)]
        if "421" in answers[:2]:
            break
        assert answers == ["535", "535", "421"]
        assert wire.ended()
    assert front.wire("submission").say(f"AUTH PLAIN {token('ana', PASSWORD)}").startswith("421")


def test_P13_no_password_in_clear_from_afar() -> None:
    """538 unless TLS or this machine; asked of the values, since a test has only loopback."""
    from mailgate.edges.smtp_in.client import Client

    assert not Client("192.0.2.7").private
    assert not Client("2001:db8::1").private
    assert Client("192.0.2.7", tls=True).private
    assert Client("127.0.0.9").private
    assert Client("::1").private
    assert Client("").private


def open_wires(front: Front, count: int) -> list[Wire]:
    return [front.wire() for _ in range(count)]


def test_commits_are_shared_by_those_who_wait_together(serve: Serve, spool: Spool) -> None:
    """Forty mails at once need far fewer commits, and each gets a key of its own."""
    front = serve(max_connections_per_ip=50)
    accept_many, all_sent = spool.accept_many, threading.Event()

    def once_all_are_here(mails: list[tuple[bytes, Envelope, str]]) -> list[str]:
        assert all_sent.wait(PATIENCE_S)
        return accept_many(mails)

    spool.accept_many = once_all_are_here  # type: ignore[method-assign, assignment]
    wires = open_wires(front, 40)
    for wire in wires:
        wire.open_mail()
    for wire in wires:
        wire.send(b"x: y\r\n.\r\n")
    all_sent.set()
    answers = {wire.answer() for wire in wires}
    assert len(answers) == 40
    assert all(answer.startswith("250") for answer in answers)
    assert front.rings < 40
    assert len(front.kept()) == 40
