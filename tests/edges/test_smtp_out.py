"""What becomes of a letter, by what the relay says and where; the relay is a real one on a real socket."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.settings import Relay, Secret, Security
from mailgate.edges.smtp_out import lane
from mailgate.edges.smtp_out.relay import MaybeSent, RelayAway, Sent, SmtpCourier, open_relay
from mailgate.errors import Refused, Temporary
from tests import openssl
from tests.edges.scripted_relay import CLOSE, DRIP, PLAIN, RESET, SILENCE, ScriptedRelay

LETTER = b"Message-ID: <ours@acme.example>\r\nSubject: x\r\n\r\nHello\r\n.dots\r\n..\r\n"
PATIENCE_S = 30.0


@pytest.fixture(autouse=True, params=["one by one", "pipelined"])
def _manners(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every truth holds for a relay that takes commands one by one and for one that takes them in groups."""
    offered = "250-PIPELINING\r\n" if request.param == "pipelined" else ""
    monkeypatch.setitem(PLAIN, "EHLO", f"250-relay.example\r\n{offered}250-8BITMIME\r\n250 SIZE 1000000")


def courier(relay: ScriptedRelay, **settings) -> SmtpCourier:
    made = open_relay(
        Relay(host="127.0.0.1", port=relay.port, **{"timeout": PATIENCE_S, "data_timeout": PATIENCE_S, **settings})
    )
    assert isinstance(made, SmtpCourier)
    return made


def send(out: SmtpCourier, recipient: str = "ana@cust.example", data: bytes = LETTER) -> Sent:
    return out.send("support@acme.example", recipient, data)


def test_a_letter_arrives_octet_for_octet():
    with ScriptedRelay() as relay:
        out = courier(relay)
        assert send(out).reply == "250 2.0.0 queued as 4711"
        out.close()
    assert relay.letters == [LETTER]


@pytest.mark.parametrize("end", [b"\r\n", b"", b"\r\n.", b"\n"])
def test_a_large_letter_arrives_octet_for_octet(end, monkeypatch):
    """It goes out in pieces; wherever they end, the dots at the start of lines are stuffed, and no others."""
    for large in (1, 2, 5, 50):
        monkeypatch.setattr(lane, "LARGE", large)
        letter = LETTER + b"..\r\n.a\r\nb.\r\n\r\n.\r\nand so on." * 9 + end
        with ScriptedRelay() as relay:
            out = courier(relay)
            send(out, data=letter)
            send(out)
            out.close()
        assert relay.letters == [letter.removesuffix(b"\r\n") + b"\r\n", LETTER]


def test_one_connection_serves_all_letters():
    with ScriptedRelay() as relay:
        out = courier(relay)
        for _ in range(5):
            send(out)
        out.close()
    assert (relay.connections, len(relay.letters)) == (1, 5)
    assert relay.verbs[-1] == "QUIT"


def test_O11_the_null_sender_goes_out_as_such():
    with ScriptedRelay() as relay:
        courier(relay).send("", "ana@cust.example", LETTER)
    assert any(line.upper().startswith("MAIL FROM:<>") for line in relay.lines)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
def test_O03_a_4xx_anywhere_is_temporary_and_the_next_letter_passes(verb):
    with ScriptedRelay(**{verb: ["450 later", "354 go on" if verb == "DATA" else "250 fine"]}) as relay:
        out = courier(relay)
        with pytest.raises(Temporary, match="450 later") as caught:
            send(out)
        assert not isinstance(caught.value, RelayAway | MaybeSent)
        send(out)
    assert relay.connections == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
def test_O04_a_5xx_anywhere_is_for_good_and_the_next_letter_passes(verb):
    with ScriptedRelay(**{verb: ["550 5.1.1 nobody", "354 go on" if verb == "DATA" else "250 fine"]}) as relay:
        out = courier(relay)
        with pytest.raises(Refused, match=r"550 5\.1\.1 nobody"):
            send(out)
        send(out)
    assert relay.connections == 1


@pytest.mark.parametrize("verb", ["CONNECT", "MAIL"])
def test_O05_421_means_that_the_whole_relay_is_away(verb):
    with ScriptedRelay(**{verb: "421 closing"}) as relay, pytest.raises(RelayAway, match="421"):
        send(courier(relay))


@pytest.mark.parametrize("answer", [RESET, CLOSE, "554 no service", "hello", SILENCE, DRIP])
def test_O05_no_greeting_means_that_the_relay_is_away(answer):
    with ScriptedRelay(CONNECT=answer) as relay, pytest.raises(RelayAway):
        send(courier(relay, timeout=0.3))


def test_O05_nobody_listens():
    with ScriptedRelay() as relay:
        port = relay.port
    with pytest.raises(RelayAway, match=f"127.0.0.1:{port}"):
        open_relay(Relay(host="127.0.0.1", port=port)).send("", "ana@cust.example", LETTER)


