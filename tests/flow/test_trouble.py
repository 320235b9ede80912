"""What goes wrong around a desk, and what the desk does about it: nothing lost, the reason said, and on it goes."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.databases import Postgres
from tests.flow.world import ANNA, DESK, PATIENCE_S, Desk, Relay, letter
from tests.real.mailbox import mailbox

CARLA = "Carla Rossi <carla@client.example>"
CARLA_ADDRESS = "carla@client.example"


def refused(desk: Desk, recipient: str, size: int = 0) -> int:
    """The answer to MAIL with that size, or to RCPT for that recipient."""
    with smtplib.SMTP("127.0.0.1", desk.ports["smtp"], timeout=PATIENCE_S) as client:
        client.ehlo("client.example")
        code, _ = client.mail(CARLA_ADDRESS, [f"size={size}"] if size else [])
        return code if code >= 400 else client.rcpt(recipient)[0]


def test_P20_a_recipient_that_is_not_ours_is_refused_at_once(desk: Desk) -> None:
    """550 at RCPT, so that no bounce is ever ours to send; the desk's own address is taken."""
    assert refused(desk, "nobody@acme.example") == 550
    assert refused(desk, "support@elsewhere.example") == 550
    assert refused(desk, DESK) == 250


def test_P10_a_mail_that_says_it_is_too_large_is_refused_before_it_is_sent(desk: Desk) -> None:
    """552 at MAIL, where SIZE tells."""
    assert refused(desk, DESK, size=999_999_999) == 552


def test_a_broken_config_ends_with_exit_2_and_every_error(new_desk: Callable[..., Desk]) -> None:
    """All errors at once, each with its line; nothing is started."""
    desk = new_desk(run=False)
    desk.config.write_text(
        desk.config.read_text().replace('team = "support"', 'team = "suport"').replace("[survey]", "[survay]")
    )
    done = desk.run("serve")
    assert done.returncode == 2
    assert "suport" in done.stderr
    assert "survay" in done.stderr
    assert f"{desk.config}:" in done.stderr


