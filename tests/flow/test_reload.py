"""A reload under way: who is in the middle of a mail is heard out, who comes meanwhile is served at once."""

from __future__ import annotations

import smtplib
import socket

from tests.flow.world import DESK, PATIENCE_S, Desk, Relay, letter
from tests.real.mailbox import mailbox
from tests.torture.killing import children

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"


def begun(desk: Desk) -> socket.socket:
    """A client that has begun with the text of its mail."""
    line = socket.create_connection(("127.0.0.1", desk.ports["smtp"]), PATIENCE_S)
    answers = line.makefile("rb")
    for command in (
        b"",
        b"EHLO slow.example",
        b"MAIL FROM:<slow@client.example>",
        f"RCPT TO:<{DESK}>".encode(),
        b"DATA",
    ):
        if command:
            line.sendall(command + b"\r\n")
        while (answer := answers.readline())[3:4] == b"-":
            pass
        assert answer[:1] in b"23", answer
    line.sendall(b"From: Slow <slow@client.example>\r\nSubject: slowly\r\n\r\n")
    return line


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
    with smtplib.SMTP("127.0.0.1", desk.ports["smtp"], timeout=PATIENCE_S) as client:
        assert client.noop()[0] == 250
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
    assert desk.process.wait(PATIENCE_S) == 0
    desk.start()
    far.wait("slow@client.example")


def test_a_reload_may_bring_the_first_imap_mailbox_and_take_the_last_away(desk: Desk, far: Relay) -> None:
    """Only addresses, database and folder take a restart: mail is fetched from now on; and then nobody polls any more,
    and the desk works on, as it does after a file on which the reader itself fails."""
    assert desk.process is not None
    without, processes = desk.config.read_text(), len(children(desk.process.pid))
    desk.reload(f"x = {'[' * 5000}{']' * 5000}\n{without}")
    with mailbox() as server:
        server.append([letter(CARLA, "By IMAP", "Hello.")])
        desk.reload(without.replace('team = "support"\n', f'team = "support"\n{server.config()}', 1))
        far.wait(CARLA_ADDRESS)
        desk.reload(without)
        desk.wait_until(lambda: len(children(desk.process.pid)) == processes)  # type: ignore[union-attr]
        desk.insist(letter(CARLA, "By SMTP", "Hello again."), CARLA_ADDRESS)
        far.wait(CARLA_ADDRESS, 2)
        assert desk.stop() == 0
