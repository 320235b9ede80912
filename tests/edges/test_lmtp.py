"""Mails to our own daemon: the octets as they were, each answer with its mail, and a line that is made anew."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mailgate.edges.lmtp import Lmtp
from mailgate.errors import Refused, Temporary
from tests.edges.smtp_server import Front

Serve = Callable[..., Front]
OURS = ("support@help.example", "billing@help.example")
AWKWARD = (
    b"x: y\n\n.bashrc\n..two\n\r\n",
    b"x: y\r\n\r\n.bashrc\r\n..two\r\n.\r\n",
    b".\r\n",
    b"..\r\n",
    b"x: y\r\n\r\n\n.\n\r.\r\r\n",
    b"",
)


@contextmanager
def line(front: Front) -> Iterator[Lmtp]:
    """To a front's private socket."""
    with closing(Lmtp(Path(front.places["ingest"]))) as connected:
        yield connected


def test_the_octets_in_the_spool_are_those_that_were_handed_over(serve: Serve) -> None:
    """Files of a Unix machine have bare line feeds: a dot behind one is neither doubled nor taken away, for a mail
    whose body changes on the way has no valid signature any more."""
    front = serve()
    with line(front) as lmtp:
        for raw in AWKWARD:
            lmtp.hand_over("", OURS[:1], raw)
    assert [front.spool.raw(entry.key) for entry in front.kept()] == list(AWKWARD)


def test_a_mail_without_a_line_end_at_its_end_gets_one(serve: Serve) -> None:
    """Nothing else says in LMTP where it is over."""
    front = serve()
    with line(front) as lmtp:
        lmtp.hand_over("", OURS[:1], b"x: y\n\nend")
    assert [front.spool.raw(entry.key) for entry in front.kept()] == [b"x: y\n\nend\r\n"]


def test_each_mail_for_several_recipients_hears_its_own_answers(serve: Serve) -> None:
    """RFC 2033 section 4.2: one answer a recipient; all are heard before the next mail is begun."""
    front = serve(max_size=100)
    with line(front) as lmtp:
        lmtp.hand_over("a@client.example", OURS, b"x: 1\r\n")
        with pytest.raises(Refused, match="552"):
            lmtp.hand_over("a@client.example", OURS, b"x: 2\r\n" * 100)
        lmtp.hand_over("b@client.example", OURS[1:], b"x: 3\r\n")
    assert [(entry.envelope.mail_from, entry.envelope.recipients) for entry in front.kept()] == [
        ("a@client.example", OURS),
        ("b@client.example", OURS[1:]),
    ]


def test_a_recipient_that_is_refused_costs_itself_only(serve: Serve) -> None:
    """Where none is taken the mail is refused, and the next one is not mistaken for it."""
    front = serve()
    with line(front) as lmtp:
        with pytest.raises(Refused, match="550"):
            lmtp.hand_over("", ("nobody@help.example",), b"x: y\r\n")
        lmtp.hand_over("", ("nobody@help.example", *OURS), b"x: y\r\n")
    assert [entry.envelope.recipients for entry in front.kept()] == [OURS]


def test_addresses_that_are_not_ascii_are_said_as_they_are(serve: Serve) -> None:
    """SMTPUTF8 (RFC 6531)."""
    front = serve()
    with line(front) as lmtp:
        lmtp.hand_over("jörg@bücher.example", ("hilfe@bücher.example",), b"x: y\r\n")
    (entry,) = front.kept()
    assert (entry.envelope.mail_from, entry.envelope.recipients) == ("jörg@bücher.example", ("hilfe@bücher.example",))


def test_an_archive_with_many_refused_mails_goes_on_to_its_end(serve: Serve) -> None:
    """Else it would stop at the same place each time it is begun again."""
    front = serve(max_errors=2, max_size=100)
    with line(front) as lmtp:
        for _ in range(6):
            with pytest.raises(Refused):
                lmtp.hand_over("", ("nobody@help.example",), b"x: y\r\n")
            with pytest.raises(Refused):
                lmtp.hand_over("", OURS, b"x: y\r\n" * 100)
        lmtp.hand_over("", OURS, b"x: y\r\n")
    assert len(front.kept()) == 1


def test_nobody_at_the_socket_is_temporary(tmp_path: Path) -> None:
    """The daemon may be starting."""
    with pytest.raises(Temporary, match="does not answer"):
        Lmtp(tmp_path / "ingest.sock")


def test_a_daemon_that_reads_its_config_again_gets_the_next_mail_all_the_same(tmp_path: Path) -> None:
    """The front that leaves says 421, or nothing more, behind a mail; another has taken its place at the socket."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "ingest.sock"))
    listener.listen()
    heard: list[bytes] = []

    def one_mail_a_connection() -> None:
        for last_words in (b"421 4.3.2 going down\r\n", b"", b"250 OK\r\n"):
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb", buffering=0) as file:
                script = (b"220 x\r\n", b"250 x\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go\r\n")
                file.write(script[0])
                for answer in script[1:]:
                    heard.append(file.readline())
                    file.write(answer)
                while file.readline() != b".\r\n":
                    pass
                file.write(b"250 kept\r\n" + last_words)

    server = threading.Thread(target=one_mail_a_connection, daemon=True)
    server.start()
    with closing(Lmtp(tmp_path / "ingest.sock")) as lmtp:
        for number in range(3):
            lmtp.hand_over(f"{number}@client.example", OURS[:1], b"x: y\r\n")
    server.join(10)
    listener.close()
    assert [each for each in heard if each.startswith(b"MAIL")] == [
        b"MAIL FROM:<%d@client.example> SMTPUTF8\r\n" % number for number in range(3)
    ]
