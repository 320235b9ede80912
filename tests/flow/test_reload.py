"""A reload under way: who is in the middle of a mail is heard out, who comes meanwhile is served at once."""

from __future__ import annotations

import socket

from tests.flow.world import DESK, PATIENCE_S, Desk, Relay, letter
from tests.torture.killing import children

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"


def begun(desk: Desk) -> socket.socket:
    """A client that has begun with the text of its mail; where the old front still answered (421), it comes again."""
    while True:
        line = socket.create_connection(("127.0.0.1", desk.ports["smtp"]), PATIENCE_S)
        answers = [said(line, command) for command in (b"", b"EHLO slow.example", b"MAIL FROM:<slow@client.example>")]
        answers += [said(line, command) for command in (f"RCPT TO:<{DESK}>".encode(), b"DATA")]
        if answers[-1].startswith(b"354"):
            line.sendall(b"From: Slow <slow@client.example>\r\nSubject: slowly\r\n\r\n")
            return line
        assert any(answer.startswith(b"421") for answer in answers), answers
        line.close()


def said(line: socket.socket, command: bytes) -> bytes:
    """The last line of the answer to a command; empty once the other side has hung up."""
    try:
        if command:
            line.sendall(command + b"\r\n")
        answer = b""
        while not answer.endswith(b"\r\n") or answer.splitlines()[-1][3:4] == b"-":
            octets = line.recv(1000)
            if not octets:
                return b""
            answer += octets
        return answer.splitlines()[-1]
    except OSError:
        return b""


def test_a_connection_in_the_midst_of_a_reload_is_served_while_a_slow_mail_is_still_taken(
    desk: Desk, far: Relay
) -> None:
    """The slow client is in DATA while the config is read twice and three others come and go; then it gets its 250."""
    assert desk.process is not None
    processes = len(children(desk.process.pid))
    slow = begun(desk)
    text = desk.config.read_text()
    for number in range(2):
        desk.reload(text + f"\n# {number}\n")
        desk.insist(letter(CARLA, f"Question {number}", "Are you open?"), CARLA_ADDRESS)
        far.wait(CARLA_ADDRESS, number + 1)
    begun(desk).close()
    slow.sendall(b"At last.\r\n.\r\n")
    assert slow.recv(100).startswith(b"250")
    slow.close()
    far.wait("slow@client.example")
    desk.wait_until(lambda: len(children(desk.process.pid)) == processes)  # type: ignore[union-attr]
    assert len(desk.json("ticket", "list")) == 3  # type: ignore[arg-type]
    assert desk.stop() == 0


def test_D17_stopping_hears_out_who_is_in_the_middle_of_a_mail(desk: Desk, far: Relay) -> None:
    """SIGTERM to the whole daemon, after a reload that left a front behind: both mails that had begun get their 250."""
    slow = [begun(desk)]
    desk.reload(desk.config.read_text() + "\n# again\n")
    slow.append(begun(desk))
    assert desk.process is not None
    desk.process.terminate()
    for line in slow:
        line.sendall(b"At last.\r\n.\r\n")
        assert line.recv(100).startswith(b"250")
        line.close()
    assert desk.process.wait(40) == 0
    desk.start()
    far.wait("slow@client.example")