@pytest.mark.parametrize("act", [RESET, CLOSE, SILENCE])
@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_connection_lost_before_the_dot_costs_that_letter_alone(verb, act):
    """Else a letter that a relay chokes on would stop all others."""
    with ScriptedRelay(**{verb: [act, "354 go on" if verb == "DATA" else "250 fine"]}) as relay:
        out = courier(relay)
        out._first.open()
        out._first._session.wait = 0.3  # from here on, so that a slow machine gets as far as this
        with pytest.raises(Temporary) as caught:
            send(out)
        assert not isinstance(caught.value, RelayAway | MaybeSent)


@pytest.mark.parametrize("act", [RESET, CLOSE, SILENCE, DRIP, "hello?"])
def test_O08_no_answer_to_the_dot_may_mean_sent(act):
    with ScriptedRelay(DOT=act) as relay, pytest.raises(MaybeSent):
        send(courier(relay, data_timeout=0.3))


def test_O08_the_answer_to_the_dot_has_its_own_time():
    assert Relay().data_timeout >= 600


def test_O07_a_connection_lost_after_250_is_sent_and_made_anew():
    with ScriptedRelay(MAIL=["250 fine", RESET, "250 fine"]) as relay:
        out = courier(relay)
        assert send(out).reply.startswith("250")
        assert send(out).reply.startswith("250")
    assert relay.connections == 2
    assert len(relay.letters) == 2


def test_a_refused_letter_is_reset_before_the_next():
    with ScriptedRelay(RCPT=["550 no", "250 yes"]) as relay:
        out = courier(relay)
        with pytest.raises(Refused):
            send(out)
        send(out)
    assert "RSET" in relay.verbs


def test_O12_no_letter_goes_in_the_clear_where_starttls_is_required():
    with ScriptedRelay() as relay, pytest.raises(RelayAway, match="STARTTLS"):
        send(courier(relay, security=Security.STARTTLS))
    assert "MAIL" not in relay.verbs


def test_O12_a_missing_auth_is_no_reason_to_send_without():
    with ScriptedRelay() as relay, pytest.raises(RelayAway, match="AUTH"):
        send(courier(relay, user="desk", password=Secret(literal="hush")))
    assert "MAIL" not in relay.verbs


def test_O12_no_password_over_an_open_line():
    out = SmtpCourier(Relay(host="127.0.0.2", user="desk", password=Secret(literal="hush")), SystemClock())
    with ScriptedRelay() as relay:
        elsewhere = Relay(
            host="127.1", port=relay.port, user="desk", password=Secret(literal="hush"), timeout=PATIENCE_S
        )
        out = SmtpCourier(elsewhere, SystemClock())
        with pytest.raises(RelayAway, match="open line"):
            send(out)
    assert "AUTH" not in relay.verbs


def test_a_check_goes_as_far_as_the_login_and_sends_nothing():
    with ScriptedRelay(EHLO="250-relay\r\n250 AUTH PLAIN") as relay:
        out = courier(relay, user="desk", password=Secret(literal="hush"))
        out.check()
        out.close()
    assert relay.verbs == ["EHLO", "AUTH", "QUIT"]


def test_a_wrong_password_is_the_relays_trouble_and_never_shown():
    ehlo = "250-relay\r\n250 AUTH PLAIN"
    with ScriptedRelay(EHLO=ehlo, AUTH="535 no") as relay, pytest.raises(RelayAway, match="535") as caught:
        send(courier(relay, user="desk", password=Secret(literal="hush")))
    assert "hush" not in str(caught.value)


def test_a_password_that_cannot_be_read_pauses_the_relay():
    with (
        ScriptedRelay(EHLO="250-relay\r\n250 AUTH PLAIN") as relay,
        pytest.raises(RelayAway, match="MAILGATE_TEST_NOT_SET"),
    ):
        send(courier(relay, user="desk", password=Secret(env="MAILGATE_TEST_NOT_SET")))


def test_530_says_nothing_about_the_letter():
    with ScriptedRelay(MAIL="530 must login") as relay, pytest.raises(RelayAway):
        send(courier(relay))


def test_mail_rcpt_and_data_go_in_one_group_where_the_relay_takes_groups():
    """A relay that answers MAIL only once it has heard DATA would never be answered otherwise (RFC 2920)."""
    heard = []

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"220 relay\r\n")
            connection.recv(1000)
            connection.sendall(b"250-relay\r\n250 PIPELINING\r\n")
            group = b""
            while b"data\r\n" not in group.lower():
                group += connection.recv(1000)
            heard.append(group)
            connection.sendall(b"250 a\r\n250 b\r\n354 c\r\n")
            letter = b""
            while not letter.endswith(b"\r\n.\r\n"):
                letter += connection.recv(1000)
            connection.sendall(b"250 done\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        out = open_relay(
            Relay(host="127.0.0.1", port=server.getsockname()[1], timeout=PATIENCE_S, data_timeout=PATIENCE_S)
        )
        assert out.send("support@acme.example", "ana@cust.example", LETTER).reply == "250 done"
        thread.join()
    assert heard[0].lower().startswith(b"mail from:<support@acme.example>")