def test_D15_a_second_daemon_on_the_same_spool_is_refused(desk: Desk, far: Relay) -> None:
    """Exit 1 with a sentence; the first goes on."""
    done = desk.run("serve")
    assert done.returncode == 1
    assert "another mailgate" in done.stderr
    desk.send(letter(CARLA, "Still there?", "Hello."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)


def test_D15_a_desk_whose_parent_was_killed_starts_again_at_once(desk: Desk, far: Relay) -> None:
    """Its children are gone within a moment, though a slow sender has begun a mail: that one is told nothing, and
    tries again."""
    assert desk.process is not None
    with smtplib.SMTP("127.0.0.1", desk.ports["smtp"], timeout=PATIENCE_S) as client:
        client.ehlo("client.example")
        client.mail(CARLA_ADDRESS)
        client.rcpt(DESK)
        assert client.docmd("DATA")[0] == 354
        client.send(b"Subject: half of it\r\n")
        desk.process.kill()
        desk.process.wait(PATIENCE_S)
        desk.start()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.getreply()
    desk.send(letter(CARLA, "All of it", "Hello."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)


def test_ingest_hands_over_to_the_running_daemon(desk: Desk, far: Relay) -> None:
    """An MTA's pipe: exit 0 once the daemon has it; a mailbox that is not ours is the admin's mistake: 75."""
    raw = letter(CARLA, "From a pipe", "Hello.")
    command = [sys.executable, "-m", "mailgate", "ingest", "-c", str(desk.config)]
    assert subprocess.run([*command, "-"], input=raw, check=False).returncode == 0
    assert far.wait(CARLA_ADDRESS)
    strange = subprocess.run(
        [*command, "--mailbox", "nobody@acme.example", "-"], input=raw, check=False, capture_output=True
    )
    assert strange.returncode == 75


def test_ingest_without_a_daemon_keeps_mail_for_the_next_one(new_desk: Callable[..., Desk], far: Relay) -> None:
    """The spool has it; ``serve`` settles it."""
    desk = new_desk(run=False)
    folder = desk.folder / "mails"
    folder.mkdir()
    (folder / "one.eml").write_bytes(letter(CARLA, "One", "Hello."))
    (folder / "two.eml").write_bytes(letter("Dora <dora@client.example>", "Two", "Hello."))
    assert desk.run("ingest", str(folder)).returncode == 0
    desk.start()
    far.wait(CARLA_ADDRESS)
    far.wait("dora@client.example")


def test_promise_4_D11_mail_is_accepted_while_the_database_is_away(
    new_desk: Callable[..., Desk], far: Relay, postgres: Postgres
) -> None:
    """PostgreSQL stops; SMTP goes on saying 250; PostgreSQL is back, and so is everything else, by itself."""
    desk = new_desk(postgres.url(postgres.fresh("template0")))
    postgres.stop()
    try:
        for number in range(5):
            desk.send(
                letter(f"P{number} <p{number}@client.example>", f"Hello {number}", "Hello."),
                f"p{number}@client.example",
            )
        assert far.letters == []
    finally:
        postgres.start()
    for number in range(5):
        assert len(far.wait(f"p{number}@client.example")) == 1


def test_I13_a_wrong_password_is_said_once_and_other_mail_flows(new_desk: Callable[..., Desk], far: Relay) -> None:
    """The mailbox is retried later; SMTP does not notice."""
    with mailbox() as server:
        wrong = server.config().replace('password = "pass word"', 'password = "wrong word"')
        desk = new_desk(imap=wrong)
        desk.wait_for_line("does not let support in")
        for number in range(3):
            desk.send(
                letter(f"P{number} <p{number}@client.example>", f"Hello {number}", "Hello."),
                f"p{number}@client.example",
            )
            far.wait(f"p{number}@client.example")
        desk.stop()
        told = [line for line in desk.lines if "does not let support in" in line]
        assert len(told) == 1
        assert "wrong word" not in "\n".join(desk.lines)


def test_J09_a_template_that_fails_costs_its_looks_not_the_letter(new_desk: Callable[..., Desk], far: Relay) -> None:
    """A plain built-in letter goes out, and the admin is told."""
    desk = new_desk(run=False, more='[templates]\nfolder = "mine"\n')
    mine = desk.folder / "mine" / "en"
    mine.mkdir(parents=True)
    (mine / "acknowledgement.txt").write_text("Dear {{ 1 / (number|int - 1) }}")  # only the very first ticket fails
    desk.start()
    desk.send(letter(CARLA, "Printer broken", "Help."), CARLA_ADDRESS)
    assert "1" in far.wait(CARLA_ADDRESS)[0].text
    told = [each for each in far.wait(ANNA, 2) if "acknowledgement" in each.text]
    assert len(told) == 1


def test_promise_7_a_mail_that_cannot_be_read_is_held_whole_and_the_next_one_flows(desk: Desk, far: Relay) -> None:
    """Ten thousand nested parts: not a ticket with all of it, not a crash; the raw is kept."""
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at) for at in range(10_000)
    )
    desk.send(b"From: x@client.example\r\nTo: support@acme.example\r\nSubject: deep\r\n" + deep, "x@client.example")
    desk.send(letter(CARLA, "Printer broken", "Help."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)
    desk.wait_until_settled()
    outcomes = desk.json("stats")["outcomes"]
    assert sum(outcomes.values()) == 2


@pytest.mark.parametrize("word", ["error", "Traceback"])
def test_strangers_and_logs_see_nothing_of_mails(desk: Desk, far: Relay, word: str) -> None:
    """After ordinary work the log holds no subject, no body, no traceback."""
    desk.send(letter(CARLA, "A secret subject", "A secret body."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)
    desk.stop()
    log = "\n".join(desk.lines)
    assert "secret" not in log
    assert word not in log


def test_a_desk_works_in_a_folder_with_a_very_long_name(new_desk: Callable[..., Desk], far: Relay) -> None:
    """A Unix socket's path holds 107 octets; the state folder may be longer."""
    desk = new_desk(run=False)
    state = "/".join(["a-folder-with-quite-a-long-name-of-its-own"] * 3)
    desk.config.write_text(desk.config.read_text().replace("dns = false", f'dns = false\nstate_dir = "{state}"'))
    desk.start()
    desk.send(letter(CARLA, "Hello", "A question."), CARLA_ADDRESS)
    far.wait(CARLA_ADDRESS)
    (desk.folder / "one.eml").write_bytes(letter("Dora <dora@client.example>", "Two", "Hello."))
    assert desk.run("ingest", str(desk.folder / "one.eml")).returncode == 0
    far.wait("dora@client.example")
