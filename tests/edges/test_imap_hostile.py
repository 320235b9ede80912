"""Servers that lie, stall, tear and hang up: nothing is lost, nothing doubled, nobody waits for ever."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator

import pytest

from mailgate.clock import SystemClock
from mailgate.edges.imap_in.cursor import LAST_TRY, Gap
from mailgate.edges.imap_in.wire import Insecure, LoginRefused
from mailgate.edges.settings import After, Security
from mailgate.errors import Temporary
from tests import openssl
from tests.edges.imap_world import Kept, MemoryCursors, Told, account, fetch_once, mail, running
from tests.edges.scripted_imap import Conversation, HangUp, ScriptedImap


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    server = ScriptedImap()
    yield server
    server.close()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def cursors() -> MemoryCursors:
    return MemoryCursors()


@pytest.fixture
def told() -> Told:
    return Told()


def once(server: ScriptedImap, kept: Kept, cursors: MemoryCursors, told: Told | None = None, **settings: object) -> int:
    return fetch_once(account(server.port, **settings), kept, cursors, told or Told())


def fill(server: ScriptedImap, *uids: int) -> None:
    server.mails = {uid: mail(f"no {uid}") for uid in uids}


# --- what the server says about mails ---


def test_I06_a_search_that_answers_with_the_last_mail_brings_it_once(server, kept, cursors):
    fill(server, 5, 9)
    assert once(server, kept, cursors) == 2
    assert once(server, kept, cursors) == 0
    assert server.count("UID FETCH") == 2


def test_I07_a_mail_that_vanishes_between_search_and_fetch_holds_nothing_up(server, kept, cursors):
    fill(server, 1, 2, 3)

    def forget_one(talk: Conversation, tag: str, line: str) -> None:
        server.mails.pop(2, None)
        server.do_fetch(talk, tag, line)

    server.on["FETCH"] = forget_one
    assert once(server, kept, cursors) == 2
    cursors.all_gaps_due()
    assert once(server, kept, cursors) == 0
    assert cursors.only.gaps == ()
    assert cursors.only.low == 3


def test_I08_unsolicited_answers_and_odd_order_give_every_uid_its_own_body(server, kept, cursors):
    fill(server, 3, 4)

    def backwards(talk: Conversation, tag: str, line: str) -> None:
        talk.say("* 2 FETCH (FLAGS (\\Seen))\r\n* 99 FETCH (UID 77 BODY[] {3}\r\nbad)\r\n* 9 EXISTS\r\n")
        for uid in reversed(server.asked(line)):
            talk.say(server.fetched(uid, line))
        talk.say(f"{tag} OK done\r\n")

    server.on["FETCH"] = backwards
    assert once(server, kept, cursors) == 2
    assert sorted((origin[-2:], raw) for raw, _, origin in kept.mails) == [
        ("|3", mail("no 3")),
        ("|4", mail("no 4")),
    ]


@pytest.mark.parametrize("answer", ["NIL", '""', "{0}\r\n", "(((((broken"])
def test_I09_a_body_that_is_not_there_leaves_a_gap_and_the_rest_flows(server, kept, cursors, answer):
    fill(server, 1, 2, 3)

    def no_body(talk: Conversation, tag: str, line: str) -> None:
        for uid in server.asked(line):
            right = uid != 2 or "BODY" not in line
            talk.say(server.fetched(uid, line) if right else f"* 2 FETCH (UID 2 BODY[] {answer})\r\n")
        talk.say(f"{tag} OK done\r\n")

    server.on["FETCH"] = no_body
    assert once(server, kept, cursors) == 2
    assert kept.subjects == ["no 1", "no 3"]
    assert [gap.uid for gap in cursors.only.gaps] == [2]
    assert cursors.only.low == 3
    del server.on["FETCH"]
    cursors.all_gaps_due()
    assert once(server, kept, cursors) == 1
    assert cursors.only.gaps == ()


def test_I09_a_no_to_the_batch_is_asked_again_mail_by_mail(server, kept, cursors):
    fill(server, 1, 2, 3)

    def no_to_two(talk: Conversation, tag: str, line: str) -> None:
        if "BODY" in line and 2 in server.asked(line):
            talk.say(f"{tag} NO [SERVERBUG] cannot read mail\r\n")
        else:
            server.do_fetch(talk, tag, line)

    server.on["FETCH"] = no_to_two
    assert once(server, kept, cursors) == 2
    assert kept.subjects == ["no 1", "no 3"]
    assert cursors.only.gaps[0].uid == 2


def test_I09_a_body_that_never_comes_is_accepted_as_a_stub_in_the_end(server, kept, cursors):
    fill(server, 2)

    def refuse_bodies(talk: Conversation, tag: str, line: str) -> None:
        if "BODY.PEEK[]" in line:
            talk.say(f"{tag} NO not now\r\n")
        else:
            server.do_fetch(talk, tag, line)

    server.on["FETCH"] = refuse_bodies
    for _ in range(LAST_TRY):
        assert once(server, kept, cursors) == 0
        cursors.all_gaps_due()
    assert once(server, kept, cursors) == 1
    assert kept.raws == [b"X-Mailgate-Unfetchable: uid=2\r\nFrom: ana@home.example\r\nSubject: no 2\r\n\r\n"]
    assert cursors.only.gaps == ()


def test_I09_a_literal_cut_short_imports_nothing_of_it_and_the_rest_gets_through(server, kept, cursors, told):
    fill(server, 1, 2, 3)

    def cut_at_two(talk: Conversation, tag: str, line: str) -> None:
        for uid in server.asked(line):
            if uid == 2 and "BODY.PEEK[]" in line:
                talk.say("* 2 FETCH (UID 2 BODY[] {5000}\r\nFrom: half")
                raise HangUp
            talk.say(server.fetched(uid, line))
        talk.say(f"{tag} OK done\r\n")

    server.on["FETCH"] = cut_at_two
    with running([account(server.port)], kept, cursors, told):
        kept.wait_until(lambda: kept.subjects == ["no 1", "no 3"])
        cursors.wait_until(lambda: cursors.only.low == 3)
    assert [gap.uid for gap in cursors.only.gaps] == [2]


def test_an_answer_nested_so_deep_that_the_parser_gives_up_costs_that_mail_only(server, kept, cursors):
    fill(server, 1, 2)

    def nested(talk: Conversation, tag: str, line: str) -> None:
        for uid in server.asked(line):
            deep = "(" * 30_000 + ")" * 30_000
            bad = uid == 1 and "BODY.PEEK[]" in line
            talk.say(f"* 1 FETCH (UID 1 BODY[] {deep})\r\n" if bad else server.fetched(uid, line))
        talk.say(f"{tag} OK done\r\n")

    server.on["FETCH"] = nested
    assert once(server, kept, cursors) == 1
    assert kept.subjects == ["no 2"]
    assert cursors.only.gaps[0].uid == 1


def test_I04_new_numbers_for_old_mails_are_read_again_and_told(server, kept, cursors, told):
    fill(server, 1, 2)
    once(server, kept, cursors)
    server.uidvalidity = 8
    assert once(server, kept, cursors, told) == 2
    assert "new UIDs" in told.lines[0][0]
    assert cursors.only.uidvalidity == 8


def test_I05_without_uidvalidity_mail_comes_without_an_origin_and_no_cursor_is_saved(server, kept, cursors):
    server.uidvalidity = None
    fill(server, 1, 2)
    assert once(server, kept, cursors) == 2
    assert [origin for _, _, origin in kept.mails] == ["", ""]
    assert cursors.saved == {}


def test_I15_a_backlog_comes_in_batches_oldest_first(server, kept, cursors):
    fill(server, *range(1, 121))
    assert once(server, kept, cursors, batch=25) == 120
    assert kept.subjects == [f"no {uid}" for uid in range(1, 121)]
    assert max(line.count(",") for line in server.said if "BODY.PEEK[]" in line) == 24


# --- silence, drips, and lines that break ---


DEADLINES = {"GREETING": "connect_timeout", "CAPABILITY": "connect_timeout"}


@pytest.mark.parametrize("verb", ["GREETING", "CAPABILITY", "AUTHENTICATE", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_I10_a_server_that_drips_octets_is_left_after_the_deadline(server, kept, cursors, verb):
    fill(server, 1)
    server.on[verb] = lambda talk, tag, line: talk.drip("*")
    with pytest.raises(Temporary, match="no answer in time"):
        once(server, kept, cursors, **{DEADLINES.get(verb, "command_deadline"): 0.4})


def test_I10_a_server_that_drips_a_literal_is_left_after_the_deadline(server, kept, cursors):
    fill(server, 1)

    def drip_body(talk: Conversation, tag: str, line: str) -> None:
        if "BODY" not in line:
            return server.do_fetch(talk, tag, line)
        talk.say("* 1 FETCH (UID 1 BODY[] {5000}\r\n")
        return talk.drip("x")

    server.on["FETCH"] = drip_body
    with pytest.raises(Temporary, match="no answer in time"):
        once(server, kept, cursors, command_deadline=0.4)


@pytest.mark.parametrize(
    "verb", ["GREETING", "CAPABILITY", "AUTHENTICATE", "SELECT", "SEARCH", "FETCH", "STORE", "IDLE"]
)
def test_I12_a_line_that_breaks_anywhere_is_taken_up_again_and_nothing_is_lost(server, kept, cursors, told, verb):
    fill(server, 1, 2)
    broken = []

    def hang_up(talk: Conversation, tag: str, line: str) -> None:
        if not broken:
            broken.append(line)
            raise HangUp
        right = getattr(server, f"do_{verb.lower()}", None)
        if right:
            right(talk, tag, line)

    server.on[verb] = hang_up
    with running([account(server.port)], kept, cursors, told):
        kept.wait_until(lambda: kept.subjects == ["no 1", "no 2"])
        server.wait_until(lambda: broken and server.idling)
        server.deliver(3, mail("no 3"))
        kept.wait_until(lambda: kept.subjects == ["no 1", "no 2", "no 3"])
    assert broken


def test_I11_a_server_that_falls_silent_in_idle_is_noticed(server, kept, cursors, told):
    server.on["IDLE"] = lambda talk, tag, line: (talk.say("+ idling\r\n"), talk.silence())
    with running([account(server.port, command_deadline=0.3, poll_every=0.05)], kept, cursors, told):
        server.wait_until(lambda: server.connections >= 2)
    assert server.connections >= 2


def test_I18_a_server_that_says_no_to_idle_is_polled(server, kept, cursors, told):
    server.on["IDLE"] = lambda talk, tag, line: talk.say(f"{tag} NO not here\r\n")
    with running([account(server.port, poll_every=0.05)], kept, cursors, told):
        server.wait_until(lambda: server.count("UID SEARCH") > 6)
        server.deliver(1, mail("no 1"))
        kept.wait_until(lambda: kept.subjects == ["no 1"])
    assert server.count("IDLE") == 3


def test_I18_a_server_without_idle_is_polled(server, kept, cursors, told):
    server.capabilities = "IMAP4rev1 AUTH=PLAIN"
    with running([account(server.port, poll_every=0.05)], kept, cursors, told):
        server.wait_until(lambda: server.count("UID SEARCH") > 1)
        server.deliver(1, mail("no 1"))
        kept.wait_until(lambda: kept.subjects == ["no 1"])
    assert server.count("IDLE") == 0


def test_news_that_come_in_one_packet_with_the_go_ahead_are_not_slept_over(server, kept, cursors, told):
    arrived = threading.Event()

    def with_news(talk: Conversation, tag: str, line: str) -> None:
        if arrived.is_set():
            return server.do_idle(talk, tag, line)
        arrived.set()
        server.mails[1] = mail("no 1")
        talk.say("+ idling\r\n* 1 EXISTS\r\n")
        assert talk.line() == "DONE"
        return talk.say(f"{tag} OK done\r\n")

    server.on["IDLE"] = with_news
    with running([account(server.port)], kept, cursors, told):
        kept.wait_until(lambda: kept.subjects == ["no 1"])


def test_news_told_in_the_answer_to_another_command_are_not_slept_over(server, kept, cursors, told):
    """A mail comes while we fetch the one before; the server tells of it there, and in IDLE no more."""
    server.mails[1] = mail("no 1")

    def with_news(talk: Conversation, tag: str, line: str) -> None:
        if "BODY" in line and 2 not in server.mails:
            server.mails[2] = mail("no 2")
            talk.say("* 2 EXISTS\r\n")
        server.do_fetch(talk, tag, line)

    server.on["FETCH"] = with_news
    with running([account(server.port)], kept, cursors, told):
        kept.wait_until(lambda: kept.subjects == ["no 1", "no 2"])
    assert kept.subjects == ["no 1", "no 2"]


def test_a_server_that_always_tells_of_mail_is_looked_at_once_more_only(server, kept, cursors, told):
    """Some repeat EXISTS in each answer: that is no reason to ask for ever without a pause."""

    def always(talk: Conversation, tag: str, line: str) -> None:
        talk.say(f"* {len(server.mails)} EXISTS\r\n")
        server.do_search(talk, tag, line)

    server.on["SEARCH"] = always
    with running([account(server.port)], kept, cursors, told):
        server.wait_until(lambda: server.idling)
        assert server.count("UID SEARCH") == 2
        server.deliver(1, mail("no 1"))
        kept.wait_until(lambda: kept.subjects == ["no 1"])


# --- logging in ---


def test_I13_a_wrong_password_is_said_once_and_tried_again_after_five_minutes_only(server, kept, cursors, told):
    server.on["AUTHENTICATE"] = lambda talk, tag, line: (talk.say("+ \r\n"), talk.line(), talk.say(f"{tag} NO no\r\n"))
    with pytest.raises(LoginRefused):
        once(server, kept, cursors)

    class Clock(SystemClock):
        def jitter(self, low: float, high: float) -> float:
            return low

    with running([account(server.port)], kept, cursors, told, clock=Clock()):
        told.wait_until(lambda: told.troubles())
    assert server.count("AUTHENTICATE") == 2
    assert [fields["again_in"] for _, fields in told.lines] == [300]


def test_I13_trouble_of_the_server_at_login_is_no_wrong_password(server, kept, cursors):
    server.on["AUTHENTICATE"] = lambda talk, tag, line: (
        talk.say("+ \r\n"),
        talk.line(),
        talk.say(f"{tag} NO [UNAVAILABLE] later\r\n"),
    )
    with pytest.raises(Temporary) as trouble:
        once(server, kept, cursors)
    assert not isinstance(trouble.value, LoginRefused)


def test_a_server_that_echoes_the_password_does_not_get_it_into_the_log(server, kept, cursors):
    server.on["AUTHENTICATE"] = lambda talk, tag, line: (
        talk.say("+ \r\n"),
        talk.line(),
        talk.say(f"{tag} NO bad password 'pass word'\r\n"),
    )
    with pytest.raises(LoginRefused) as refused:
        once(server, kept, cursors)
    assert "pass word" not in str(refused.value)


def test_one_mailbox_in_trouble_does_not_stop_another(server, kept, cursors, told):
    other = ScriptedImap()
    other.on["GREETING"] = lambda talk, tag, line: talk.drip("*")
    fill(server, 1)
    boxes = [account(other.port, user="stuck"), account(server.port)]
    with running(boxes, kept, cursors, told):
        kept.wait_until(lambda: kept.subjects == ["no 1"])
    assert kept.subjects == ["no 1"]
    other.close()


def test_I21_logindisabled_is_obeyed(server, kept, cursors):
    server.capabilities = "IMAP4rev1 LOGINDISABLED"
    with pytest.raises(Insecure, match="LOGINDISABLED"):
        once(server, kept, cursors)
    assert server.count("LOGIN") == 0


def test_I21_stripped_starttls_ends_before_any_password(server, kept, cursors):
    with pytest.raises(Insecure, match="STARTTLS"):
        once(server, kept, cursors, security=Security.STARTTLS)
    assert server.credentials == []
    assert server.count("LOGIN") == 0


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.NONE])
def test_I22_preauth_is_refused(server, kept, cursors, security):
    server.greeting = "* PREAUTH welcome whoever you are"
    with pytest.raises(Insecure, match="PREAUTH"):
        once(server, kept, cursors, security=security)


def test_a_server_without_plain_gets_login_with_everything_quoted(server, kept, cursors):
    server.capabilities = "IMAP4rev1"
    fill(server, 1)
    assert once(server, kept, cursors, user='ana "x" b') == 1
    assert server.count('LOGIN "ana \\"x\\" b" "pass word"') == 1


@pytest.mark.parametrize("folder", ["INBOX\r\na1 DELETE INBOX", "x\ny", "x\x00"])
def test_I19_control_characters_in_a_folder_name_are_refused(server, kept, cursors, folder):
    with pytest.raises(Insecure, match="control characters"):
        once(server, kept, cursors, folder=folder)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("folder", "sent"), [("Büro", '"B&APw-ro"'), ('a "b"', '"a \\"b\\""'), ("\U0001f4ee", '"&2D3c7g-"')]
)
def test_I19_odd_folder_names_are_sent_as_they_must_be(server, kept, cursors, folder, sent):
    once(server, kept, cursors, folder=folder)
    assert server.count(f"SELECT {sent}") == 1


# --- marking ---


def test_I16_without_move_mails_are_copied_and_only_they_are_expunged(server, kept, cursors):
    server.capabilities = "IMAP4rev1 AUTH=PLAIN UIDPLUS"
    server.folders["mailgate-done"] = []
    fill(server, 1, 2)
    server.flags[99] = {"\\Deleted"}
    assert once(server, kept, cursors, after=After.MOVE) == 2
    assert len(server.folders["mailgate-done"]) == 2
    assert server.mails == {}
    assert server.count("UID EXPUNGE 1,2") == 1
    assert server.count("EXPUNGE") == 0


def test_I16_without_uidplus_nothing_is_expunged_since_it_would_take_others_mail(server, kept, cursors):
    server.capabilities = "IMAP4rev1 AUTH=PLAIN"
    fill(server, 1)
    assert once(server, kept, cursors, after=After.DELETE) == 1
    assert server.flags[1] == {"\\Deleted"}
    assert 1 in server.mails


def test_I17_a_missing_target_folder_is_made(server, kept, cursors):
    fill(server, 1)
    assert once(server, kept, cursors, after=After.MOVE, move_to="done") == 1
    assert server.folders["done"] == [mail("no 1")]


def test_I17_a_mark_that_is_refused_counts_the_mail_and_is_tried_again_later(server, kept, cursors, told):
    fill(server, 1)
    full = [True]

    def over_quota(talk: Conversation, tag: str, line: str) -> None:
        if full:
            talk.say(f"{tag} NO [OVERQUOTA] full\r\n")
        else:
            server.do_move(talk, tag, line)

    server.on["MOVE"] = over_quota
    server.folders["mailgate-done"] = []
    with running([account(server.port, after=After.MOVE)], kept, cursors, told) as clock:
        told.wait_until(lambda: any("OVERQUOTA" in what for what in told.troubles()))
        cursors.wait_until(lambda: cursors.saved and cursors.only.low == 1)
        full.clear()
        clock.ahead_ms += 700_000
        server.wait_until(lambda: server.idling)
        server.deliver(2, mail("no 2"))
        kept.wait_until(lambda: len(kept.subjects) == 2)
        server.wait_until(lambda: server.count("UID MOVE 1 ") >= 2)
    assert kept.subjects == ["no 1", "no 2"]


def test_I17_a_read_only_folder_is_read_and_told(server, kept, cursors, told):
    fill(server, 1)
    server.on["SELECT"] = lambda talk, tag, line: talk.say(
        f"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n{tag} OK [READ-ONLY] look only\r\n"
    )
    assert once(server, kept, cursors, told) == 1
    assert "read-only" in told.troubles()[0]
    assert server.count("UID STORE") == 0


# --- our own side ---


def test_while_the_spool_is_away_nothing_is_marked_and_all_comes_when_it_is_back(server, kept, cursors, told):
    fill(server, 1, 2)
    kept.away = True

    class Quick(SystemClock):
        def jitter(self, low: float, high: float) -> float:
            return 0.0

    with running([account(server.port)], kept, cursors, told, clock=Quick()):
        told.wait_until(lambda: "the disk is full" in told.troubles())
        assert server.count("UID STORE") == 0
        kept.away = False
        kept.wait_until(lambda: kept.subjects == ["no 1", "no 2"])


def test_while_the_database_is_away_the_imap_server_is_left_alone(server, kept, cursors, told):
    cursors.away = True
    with running([account(server.port)], kept, cursors, told):
        told.wait_until(lambda: "the database does not answer" in told.troubles())
    assert server.connections == 0


def test_I23_a_mailbox_that_another_daemon_polls_is_left_alone(server, kept, cursors, told):
    fill(server, 1)
    cursors.leases["support@127.0.0.1|INBOX"] = "another"
    with running([account(server.port)], kept, cursors, told):
        cursors.wait_until(lambda: cursors.refused)
    assert server.connections == 0
    assert told.troubles() == []


# --- TLS ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory):
    """A key and a certificate for ``localhost``, made on the spot."""
    more = ("-addext", "subjectAltName=DNS:localhost")
    return openssl.certificate(tmp_path_factory.mktemp("tls"), "localhost", *more)


@pytest.fixture
def starttls(server: ScriptedImap, certificate) -> ScriptedImap:
    """The server, offering STARTTLS; until then it offers no way to log in."""
    key, cert = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server.capabilities = "IMAP4rev1 STARTTLS LOGINDISABLED"

    def upgrade(talk: Conversation, tag: str, _line: str) -> None:
        talk.say(f"{tag} OK go\r\n")
        talk.sock = context.wrap_socket(talk.sock, server_side=True)
        talk.lines = talk.sock.makefile("rb")
        server.capabilities = "IMAP4rev1 AUTH=PLAIN IDLE"

    server.on["STARTTLS"] = upgrade
    return server


def test_starttls_with_the_right_certificate_takes_mail_and_idles(starttls, certificate, kept, cursors, told):
    fill(starttls, 1)
    box = account(starttls.port, host="localhost", security=Security.STARTTLS, tls_ca=str(certificate[1]))
    with running([box], kept, cursors, told):
        kept.wait_until(lambda: kept.subjects == ["no 1"])
        starttls.wait_until(lambda: starttls.idling)
        starttls.deliver(2, mail("no 2"))
        kept.wait_until(lambda: kept.subjects == ["no 1", "no 2"])
    assert told.troubles() == []


@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_I20_a_certificate_that_is_not_valid_ends_before_any_password(starttls, certificate, kept, cursors, wrong):
    settings = {"host": "localhost"} if wrong == "authority" else {"host": "127.0.0.1", "tls_ca": str(certificate[1])}
    with pytest.raises(Insecure, match="certificate"):
        once(starttls, kept, cursors, security=Security.STARTTLS, **settings)
    assert starttls.credentials == []


def test_gaps_are_kept_over_restarts(server, kept, cursors):
    fill(server, 1)
    server.on["FETCH"] = lambda talk, tag, line: talk.say(f"{tag} OK nothing\r\n")
    once(server, kept, cursors)
    assert cursors.only.gaps == (Gap(1, 1, cursors.only.gaps[0].next_ms),)