def test_a_relay_that_wants_a_letter_nobody_gets_is_given_an_empty_one():
    """The recipient is refused and DATA accepted all the same: one dot, and the next letter passes (RFC 2920)."""
    offers = "250-relay.example\r\n250-PIPELINING\r\n250 8BITMIME"
    dots = ["554 no valid recipients", "250 fine"]
    with ScriptedRelay(EHLO=offers, RCPT=["550 nobody", "250 fine"], DOT=dots) as relay:
        out = courier(relay)
        with pytest.raises(Refused, match="550 nobody"):
            send(out)
        send(out)
    assert relay.connections == 1
    assert relay.letters[-1] == LETTER


def test_a_letter_larger_than_the_relay_takes_is_refused_unsent():
    with ScriptedRelay(EHLO="250-relay\r\n250 SIZE 100") as relay, pytest.raises(Refused, match="takes 100"):
        send(courier(relay), data=LETTER * 10)
    assert "MAIL" not in relay.verbs


def test_O13_an_address_beyond_ascii_needs_smtputf8():
    with ScriptedRelay() as relay, pytest.raises(Refused, match="SMTPUTF8"):
        send(courier(relay), "用户@cust.example")


def test_O13_an_address_beyond_ascii_goes_where_it_can():
    with ScriptedRelay(EHLO="250-relay\r\n250-8BITMIME\r\n250 SMTPUTF8") as relay:
        send(courier(relay), "用户@cust.example")
    assert any("用户@cust.example" in line for line in relay.lines)


def test_O13_a_domain_beyond_ascii_becomes_a_labels():
    with ScriptedRelay() as relay:
        send(courier(relay), "ana@bücher.example")
    assert any("<ana@xn--bcher-kva.example>" in line for line in relay.lines)


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nRCPT TO:<x@y.example>", "a\n@b.example", "a b@c.example", "<a@b.example>", "a\0@b"]
)
def test_J02_an_address_with_a_line_end_never_reaches_the_relay(address):
    with ScriptedRelay() as relay:
        out = courier(relay)
        with pytest.raises(Refused):
            out.send("support@acme.example", address, LETTER)
        with pytest.raises(Refused):
            out.send(address, "ana@cust.example", LETTER)
    assert relay.connections == 0


def test_an_endless_answer_ends():
    with ScriptedRelay(EHLO="\r\n".join(["250-more"] * 1000)) as relay, pytest.raises(RelayAway):
        send(courier(relay))


def test_the_message_id_that_the_relay_gave_is_learned():
    with ScriptedRelay(DOT="250 2.6.0 <theirs@relay.example> Queued mail for delivery") as relay:
        assert send(courier(relay)).relay_message_id == "theirs@relay.example"
    with ScriptedRelay(DOT="250 2.6.0 <ours@acme.example> Queued mail for delivery") as relay:
        assert send(courier(relay)).relay_message_id == ""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a self-signed certificate for 127.0.0.1, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = openssl.certificate(folder, "127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


def _server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_letter_goes_through_starttls_and_what_came_before_is_forgotten(certificate):
    """An answer smuggled in behind 220 (CVE-2011-0411) is not taken for one that came protected."""
    ehlo = ["250-relay\r\n250 STARTTLS", "250-relay\r\n250 AUTH PLAIN"]
    smuggled = "220 go on\r\n250-evil\r\n250 AUTH LOGIN"
    with ScriptedRelay(_server_side(certificate), EHLO=ehlo, STARTTLS=smuggled) as relay:
        out = courier(
            relay,
            security=Security.STARTTLS,
            tls_ca=str(certificate),
            user="desk",
            password=Secret(literal="hush"),
        )
        send(out)
    assert relay.verbs[:5] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]
    assert any(line.startswith("AUTH PLAIN") for line in relay.lines)


def test_a_relay_with_an_unknown_certificate_gets_nothing(certificate):
    ehlo = "250-relay\r\n250 STARTTLS"
    with ScriptedRelay(_server_side(certificate), EHLO=ehlo) as relay, pytest.raises(RelayAway, match="TLS"):
        send(courier(relay, security=Security.STARTTLS))
    assert "MAIL" not in relay.verbs


def test_a_letter_goes_through_tls_from_the_first_octet(certificate):
    with ScriptedRelay(_server_side(certificate), tls_first=True) as relay:
        out = courier(relay, security=Security.TLS, tls_ca=str(certificate))
        send(out)
        send(out)
        out.close()
    assert relay.letters == [LETTER, LETTER]
    assert relay.connections == 1


def test_a_relay_that_speaks_no_tls_gets_nothing_where_tls_is_set():
    with ScriptedRelay() as relay, pytest.raises(RelayAway, match="TLS"):
        send(courier(relay, security=Security.TLS, timeout=1.0))
    assert not any(verb.startswith(("EHLO", "HELO", "MAIL")) for verb in relay.verbs)
